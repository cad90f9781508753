/** The frame of a page: head, bar, text, list of contents, ways on. */
import { escape } from "./html.mjs";

/** @typedef {import("./site.mjs").Page} Page */

/** Sets the reader's choice before the first paint; a page from a file may be denied its storage. */
const theme = `(() => {
  let choice = null;
  try { choice = localStorage.getItem("distlab-theme"); } catch {}
  const dark = choice ? choice === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const { classList, dataset } = document.documentElement;
  classList.add("scripts");
  classList.toggle("dark", dark);
  dataset.theme = dark ? "dark" : "light";
})();`;

/**
 * @param {{ pages: readonly Page[], number: number, body: string, scripts?: readonly string[] }} what `number`
 *   is the page's place in the course, `scripts` are those of its own
 * @returns {string}
 */
export function pageHtml({ pages, number, body, scripts = [] }) {
  const page = /** @type {Page} */ (pages[number]);
  const [before, after] = [pages[number - 1], pages[number + 1]];
  const [home] = pages;
  const course = "Distlab";
  const title = number === 0 ? page.title : `${page.title} – ${course}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/book.css">${body.includes('class="katex') ? '\n<link rel="stylesheet" href="assets/katex/katex.css">' : ""}${
    before ? `\n<link rel="prev" href="${address(before)}">` : ""}${after ? `\n<link rel="next" href="${address(after)}">` : ""}
<script>${theme}</script>
${["book.js", ...scripts].map((name) => `<script src="assets/${name}" defer></script>`).join("\n")}
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
<a class="skip" href="#contents">Skip to the contents</a>
<header class="bar">
<a class="home" href="${home ? address(home) : ""}">${course}</a>
<a class="to-contents" href="#contents">Contents</a>
<search class="search">
<input type="search" id="search" placeholder="Search" aria-label="Search the course" autocomplete="off" spellcheck="false">
<div class="found" id="found" hidden><p role="status"></p><ol></ol></div>
</search>
<button type="button" class="theme" aria-pressed="false"><span aria-hidden="true">◐</span> <span class="label">Dark</span></button>
</header>
<div class="page">
<main id="main">
<article>
${body}
</article>
<nav class="ways" aria-label="Previous and next chapter">
${before ? `<a rel="prev" href="${address(before)}"><span>Previous</span> ${escape(nameOf(before))}</a>` : "<span></span>"}
${after ? `<a rel="next" href="${address(after)}"><span>Next</span> ${escape(nameOf(after))}</a>` : "<span></span>"}
</nav>
</main>
<nav class="contents" id="contents" aria-label="Contents">
<ol class="chapters">
${pages.map((one) => chapter(one, one === page)).join("\n")}
</ol>
</nav>
</div>
</body>
</html>
`;
}

/**
 * A chapter in the list of contents; the one that is open with its sections.
 * @param {Page} page
 * @param {boolean} isOpen
 * @returns {string}
 */
function chapter(page, isOpen) {
  const sections = page.headings.filter(({ level }) => level === 2);
  const list = sections.map(({ id, text }) => `<li><a href="#${encodeURIComponent(id)}">${escape(text)}</a></li>`);
  const inner = isOpen && list.length > 0 ? `\n<ol>\n${list.join("\n")}\n</ol>\n` : "";
  return `<li><a href="${address(page)}"${isOpen ? ' aria-current="page"' : ""}>${escape(nameOf(page))}</a>${inner}</li>`;
}

/**
 * What a chapter is called where others lead to it.
 * @param {Page} page
 * @returns {string}
 */
function nameOf({ file, title }) {
  return file === "index.html" ? "Start page" : title;
}

/**
 * @param {Page} page
 * @returns {string}
 */
function address({ file }) {
  return escape(encodeURI(file));
}
