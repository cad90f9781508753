/** The form of a notebook file (nbformat 4), as far as the site, the workbook and the tests look at it. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SetupFault } from "../setup/report.mjs";

/** @typedef {string | readonly string[]} Lines a text, or its lines with their ends */

/**
 * @typedef {object} Output
 * @property {"stream" | "display_data" | "execute_result" | "error"} output_type
 * @property {string} [name] of a stream: stdout or stderr
 * @property {Lines} [text] of a stream
 * @property {Readonly<Record<string, unknown>>} [data] by MIME type
 * @property {Readonly<Record<string, unknown>>} [metadata] of shown data
 * @property {string} [ename] the kind of an error
 * @property {string} [evalue] the message of an error
 * @property {readonly string[]} [traceback] of an error
 */

/**
 * @typedef {object} Cell
 * @property {"markdown" | "code" | "raw"} cell_type
 * @property {string} [id]
 * @property {Lines} source
 * @property {{ tags?: readonly string[], jupyter?: { source_hidden?: boolean } }} metadata
 * @property {Output[]} [outputs]
 * @property {number | null} [execution_count]
 * @property {Readonly<Record<string, Readonly<Record<string, Lines>>>>} [attachments] by name, then by MIME type
 */

/**
 * @typedef {object} Notebook
 * @property {Cell[]} cells
 * @property {Readonly<Record<string, unknown>>} metadata
 * @property {number} nbformat
 */

/**
 * Something that an author must mend.
 * @typedef {object} Problem
 * @property {string} file the notebook's name
 * @property {number | null} cell counted from 1, as JupyterLab does; null where it is the whole notebook
 * @property {string} problem in a sentence
 */

/**
 * Reads all notebooks of a folder: the start page first, then by section number, so that 3.10 follows 3.9.
 * @param {string} folder
 * @returns {{ name: string, notebook: Notebook }[]} `name` without its folder and .ipynb
 * @throws {SetupFault} when there is none, or one is no notebook
 */
export function readNotebooks(folder) {
  /** @type {string[]} */
  let files = [];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));
  } catch {
    // the message below tells the folder
  }
  if (files.length === 0) throw new SetupFault(`There is no notebook in ${folder}.`);
  const names = files.map((file) => file.slice(0, -".ipynb".length)).sort(inOrder);
  return names.map((name) => ({ name, notebook: readNotebook(join(folder, `${name}.ipynb`)) }));
}

/**
 * @param {string} file
 * @returns {Notebook}
 * @throws {SetupFault} when it is no notebook of format 4
 */
export function readNotebook(file) {
  const notebook = parsed(file);
  const isNotebook = notebook?.nbformat === 4 && Array.isArray(notebook.cells);
  if (!isNotebook) throw new SetupFault(`${file} is no notebook of format 4.`);
  return notebook;
}

/**
 * @param {string} file
 * @returns {any} undefined when it is no JSON
 */
function parsed(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @type {(one: string, other: string) => number} */
function inOrder(one, other) {
  if (one === "start" || other === "start") return one === other ? 0 : one === "start" ? -1 : 1;
  const [ones, others] = [one, other].map((name) => /^[\d.]*\d/.exec(name)?.[0].split(".").map(Number) ?? [Infinity]);
  for (let i = 0; i < Math.max(ones?.length ?? 0, others?.length ?? 0); i++) {
    const difference = (ones?.[i] ?? -1) - (others?.[i] ?? -1);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * @param {unknown} value what an output holds of one MIME type: a text, its lines, or any JSON value
 * @returns {string}
 */
export function valueText(value) {
  const isText = typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));
  return isText ? textOf(value) : (JSON.stringify(value) ?? "");
}

/**
 * @param {unknown} lines a text or its lines; anything else has no text
 * @returns {string}
 */
export function textOf(lines) {
  return Array.isArray(lines) ? lines.join("") : typeof lines === "string" ? lines : "";
}

/**
 * @param {Cell} cell
 * @param {string} tag
 * @returns {boolean}
 */
export function hasTag(cell, tag) {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/**
 * @param {Problem} problem
 * @returns {string} such as "start.ipynb, cell 3: links to …"
 */
export function problemLine({ file, cell, problem }) {
  return `${file}${cell === null ? "" : `, cell ${cell}`}: ${problem}`;
}
