/**
 * Questions that can be answered in the page, in JupyterLab and on any page.
 *
 * Plain browser code without a framework and without a build. `distlabQuiz.mount(node, page)` fills an element with the
 * form of a question as `quiz(...)` of `distlab/learn` has packed it (its MIME type is
 * application/vnd.distlab.quiz+json). Everything is reached with the keyboard, and what is said to an answer is
 * announced to screen readers. All texts of the quiz come in as text, never as markup.
 */
(() => {
  "use strict";

  const VERSION = 1;

  /**
   * @typedef {{ version: number, name: string, kind: string, question: string, unit: string,
   *   options: { letter: string, text: string }[], key: string }} Page
   * @typedef {{ right: string[], why: { [letter: string]: string }, value: number, tolerance: number,
   *   near: { value: number, why: string }[], praise: string, otherwise: string }} Key
   * @typedef {{ right: boolean, lines: string[] }} Marked
   * @typedef {{ part: HTMLElement, given: () => string[] | null }} Field what is filled in; null where nothing is yet
   */

  /**
   * The texts that `hide` of the library has hidden from a passing glance.
   * @param {string} hidden
   */
  function unhide(hidden) {
    return (hidden.match(/.{4}/g) ?? [])
      .map((unit, i) => String.fromCharCode(parseInt(unit, 16) ^ ((i * 40503 + 23117) & 0xffff)))
      .join("");
  }

  /**
   * Marks an answer, as `answer(...)` does in a cell.
   * @param {Page} page
   * @param {string[]} given letters, or the digits of a number
   * @returns {Marked}
   */
  function mark({ kind, options, key }, given) {
    const { right, why, value, tolerance, near, praise, otherwise } = /** @type {Key} */ (JSON.parse(unhide(key)));
    if (kind === "numeric") {
      const number = Number(given[0]);
      if (Math.abs(number - value) <= tolerance + 1e-9 * Math.abs(value)) return { right: true, lines: [praise] };
      return { right: false, lines: [near.find((one) => Math.abs(one.value - number) <= tolerance)?.why ?? otherwise] };
    }
    if (kind === "ordering") {
      if (given.join() === right.join()) return { right: true, lines: [praise] };
      const good = given.findIndex((letter, i) => letter !== right[i]);
      const far = good === 0 ? "It begins with another one." : `The first ${good === 1 ? "one is" : `${good} are`} right.`;
      return { right: false, lines: [otherwise, far] };
    }
    const chosen = options.filter(({ letter }) => given.includes(letter));
    const lines = chosen.map((option) => judged(option, right, why));
    const missing = right.filter((letter) => !given.includes(letter)).length;
    if (kind === "multiple" && missing > 0) lines.push(`${missing} right ${missing === 1 ? "answer is" : "answers are"} missing.`);
    return { right: missing === 0 && chosen.length === right.length, lines };
  }

  /**
   * What is to be said of one option. An option that is a sentence has its end elsewhere.
   * @param {{ letter: string, text: string }} option
   * @param {string[]} right
   * @param {{ [letter: string]: string }} why
   */
  function judged({ letter, text }, right, why) {
    return `${letter}) ${text.replace(/\.$/, "")}: ${right.includes(letter) ? "right" : "no"}. ${why[letter]}`;
  }

  /**
   * The right answer, and what is to be said of each option.
   * @param {Page} page
   */
  function solution({ kind, options, key, unit }) {
    const { right, why, value, praise } = /** @type {Key} */ (JSON.parse(unhide(key)));
    if (kind === "numeric") return [`The answer: ${value}${unit === "" ? "" : ` ${unit}`}.`, praise];
    if (kind !== "ordering") {
      return [`The answer: ${right.join(", ")}.`, ...options.map((option) => judged(option, right, why))];
    }
    const items = right.map((letter, i) => `${i + 1}. ${options.find((option) => option.letter === letter)?.text}`);
    return [`The answer: ${right.join(", ")}.`, ...items, praise];
  }

  /**
   * @param {string} tag
   * @param {{ [name: string]: string }} attributes
   * @param {...(Node | string)} children
   */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    // JupyterLab's own keys, of which "d, d" deletes a cell, must not act on what is pressed here.
    if (/^(button|input)$/.test(tag)) made.setAttribute("data-lm-suppress-shortcuts", "true");
    made.append(...children);
    return made;
  }

  let forms = 0;

  /**
   * Radio buttons, or boxes to tick.
   * @param {Page} page
   * @param {string} id
   * @returns {Field}
   */
  function choices({ kind, options }, id) {
    const inputs = options.map(({ letter }) => {
      const type = kind === "single" ? "radio" : "checkbox";
      return /** @type {HTMLInputElement} */ (element("input", { type, name: id, value: letter, id: `${id}-${letter}` }));
    });
    const rows = options.map(({ letter, text }, i) =>
      element("div", { class: "dlq-option" }, /** @type {Node} */ (inputs[i]), element("label", { for: `${id}-${letter}` }, `${letter}) ${text}`)),
    );
    return {
      part: element("div", {}, ...rows),
      given() {
        const letters = inputs.filter(({ checked }) => checked).map(({ value }) => value);
        return letters.length === 0 ? null : letters;
      },
    };
  }

  /**
   * @param {Page} page
   * @param {string} id
   * @returns {Field}
   */
  function number({ unit }, id) {
    const input = /** @type {HTMLInputElement} */ (element("input", { type: "number", step: "any", id: `${id}-number` }));
    const label = element("label", { for: `${id}-number` }, unit === "" ? "Your number: " : `Your number (${unit}): `);
    return { part: element("div", { class: "dlq-option" }, label, input), given: () => (input.value === "" ? null : [input.value]) };
  }

  /**
   * A list whose items move up and down by buttons.
   * @param {Page} page
   * @param {(words: string) => void} say
   * @returns {Field}
   */
  function order({ options }, say) {
    const list = element("ol", { class: "dlq-order" });
    for (const { letter, text } of options) {
      const item = element("li", { "data-letter": letter }, element("span", {}, `${letter}) ${text}`));
      for (const [words, arrow, by] of /** @type {[string, string, number][]} */ ([["up", "↑", -1], ["down", "↓", 1]])) {
        const button = element("button", { type: "button", "aria-label": `Move ${words}: ${text}` }, arrow);
        button.addEventListener("click", () => {
          const items = [...list.children];
          const to = items.indexOf(item) + by;
          if (to < 0 || to >= items.length) return say(`Item ${letter} is ${by < 0 ? "first" : "last"} already.`);
          if (by < 0) items[to]?.before(item);
          else items[to]?.after(item);
          button.focus(); // moving an item takes the focus away
          say(`Item ${letter} is now number ${to + 1} of ${items.length}.`);
        });
        item.append(" ", button);
      }
      list.append(item);
    }
    return { part: list, given: () => [...list.children].map((item) => item.getAttribute("data-letter") ?? "") };
  }

  const STYLE = `
    .dlq{margin:6px 0;color:inherit;font:inherit;max-width:46em}
    .dlq fieldset{border:1px solid color-mix(in srgb,currentColor 35%,transparent);border-radius:6px;padding:8px 14px 12px;margin:0;min-width:0}
    .dlq legend{float:left;width:100%;font-weight:600;padding:2px 0 6px}
    .dlq legend+*{clear:both}
    .dlq-option{display:flex;gap:8px;align-items:baseline;padding:3px 0}
    .dlq-option input{flex:none}
    .dlq-order{padding-left:1.8em;margin:4px 0}
    .dlq-order li{padding:2px 0}
    .dlq button{font:inherit;min-height:26px;min-width:26px;padding:1px 9px;color:inherit;background:transparent;
      border:1px solid color-mix(in srgb,currentColor 55%,transparent);border-radius:4px;cursor:pointer}
    .dlq button:hover{background:color-mix(in srgb,currentColor 12%,transparent)}
    .dlq button:focus-visible,.dlq input:focus-visible{outline:2px solid #1a73e8;outline-offset:2px}
    .dlq-buttons{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
    .dlq-feedback p{margin:6px 0 0}
    .dlq-feedback p:first-child{font-weight:600}
    @media print{.dlq-buttons,.dlq-order button{display:none}}
  `;

  function addStyle() {
    if (document.getElementById("distlab-quiz-style")) return;
    document.head.append(element("style", { id: "distlab-quiz-style" }, STYLE));
  }

  /**
   * Fills an element with a question.
   * @param {HTMLElement} node
   * @param {Page} page throws an Error for a question that is damaged or of another version
   */
  function mount(node, page) {
    if (typeof page !== "object" || page === null || !("version" in page)) throw new Error("this is no question of a quiz");
    if (page.version !== VERSION) throw new Error(`the question has version ${page.version}, and this page reads version ${VERSION}`);
    if (!["single", "multiple", "numeric", "ordering"].includes(page.kind)) throw new Error(`there is no kind of question named ${page.kind}`);
    solution(page); // damaged answers show now, and not when somebody has thought
    addStyle();
    const id = `distlab-quiz-${++forms}`;
    const feedback = element("div", { class: "dlq-feedback", role: "status", "aria-live": "polite" });
    const say = (/** @type {string[]} */ ...lines) => feedback.replaceChildren(...lines.map((line) => element("p", {}, line)));
    const field = page.kind === "numeric" ? number(page, id) : page.kind === "ordering" ? order(page, say) : choices(page, id);
    const show = element("button", { type: "button" }, "Show the answer");
    const buttons = element("div", { class: "dlq-buttons" }, element("button", { type: "submit" }, "Check"), show);
    const form = element("form", { class: "dlq", novalidate: "" },
      element("fieldset", {}, element("legend", {}, page.question), field.part, buttons), feedback);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = field.given();
      if (given === null) return say(page.kind === "numeric" ? "Give a number first." : "Choose an answer first.");
      const { right, lines } = mark(page, given);
      const typed = page.kind === "numeric" ? given[0] : `"${given.join(", ")}"`;
      const counted = right ? [`In a notebook, answer("${page.name}", ${typed}); counts it as done.`] : [];
      say(right ? "✓ Right." : "✗ Not yet.", ...lines, ...counted);
    });
    show.addEventListener("click", () => say(...solution(page)));
    // A notebook would take Enter for its own, so that a number could not be sent off with it.
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      // Back to the notebook, whose keys then work again.
      if (event.key === "Escape") /** @type {HTMLElement | null} */ (form.closest(".jp-Cell"))?.focus();
    });
    node.replaceChildren(form);
  }

  /** @type {any} */ (window).distlabQuiz = { mount, mark, version: VERSION };
})();
