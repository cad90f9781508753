/** A chapter's twin to work in: the same questions, none of the answers. */
import ts from "@tslab/typescript-for-tslab";
import { hasTag, readNotebooks, textOf } from "./notebook.mjs";

/** @typedef {import("./notebook.mjs").Cell} Cell */
/** @typedef {import("./notebook.mjs").Notebook} Notebook */

/** What stands before a value that the reader is to replace. */
const prompt = "/* your guess */";

/**
 * @param {string} folder of the chapters
 * @returns {Map<string, string>} the twins' texts by file name
 */
export function makeTwins(folder) {
  const twins = readNotebooks(folder).map(({ name, notebook }) => [`${name}.ipynb`, twinOf(notebook)]);
  return new Map(/** @type {[string, string][]} */ (twins));
}

/**
 * Outputs, cells tagged `solution` and collapsed solutions go; predictions lose their values; all else stays.
 * @param {Notebook} notebook
 * @returns {string} the twin's JSON
 */
export function twinOf(notebook) {
  const cells = notebook.cells.filter((cell) => !hasTag(cell, "solution")).map(twinCell);
  return `${JSON.stringify({ ...notebook, cells }, undefined, 1)}\n`;
}

/**
 * @param {Cell} cell
 * @returns {Cell}
 */
function twinCell(cell) {
  const source = textOf(cell.source);
  if (cell.cell_type === "markdown") return { ...cell, source: lines(withoutSolutions(source)) };
  if (cell.cell_type !== "code") return cell;
  const asked = withoutGuesses(source, hasTag(cell, "predict"));
  return { ...cell, source: lines(asked), outputs: [], execution_count: null };
}

/**
 * Takes out `<details>` blocks whose summary begins with "Solution", with all that they hold.
 * @param {string} source Markdown
 * @returns {string}
 */
export function withoutSolutions(source) {
  const tag = /<details\b[^>]*>|<\/details\s*>/gi;
  let kept = "";
  let from = 0;
  let depth = 0; // of details inside a solution
  for (const { 0: text, index } of source.matchAll(tag)) {
    const opens = !text.startsWith("</");
    if (depth > 0) {
      depth += opens ? 1 : -1;
      if (depth === 0) from = index + text.length;
    } else if (opens && /^<details\b[^>]*>\s*<summary\b[^>]*>(?:\s|<[^>]*>|[*_])*Solution/i.test(source.slice(index))) {
      kept += source.slice(from, index);
      depth = 1;
    }
  }
  return depth > 0 ? kept.trimEnd() : (kept + source.slice(from)).replace(/\n{3,}/g, "\n\n").trim();
}

/**
 * Puts a prompt in place of each predicted value: what `predict({ … })` is given, and, in a cell tagged `predict` that
 * has no such call, what its variables begin with. The type of each value stays, so that the chapter still runs.
 * @param {string} source TypeScript
 * @param {boolean} isTagged
 * @returns {string}
 */
export function withoutGuesses(source, isTagged) {
  const tree = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  /** @type {import("@tslab/typescript-for-tslab").Expression[]} */
  const guesses = [];
  /** @type {import("@tslab/typescript-for-tslab").Expression[]} */
  const values = [];
  /** @param {import("@tslab/typescript-for-tslab").Node} node */
  const visit = (node) => {
    const called = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "predict";
    if (called) for (const argument of /** @type {any} */ (node).arguments.slice(0, 1)) {
      if (!ts.isObjectLiteralExpression(argument)) continue;
      for (const property of argument.properties) if (ts.isPropertyAssignment(property)) guesses.push(property.initializer);
    }
    if (ts.isVariableDeclaration(node) && node.initializer) values.push(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  let text = source;
  for (const guess of (guesses.length > 0 || !isTagged ? guesses : values).reverse()) {
    text = `${text.slice(0, guess.getStart(tree))}${prompt} ${blank(guess)}${text.slice(guess.getEnd())}`;
  }
  return text;
}

/**
 * @param {import("@tslab/typescript-for-tslab").Expression} value
 * @returns {string} a value of the same type that nobody would guess
 */
function blank(value) {
  if (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value)) return '"?"';
  if (value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword) return "false";
  if (ts.isArrayLiteralExpression(value)) return `[${value.elements.map(blank).join(", ")}]`;
  return "0";
}

/**
 * @param {string} text
 * @returns {string[]} as notebooks store it: lines with their ends
 */
function lines(text) {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
