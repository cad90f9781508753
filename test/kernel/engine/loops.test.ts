import { createRequire } from "node:module";
import vm from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Boxes } from "../../../kernel-setup/server/engine/boxes.js";
import { compileCell } from "../../../kernel-setup/server/engine/compile.js";
import { NO_MENTIONS } from "../../../kernel-setup/server/engine/loops.js";
import type { Compiler } from "../../../kernel-setup/server/engine/tslab.js";

const ts = createRequire(import.meta.url)("@tslab/typescript-for-tslab") as Compiler;

const name = fc.constantFrom("x", "y", "z");

/** Expressions and statements over x, y and z: with functions that read and change them, patterns, getters, closures. */
const { statement } = fc.letrec<{ expression: string; statement: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthIdentifier: "program" },
    name,
    fc.nat(9).map(String),
    fc.constantFrom("read()", "change()", "reader.value", "changer.value", "odd * 1", "last()"),
    fc.tuple(name, fc.constantFrom("++", "--"), fc.boolean()).map(([of, operator, before]) => (before ? `(${operator}${of})` : `(${of}${operator})`)),
    fc.tuple(tie("expression"), fc.constantFrom("+", "-", "*"), tie("expression")).map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    fc.tuple(name, fc.constantFrom("=", "+=", "-=", "&&=", "||="), tie("expression")).map(([of, operator, value]) => `(${of} ${operator} ${value})`),
    fc.tuple(tie("expression"), tie("expression")).map((both) => `Math.max(${both.join()})`),
  ),
  statement: fc.oneof(
    { maxDepth: 3, depthIdentifier: "program" },
    fc.tuple(name, fc.constantFrom("=", "+="), tie("expression")).map(([of, operator, value]) => `${of} ${operator} (${value}) % 1009;`),
    fc.tuple(name, fc.constantFrom("++", "--")).map((parts) => `${parts.join("")};`),
    tie("expression").map((value) => `log.push(${value});`),
    fc.tuple(name, name, tie("expression")).map(([one, other, value]) => `[${one}, ${other}] = [${other}, ${value}];`),
    fc.tuple(name, tie("expression")).map(([of, value]) => `({ ${of}, k: log[0] = 0 } = { ${of}: ${value}, k: 1 });`),
    fc.tuple(name, tie("expression"), tie("statement")).map(([of, value, body]) => `for (${of} of [1, ${value}]) { ${body} }`),
    fc.tuple(tie("expression"), tie("statement")).map(([value, body]) => `if ((${value}) % 2 === 0) ${body}`),
    fc.tuple(name, tie("statement")).map(([of, body]) => `{ let ${of} = 5; ${body} }`),
    fc.tuple(name, tie("statement")).map(([of, body]) => `last = () => ${of}; ${body}`),
    fc.tuple(tie("statement"), tie("statement")).map((both) => `{ ${both.join(" ")} }`),
    tie("statement").map((body) => `for (let i = 0; i < 2; i++) { ${body} }`),
  ),
}));

/** What an earlier cell declares: functions that mention some of the variables. */
const declarations = fc.record({ read: fc.option(name), changed: fc.option(name), inGetter: fc.option(name), converts: fc.boolean() }).map(
  ({ read, changed, inGetter, converts }) => `let x = 1, y = 2, z = 3; const log = []; let last = () => 0;
function read() { return ${read ?? 7}; }
function change() { return ${changed ? `${changed} += 3` : 7}; }
const reader = { get value() { return ${inGetter ?? 7}; } };
const changer = { get value() { return ${inGetter && changed ? `++${inGetter}` : 7}; } };
const odd = ${converts && changed ? `{ valueOf() { return ++${changed}; } }` : 7};`,
);

/** Runs cells one after the other as the kernel does, and gives the variables. */
function inCells(...cells: readonly string[]): unknown {
  const boxes = new Boxes();
  let mentions = NO_MENTIONS;
  for (const cell of cells) {
    const compiled = compileCell(ts, cell, (known) => boxes.has(known), mentions);
    const own: Record<string, unknown> = {};
    for (const used of compiled.used) own[used] = boxes.at(used);
    vm.runInThisContext(compiled.code)({ boxes: own });
    mentions = {
      captured: new Set([...mentions.captured, ...compiled.mentions.captured]),
      written: new Set([...mentions.written, ...compiled.mentions.written]),
      converts: mentions.converts || compiled.mentions.converts,
    };
  }
  return ["x", "y", "z", "log"].map((of) => boxes.value(of));
}

it("loops at top level do what the same code does in a function, whoever reads and changes their variables", () => {
  fc.assert(
    fc.property(declarations, fc.array(statement, { minLength: 1, maxLength: 4 }), (before, body) => {
      const loop = `for (let turn = 0; turn < 3; turn++) { ${body.join("\n")} }`;
      const plain: unknown = vm.runInThisContext(`(function () { "use strict"; ${before}\n${loop}\nreturn [x, y, z, log]; })()`);
      expect(inCells(before, loop)).toEqual(plain);
      expect(inCells(`${before}\n${loop}`)).toEqual(plain);
    }),
    { numRuns: 40, seed: 5 },
  );
});
