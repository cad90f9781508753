/** The form of a notebook file (nbformat 4), as far as the tests look at it. */
import { readFileSync } from "node:fs";

/** @typedef {string | readonly string[]} Lines a text, or its lines with their ends */

/**
 * @typedef {object} Output
 * @property {"stream" | "display_data" | "execute_result" | "error"} output_type
 * @property {string} [name] of a stream: stdout or stderr
 * @property {Lines} [text] of a stream
 * @property {Readonly<Record<string, unknown>>} [data] by MIME type
 * @property {Readonly<Record<string, unknown>>} [metadata]
 * @property {string} [ename] the kind of an error
 * @property {string} [evalue] the message of an error
 * @property {readonly string[]} [traceback] of an error
 */

/**
 * @typedef {object} Cell
 * @property {"markdown" | "code" | "raw"} cell_type
 * @property {string} [id]
 * @property {Lines} source
 * @property {{ tags?: readonly string[] }} metadata
 * @property {readonly Output[]} [outputs]
 * @property {number | null} [execution_count]
 * @property {Readonly<Record<string, unknown>>} [attachments]
 */

/**
 * @typedef {object} Notebook
 * @property {readonly Cell[]} cells
 * @property {Readonly<Record<string, any>>} metadata
 */

/**
 * @param {string} file
 * @returns {Notebook}
 */
export function readNotebook(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/**
 * @param {unknown} lines a text, its lines, or any JSON value
 * @returns {string}
 */
export function textOf(lines) {
  if (typeof lines === "string") return lines;
  if (Array.isArray(lines) && lines.every((line) => typeof line === "string")) return lines.join("");
  return JSON.stringify(lines) ?? "";
}

/**
 * @param {Cell} cell
 * @param {string} tag
 * @returns {boolean}
 */
export function hasTag(cell, tag) {
  return cell.metadata.tags?.includes(tag) ?? false;
}
