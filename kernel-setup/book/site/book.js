/** What a page of the site can do where scripts are on. Everything is there to read without. */
(() => {
  "use strict";

  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const root = document.documentElement;

  // ---------------------------------------------------------------------------------------------- light and dark

  const button = /** @type {HTMLButtonElement} */ (document.querySelector(".theme"));
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  /** @param {boolean} dark */
  function setTheme(dark) {
    root.classList.toggle("dark", dark);
    root.dataset["theme"] = dark ? "dark" : "light";
    // Where the renderers of JupyterLab's extension look for it.
    document.body.dataset["jpThemeLight"] = String(!dark);
    button.setAttribute("aria-pressed", String(dark));
  }

  function isDark() {
    return root.dataset["theme"] === "dark";
  }

  button.addEventListener("click", () => {
    setTheme(!isDark());
    keep("distlab-theme", isDark() ? "dark" : "light");
  });
  systemDark.addEventListener("change", () => {
    if (kept("distlab-theme") === null) setTheme(systemDark.matches);
  });
  setTheme(isDark());

  let darkBeforePrint = false;
  addEventListener("beforeprint", () => {
    darkBeforePrint = isDark();
    setTheme(false);
  });
  addEventListener("afterprint", () => setTheme(darkBeforePrint));

  /** A page from a file may be denied its storage: then the choice holds for this page only. @param {string} name */
  function kept(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  /** @param {string} name @param {string} value */
  function keep(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // see kept
    }
  }

  // ---------------------------------------------------------------------------------------------- code

  for (const block of document.querySelectorAll(".code")) {
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "copy";
    copy.textContent = "Copy";
    copy.addEventListener("click", async () => {
      const done = await copied(block.querySelector("code")?.textContent ?? "");
      copy.textContent = done ? "Copied" : "Press Ctrl+C";
      if (!done) getSelection()?.selectAllChildren(/** @type {Node} */ (block.querySelector("code")));
      copy.classList.add("done");
      setTimeout(() => {
        copy.textContent = "Copy";
        copy.classList.remove("done");
      }, 1500);
    });
    block.append(copy);
  }

  /** @param {string} text */
  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  /** What is wider than its room can be scrolled by keyboard. */
  function markScrollers() {
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("pre, .scroll, .still, .katex-block, .katex-display"))) {
      if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  }
  new ResizeObserver(markScrollers).observe(document.body);
  document.addEventListener("toggle", markScrollers, true);

  // ---------------------------------------------------------------------------------------------- where we are

  const entries = new Map(
    [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents li li a"))].map((link) => [
      decodeURIComponent(link.hash.slice(1)),
      link,
    ]),
  );
  const sections = [...document.querySelectorAll("article h2")];

  function markPlace() {
    let current = sections[0];
    for (const section of sections) if (section.getBoundingClientRect().top < innerHeight / 3) current = section;
    for (const [id, link] of entries) {
      const isHere = id === current?.id;
      if (isHere && !link.classList.contains("here")) {
        const list = /** @type {HTMLElement} */ (link.closest(".contents"));
        const [top, bottom] = [link.offsetTop - 80, link.offsetTop + 120 - list.clientHeight];
        if (list.scrollTop > top || list.scrollTop < bottom) list.scrollTop = list.scrollTop > top ? top : bottom;
      }
      link.classList.toggle("here", isHere);
    }
  }
  let placing = 0;
  addEventListener("scroll", () => {
    placing ||= requestAnimationFrame(() => {
      placing = 0;
      markPlace();
    });
  }, { passive: true });
  markPlace();

  // ---------------------------------------------------------------------------------------------- search

  const field = /** @type {HTMLInputElement} */ (document.getElementById("search"));
  const found = /** @type {HTMLElement} */ (document.getElementById("found"));
  const status = /** @type {HTMLElement} */ (found.querySelector("p"));
  const list = /** @type {HTMLElement} */ (found.querySelector("ol"));

  /** How many places are shown. */
  const most = 12;

  /** @type {Promise<any> | undefined} */
  let index;

  function loadIndex() {
    index ??= Promise.all([load("minisearch.js"), load("search.js")]).then(() => {
      const { MiniSearch, distlabSearch } = /** @type {any} */ (window);
      return MiniSearch.loadJS(distlabSearch.index, distlabSearch.options);
    });
    return index;
  }

  async function search() {
    const query = field.value.trim();
    found.hidden = query === "";
    if (query === "") return;
    try {
      const hits = (await loadIndex()).search(query).slice(0, most);
      if (query !== field.value.trim()) return;
      status.textContent =
        hits.length === 0 ? `Nothing found for “${query}”` :
        hits.length === most ? `The best ${most} places` :
        hits.length === 1 ? "1 place" : `${hits.length} places`;
      list.replaceChildren(...hits.map(entry));
    } catch {
      status.textContent = "The index of the course could not be loaded.";
      list.replaceChildren();
    }
  }

  /** @param {any} hit */
  function entry({ id, title, chapter, text, terms }) {
    const [item, link, name, about] = ["li", "a", "strong", "small"].map((tag) => document.createElement(tag));
    if (!item || !(link instanceof HTMLAnchorElement) || !name || !about) throw new Error("unreachable");
    link.href = id;
    link.addEventListener("click", close);
    name.textContent = title;
    if (title !== chapter) about.append(`${chapter} · `);
    about.append(...excerpt(text, terms));
    link.append(name, about);
    item.append(link);
    return item;
  }

  /**
   * The words around the first hit, with the hits marked.
   * @param {string} text
   * @param {readonly string[]} terms
   */
  function excerpt(text, terms) {
    const pattern = new RegExp(`(${terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
    const at = Math.max(0, text.search(pattern));
    const from = at < 40 ? 0 : text.indexOf(" ", at - 40) + 1;
    const to = text.length <= from + 140 ? text.length : text.lastIndexOf(" ", from + 140);
    const part = `${from > 0 ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
    return part.split(new RegExp(pattern, "gi")).map((piece, i) => {
      if (i % 2 === 0) return piece;
      const mark = document.createElement("mark");
      mark.textContent = piece;
      return mark;
    });
  }

  function close() {
    found.hidden = true;
  }

  field.addEventListener("focus", () => void loadIndex().catch(() => {}));
  field.addEventListener("input", () => void search());
  field.addEventListener("focus", () => void search());
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyping = target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });
  const box = /** @type {HTMLElement} */ (field.parentElement);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      field.focus();
      close();
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || found.hidden) return;
    event.preventDefault();
    const places = [field, ...list.querySelectorAll("a")];
    places[places.indexOf(/** @type {any} */ (document.activeElement)) + step]?.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!box.contains(/** @type {Node} */ (target))) close();
  });
  document.addEventListener("click", ({ target }) => {
    if (!box.contains(/** @type {Node} */ (target))) close();
  });

  /** @param {string} file beside this one */
  function load(file) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(file, here).href;
      script.onload = () => resolve(undefined);
      script.onerror = () => reject(new Error(`${file} could not be loaded`));
      document.head.append(script);
    });
  }

  // ---------------------------------------------------------------------------------------------- figures and runs

  // JupyterLab's extension draws them here as it does there: it is handed the little that it takes from JupyterLab.
  class Widget {
    node = document.createElement("div");
    isDisposed = false;
    isVisible = true;
    isAttached = true;
    /** @param {string} name */
    addClass(name) {
      this.node.classList.add(name);
    }
    dispose() {
      this.isDisposed = true;
    }
  }

  /** @type {Promise<Map<string, () => any>> | undefined} */
  let renderers;

  function loadRenderers() {
    renderers ??= load("lab/remoteEntry.js").then(async () => {
      const container = Object.values(/** @type {any} */ (window)._JUPYTERLAB)[0];
      container.init({ "@lumino/widgets": { site: { get: async () => () => ({ Widget }) } } });
      const { default: extensions } = (await container.get("./mimeExtension"))();
      /** @type {Map<string, () => any>} */
      const all = new Map();
      for (const { rendererFactory: { mimeTypes, createRenderer } } of extensions) {
        for (const mime of mimeTypes) all.set(mime, () => createRenderer({ mimeType: mime }));
      }
      return all;
    });
    return renderers;
  }

  /** @param {Element} script a figure's data, beside its still picture */
  async function bringToLife(script) {
    const mime = script.getAttribute("data-mime") ?? "";
    const output = /** @type {HTMLElement} */ (script.parentElement);
    const create = (await loadRenderers()).get(mime);
    if (!create) return;
    const renderer = create();
    const still = output.querySelector(".still");
    const data = {
      [mime]: JSON.parse(script.textContent ?? ""),
      [still?.querySelector(":scope > svg") ? "image/svg+xml" : "text/html"]: still?.innerHTML ?? "",
      "text/plain": output.querySelector("details pre")?.textContent ?? "",
    };
    renderer.node.classList.add("living");
    // Laid out, but not yet seen: the still picture stands there until the drawing is done.
    renderer.node.style.cssText = "position: absolute; visibility: hidden; width: 100%;";
    output.style.position = "relative";
    output.append(renderer.node);
    await renderer.renderModel({ data, metadata: {}, trusted: true, setData() {} });
    renderer.node.style.cssText = "";
    if (renderer.node.querySelector("details")) output.querySelector(":scope > details")?.remove();
    output.classList.add("alive");
  }

  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const script = /** @type {Element} */ (target.querySelector("script[data-mime]"));
      // Where it fails, the still picture stays.
      bringToLife(script).catch((error) => console.error(error));
    }
  }, { rootMargin: "600px" });
  /** @param {Element} script */
  function bringNear(script) {
    near.observe(/** @type {Element} */ (script.parentElement));
  }
  for (const script of document.querySelectorAll("script[data-mime]")) bringNear(script);
  // For pages that make figures of their own.
  /** @type {any} */ (window).distlabBook = { near: bringNear };
})();
