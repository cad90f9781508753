/** The index of all chapters, made when the site is, so that a search needs no server. */
import MiniSearch from "minisearch";
import { embedded } from "./html.mjs";
import { hasTag, textOf } from "./notebook.mjs";
import { parse, plainText } from "./prose.mjs";

/** @typedef {import("./site.mjs").Page} Page */

/** The words of a title weigh more than those of the text, and those more than the code's. */
/** @type {import("minisearch").Options} */
const options = {
  fields: ["title", "text", "code"],
  storeFields: ["title", "chapter", "text"],
  searchOptions: { boost: { title: 4, text: 2 }, prefix: true, fuzzy: 0.15, combineWith: "AND" },
};

/**
 * @param {readonly Page[]} pages
 * @returns {string} a script, because a page from a file may not fetch one
 */
export function searchScript(pages) {
  const index = new MiniSearch(options);
  for (const page of pages) index.addAll(sections(page));
  return `window.distlabSearch = ${embedded({ options, index: index.toJSON() })};\n`;
}

/**
 * The text under each heading of the first three levels.
 * @param {Page} page
 * @returns {{ id: string, title: string, chapter: string, text: string, code: string }[]} `id` is the address
 */
function sections({ file, title: chapter, parts }) {
  /** @type {{ id: string, title: string, chapter: string, text: string, code: string }[]} */
  const all = [{ id: file, title: chapter, chapter, text: "", code: "" }];
  for (const { cell, part } of parts) {
    // A solution is no place to land on by chance.
    if (hasTag(cell, "solution")) continue;
    if (cell.cell_type === "code") {
      const section = all.at(-1);
      if (section) section.code += ` ${textOf(cell.source)}`;
      continue;
    }
    for (const block of part.firstElementChild?.children ?? []) {
      if (/^h[23]$/.test(block.localName)) {
        all.push({ id: `${file}#${encodeURIComponent(block.id)}`, title: plainText(block), chapter, text: "", code: "" });
      } else if (block.localName !== "h1") {
        const section = all.at(-1);
        const text = block.localName === "details" ? plainText(block.querySelector("summary") ?? parse("")) : plainText(block);
        if (section) section.text = `${section.text} ${text}`.trim();
      }
    }
  }
  return all.filter(({ text, code }) => text !== "" || code !== "");
}
