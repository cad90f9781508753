/**
 * A chapter's parameters: what the cell with the tag `parameters` declares, and the cell that puts other values in
 * their place. As papermill does it: a cell with the tag `injected-parameters` follows the author's, and declares
 * again what is to be different.
 *
 * Types are the ones that the kernel's own compiler reads from the author's cell.
 */
import { join } from "node:path";
import ts from "@tslab/typescript-for-tslab";
import { hasTag, textOf } from "../book/notebook.mjs";
import { SetupFault } from "../setup/report.mjs";

/**
 * @typedef {import("../book/notebook.mjs").Notebook} Notebook
 * @typedef {import("../book/notebook.mjs").Cell} Cell
 */

/**
 * One variable of the cell of parameters.
 * @typedef {object} Parameter
 * @property {string} name
 * @property {string} type declared, or inferred and widened: `number` for `const N = 3`
 * @property {string} value the text of its present value
 * @property {string} comment what the author says of it, on its line or above; empty when nothing
 * @property {(value: string) => string} declare the statement that declares it again, with the text of another value
 */

/** A variable that takes the type of a parameter; no author would give a name like this. */
const probe = (/** @type {number} */ index) => `$distlab$parameter$${index}`;

/**
 * The parameters of a notebook, in the order of their declarations.
 * @param {Notebook} notebook
 * @param {string} folder where the notebook is: imports in its cell are looked for from there
 * @returns {Parameter[]} none when no cell has the tag `parameters`
 */
export function parametersOf(notebook, folder) {
  return readParameters(notebook, folder).parameters;
}

/**
 * The notebook with a cell of new values and without the outputs of an earlier run. The original is left alone.
 * @param {Notebook} notebook
 * @param {ReadonlyMap<string, string>} settings the texts of the values by name
 * @param {string} folder where the notebook is
 * @returns {Notebook}
 * @throws {SetupFault} when a name is unknown, or a value is no literal or does not fit
 */
export function withParameters(notebook, settings, folder) {
  const cells = notebook.cells
    .filter((cell) => !hasTag(cell, "injected-parameters"))
    .map((cell) => (cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell));
  const index = cells.findIndex(isParameterCell);
  if (settings.size > 0) {
    const source = declarations(notebook, settings, folder).join("\n");
    /** @type {Cell} */
    const cell = {
      cell_type: "code",
      id: "injected-parameters",
      metadata: { tags: ["injected-parameters"] },
      source: `// The parameters of this run, in place of those above\n${source}`,
      outputs: [],
      execution_count: null,
    };
    cells.splice(index + 1, 0, cell);
  }
  // Format 4.5 is the first in which cells have ids.
  return { ...notebook, ...(settings.size > 0 ? { nbformat_minor: 5 } : {}), cells };
}

/**
 * @param {readonly Parameter[]} parameters
 * @returns {string} a line for each: name and type, present value, comment
 */
export function describeParameters(parameters) {
  if (parameters.length === 0) return "  no parameters";
  const rows = parameters.map(({ name, type, value, comment }) => [
    `${name}: ${type}`, `= ${value}`, comment && `// ${comment}`,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {string[]} */ row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join("\n");
}

/**
 * @param {Notebook} notebook
 * @param {ReadonlyMap<string, string>} settings
 * @param {string} folder
 * @returns {string[]} a statement for each setting
 */
function declarations(notebook, settings, folder) {
  const { parameters, fits } = readParameters(notebook, folder);
  const faults = [];
  const statements = [];
  for (const [name, text] of settings) {
    const index = parameters.findIndex((parameter) => parameter.name === name);
    const parameter = parameters[index];
    if (!parameter) {
      faults.push(`there is no parameter ${name}`);
      continue;
    }
    const literal = literalIn(text);
    const value = literal ?? (isWord(text) ? JSON.stringify(text) : undefined);
    if (value !== undefined && fits(index, value)) statements.push(parameter.declare(value));
    else faults.push(`${name} must be ${literal === undefined ? "a literal of type " : ""}${parameter.type}, got ${text}`);
  }
  if (faults.length === 0) return statements;
  throw new SetupFault(
    `${faults.join("\n")}\n\n${parameters.length > 0 ? "The chapter's parameters:\n" : ""}${describeParameters(parameters)}`,
  );
}

/**
 * @param {Cell} cell
 * @returns {boolean}
 */
function isParameterCell(cell) {
  return cell.cell_type === "code" && hasTag(cell, "parameters");
}

/**
 * @param {Notebook} notebook
 * @param {string} folder
 * @returns {{ parameters: Parameter[], fits: (index: number, value: string) => boolean }}
 *   `fits` says whether the text of a literal has the type of a parameter
 */
function readParameters(notebook, folder) {
  const text = textOf(notebook.cells.find(isParameterCell)?.source);
  const cell = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ES2022, true);
  const variables = cell.statements.filter(ts.isVariableStatement).flatMap((statement) =>
    statement.declarationList.declarations.flatMap((declaration) => {
      const { name, initializer } = declaration;
      return ts.isIdentifier(name) && initializer ? [variableOf(statement, declaration, initializer)] : [];
    }),
  );
  if (variables.length === 0) return { parameters: [], fits: () => false };
  // What `let` infers is what a literal widens to.
  const probes = variables.map(({ type, value }, index) => `let ${probe(index)}${type ? `: ${type}` : ` = ${value}`};`);
  const compile = compilerIn(folder);
  const { source, checker } = compile(`${text}\n;${probes.join("\n")}`);
  const types = source.statements.slice(-probes.length).map((statement) => {
    const [declaration] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
    if (!declaration) return "unknown";
    return checker.typeToString(checker.getTypeAtLocation(declaration), declaration, ts.TypeFormatFlags.NoTruncation);
  });
  return {
    parameters: variables.map(({ name, value, comment, declare }, index) => ({
      name, value, comment, declare, type: types[index] ?? "unknown",
    })),
    fits: (index, value) => {
      const { source, problems } = compile(`${text}\n;${probes.join("\n")}\n${probe(index)} = ${value};`);
      const place = source.statements.at(-1)?.getStart() ?? 0;
      return problems().every(({ start = 0 }) => start < place);
    },
  };
}

/**
 * @param {ts.VariableStatement} statement
 * @param {ts.VariableDeclaration} declaration
 * @param {ts.Expression} initializer
 */
function variableOf(statement, declaration, initializer) {
  const isConstant = ts.isAsExpression(initializer) && initializer.type.getText() === "const";
  const value = (isConstant ? initializer.expression : initializer).getText();
  const keyword = statement.declarationList.flags & ts.NodeFlags.Const ? "const" : "let";
  const name = declaration.name.getText();
  const type = declaration.type?.getText();
  return {
    name,
    type,
    value,
    comment: commentOf(statement),
    declare: (/** @type {string} */ other) =>
      `${keyword} ${name}${type ? `: ${type}` : ""} = ${other}${isConstant ? " as const" : ""};`,
  };
}

/**
 * @param {ts.Statement} statement
 * @returns {string} the comment after it on its line, or else the one above it, in one line
 */
function commentOf(statement) {
  const text = statement.getSourceFile().text;
  const ranges = ts.getTrailingCommentRanges(text, statement.end) ?? ts.getLeadingCommentRanges(text, statement.pos) ?? [];
  return ranges
    .map(({ pos, end }) => text.slice(pos, end).replace(/^\/\/+|^\/\*+|\*+\/$/g, "").replace(/\n\s*\*?/g, " ").trim())
    .join(" ");
}

/** @type {Map<string, ts.SourceFile | undefined>} */
const files = new Map();

/**
 * @param {string} name
 * @param {() => ts.SourceFile | undefined} read
 */
function readOnce(name, read) {
  if (!files.has(name)) files.set(name, read());
  return files.get(name);
}

/**
 * A compiler for cells in a folder; the files that they import are read only once.
 * @param {string} folder
 */
function compilerIn(folder) {
  /** @type {ts.CompilerOptions} */
  const options = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const file = join(folder, "parameters-of-a-chapter.ts").replaceAll("\\", "/");
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  let text = "";
  /** @type {ts.Program | undefined} */
  let program;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, target, true)
      : readOnce(name, () => getSourceFile(name, target, ...rest));
  return (/** @type {string} */ cell) => {
    text = cell;
    const compiled = (program = ts.createProgram([file], options, host, program));
    const source = compiled.getSourceFile(file);
    if (!source) throw new Error(`the compiler did not read ${file}`);
    return {
      source,
      checker: compiled.getTypeChecker(),
      problems: () => [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)],
    };
  };
}

/**
 * @param {string} text
 * @returns {boolean} whether it may stand for a string: a shell takes the quotes of `--set MODE="slow"` away
 */
function isWord(text) {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(text) && !["undefined", "NaN", "Infinity"].includes(text);
}

/**
 * @param {string} text
 * @returns {string | undefined} the literal that it is, without comments around it: a number, a string, true, false,
 *   null, or a list or an object of literals; undefined when it is anything else, or more than one thing
 */
function literalIn(text) {
  const wrapped = `(${text}\n);`;
  if (ts.transpileModule(wrapped, { reportDiagnostics: true }).diagnostics?.length) return undefined;
  const [statement, ...others] = ts.createSourceFile("value.ts", wrapped, ts.ScriptTarget.ES2022, true).statements;
  if (!statement || others.length > 0 || !ts.isExpressionStatement(statement)) return undefined;
  if (!ts.isParenthesizedExpression(statement.expression)) return undefined;
  const { expression } = statement.expression;
  return isLiteral(expression) ? expression.getText() : undefined;
}

/**
 * @param {ts.Node} node
 * @returns {boolean}
 */
function isLiteral(node) {
  if (ts.isPrefixUnaryExpression(node)) {
    const isSign = node.operator === ts.SyntaxKind.MinusToken || node.operator === ts.SyntaxKind.PlusToken;
    return isSign && ts.isNumericLiteral(node.operand);
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isLiteral);
  if (ts.isObjectLiteralExpression(node)) {
    const isPlain = (/** @type {ts.ObjectLiteralElementLike} */ property) =>
      ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name) && isLiteral(property.initializer);
    return node.properties.every(isPlain);
  }
  const words = [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword];
  return ts.isNumericLiteral(node) || ts.isStringLiteralLike(node) || words.includes(node.kind);
}
