/** What a fresh run of a notebook shows, against what is stored in its file. */
import { hasTag, textOf, valueText } from "../../kernel-setup/book/notebook.mjs";

/** @typedef {import("../../kernel-setup/book/notebook.mjs").Cell} Cell */
/** @typedef {import("../../kernel-setup/book/notebook.mjs").Output} Output */

/**
 * One code cell that is not as it should be.
 * @typedef {{ readonly cell: number, readonly problem: string }} Difference `cell` counts from 1, text cells included
 */

/**
 * Compares all code cells. Execution counts and display ids do not matter. Of a cell tagged `wall-clock` only the
 * kinds of its outputs are compared; only a cell tagged `raises-exception` may show an error.
 * @param {import("../../kernel-setup/book/notebook.mjs").Notebook} stored
 * @param {import("../../kernel-setup/book/notebook.mjs").Notebook} fresh
 * @returns {Difference[]} the cells that fail, in order
 */
export function compareNotebooks(stored, fresh) {
  /** @type {Difference[]} */
  const differences = [];
  fresh.cells.forEach((cell, index) => {
    if (cell.cell_type !== "code") return;
    const before = stored.cells[index];
    const problem = before ? compareCells(before, cell) : "is not in the stored notebook";
    if (problem !== "") differences.push({ cell: index + 1, problem });
  });
  return differences;
}

/**
 * @param {Cell} stored
 * @param {Cell} fresh
 * @returns {string} what is wrong; empty when nothing is
 */
function compareCells(stored, fresh) {
  const [before, now] = [stored.outputs ?? [], fresh.outputs ?? []];
  const error = now.find((output) => output.output_type === "error");
  if (error && !hasTag(fresh, "raises-exception")) return `failed with ${error.ename}: ${error.evalue}`;
  if (hasTag(fresh, "raises-exception") && !error) return "should fail, as its tag raises-exception says, but did not";
  if (now.length === 0 && before.length > 0) return "shows nothing, but an output is stored";
  if (now.length > 0 && before.length === 0) return "has no stored output: npm run notebooks:store";
  if (now.length !== before.length) return `shows ${now.length} outputs, but ${before.length} are stored`;
  for (const [index, output] of now.entries()) {
    const problem = compareOutputs(/** @type {Output} */ (before[index]), output, hasTag(fresh, "wall-clock"));
    if (problem !== "") return now.length === 1 ? problem : `output ${index + 1}: ${problem}`;
  }
  return "";
}

/**
 * @param {Output} stored
 * @param {Output} fresh
 * @param {boolean} onlyKinds
 * @returns {string}
 */
function compareOutputs(stored, fresh, onlyKinds) {
  const [before, now] = [partsOf(stored), partsOf(fresh)];
  const [kindsBefore, kindsNow] = [[...before.keys()].join(", "), [...now.keys()].join(", ")];
  if (kindsBefore !== kindsNow) return `shows ${kindsNow}, but ${kindsBefore} is stored`;
  if (onlyKinds) return "";
  for (const [kind, text] of now) {
    const old = before.get(kind) ?? "";
    if (text !== old) return `${kind} differs from what is stored\n${firstDifference(old, text)}`;
  }
  return "";
}

/**
 * @param {Output} output
 * @returns {Map<string, string>} its texts by kind, sorted by kind
 */
function partsOf(output) {
  /** @type {[string, string][]} */
  const parts = [];
  switch (output.output_type) {
    case "stream":
      parts.push([output.name ?? "stdout", textOf(output.text)]);
      break;
    case "error":
      parts.push(["error", [`${output.ename}: ${output.evalue}`, ...(output.traceback ?? [])].join("\n")]);
      break;
    case "display_data":
    case "execute_result":
      for (const [type, value] of Object.entries(output.data ?? {})) parts.push([type, valueText(value)]);
      if (Object.keys(output.metadata ?? {}).length > 0) parts.push(["metadata", JSON.stringify(output.metadata)]);
      break;
  }
  return new Map(parts.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * The first place where two texts part, with a little of what is around it.
 * @param {string} stored
 * @param {string} fresh
 * @returns {string}
 */
function firstDifference(stored, fresh) {
  let at = 0;
  while (at < stored.length && stored[at] === fresh[at]) at += 1;
  const from = Math.max(0, at - 40);
  const excerpt = (/** @type {string} */ text) => JSON.stringify(text.slice(from, at + 80));
  return `  stored: ${excerpt(stored)}\n  now:    ${excerpt(fresh)}`;
}
