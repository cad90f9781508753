/**
 * The way through the course, written into every chapter by one hand: which chapter comes before and which after, what
 * they are called on the start page and how long they take, by what title a source is cited, and in the bibliography
 * where each source is cited.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNotebooks, textOf } from "../../kernel-setup/book/notebook.mjs";

/** @typedef {import("../../kernel-setup/book/notebook.mjs").Problem} Problem */
/** @typedef {{ readonly name: string, readonly texts: readonly (string | null)[] }} Prose the Markdown of a notebook's cells; null for a cell of code */

const start = "start";
const bibliography = "bibliography";

/**
 * Where the notebooks of a folder do not say the way as it is.
 * @param {string} folder
 * @returns {Problem[]}
 */
export function wayProblems(folder) {
  const pages = proseOf(folder);
  const laid = layOut(pages).flatMap(({ name, texts }, page) =>
    texts.flatMap((text, cell) =>
      text === pages[page]?.texts[cell] ? [] : [{ file: `${name}.ipynb`, cell: cell + 1, problem: "does not lead on, or cite, as the course stands: npm run notebooks:store puts it right" }],
    ),
  );
  return [...laid, ...citationProblems(pages)];
}

/**
 * Puts the way into the notebooks, and touches nothing else of them.
 * @param {string} folder
 * @returns {string[]} the files that changed
 */
export function layWay(folder) {
  const pages = proseOf(folder);
  return layOut(pages).flatMap(({ name, texts }, page) => {
    const file = join(folder, `${name}.ipynb`);
    const before = readFileSync(file, "utf8");
    let after = before;
    for (const [cell, text] of texts.entries()) {
      const old = pages[page]?.texts[cell];
      if (typeof text === "string" && typeof old === "string" && text !== old) after = after.replace(inFile(old), () => inFile(text));
    }
    if (after === before) return [];
    writeFileSync(file, after);
    return [`${name}.ipynb`];
  });
}

/**
 * @param {string} folder
 * @returns {Prose[]} in the order of the course
 */
function proseOf(folder) {
  return readNotebooks(folder).map(({ name, notebook }) => ({
    name,
    texts: notebook.cells.map((cell) => (cell.cell_type === "markdown" ? textOf(cell.source) : null)),
  }));
}

/**
 * The notebooks as they should be.
 * @param {readonly Prose[]} pages
 * @returns {Prose[]}
 */
export function layOut(pages) {
  const titles = new Map(pages.flatMap(({ texts }) => texts).flatMap((text) => [...entriesOf(text ?? "")]).map(({ key, title }) => [key, title]));
  const places = citations(pages);
  return pages.map((page, number) => {
    const ways = wayLine(pages[number - 1], pages[number + 1]);
    const texts = page.texts.map((text, cell) => {
      if (text === null) return null;
      if (page.name === bibliography) text = withPlaces(text, places);
      else text = withTitles(text, titles);
      if (page.name === start) return withChapters(text, pages);
      if (cell === 0) text = withHead(text, ways);
      if (cell === page.texts.length - 1) text = withFoot(text, ways);
      return text;
    });
    return { name: page.name, texts };
  });
}

/**
 * "[← 2.1 Consistency](…) · [Start page](…) · [2.2 Transactions →](…)"
 * @param {Prose | undefined} before
 * @param {Prose | undefined} after
 */
function wayLine(before, after) {
  const parts = ["[Start page](start.ipynb)"];
  if (before && before.name !== start) parts.unshift(`[← ${shortTitle(before)}](${before.name}.ipynb)`);
  if (after) parts.push(`[${shortTitle(after)} →](${after.name}.ipynb)`);
  return parts.join(" · ");
}

/** @param {Prose} page its title up to the colon */
function shortTitle({ name, texts }) {
  return /^# ([^:\n]+)/.exec(texts[0] ?? "")?.[1]?.trim() ?? name;
}

const isWay = (/** @type {string} */ paragraph) => /^\[(←|Start page\])/.test(paragraph);

/**
 * Title, way, what is needed and how long it takes, and then the text.
 * @param {string} text
 * @param {string} ways
 */
function withHead(text, ways) {
  const [title = "", second = "", ...rest] = text.split("\n\n");
  if (!isWay(second)) return [title, ways, ...(second === "" ? [] : [second]), ...rest].join("\n\n");
  const facts = /· (you need.*)$/s.exec(second)?.[1];
  return [title, ways, ...(facts ? [facts[0]?.toUpperCase() + facts.slice(1)] : []), ...rest].join("\n\n");
}

/**
 * @param {string} text
 * @param {string} ways
 */
function withFoot(text, ways) {
  const paragraphs = text.trimEnd().split("\n\n");
  const rest = paragraphs.length > 1 && isWay(paragraphs.at(-1) ?? "") ? paragraphs.slice(0, -1) : paragraphs;
  return [...rest, ways].join("\n\n");
}

/**
 * The start page's table of chapters: each row names its chapter by title, and says how many minutes it takes.
 * @param {string} text
 * @param {readonly Prose[]} pages
 */
function withChapters(text, pages) {
  return text.replace(/^(\|[^|]*\| )\[[^\]]*\]\(([^)]+)\.ipynb\)( \|[^|]*\|)[^|]*\|$/gm, (row, section, name, needs) => {
    const [head = ""] = pages.find((page) => page.name === name)?.texts ?? [];
    const title = /^# (.+)$/m.exec(head ?? "")?.[1];
    if (title === undefined) return row;
    const minutes = /about (\d+) minutes/.exec(head ?? "")?.[1];
    return `${section}[${title}](${name}.ipynb)${needs} ${minutes ?? "–"} |`;
  });
}

const entryHead = /^### ([A-Za-z]+\d*[a-z]?)$/;

/**
 * The entries of a cell of the bibliography: a heading with the key, and a line with authors, title and place.
 * @param {string} text
 */
function* entriesOf(text) {
  const paragraphs = text.split("\n\n");
  for (const [index, paragraph] of paragraphs.entries()) {
    const key = entryHead.exec(paragraph)?.[1];
    const title = /\*(?:\\\*|[^*])+\*/.exec(paragraphs[index + 1] ?? "")?.[0];
    if (key && title) yield { key, title };
  }
}

/**
 * A source in a list is told by its title, too.
 * @param {string} text
 * @param {ReadonlyMap<string, string>} titles by key, in asterisks
 */
function withTitles(text, titles) {
  return text.replace(/^(- \[[^\]]+\]\(bibliography\.ipynb#(\w+)\))(?:, \*(?:\\\*|[^*])+\*)?/gm, (line, link, key) => {
    const title = titles.get(key);
    return title ? `${link}, ${title}` : line;
  });
}

/**
 * Which notebooks cite which key.
 * @param {readonly Prose[]} pages
 * @returns {ReadonlyMap<string, readonly Prose[]>}
 */
function citations(pages) {
  /** @type {Map<string, Prose[]>} */
  const places = new Map();
  for (const page of pages) {
    if (page.name === bibliography) continue;
    const keys = page.texts.flatMap((text) => [...(text ?? "").matchAll(/\(bibliography\.ipynb#(\w+)\)/g)].map(([, key]) => key ?? ""));
    for (const key of new Set(keys)) places.set(key, [...(places.get(key) ?? []), page]);
  }
  return places;
}

/**
 * @param {string} text a cell of the bibliography
 * @param {ReadonlyMap<string, readonly Prose[]>} places
 */
function withPlaces(text, places) {
  const paragraphs = text.split("\n\n").filter((paragraph) => !paragraph.startsWith("Cited in "));
  return paragraphs
    .flatMap((paragraph, index) => {
      const key = entryHead.exec(paragraphs[index - 1] ?? "")?.[1];
      const cited = key ? (places.get(key) ?? []) : [];
      return cited.length === 0 ? [paragraph] : [paragraph, `Cited in ${cited.map((page) => `[${/^[\d.]+\d|^\d/.exec(page.name)?.[0] ?? shortTitle(page)}](${page.name}.ipynb)`).join(", ")}.`];
    })
    .join("\n\n");
}

/**
 * Keys that are cited and not there, and the other way round.
 * @param {readonly Prose[]} pages
 * @returns {Problem[]}
 */
function citationProblems(pages) {
  const places = citations(pages);
  const entries = pages.filter(({ name }) => name === bibliography).flatMap(({ texts }) => texts.flatMap((text) => [...entriesOf(text ?? "")].map(({ key }) => key)));
  const twice = entries.filter((key, index) => entries.indexOf(key) !== index);
  const missing = [...places].filter(([key]) => !entries.includes(key));
  return [
    ...missing.flatMap(([key, cited]) => cited.map(({ name }) => ({ file: `${name}.ipynb`, cell: null, problem: `cites ${key}, which the bibliography does not have` }))),
    ...entries.filter((key) => !places.has(key)).map((key) => ({ file: `${bibliography}.ipynb`, cell: null, problem: `has ${key}, which no chapter cites` })),
    ...twice.map((key) => ({ file: `${bibliography}.ipynb`, cell: null, problem: `has ${key} twice` })),
  ];
}

/**
 * A cell's source as the file holds it.
 * @param {string} text
 */
function inFile(text) {
  const lines = text.split(/(?<=\n)/);
  return `"source": ${JSON.stringify(lines, null, 1).replaceAll("\n", "\n   ")}`;
}
