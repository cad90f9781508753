import type * as TypeScript from "@tslab/typescript-for-tslab";
import { addVars } from "./scope.js";
import type { Compiler } from "./tslab.js";

/** The beginning of the names that stand for nested variables in declarations. */
export const NESTED = "ɵvar_";

/**
 * The source of a cell with a line at its end that makes its nested `var` variables known: the compiler writes no
 * declaration for `if (x) { var a = 1; }`, though `a` is a variable of the whole cell.
 */
export function withNestedVars(ts: Compiler, source: string): string {
  if (!/\bvar\b/.test(source)) return source;
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  const nested = new Set<string>();
  for (const statement of file.statements) if (!ts.isVariableStatement(statement)) addVars(ts, statement, nested);
  const lines = [...nested].map((name) => `let ${NESTED}${name} = ${name};`);
  return lines.length === 0 ? source : `${source}\n;${lines.join(" ")}`;
}

/**
 * The source of a cell with blanks in place of `export`: a cell exports nothing, and `export const x = 1` declares x
 * like any other statement. No character moves.
 */
export function withoutExports(ts: Compiler, source: string): string {
  if (!/\bexport\b/.test(source)) return source;
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  let text = source;
  const blank = (node: TypeScript.Node, end = node.end): void => {
    const start = node.getStart(file);
    text = text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, " ") + text.slice(end);
  };
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement)) blank(statement);
    else if (ts.isExportAssignment(statement)) blank(statement, statement.expression.getStart(file));
    else if (ts.canHaveModifiers(statement)) {
      for (const modifier of ts.getModifiers(statement) ?? []) {
        const { kind } = modifier;
        if (kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword) blank(modifier);
      }
    }
  }
  return text;
}
