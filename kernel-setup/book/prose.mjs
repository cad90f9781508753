/** The text of a chapter: Markdown with mathematics to HTML, and the look at its links, images and headings. */
import katexPlugin from "@vscode/markdown-it-katex";
import { JSDOM } from "jsdom";
import markdownIt from "markdown-it";
import { codeBlock } from "./html.mjs";

const markdown = markdownIt({ html: true, highlight: (code, language) => codeBlock(code, language) });
// The plugin is a CommonJS module whose own export is a second `default`.
markdown.use(/** @type {any} */ (katexPlugin).default ?? katexPlugin);
// The renderer would put a second `pre` around one that does not begin the answer.
const { fence } = markdown.renderer.rules;
markdown.renderer.rules["fence"] = (tokens, index, options, environment, self) => {
  const { info = "", content = "" } = tokens[index] ?? {};
  return fence && info.trim() === "math" ? fence(tokens, index, options, environment, self) : codeBlock(content.trimEnd(), info.trim());
};

/**
 * One heading of a page.
 * @typedef {{ readonly level: number, readonly id: string, readonly text: string, readonly cell: number }} Heading
 */

/**
 * A link or an image, as its author wrote it; the one who knows all pages says where it leads.
 * @typedef {{ readonly cell: number, readonly kind: "link" | "image", readonly target: string, readonly lead: (to: string) => void }} Reference
 */

/** The document in which fragments are made: one for all of them. */
const { document } = new JSDOM("").window;

/**
 * @param {string} html
 * @returns {HTMLElement} an element that holds it
 */
export function parse(html) {
  const holder = document.createElement("div");
  holder.innerHTML = html;
  return holder;
}

/**
 * @param {string} source
 * @returns {HTMLElement} the rendered Markdown
 */
export function render(source) {
  return parse(markdown.render(source));
}

/**
 * What a part of a page says, without the second copy that mathematics keeps for the eyes.
 * @param {Element} part
 * @returns {string}
 */
export function plainText(part) {
  const copy = /** @type {Element} */ (part.cloneNode(true));
  for (const twice of copy.querySelectorAll(".katex-html, annotation, .anchor, style, script")) twice.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/**
 * Gives headings the anchors that JupyterLab gives them, and tables room to scroll; lists links and images.
 * @param {HTMLElement} part the HTML of one cell, changed in place
 * @param {number} cell its number, from 1
 * @param {Set<string>} taken the anchors that the page has already; added to
 * @returns {{ headings: Heading[], references: Reference[], problems: string[] }}
 */
export function dress(part, cell, taken) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Heading[]} */
  const headings = [];
  for (const heading of part.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const text = plainText(heading);
    const name = text.replaceAll(" ", "-");
    let id = name;
    for (let i = 2; taken.has(id); i++) id = `${name}-${i}`;
    taken.add(id);
    if (text === "") problems.push("has a heading without a text");
    heading.id = id;
    const level = Number(heading.localName.slice(1));
    headings.push({ level, id, text, cell });
    if (level === 1) continue;
    const anchor = document.createElement("a");
    anchor.className = "anchor";
    anchor.href = `#${encodeURIComponent(id)}`;
    anchor.setAttribute("aria-label", `Link to “${text}”`);
    anchor.textContent = "#";
    heading.append(" ", anchor);
  }
  for (const table of part.querySelectorAll("table")) {
    const room = document.createElement("div");
    room.className = "scroll";
    table.replaceWith(room);
    room.append(table);
  }
  for (const empty of part.querySelectorAll("th:empty")) {
    empty.replaceWith(document.createElement("td")); // a corner heads nothing
  }
  nameChinese(part);
  for (const broken of part.querySelectorAll(".katex-error")) {
    problems.push(`has mathematics that KaTeX cannot read: ${broken.getAttribute("title") ?? ""}`);
  }
  /** @type {Reference[]} */
  const references = [];
  for (const link of part.querySelectorAll("a[href]:not(.anchor)")) {
    const target = link.getAttribute("href") ?? "";
    if (plainText(link) === "" && !link.querySelector("img[alt]")) problems.push(`has a link to ${target} without a text`);
    references.push({ cell, kind: "link", target, lead: (to) => link.setAttribute("href", to) });
  }
  for (const image of part.querySelectorAll("img")) {
    const target = image.getAttribute("src") ?? "";
    if ((image.getAttribute("alt") ?? "").trim() === "") problems.push(`shows ${target} without a text that describes it`);
    references.push({ cell, kind: "image", target, lead: (to) => image.setAttribute("src", to) });
  }
  return { headings, references, problems };
}

/**
 * Says of Chinese words that they are, for a voice that reads them and for the choice of letters.
 * @param {HTMLElement} part changed in place
 */
function nameChinese(part) {
  const texts = document.createTreeWalker(part, 4 /* texts */);
  /** @type {Text[]} */
  const chinese = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const isProse = !text.parentElement?.closest("pre, code, svg, math, script, style, [lang]");
    if (isProse && /\p{Script=Han}/u.test(text.nodeValue ?? "")) chinese.push(/** @type {Text} */ (text));
  }
  for (const text of chinese) {
    const pieces = (text.nodeValue ?? "").split(/(\p{Script=Han}+)/u).map((piece, i) => {
      if (i % 2 === 0) return piece;
      const span = document.createElement("span");
      span.lang = "zh";
      span.textContent = piece;
      return span;
    });
    text.replaceWith(...pieces);
  }
}

/**
 * @param {readonly Heading[]} headings of a page, in order
 * @returns {{ cell: number | null, problem: string }[]} one first, one title, no level left out
 */
export function headingProblems(headings) {
  /** @type {{ cell: number | null, problem: string }[]} */
  const problems = [];
  const titles = headings.filter(({ level }) => level === 1);
  if (titles.length === 0) problems.push({ cell: null, problem: "has no title (a heading of the first level)" });
  for (const { cell, text } of titles.slice(1)) {
    problems.push({ cell, problem: `has a second title, "${text}": a page has one` });
  }
  let before = 0;
  for (const { level, text, cell } of headings) {
    if (level > before + 1 && titles.length > 0) {
      const after = before === 0 ? "comes before the title" : `follows one of level ${before}`;
      problems.push({ cell, problem: `has a heading of level ${level}, "${text}", that ${after}` });
    }
    before = level;
  }
  return problems;
}
