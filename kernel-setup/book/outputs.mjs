/** What a code cell showed when it was stored, as HTML that needs no script. */
import { stripVTControlCharacters } from "node:util";
import { embedded, escape } from "./html.mjs";
import { textOf } from "./notebook.mjs";
import { parse, render } from "./prose.mjs";

/** @typedef {import("./notebook.mjs").Output} Output */

/**
 * Forms that the lab extension may draw in the page: figures, runs, quizzes. Until it has, where it cannot, and without
 * scripts, their still form stands there.
 */
const live = /^application\/vnd\.(?:distlab|plotly)\.[\w.-]+\+json$/;

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
  const mime = Object.keys(data).sort().find((one) => live.test(one));
  const drawn = mime === undefined ? undefined : { mime, value: data[mime] };
  const [svg, html, text] = ["image/svg+xml", "text/html", "text/plain"].map((form) => textOf(data[form]));
  if (drawn || svg) return picture({ drawn, svg: apart(svg ?? "", prefix), html: html ?? "", text: text ?? "" });
  for (const form of ["image/png", "image/jpeg"]) {
    const bytes = textOf(data[form]).replace(/\s/g, "");
    if (bytes !== "") return holder(`<img src="data:${form};base64,${bytes}" alt="${escape((text ?? "").trim())}">`, "image");
  }
  if (html) return holder(html, "html");
  for (const form of ["text/markdown", "text/latex"]) {
    if (textOf(data[form]) !== "") return holder(render(textOf(data[form])).innerHTML, "html");
  }
  return plain(text ?? "", "text");
}

/**
 * A diagram, a figure, a run, a quiz: its still form, what a script needs to bring it to life, and its text.
 * @param {{ drawn: { mime: string, value: unknown } | undefined, svg: string, html: string, text: string }} forms
 */
function picture({ drawn, svg, html, text }) {
  /** @type {string[]} */
  const problems = [];
  if (svg === "" && html === "") problems.push(`shows ${drawn?.mime} without a still form (image/svg+xml or text/html)`);
  if (svg !== "" && !/<title>\s*[^<\s]/.test(svg)) problems.push("shows a picture without a text that describes it (<title>)");
  const summary = drawn?.mime.includes("plotly") ? "Numbers" : "As text";
  const parts = [
    `<div class="still">${svg || html}</div>`,
    drawn ? `<script type="application/json" data-mime="${drawn.mime}">${embedded(drawn.value)}</script>` : "",
    svg !== "" && text.trim().includes("\n") ? `<details><summary>${summary}</summary><pre>${escape(text)}</pre></details>` : "",
  ];
  return { part: parse(`<div class="output picture">${parts.join("")}</div>`), problems };
}

/**
 * A picture with ids of its own: in one page, two pictures must not use each other's.
 * @param {string} svg
 * @param {string} prefix
 * @returns {string}
 */
function apart(svg, prefix) {
  return svg
    .replace(/^\s*<\?xml[^>]*>\s*/, "")
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
