/** How a notebook must be stored, whatever its chapter is about. What its pages must be like, the maker of the site says. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { readNotebook, textOf, valueText } from "../../kernel-setup/book/notebook.mjs";

/** @typedef {import("../../kernel-setup/book/notebook.mjs").Notebook} Notebook */
/** @typedef {import("../../kernel-setup/book/notebook.mjs").Cell} Cell */

const largestFileBytes = 3_000_000;

/** What `npm run notebooks:store` leaves: anything else is an editor's mark. */
const metadataKeys = ["kernelspec", "language_info"];
const cellMetadataKeys = ["tags", "jupyter"];

/**
 * Looks at one notebook file.
 * @param {string} file
 * @param {{ readonly kernel: string, readonly checkout: string }} project the kernel that it must name, and the path
 *   that no output may tell
 * @returns {string[]} what is wrong, each in a sentence
 */
export function untidiness(file, { kernel, checkout }) {
  const text = readFileSync(file, "utf8");
  const notebook = readNotebook(file);
  const problems = [];
  const bytes = Buffer.byteLength(text);
  if (bytes > largestFileBytes) problems.push(`has ${bytes} bytes; ${largestFileBytes} are the most`);
  problems.push(...formProblems(notebook, kernel));
  notebook.cells.forEach((cell, index) => {
    for (const problem of outputProblems(cell, checkout)) problems.push(`cell ${index + 1} ${problem}`);
  });
  return problems;
}

/**
 * How large the cells are. The aim is a median of at most 6 lines of code, and 15 for nine cells of ten.
 * @param {Notebook} notebook
 * @returns {string}
 */
export function cellSizes(notebook) {
  const lines = notebook.cells
    .filter((cell) => cell.cell_type === "code")
    .map((cell) => textOf(cell.source).split("\n").length)
    .sort((one, other) => one - other);
  const at = (/** @type {number} */ share) => lines[Math.min(lines.length - 1, Math.floor(share * lines.length))] ?? 0;
  return `lines of code a cell: median ${at(0.5)}, nine of ten up to ${at(0.9)}, largest ${lines.at(-1) ?? 0}`;
}

/**
 * @param {Notebook} notebook
 * @param {string} kernel
 * @returns {string[]}
 */
function formProblems({ cells, metadata }, kernel) {
  const store = "npm run notebooks:store puts it right";
  const problems = [];
  const { name } = /** @type {{ name?: string }} */ (metadata["kernelspec"] ?? {});
  if (name !== kernel) problems.push(`names the kernel ${name}, not ${kernel}`);
  const stray = [
    ...Object.keys(metadata).filter((key) => !metadataKeys.includes(key)),
    ...cells.flatMap((cell) => Object.keys(cell.metadata).filter((key) => !cellMetadataKeys.includes(key))),
  ];
  if (stray.length > 0) problems.push(`has stray metadata (${[...new Set(stray)].join(", ")}): ${store}`);
  const ids = cells.map((cell) => cell.id);
  if (ids.includes(undefined) || new Set(ids).size < ids.length) {
    problems.push(`has cells without an id, or two with the same: ${store}`);
  }
  const counts = cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.execution_count);
  if (counts.some((count, index) => count !== index + 1)) {
    problems.push(`was not run from top to bottom when it was stored: ${store}`);
  }
  return problems;
}

/**
 * @param {Cell} cell
 * @param {string} checkout
 * @returns {string[]}
 */
function outputProblems(cell, checkout) {
  const problems = [];
  for (const output of cell.outputs ?? []) {
    const shown = output.output_type === "stream" ? { stream: output.text } : (output.data ?? { error: output.traceback });
    for (const [kind, value] of Object.entries(shown)) {
      if (/^image\/(png|jpeg)$/.test(kind)) continue;
      const text = valueText(value).replace(/data:[a-z/+-]+;base64,[A-Za-z0-9+/=]+/g, "");
      const isForReading = !kind.includes("json");
      if (isForReading && /\bundefined\b/.test(text)) problems.push(`shows "undefined" (${kind})`);
      if (text.includes("[object Object]")) problems.push(`shows "[object Object]" (${kind})`);
      if (isForReading && /\bNaN\b/.test(text)) problems.push(`shows "NaN" (${kind})`);
      const path = [checkout, homedir()].find((folder) => folder.length > 1 && text.includes(folder))
        ?? /(?:file:\/\/|(?<![\w:./]))\/(?:home|Users|root|tmp|work|usr|var)\/[\w.-]+/.exec(text)?.[0];
      if (path) problems.push(`tells a path of one machine, ${path} (${kind})`);
    }
  }
  return problems;
}
