/** Text and code as HTML. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";

hljs.registerLanguage("typescript", typescript);
hljs.registerLanguage("json", json);
hljs.registerLanguage("bash", bash);

/**
 * @param {string} text
 * @returns {string} with what HTML takes for its own written out, fit for an attribute too
 */
export function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * @param {string} code
 * @param {string} language a name or alias that highlight.js knows; others stay plain
 * @returns {string} a `pre` with the code in colours
 */
export function codeBlock(code, language) {
  const known = hljs.getLanguage(language) !== undefined;
  const html = known ? hljs.highlight(code, { language }).value : escape(code);
  return `<div class="code"><pre><code${known ? ` class="language-${language}"` : ""}>${html}</code></pre></div>`;
}

/**
 * A value inside a script element: no `<`, so that nothing in it can close the element.
 * @param {unknown} value
 * @returns {string}
 */
export function embedded(value) {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
