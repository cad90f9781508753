/** The whole site in memory: from notebooks to files, and everything that an author must mend. */
import { createRequire } from "node:module";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { codeBlock } from "./html.mjs";
import { hasTag, readNotebooks, textOf } from "./notebook.mjs";
import { outputPart } from "./outputs.mjs";
import { pageHtml } from "./page.mjs";
import { playgroundBody, workerScript } from "./playground/page.mjs";
import { dress, headingProblems, parse, render } from "./prose.mjs";
import { searchScript } from "./search.mjs";

/** @typedef {import("./notebook.mjs").Cell} Cell */
/** @typedef {import("./notebook.mjs").Notebook} Notebook */
/** @typedef {import("./notebook.mjs").Problem} Problem */
/** @typedef {import("./prose.mjs").Heading} Heading */
/** @typedef {import("./prose.mjs").Reference} Reference */

/**
 * One page while it is made.
 * @typedef {object} Page
 * @property {string} name the notebook's, without .ipynb
 * @property {string} file the page's
 * @property {string} title
 * @property {Heading[]} headings
 * @property {{ cell: Cell, part: HTMLElement }[]} parts one for each cell
 * @property {Reference[]} references
 * @property {Map<string, string>} anchors as they are, by their form in small letters
 */

/** @typedef {Map<string, string | { readonly copyOf: string }>} Files by path in the site: a text, or a file to copy */

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Makes the site.
 * @param {object} places
 * @param {string} places.notebooks the folder of the notebooks
 * @param {string} places.checkout files below it may be linked, and are then copied
 * @param {boolean} [places.playground] whether the page in which protocols run is there too
 * @returns {{ files: Files, problems: Problem[], pages: number }}
 */
export function makeSite({ notebooks, checkout, playground = false }) {
  /** @type {Problem[]} */
  const problems = [];
  const pages = readNotebooks(notebooks).map(({ name, notebook }) => makePage(name, notebook, problems));
  /** @type {Files} */
  const files = new Map();
  const context = { pages, notebooks, checkout, files };
  for (const { name, references } of pages) {
    for (const reference of references) {
      const problem = follow(reference, name, context);
      if (problem !== "") problems.push({ file: `${name}.ipynb`, cell: reference.cell, problem });
    }
  }
  const all = playground ? [...pages, playgroundPage] : pages;
  for (const [number, page] of all.entries()) {
    const body = page === playgroundPage ? playgroundBody : page.parts.map(({ part }) => part.innerHTML).join("\n");
    const scripts = page === playgroundPage ? ["playground-worker.js", "playground.js"] : [];
    files.set(page.file, pageHtml({ pages: all, number, body, scripts }));
  }
  if (playground) files.set("assets/playground-worker.js", workerScript());
  files.set("assets/search.js", searchScript(pages));
  addAssets(files, [...files.values()].join("\n"), playground);
  return { files, problems, pages: pages.length };
}

/**
 * The last page, which no notebook is behind.
 * @type {Page}
 */
const playgroundPage = { name: "playground", file: "playground.html", title: "Playground", headings: [], parts: [], references: [], anchors: new Map() };

/**
 * @param {string} name
 * @param {Notebook} notebook
 * @param {Problem[]} problems added to
 * @returns {Page}
 */
function makePage(name, { cells }, problems) {
  const file = `${name}.ipynb`;
  /** @type {Heading[]} */
  const headings = [];
  /** @type {Reference[]} */
  const references = [];
  /** @type {Set<string>} */
  const taken = new Set(["contents", "main", "search", "found"]);
  const parts = cells.map((cell, index) => {
    const number = index + 1;
    const { part, problems: wrong } = cellPart(cell, number);
    const dressed = dress(part, number, taken);
    headings.push(...dressed.headings);
    references.push(...dressed.references);
    for (const problem of [...wrong, ...dressed.problems]) problems.push({ file, cell: number, problem });
    return { cell, part };
  });
  const code = cells.flatMap((cell, index) => (cell.cell_type === "code" ? [{ cell, number: index + 1 }] : []));
  const notRun = code.filter(({ cell }) => cell.execution_count == null && textOf(cell.source).trim() !== "");
  if (notRun.length > 0) {
    const which = notRun.length === code.length ? "no cell of it" : `cell ${notRun.map(({ number }) => number).join(", ")} not`;
    problems.push({ file, cell: null, problem: `was not run when it was stored (${which}): npm run notebooks:store runs it` });
  } else if (code.length > 0 && code.every(({ cell }) => (cell.outputs ?? []).length === 0)) {
    problems.push({ file, cell: null, problem: "is stored without outputs: npm run notebooks:store puts them in" });
  }
  problems.push(...headingProblems(headings).map((wrong) => ({ file, ...wrong })));
  const ids = parts.flatMap(({ part }) => [...part.querySelectorAll("[id]")].map(({ id }) => id));
  const title = headings.find(({ level }) => level === 1)?.text ?? name;
  const anchors = new Map([...ids].reverse().map((id) => [id.toLowerCase(), id]));
  return { name, file: pageFile(name), title, headings, parts, references, anchors };
}

/**
 * @param {Cell} cell
 * @param {number} number
 * @returns {{ part: HTMLElement, problems: string[] }}
 */
function cellPart(cell, number) {
  const source = textOf(cell.source);
  const id = `cell-${number}`;
  if (cell.cell_type === "markdown") {
    const part = parse(`<div class="cell prose" id="${id}"></div>`);
    part.firstElementChild?.append(...render(source).childNodes);
    for (const image of part.querySelectorAll('img[src^="attachment:"]')) {
      const bytes = attachment(cell, decodeURI(image.getAttribute("src") ?? ""));
      if (bytes !== "") image.setAttribute("src", bytes);
    }
    return { part, problems: [] };
  }
  if (cell.cell_type !== "code" || source.trim() === "") return { part: parse(""), problems: [] };
  /** @type {string[]} */
  const problems = [];
  const block = codeBlock(source, "typescript");
  const isSolution = hasTag(cell, "solution");
  const code = cell.metadata.jupyter?.source_hidden && !isSolution ? `<details><summary>Code</summary>${block}</details>` : block;
  const part = parse(`<div class="cell" id="${id}">${code}</div>`);
  for (const [index, output] of (cell.outputs ?? []).entries()) {
    const shown = outputPart(output, `c${number}o${index + 1}-`);
    part.firstElementChild?.append(...shown.part.childNodes);
    problems.push(...shown.problems);
    if (output.output_type === "error" && !hasTag(cell, "raises-exception")) {
      problems.push(`stores an error (${output.ename}: ${output.evalue}) without the tag raises-exception`);
    }
  }
  if (isSolution) {
    const fold = parse("<details><summary>Solution</summary></details>");
    fold.firstElementChild?.append(...(part.firstElementChild?.childNodes ?? []));
    part.firstElementChild?.append(...fold.childNodes);
  }
  return { part, problems };
}

/**
 * @param {Cell} cell
 * @param {string} target attachment:NAME
 * @returns {string} a data URL; empty when the cell has no such attachment
 */
function attachment({ attachments = {} }, target) {
  const [found] = Object.entries(attachments[target.slice("attachment:".length)] ?? {});
  return found ? `data:${found[0]};base64,${textOf(found[1]).replace(/\s/g, "")}` : "";
}

/**
 * Leads a link or image to its place in the site.
 * @param {Reference} reference
 * @param {string} name of the page that it stands in
 * @param {{ pages: readonly Page[], notebooks: string, checkout: string, files: Files }} context
 * @returns {string} what is wrong with it; empty when nothing is
 */
function follow({ kind, target, lead }, name, { pages, notebooks, checkout, files }) {
  const verb = kind === "image" ? "shows" : "links to";
  if (kind === "image" && target.startsWith("data:image/")) return "";
  if (/^https:\/\/[^/]+\.[^/]+/.test(target) && kind === "link") return "";
  if (/^mailto:/.test(target) && kind === "link") return "";
  if (target.startsWith("attachment:")) return `shows ${target}, but has no such attachment`;
  if (/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(target)) {
    return `${verb} ${target}: ${kind === "image" ? "images must be files, to be there without a network" : "only https is allowed"}`;
  }
  const [path = "", anchor = ""] = decoded(target).split("#");
  const page = path === "" ? pages.find((one) => one.name === name) : pages.find((one) => `${one.name}.ipynb` === posix.normalize(path));
  if (page && kind === "link") {
    const id = page.anchors.get(anchor.toLowerCase());
    if (anchor !== "" && id === undefined) return `links to ${target}, but there is no such heading`;
    lead((path === "" ? "" : encodeURI(page.file)) + (id === undefined ? "" : `#${encodeURIComponent(id)}`));
    return "";
  }
  const place = resolve(notebooks, path);
  const inside = relative(checkout, place);
  if (inside.startsWith("..") || !existsSync(place)) return `${verb} ${target}, which does not exist`;
  if (!statSync(place).isFile()) return `${verb} ${target}, which is no file`;
  const copy = `files/${inside.split(sep).join("/")}`;
  files.set(copy, { copyOf: place });
  lead(encodeURI(copy) + (anchor === "" ? "" : `#${encodeURIComponent(anchor)}`));
  return "";
}

/**
 * @param {string} target
 * @returns {string} as it is where it cannot be decoded
 */
function decoded(target) {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

/**
 * @param {string} name
 * @returns {string}
 */
function pageFile(name) {
  return name === "start" ? "index.html" : `${name}.html`;
}

/**
 * Styles, scripts and fonts; the large ones only where a page uses them.
 * @param {Files} files added to
 * @param {string} html all pages
 * @param {boolean} playground whether its page is one of them
 */
function addAssets(files, html, playground) {
  const folder = join(here, "site");
  for (const name of readdirSync(folder).sort()) {
    if (playground || name !== "playground.js") files.set(`assets/${name}`, { copyOf: join(folder, name) });
  }
  files.set("assets/icon.svg", { copyOf: join(here, "..", "logo", "logo-svg.svg") });
  files.set("assets/minisearch.js", { copyOf: join(dirname(require.resolve("minisearch")), "..", "umd", "index.js") });
  if (html.includes('class="katex')) {
    const katex = dirname(require.resolve("katex/dist/katex.min.css"));
    // Every browser that knows light-dark(), as the site's style needs, reads woff2.
    const css = readFileSync(join(katex, "katex.min.css"), "utf8").replace(/,url\([^)]*\) format\("(?:woff|truetype)"\)/g, "");
    files.set("assets/katex/katex.css", css);
    for (const font of readdirSync(join(katex, "fonts")).filter((name) => name.endsWith(".woff2")).sort()) {
      files.set(`assets/katex/fonts/${font}`, { copyOf: join(katex, "fonts", font) });
    }
  }
  if (playground || html.includes("data-mime=")) {
    const lab = join(here, "..", "lab-extension", "static");
    for (const name of readdirSync(lab).sort()) files.set(`assets/lab/${name}`, { copyOf: join(lab, name) });
    files.set("assets/lab/plotly.js", { copyOf: require.resolve("plotly.js-dist") });
  }
}
