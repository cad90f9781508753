/** What a code cell showed when it was stored, as HTML that needs no script. */
import { stripVTControlCharacters } from "node:util";
import { embedded, escape } from "./html.mjs";
import { textOf } from "./notebook.mjs";
import { parse, render } from "./prose.mjs";

/** @typedef {import("./notebook.mjs").Output} Output */

/** Forms that the lab extension draws in the page, best first; until then, and without scripts, the next form stands there. */
const live = ["application/vnd.distlab.run+json", "application/vnd.plotly.v1+json"];

/**
 * @param {Output} output
 * @param {string} prefix for the ids of a picture, so that two pictures of a page have none in common
 * @returns {{ part: HTMLElement, problems: string[] }}
 */
export function outputPart(output, prefix) {
  const { output_type: type, data = {} } = output;
  if (type === "stream") return plain(textOf(output.text), output.name === "stderr" ? "text stderr" : "text");
  if (type === "error") {
    const trace = (output.traceback ?? []).join("\n") || `${output.ename}: ${output.evalue}`;
    return plain(trace, "text error");
  }
  const drawn = live.find((mime) => data[mime] !== undefined);
  const svg = textOf(data["image/svg+xml"]);
  const text = textOf(data["text/plain"]);
  if (drawn || svg !== "") return picture({ drawn, data, svg, text, prefix });
  for (const mime of ["image/png", "image/jpeg"]) {
    const bytes = textOf(data[mime]).replace(/\s/g, "");
    if (bytes !== "") return holder(`<img src="data:${mime};base64,${bytes}" alt="${escape(text.trim())}">`, "image");
  }
  const html = textOf(data["text/html"]);
  if (html !== "") return holder(html, "html");
  for (const mime of ["text/markdown", "text/latex"]) {
    if (textOf(data[mime]) !== "") return holder(render(textOf(data[mime])).innerHTML, "html");
  }
  return plain(text, "text");
}

/**
 * A figure, a diagram or a run: its static picture, what a script needs to bring it to life, and its text.
 * @param {{ drawn: string | undefined, data: Readonly<Record<string, unknown>>, svg: string, text: string, prefix: string }} forms
 */
function picture({ drawn, data, svg, text, prefix }) {
  /** @type {string[]} */
  const problems = [];
  if (svg === "") problems.push(`shows ${drawn} without a static picture (image/svg+xml)`);
  else if (!/<title>\s*[^<\s]/.test(svg)) problems.push("shows a picture without a text that describes it (<title>)");
  const words = drawn === live[1] ? "Numbers" : "As text";
  const html =
    `<div class="still">${apart(svg.replace(/^\s*<\?xml[^>]*>\s*/, ""), prefix)}</div>` +
    (drawn ? `<script type="application/json" data-mime="${drawn}">${embedded(data[drawn])}</script>` : "") +
    (text.trim().includes("\n") ? `<details><summary>${words}</summary><pre>${escape(text)}</pre></details>` : "");
  return { part: parse(`<div class="output picture">${html}</div>`), problems };
}

/**
 * A picture with ids of its own: in one page, two pictures must not use each other's.
 * @param {string} svg
 * @param {string} prefix
 * @returns {string}
 */
function apart(svg, prefix) {
  return svg
    .replace(/(\sid=["'])/g, `$1${prefix}`)
    .replace(/url\((["']?)#/g, `url($1#${prefix}`)
    .replace(/((?:xlink:)?href=["']#)/g, `$1${prefix}`)
    .replace(/(aria-(?:labelledby|describedby)=["'])([^"']+)/g, (_, start, /** @type {string} */ ids) =>
      `${start}${ids.trim().split(/\s+/).map((id) => prefix + id).join(" ")}`,
    );
}

/**
 * @param {string} text
 * @param {string} kind
 */
function plain(text, kind) {
  const shown = stripVTControlCharacters(text).trimEnd();
  return shown === "" ? { part: parse(""), problems: [] } : holder(`<pre>${escape(shown)}</pre>`, kind);
}

/**
 * @param {string} html
 * @param {string} kind
 * @returns {{ part: HTMLElement, problems: string[] }}
 */
function holder(html, kind) {
  return { part: parse(`<div class="output ${kind}">${html}</div>`), problems: [] };
}
