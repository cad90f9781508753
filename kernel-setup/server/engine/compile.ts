import { SourceMap } from "node:module";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import type { Edits } from "./edits.js";
import { localsOf, mentionsConversion, NO_MENTIONS, type Locals, type Mentions } from "./loops.js";
import { MARK } from "./mark.js";
import { Rewriting, type Import } from "./rewrite.js";
import type { Compiler } from "./tslab.js";

/** A place in the source of a cell, counted from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

/** A cell as JavaScript. */
export interface CompiledCell {
  /** The text of a function expression that takes the runtime of the cell. */
  readonly code: string;
  /** Whether the function is async. */
  readonly isAsync: boolean;
  readonly imports: readonly Import[];
  /** The variables that the cell declares, imports among them. */
  readonly declared: readonly string[];
  /** The variables that the cell declares or uses: it needs a box for each. */
  readonly used: readonly string[];
  /** Those of them that stand in functions of the cell. */
  readonly mentions: Mentions;
  /** Where in the source the compiled `line` and `column` (counted from 1) come from. */
  locate(line: number, column: number): SourcePlace | null;
}

/**
 * Compiles a cell. Its top-level variables live in boxes, one for each name, that all cells share: `k` becomes `ɵk.v`.
 * So an assignment in a later cell is seen by the functions of an earlier one, and a variable of an earlier cell can be
 * used in every way, also as the shorthand `{ k }`. A declaration stays a declaration (functions and classes take their
 * name from it) and copies its value to the box.
 *
 * Every `await` of the cell goes through `ɵ.resume`, so that what follows belongs to the same run of the cell and
 * throws when that has been stopped meanwhile; the callbacks of promises and the steps of `for await` do likewise.
 *
 * A loop at top level works on plain local variables, as fast as in a function, wherever no function of any cell can see
 * the difference. What only the loop itself can see is copied back at its end, and now and then before it, so that a
 * stopped loop leaves what it has computed; what functions only read is written through to its box.
 *
 * @param isKnown whether an earlier cell has declared this name
 * @param earlier what functions of earlier cells mention
 * @param hasValue whether this module has a value besides its types; modules of types only are not loaded
 */
export function compileCell(
  ts: Compiler,
  source: string,
  isKnown: (name: string) => boolean,
  earlier: Mentions = NO_MENTIONS,
  hasValue: (module: string) => boolean = () => true,
): CompiledCell {
  const plain = withoutTypes(ts, source);
  const file = ts.createSourceFile("cell.js", plain.code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const survey = new Rewriting(ts, file, isKnown, new Map());
  survey.run();
  const mentions = { captured: survey.captured, written: survey.written, converts: mentionsConversion(source) };
  const locals = new Map<TypeScript.Node, Locals>();
  for (const [node, loop] of survey.loops) locals.set(node, localsOf(loop, [earlier, mentions]));
  const rewriting = new Rewriting(ts, file, isKnown, locals);
  rewriting.run();
  const imports = rewriting.imports.filter(({ module }) => hasValue(module));
  const used = [...rewriting.used];
  const declarations = used.map((name) => `${MARK}${name} = ${MARK}.boxes.${name}`);
  const reset = [...rewriting.vars].map((name) => `${MARK}${name}.v = undefined; `);
  const functions = [...rewriting.functions].map((name) => `${MARK}${name}.v = ${name}; `);
  const head =
    `(${rewriting.isAsync ? "async " : ""}function ${MARK}cell(${MARK}, require, __filename, __dirname) { "use strict"; ` +
    (declarations.length > 0 ? `const ${declarations.join(", ")}; ` : "") +
    reset.join("") +
    functions.join("");
  return {
    code: `${head}${rewriting.edits.apply()}\n})`,
    isAsync: rewriting.isAsync,
    imports,
    declared: [...rewriting.declared],
    used,
    mentions,
    locate: locator({ head, plain, edits: rewriting.edits }),
  };
}

interface Plain {
  readonly code: string;
  readonly map: string;
}

/** JavaScript of the same cell: types are gone, enums, namespaces, decorators and JSX are spelled out. */
function withoutTypes(ts: Compiler, source: string): Plain {
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: "cell.ts",
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleDetection: ts.ModuleDetectionKind.Force,
      // Which imports are types is known to the checker only; here all are kept.
      verbatimModuleSyntax: true,
      experimentalDecorators: true,
      sourceMap: true,
      newLine: ts.NewLineKind.LineFeed,
    },
  });
  return { code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ""), map: sourceMapText ?? "" };
}

/**
 * Follows a place in the compiled text back: through the head, through the edits, through TypeScript's source map.
 * It is kept as long as the kernel lives, so it holds texts only, and no syntax tree.
 */
function locator({ head, plain, edits }: { head: string; plain: Plain; edits: Edits }): CompiledCell["locate"] {
  return (line, column) => {
    const text = edits.apply();
    let offset = 0;
    for (let at = 1; at < line; at++) {
      offset = text.indexOf("\n", offset) + 1;
      if (offset === 0) return null;
    }
    offset += column - 1 - (line === 1 ? head.length : 0);
    if (offset < 0 || offset > text.length) return null;
    const before = plain.code.slice(0, edits.origin(offset)).split("\n");
    const entry = new SourceMap(JSON.parse(plain.map)).findEntry(before.length - 1, before.at(-1)!.length);
    return "originalLine" in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : null;
  };
}
