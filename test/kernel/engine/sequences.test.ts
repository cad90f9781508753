import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { elsewhere, Notebook } from "./notebook.js";

/** A name, the cells that are run one after the other, and the value of the last. */
type Sequence = readonly [name: string, cells: readonly string[], value: unknown];

const await_: readonly Sequence[] = [
  ["a name", ["const p = Promise.resolve(1); await p"], 1],
  ["a parenthesis", ["await (Promise.resolve(2))"], 2],
  ["an element of a list", ["await [Promise.resolve(3)][0]"], 3],
  ["an async function called at once", ["await (async () => 4)()"], 4],
  ["a value whose type is asserted", ["await (Promise.resolve as any)?.call(Promise, 5)"], 5],
  ["an object that has a then method", ["await { then(done: (n: number) => void) { done(6); } }"], 6],
  ["inside a call", ["Math.max(await Promise.resolve(7), 1)"], 7],
  ["inside a template", ["`${await Promise.resolve(8)}`"], "8"],
  ["in an initializer", ["const a = await Promise.resolve(9);", "a"], 9],
  ["in a destructuring", ["const { b } = await Promise.resolve({ b: 10 });", "b"], 10],
  ["in a condition", ["if (await Promise.resolve(true)) { var c = 11; }", "c"], 11],
  ["in a loop", ["let n = 0; for (const x of [1, 2, 3]) n += await Promise.resolve(x);", "n"], 6],
  ["for await over an async generator", ["async function* g() { yield 1; yield 2; }\nlet s = 0; for await (const x of g()) s += x;", "s"], 3],
  ["for await over promises", ["let t = 0; for await (const x of [Promise.resolve(4), 5]) { t += x; }\nt"], 9],
  ["for await without a block, with a label", ["let u = 0; outer: for await (const x of [1, 2, 3]) if (x === 2) continue outer; else u += x;\nu"], 4],
  ["for await that breaks", ["let v = 0; for await (const x of [1, 2, 3]) { v = x; if (x === 2) break; }\nv"], 2],
  ["a rejection that is caught", ["let w = 0; try { await Promise.reject(new Error()); } catch { w = 1; }\nw"], 1],
  ["its type is known", ["const y = await (Promise.resolve('text')); y.length"], 4],
  ["the negative of it", ["-(await Promise.resolve(3))"], -3],
  ["a promise chain", ["await Promise.resolve(1).then((x) => x + 1).then((x) => x * 10, () => 0).finally(() => {})"], 20],
];

const sharing: readonly Sequence[] = [
  ["an assignment is seen by the functions of the declaring cell", ["let k = 1; function inc() { k++; return k; }", "k = 10; inc()"], 11],
  ["and by arrow functions", ["let k = 1; const get = () => k;", "k = 5;", "get()"], 5],
  ["and by methods", ["let k = 1; class A { get() { return k; } } const a = new A();", "k = 6;", "a.get()"], 6],
  ["and by closures of closures", ["let k = 1; const make = () => () => k; const f = make();", "k = 7;", "f()"], 7],
  ["a function's own change is seen by later cells", ["let k = 1; function inc() { k++; }", "inc(); inc();", "k"], 3],
  ["rerunning a declaration reaches all functions", ["const n = 3;", "const double = () => 2 * n;", "const n = 5;", "double()"], 10],
  ["a function replaced later is the one that is called", ["function f() { return 1; } const call = () => f();", "function f() { return 2; }", "call()"], 2],
  ["names may begin with two underscores, and be changed and declared anew", ["const { a: _, b: __, ...rest } = { a: 1, b: 2, c: 3 }; let ___ = 4;", "___ += __", "const __ = 10;", "[_, __, ___, rest.c]"], [1, 10, 6, 3]],
  ["a variable of another type takes the place of the old one", ["let x = 1;", "let x = 'text';", "x.toUpperCase()"], "TEXT"],
  ["the shorthand of a property", ["const nodes = 3;", "const o = { nodes }; o"], { nodes: 3 }],
  ["the shorthand of an imported name", ["import { join } from 'path';", "typeof { join }.join"], "function"],
  ["the shorthand of a function", ["function f() { return 1; }", "({ f }).f()"], 1],
  ["in a spread", ["const a = [1, 2];", "[...a, 3]"], [1, 2, 3]],
  ["in a template", ["const who = 'you';", "`hello ${who}`"], "hello you"],
  ["as a tag of a template", ["const tag = (s: TemplateStringsArray) => s[0];", "tag`x`"], "x"],
  ["as a computed key", ["const key = 'k';", "({ [key]: 1 })"], { k: 1 }],
  ["as a default of a parameter", ["const d = 4;", "((x = d) => x)()"], 4],
  ["as a constructor", ["class P { x = 1; }", "new P().x"], 1],
  ["as a base class", ["class P { x = 1; }", "class Q extends P { y = 2; } new Q().x"], 1],
  ["in instanceof", ["class P {}", "const p = new P();", "p instanceof P"], true],
  ["as a target of destructuring", ["let a = 1, b = 2;", "[a, b] = [b, a]; [a, b]"], [2, 1]],
  ["as a target of object destructuring", ["let a = 0, b = 0;", "({ a, b = 5 } = { a: 3 } as any); [a, b]"], [3, 5]],
  ["as a variable of a loop", ["let i = 0;", "for (i = 0; i < 4; i++) {}\ni"], 4],
  ["as a variable of for of", ["let x = 0;", "for (x of [7, 8]) {}\nx"], 8],
  ["with ++ and +=", ["let k = 1;", "k++; k += 10; k **= 2; k"], 144],
  ["in typeof", ["const f = () => 1;", "typeof f"], "function"],
  ["an optional call", ["const f = undefined as undefined | (() => number);", "f?.()"], undefined],
  ["a call without this", ["function self(this: unknown) { return this; }", "self()"], undefined],
  ["a shadowing parameter is left alone", ["const k = 1;", "((k: number) => k)(2)"], 2],
  ["a shadowing block is left alone", ["const k = 1;", "let r = 0; { const k = 5; r = k; }\nr"], 5],
  ["a shadowing catch is left alone", ["const e = 1;", "let r: unknown; try { throw 2; } catch (e) { r = e; }\nr"], 2],
  ["a shadowing loop variable is left alone", ["const i = 99;", "let s = 0; for (let i = 0; i < 3; i++) s += i;\n[s, i]"], [3, 99]],
  ["a property of the same name is left alone", ["const size = 1;", "new Set([1, 2]).size"], 2],
  ["a method of the same name is left alone", ["const size = 1;", "({ size() { return size + 1; } }).size()"], 2],
  ["a label of the same name is left alone", ["const out = 1;", "out: for (;;) { break out; }\nout"], 1],
  ["a generator", ["function* g() { yield 1; yield 2; }", "[...g()]"], [1, 2]],
  ["recursion", ["const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));", "fib(10)"], 55],
  ["functions that call each other", ["function even(n: number): boolean { return n === 0 || odd(n - 1); }\nfunction odd(n: number): boolean { return n !== 0 && even(n - 1); }", "even(10)"], true],
  ["a function is there before its statement", ["const r = early();\nfunction early() { return 1; }", "r"], 1],
  ["functions and classes have names", ["const f = () => 1; class A {} const B = class {};", "[f.name, A.name, B.name]"], ["f", "A", "B"]],
  ["functions and classes that are assigned have names", ["let f: any, g: any, H: any; f = () => 1; (() => { g ??= (function () {}); })(); for (let i = 0; i < 1; i++) H = class {};", "[f, g, H].map((it) => it.name)"], ["f", "g", "H"]],
  ["names are those of the language", ["let f: any, g: any; f = g = () => 1; f = function own() {}; const o: any = {}; o.x = () => 1;", "[f.name, g.name, o.x.name]"], ["own", "g", ""]],
];

const loops: readonly Sequence[] = [
  ["that count", ["let n = 0; for (let i = 0; i < 10_000; i++) n += i;", "n"], 49_995_000],
  ["without blocks, in each other", ["let m = 0; for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) if (i !== j) m++; else m += 10;\nm"], 36],
  ["with labels", ["let l = 0; outer: for (const x of [1, 2, 3]) { for (const y of [1, 2]) { if (y === 2) continue outer; if (x === 3) break outer; l += x; } }\nl"], 3],
  ["of every kind", ["let w = 0; while (w < 5) w++; do { w += 10; } while (w < 30); for (const k in { a: 1, b: 2 }) w += k.length; w"], 37],
  ["with var", ["for (var v = 0, u = 10; v < u; v++, u--);", "[v, u]"], [5, 5]],
  ["that call functions of the cell", ["function twice(n: number) { return 2 * n; } let c = 1; for (let i = 0; i < 5; i++) c = twice(c);", "c"], 32],
  ["whose variable a function sees while they run", ["let seen = 0; const look = () => seen; const looks: number[] = []; for (seen = 0; seen < 3; seen++) looks.push(look());", "[seen, looks]"], [3, [0, 1, 2]]],
  ["whose variable a function of an earlier cell changes", ["let p = 0; function bump() { p += 10; }", "for (let i = 0; i < 3; i++) { bump(); p++; }", "p"], 33],
  ["whose variable a class sees", ["let q = 0; class Q { static get() { return q; } } let gots = ''; while (q < 3) { gots += Q.get(); q++; }", "gots"], "012"],
  ["that wait", ["let a = 0; for (let i = 0; i < 3; i++) { a += await Promise.resolve(i); }", "a"], 3],
  ["that make closures", ["const fs: (() => number)[] = []; for (let i = 0; i < 3; i++) fs.push(() => i);", "fs.map((f) => f())"], [0, 1, 2]],
  ["with destructuring", ["let x = 1, y = 1; for (let i = 0; i < 10; i++) [x, y] = [y, x + y];", "({ x, y })"], { x: 89, y: 144 }],
  ["with shorthands", ["let h = 0; const rows: { h: number }[] = []; while (h < 2) { rows.push({ h }); h++; }", "rows"], [{ h: 0 }, { h: 1 }]],
  ["whose variable a function reads, given in every way", [
    "let n = 0, log: number[] = []; const read = () => n; const note = (x: number) => log.push(read(), x);",
    "for (let i = 0; i < 1; i++) { note(n = 5); note(n += 2); note(n++); note(++n); note(n--); n **= 2; note(n); n &&= 3; note(n); let m: number; m = n = 8; note(m); n--; note(-n); }",
    "log",
  ], [5, 5, 7, 7, 8, 7, 9, 9, 8, 9, 64, 64, 3, 3, 8, 8, 7, -7]],
  ["whose variable a function reads, given in patterns", [
    "let n = 0, k = ''; const both = () => n + k; const seen: string[] = [];",
    "do { [n] = [1]; seen.push(both()); ({ n, k } = { n: 2, k: 'b' }); seen.push(both()); [n = 3] = []; seen.push(both()); (n)++; seen.push(both()); for (n of [8, 9]) seen.push(both()); for (k in { z: 1 }) seen.push(both()); } while (n < 0)",
    "seen",
  ], ["1", "2b", "3b", "4b", "8b", "9b", "9z"]],
  ["whose var a function reads", ["var fs: (() => number)[] = []; for (var vi = 0; vi < 3; vi++) { fs.push(() => vi); var vd = vi, vu; }", "[vi, vd, vu, ...fs.map((f) => f())]"], [3, 2, undefined, 3, 3, 3]],
  ["whose functions read what they make", ["let n = 0; const fs: (() => number)[] = []; while (n < 3) { fs.push(() => n); n++; if (fs[0]() !== n) throw n; }", "n = 9; fs.map((f) => f())"], [9, 9, 9]],
  ["whose variable a getter changes", ["let reads = 0; const cell = { get value() { reads++; return 1; } };", "let all = ''; for (let i = 0; i < 3; i++) { cell.value; all += reads; }", "all"], "123"],
  ["whose variable an iterator changes", ["let steps = 0; function* three() { for (let i = 0; i < 3; i++) { steps++; yield i; } }", "let all = ''; for (const x of three()) all += steps;", "all"], "123"],
  ["whose variable a conversion changes", ["let asked = 0; const odd: any = { valueOf() { asked++; return 1; } };", "let sum = 0; for (let i = 0; i < 3; i++) sum += odd * asked;", "[sum, asked]"], [3, 3]],
  ["whose variable a conversion changes that it got later", ["let times = 0; const ask = () => ++times; const one: any = {};", "one.valueOf = ask; let sum = 0; for (let i = 0; i < 3; i++) sum += one + times;", "[sum, times]"], [9, 3]],
  ["whose variables have names like the compiled ones", ["let turns = 0, _x = 1, x = 2, cell = 3; for (let i = 0; i < 3; i++) { turns++; _x += 10; x += 100; cell++; }", "[turns, _x, x, cell]"], [3, 31, 302, 6]],
  ["that are left by an error keep what they had", ["let e = 0; try { for (;;) { if (++e === 7) throw 0; } } catch {}", "e"], 7],
];

const declarations: readonly Sequence[] = [
  ["several variables in one statement", ["let a = 1, b = a + 1, c = b + 1;", "[a, b, c]"], [1, 2, 3]],
  ["a variable without a value", ["let a: number;", "a = 2; a"], 2],
  ["an object pattern", ["const { a, b: [c, d = a], ...rest } = { a: 1, b: [2], z: 5 } as any;", "[a, c, d, rest]"], [1, 2, 1, { z: 5 }]],
  ["a list pattern", ["const [x, , y = 3, ...zs] = [1, 2, undefined, 4, 5];", "[x, y, zs]"], [1, 3, [4, 5]]],
  ["a pattern with a computed key", ["const key = 'k'; const { [key]: v } = { k: 1 };", "v"], 1],
  ["var in a block", ["if (true) { var a = 1, { b } = { b: 2 }, [c] = [3]; }", "[a, b, c]"], [1, 2, 3]],
  ["var in a loop", ["for (var i = 0, n = 3; i < n; i++) {}", "[i, n]"], [3, 3]],
  ["var in for of and for in", ["for (var x of [1, 2]) {}\nfor (var [a, b] of [[3, 4]]) {}\nfor (var key in { q: 1 }) {}", "[x, a, b, key]"], [2, 3, 4, "q"]],
  ["var without a value begins undefined", ["var v = 1;", "var v; v"], undefined],
  ["const again", ["const a = 1;", "const a = 2;", "a"], 2],
  ["class again", ["class A { x = 1; }", "class A { x = 2; }", "new A().x"], 2],
  ["enum again", ["enum E { A, B }", "enum E { C = 7 }", "[E.C, Object.keys(E).length]"], [7, 2]],
  ["const enum", ["const enum E { A = 4 }", "E.A"], 4],
  ["interface again", ["interface I { a: number }", "interface I { b: number }", "const i: I = { b: 1 }; i.b"], 1],
  ["type again", ["type T = number;", "type T = string;", "const t: T = 'x'; t"], "x"],
  ["generic functions and constraints", ["function first<T extends { id: number }>(xs: readonly T[]) { return xs[0]!; }", "first([{ id: 3, z: 1 }]).z"], 1],
  ["namespace", ["namespace N { export const a = 1; }", "N.a"], 1],
  ["abstract class and parameter properties", ["abstract class A { constructor(readonly x: number) {} abstract f(): number; }\nclass B extends A { f() { return this.x; } }", "new B(4).f()"], 4],
  ["private fields and static blocks", ["class A { static n = 0; #x = 3; static { A.n = 5; } get() { return this.#x + A.n; } }", "new A().get()"], 8],
  ["accessors and symbols", ["class A { get [Symbol.toStringTag]() { return 'Z'; } }", "String(new A())"], "[object Z]"],
  ["decorators", ["const seen: string[] = [];\nfunction log(target: object, key: string) { seen.push(key); }\nclass A { @log f() {} }", "seen"], ["f"]],
  ["class decorators", ["function tag(c: any) { c.tag = 1; }\n@tag class A { static tag: number; }", "A.tag"], 1],
  ["satisfies", ["const o = { a: 1 } satisfies Record<string, number>;", "o.a"], 1],
  ["overloads", ["function f(x: number): number;\nfunction f(x: string): string;\nfunction f(x: any) { return x; }", "f('a')"], "a"],
  ["declare does nothing", ["declare const ghost: number;\n1"], 1],
  ["export is no different from declaring", ["export const a = 1; export function f() { return 2; } export class C { x = 3; }", "[a, f(), new C().x]"], [1, 2, 3]],
  ["a comment only", ["// nothing"], undefined],
  ["an empty cell", [""], undefined],
  ["an object in parentheses", ["({ a: 1 })"], { a: 1 }],
  ["the value of an assignment", ["let a = 1;", "a = 5"], 5],
  ["no value after a declaration", ["1; const z = 2;"], undefined],
  ["big integers and separators", ["10n ** 20n + 1_000n"], 100000000000000001000n],
  ["names beyond ASCII", ["const 节点 = 3; const naïve = 4;", "({ 节点, naïve })"], { 节点: 3, naïve: 4 }],
  ["a regular expression with named groups", ["/(?<year>\\d{4})/.exec('in 1998')!.groups!.year"], "1998"],
  ["names of globals may be taken", ["const process = { name: 'p1' }; const Event = 3;", "[process.name, Event]"], ["p1", 3]],
];

const modules: readonly Sequence[] = [
  ["named imports", ["import { join } from 'node:path';", "join('a', 'b')"], path.join("a", "b")],
  ["renamed imports", ["import { join as glue } from 'path';", "glue('a', 'b')"], path.join("a", "b")],
  ["a default import of CommonJS", ["import fs from 'fs';", "typeof fs.readFileSync"], "function"],
  ["a namespace import", ["import * as os from 'os';", "typeof os.cpus"], "function"],
  ["default and named together", ["import fs, { existsSync } from 'fs';", "fs.existsSync === existsSync"], true],
  ["types only", ["import type { Stats } from 'fs'; import { type Dirent } from 'fs'; let s: Stats | Dirent | undefined;\n1"], 1],
  ["a name that turns out to be a type", ["import { Stats, PathLike } from 'fs'; const p: PathLike = 'x';", "typeof Stats"], "function"],
  ["dynamic import", ["const { join } = await import('path'); join('a')"], "a"],
  ["dynamic import of an ES module by its default", ["(await import('fs')).default === (await import('fs'))"], false],
  ["require", ["require('path').sep"], path.sep],
  ["a JSON file beside the notebook", ["import data from './data.json';", "data.n"], 42],
  ["a TypeScript file beside the notebook", ["import { twice } from './helper';", "twice(4)"], 8],
  ["a file that imports another", ["import { four } from './outer';", "four"], 4],
  ["the course's library, by name", ["import * as core from 'distlab/core';", "typeof core"], "object"],
  ["tslab's display", ["import { display } from 'tslab';", "typeof display.html"], "function"],
  ["where the notebook is", ["[import.meta.dirname === __dirname, import.meta.url.startsWith('file:')]".replaceAll("import.meta", "(import.meta as any)")], [true, true]],
  ["an imported name is used in a later function", ["import { sep } from 'path';", "const f = () => sep;", "f()"], path.sep],
];

writeFileSync(path.join(elsewhere, "data.json"), JSON.stringify({ n: 42 }));
writeFileSync(path.join(elsewhere, "helper.ts"), "export const twice = (n: number): number => 2 * n;\n");
writeFileSync(path.join(elsewhere, "outer.ts"), 'import { twice } from "./helper";\nexport const four = twice(2);\n');

// One engine serves all sequences, in a notebook that grows: every cell also has to bear all that came before it.
const notebook = new Notebook();
afterAll(() => notebook.engine.close());

describe.each([
  ["await", await_],
  ["variables of earlier cells", sharing],
  ["loops", loops],
  ["declarations", declarations],
  ["modules", modules],
])("%s", (_, sequences) => {
  it.each(sequences)("%s", async (_name, cells, value) => {
    expect(await notebook.runAll(cells)).toEqual({ value });
  });
});

describe("a loop at top level", () => {
  // No object of this notebook has a conversion of its own.
  const notebook = new Notebook();
  afterAll(() => notebook.engine.close());

  it.each([
    ["sums", "let topSum = 0; for (let i = 0; i < 2e7; i++) topSum += i;", "(() => { let s = 0; for (let i = 0; i < 2e7; i++) s += i; return s; })()"],
    ["counts with var", "var topCount = 0; for (var topI = 0; topI < 2e7; topI++) topCount++;", "(() => { var c = 0; for (var i = 0; i < 2e7; i++) c++; return c; })()"],
    ["calls a function", "function topAdd(a: number, b: number) { return a + b; }\nlet topT = 0; for (let i = 0; i < 2e7; i++) topT = topAdd(topT, i);", "(() => { function add(a: number, b: number) { return a + b; }\nlet t = 0; for (let i = 0; i < 2e7; i++) t = add(t, i); return t; })()"],
    ["sums what a function reads", "let topRead = 0; const topReader = () => topRead; for (let i = 0; i < 2e7; i++) { topRead += i; Math.abs(i); }", "(() => { let s = 0; for (let i = 0; i < 2e7; i++) { s += i; Math.abs(i); } return s; })()"],
    ["sums what a function changes", "let topWritten = 0; const topWriter = () => topWritten++; for (let i = 0; i < 2e7; i++) topWritten += i;", "(() => { let s = 0; for (let i = 0; i < 2e7; i++) s += i; return s; })()"],
    ["sums by a function", "let topBy = 0; const topAddTo = (n: number) => { topBy += n; }; for (let i = 0; i < 2e7; i++) topAddTo(i);", "(() => { let s = 0; const add = (n: number) => { s += n; }; for (let i = 0; i < 2e7; i++) add(i); return s; })()"],
  ])("that %s takes at most three times as long as in a function", async (_, atTop, inFunction) => {
    const time = async (source: string): Promise<number> => {
      const check = notebook.engine.check(source, "Cell [0]");
      if (check.kind === "refused") throw new Error(check.diagnostics[0]!.messageText);
      const begin = process.cpuUsage();
      await notebook.engine.run(check.cell);
      return process.cpuUsage(begin).user / 1000;
    };
    const times: [number, number][] = [];
    for (let round = 0; round < 5; round++) times.push([await time(atTop), await time(inFunction)]);
    const best = (column: 0 | 1): number => Math.min(...times.map((pair) => pair[column]));
    expect(best(0)).toBeLessThan(3 * best(1) + 5);
  });
});

describe("what is refused", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["a wrong type", ["const n: number = 'x';"], /not assignable to type 'number'/],
    ["a wrong type of an awaited value", ["const q: string = await (Promise.resolve(1));"], /not assignable to type 'string'/],
    ["a name that is not declared", ["undeclaredName + 1"], /Cannot find name 'undeclaredName'/],
    ["an assignment to a const of an earlier cell", ["const fixed = 1;", "fixed = 2;"], /Cannot assign to 'fixed'/],
    ["a syntax error", ["const = 3;"], /Variable declaration expected/],
    ["a module that is not there", ["import { x } from 'no-such-module';"], /Cannot find module 'no-such-module'/],
    ["an export that is not there", ["import { noSuchThing } from 'fs';"], /has no exported member 'noSuchThing'/],
    ["await in a function that is not async", ["function f() { await Promise.resolve(1); }"], /'await' expressions are only allowed/],
    ["the browser's globals", ["document.title"], /Cannot find name 'document'/],
  ])("%s", async (_name, cells, message) => {
    expect(await notebook.runAll(cells)).toEqual({ refused: expect.arrayContaining([expect.stringMatching(message)]) });
  });
});

describe("a cell that fails half way", () => {
  it("keeps what it declared before, and the types of it", async () => {
    await notebook.run("const before = 'text'; throw new Error('stop'); const behind = 1;");
    expect(await notebook.run("before.length")).toEqual({ value: 4 });
    expect(await notebook.run("behind")).toEqual({ refused: ["Cannot find name 'behind'."] });
  });

  it("leaves the older value of a variable that it did not come to", async () => {
    await notebook.run("let older = 1;");
    await notebook.run("throw new Error('stop'); let older = 2;");
    expect(await notebook.run("older")).toEqual({ value: 1 });
  });
});
