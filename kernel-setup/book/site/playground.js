/** The playground's page: knobs, an address that holds where they stand, a worker that runs, and what came of it. */
(() => {
  "use strict";

  /**
   * @typedef {{ kind: "number" | "choice", name: string, label: string, value: number | string, unit: string, min: number, max: number,
   *   step: number, choices: { value: string, label: string }[] }} Knob
   * @typedef {{ name: string, title: string, about: string, chapter: string, area: string, knobs: Knob[] }} Protocol
   * @typedef {{ name: string, bundle: Record<string, unknown> }} Output
   */

  /** @type {<T extends Element>(selector: string) => T} */
  const find = (selector) => /** @type {any} */ (document.querySelector(selector));
  const form = /** @type {HTMLFormElement} */ (find(".playground"));
  const select = /** @type {HTMLSelectElement} */ (find("#protocol"));
  const chapter = /** @type {HTMLAnchorElement} */ (find(".playground .chapter"));
  const knobs = /** @type {HTMLElement} */ (find(".playground .knobs"));
  const stop = /** @type {HTMLButtonElement} */ (find(".playground .stop"));
  const said = /** @type {HTMLElement} */ (find(".playground-said"));
  const wrong = /** @type {HTMLElement} */ (find(".playground-wrong"));
  const outcome = /** @type {HTMLElement} */ (find(".playground-outcome"));

  // ---------------------------------------------------------------------------------------------- the worker

  const source = URL.createObjectURL(new Blob([/** @type {any} */ (window).distlabPlaygroundWorker], { type: "text/javascript" }));
  /** @type {Worker | null} */
  let worker = null;
  let isRunning = false;
  /** @type {Protocol[]} */
  let catalogue = [];

  function start() {
    worker = new Worker(source);
    worker.onmessage = ({ data }) => {
      if (data.catalogue) return ready(data.catalogue);
      if (data.fork) return forks.shift()?.(data.fork);
      rest();
      if (data.problem === undefined) show(data.played);
      else complain(data.problem);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      rest();
      complain(event.message);
    };
    return worker;
  }

  /** Who waits for a fork, in the order in which they asked. @type {((answer: object) => void)[]} */
  const forks = [];

  // What a player asks for where there is a kernel, the worker does here.
  /** @type {any} */ (window).distlabAsk = (/** @type {object} */ question) =>
    new Promise((resolve) => {
      forks.push(resolve);
      (worker ?? start()).postMessage({ fork: question });
    });

  /** A run that is still under way makes room for the new one. */
  function run() {
    const address = here();
    history.replaceState(null, "", `#${address}`);
    if (isRunning) end();
    isRunning = true;
    stop.disabled = false;
    said.textContent = "Running …";
    wrong.textContent = "";
    (worker ?? start()).postMessage(address);
  }

  function end() {
    worker?.terminate();
    worker = null;
    for (const resolve of forks.splice(0)) resolve({ problem: "the run was stopped" });
    rest();
  }

  function rest() {
    isRunning = false;
    stop.disabled = true;
  }

  // ---------------------------------------------------------------------------------------------- knobs and address

  /** @param {Protocol[]} all */
  function ready(all) {
    if (catalogue.length > 0) return;
    catalogue = all;
    const areas = [...new Set(all.map(({ area }) => area))].map((area) => {
      const group = document.createElement("optgroup");
      group.label = area;
      group.append(...all.filter((one) => one.area === area).map(({ name, title }) => new Option(title, name)));
      return group;
    });
    select.replaceChildren(...areas);
    form.hidden = false;
    follow();
  }

  /** @returns {Protocol} */
  function current() {
    return /** @type {Protocol} */ (catalogue.find(({ name }) => name === select.value) ?? catalogue[0]);
  }

  /** Puts the knobs of the current protocol there, each where `values` or the catalogue says. @param {URLSearchParams} values */
  function lay(values) {
    const protocol = current();
    find(".playground .about").textContent = protocol.about;
    chapter.href = `${protocol.chapter}.html`;
    chapter.hidden = document.querySelector(`.contents a[href="${CSS.escape(protocol.chapter)}.html"]`) === null;
    knobs.replaceChildren(...protocol.knobs.map((knob) => knobPart(knob, values.get(knob.name) ?? String(knob.value))));
  }

  /** @param {Knob} knob @param {string} value */
  function knobPart(knob, value) {
    const part = document.createElement("div");
    const label = document.createElement("label");
    label.htmlFor = `knob-${knob.name}`;
    label.textContent = knob.label;
    if (knob.kind === "choice") {
      const box = document.createElement("select");
      box.replaceChildren(...knob.choices.map((one) => new Option(one.label, one.value)));
      box.id = label.htmlFor;
      box.name = knob.name;
      box.value = value;
      part.append(label, box);
      return part;
    }
    const field = document.createElement("input");
    field.type = "number";
    Object.assign(field, { id: label.htmlFor, name: knob.name, min: String(knob.min), max: String(knob.max), step: String(knob.step), required: true });
    field.value = value;
    const unit = document.createElement("span");
    unit.textContent = knob.unit;
    part.append(label, field, unit);
    if ((knob.max - knob.min) / knob.step <= 1_000) {
      const slider = document.createElement("input");
      slider.type = "range";
      Object.assign(slider, { min: field.min, max: field.max, step: field.step });
      slider.value = value;
      slider.setAttribute("aria-label", `${knob.label}, slider`);
      slider.addEventListener("input", () => (field.value = slider.value));
      field.addEventListener("input", () => (slider.value = field.value));
      part.append(slider);
    }
    return part;
  }

  /** The address of the knobs as they stand. */
  function here() {
    const values = new URLSearchParams();
    for (const { name, value } of current().knobs) {
      const field = /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
      if (field.value !== String(value)) values.set(name, field.value);
    }
    return values.size === 0 ? select.value : `${select.value}?${values}`;
  }

  /** Sets the knobs as the page's address says. What it says wrong is told, and left out. */
  function follow() {
    // The worker tells what there is to play with; until then nothing can be set.
    if (catalogue.length === 0) return;
    const address = location.hash.slice(1);
    const [name = "", query = ""] = address.split("?");
    const isProtocol = catalogue.some((one) => one.name === name);
    if (!isProtocol && address !== "" && document.getElementById(address)) return;
    if (isProtocol) select.value = name;
    const values = new URLSearchParams(query);
    const known = current().knobs;
    /** @type {string[]} */
    const problems = isProtocol || address === "" ? [] : [`There is no protocol ${decodeURIComponent(name)}.`];
    for (const [key, value] of [...values]) {
      const knob = known.find((one) => one.name === key);
      const fault = isProtocol ? faultOf(knob, key, value) : "";
      if (fault === "") continue;
      problems.push(fault);
      values.delete(key);
    }
    lay(isProtocol ? values : new URLSearchParams());
    run();
    wrong.textContent = problems.join(" ");
  }

  /** @param {Knob | undefined} knob @param {string} name @param {string} value */
  function faultOf(knob, name, value) {
    if (!knob) return `${current().title} has no knob ${name}.`;
    if (knob.kind === "choice") return knob.choices.some((one) => one.value === value) ? "" : `${knob.label} cannot be ${value}.`;
    const number = value === "" ? NaN : Number(value);
    const fits = number >= knob.min && number <= knob.max && (knob.step < 1 || Number.isInteger(number));
    return fits ? "" : `${knob.label} must be from ${knob.min} to ${knob.max}, not ${value}.`;
  }

  // ---------------------------------------------------------------------------------------------- what came of it

  /** The order in which things are shown, and what stands above them. */
  const headings = { run: "The run", messages: "Messages", load: "Who carried them", latencies: "How long it took", numbers: "In numbers" };

  /** @param {{ sentences: string[], violation: string | null, outputs: Output[] }} played */
  function show({ sentences, violation, outputs }) {
    said.textContent = sentences.join(" ");
    if (violation !== null) wrong.textContent = `A rule was broken. ${violation}`;
    const parts = Object.entries(headings).flatMap(([name, title]) => {
      const output = outputs.find((one) => one.name === name);
      if (!output) return [];
      const heading = document.createElement("h2");
      heading.textContent = title;
      return [heading, outputPart(output.bundle)];
    });
    outcome.replaceChildren(...parts);
    for (const script of outcome.querySelectorAll("script[data-mime]")) /** @type {any} */ (window).distlabBook.near(script);
  }

  /** The same parts as a stored output has in the site. @param {Record<string, unknown>} bundle */
  function outputPart(bundle) {
    const part = document.createElement("div");
    const mime = Object.keys(bundle).find((one) => one.startsWith("application/vnd."));
    if (mime === undefined) {
      part.className = "output html";
      part.innerHTML = String(bundle["text/html"]);
      return part;
    }
    part.className = "output picture";
    const still = document.createElement("div");
    still.className = "still";
    still.innerHTML = String(bundle["image/svg+xml"] ?? "");
    const script = document.createElement("script");
    script.type = "application/json";
    script.dataset["mime"] = mime;
    script.textContent = JSON.stringify(bundle[mime]);
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = mime.includes("plotly") ? "Numbers" : "As text";
    const pre = document.createElement("pre");
    pre.textContent = String(bundle["text/plain"]);
    details.append(summary, pre);
    part.append(still, script, details);
    return part;
  }

  /** @param {string} problem */
  function complain(problem) {
    said.textContent = "";
    wrong.textContent = `This does not go: ${problem}`;
  }

  // ---------------------------------------------------------------------------------------------- what the reader does

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  form.addEventListener("change", ({ target }) => {
    if (target === select) lay(new URLSearchParams());
    if (form.checkValidity()) run();
    else form.reportValidity();
  });
  stop.addEventListener("click", () => {
    end();
    said.textContent = "Stopped.";
  });
  find(".playground .next-seed").addEventListener("click", () => {
    const seed = /** @type {HTMLInputElement} */ (form.elements.namedItem("seed"));
    seed.value = String((Number(seed.value) + 1) % (Number(seed.max) + 1));
    run();
  });
  find(".playground .afresh").addEventListener("click", () => {
    lay(new URLSearchParams());
    run();
  });
  find(".playground .share").addEventListener("click", async ({ currentTarget }) => {
    const button = /** @type {HTMLButtonElement} */ (currentTarget);
    const done = await navigator.clipboard.writeText(location.href).then(() => true, () => false);
    button.textContent = done ? "Copied" : "Copy it from the address bar";
    setTimeout(() => (button.textContent = "Copy the address"), 1500);
  });
  addEventListener("hashchange", follow);
  start();
})();
