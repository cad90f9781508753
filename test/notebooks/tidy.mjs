/** What every stored notebook must be like, whatever its chapter is about. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, resolve } from "node:path";
import markdownIt from "markdown-it";
import { hasTag, readNotebook, textOf } from "./notebook.mjs";

/** @typedef {import("./notebook.mjs").Notebook} Notebook */
/** @typedef {import("./notebook.mjs").Cell} Cell */

const markdown = markdownIt({ html: true });

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
  problems.push(...formProblems(notebook, kernel), ...proseProblems(notebook, file));
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
  const name = metadata["kernelspec"]?.name;
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
 * @param {Notebook} notebook
 * @param {string} file
 * @returns {string[]}
 */
function proseProblems({ cells }, file) {
  const problems = [];
  let titles = 0;
  cells.forEach((cell, index) => {
    if (cell.cell_type !== "markdown") return;
    for (const token of markdown.parse(textOf(cell.source), {}).flatMap((block) => [block, ...(block.children ?? [])])) {
      if (token.type === "heading_open" && token.tag === "h1") titles += 1;
      if (token.type === "link_open") {
        const problem = linkProblem(String(token.attrGet("href") ?? ""), file, cells);
        if (problem !== "") problems.push(`cell ${index + 1} ${problem}`);
      }
      if (token.type === "image") {
        if (token.content.trim() === "") problems.push(`cell ${index + 1} has an image without a text that describes it`);
        const problem = linkProblem(String(token.attrGet("src") ?? ""), file, cells, cell);
        if (problem !== "") problems.push(`cell ${index + 1} ${problem}`);
      }
      if (/^html_/.test(token.type) && /<img(?![^>]*\salt="[^"]+")/i.test(token.content)) {
        problems.push(`cell ${index + 1} has an <img> without alt`);
      }
    }
  });
  if (titles !== 1) problems.push(`has ${titles} titles of the first level; it needs exactly one`);
  return problems;
}

/**
 * @param {string} target
 * @param {string} file
 * @param {readonly Cell[]} cells
 * @param {Cell} [holder] the cell whose attachments count
 * @returns {string}
 */
function linkProblem(target, file, cells, holder) {
  if (/^https:\/\/[^/]+\.[^/]+/.test(target) || /^mailto:/.test(target)) return "";
  if (target.startsWith("attachment:")) {
    return holder?.attachments?.[decodeURI(target.slice("attachment:".length))] ? "" : `lacks the attachment of ${target}`;
  }
  if (/^[a-z]+:/i.test(target)) return `links to ${target}: only https is allowed`;
  const [path = "", anchor = ""] = target.split("#");
  const place = path === "" ? file : resolve(dirname(file), decodeURI(path));
  if (!existsSync(place)) return `links to ${target}, which does not exist`;
  if (anchor === "" || !place.endsWith(".ipynb")) return "";
  const there = path === "" ? cells : readNotebook(place).cells;
  return anchorsOf(there).has(decodeURI(anchor).toLowerCase()) ? "" : `links to ${target}, but there is no such heading`;
}

/**
 * @param {readonly Cell[]} cells
 * @returns {Set<string>} the anchors that Jupyter gives to the headings, in small letters
 */
function anchorsOf(cells) {
  const anchors = new Set();
  for (const cell of cells) {
    if (cell.cell_type !== "markdown") continue;
    const tokens = markdown.parse(textOf(cell.source), {});
    tokens.forEach((token, index) => {
      if (token.type !== "heading_open") return;
      const text = (tokens[index + 1]?.children ?? []).map((child) => child.content).join("");
      anchors.add(text.trim().replaceAll(" ", "-").toLowerCase());
    });
  }
  return anchors;
}

/**
 * @param {Cell} cell
 * @param {string} checkout
 * @returns {string[]}
 */
function outputProblems(cell, checkout) {
  const problems = [];
  for (const output of cell.outputs ?? []) {
    if (output.output_type === "error" && !hasTag(cell, "raises-exception")) problems.push("stores an error");
    const shown = output.output_type === "stream" ? { stream: output.text } : (output.data ?? { error: output.traceback });
    for (const [kind, value] of Object.entries(shown)) {
      if (/^image\/(png|jpeg)$/.test(kind)) continue;
      const text = textOf(value).replace(/data:[a-z/+-]+;base64,[A-Za-z0-9+/=]+/g, "");
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
