/**
 * JupyterLab's renderers of the course: runs in the player, questions, Plotly figures and SVG pictures.
 *
 * A prebuilt extension without a build: JupyterLab loads this file as it is. It answers as a container of webpack's
 * module federation does (`init`, `get`), and takes from JupyterLab the Widget class and, by a plugin, the way to a
 * notebook's kernel. plotly.js, player.js and quiz.js stand beside it, and each is loaded when it is first needed. All renderers
 * are safe: they run no code of the notebook, so that JupyterLab uses them in untrusted notebooks too.
 */
(() => {
  "use strict";

  const NAME = "distlab-plotly";
  const PLOTLY = "application/vnd.plotly.v1+json";
  const RUN = "application/vnd.distlab.run+json";
  const QUIZ = "application/vnd.distlab.quiz+json";
  const SVG = "image/svg+xml";
  const TEXT = "text/plain";

  /** Height of a figure whose layout names none, and the greatest width of one whose layout names none, in CSS px. */
  const HEIGHT = 420;
  const MAX_WIDTH = 960;

  /**
   * @typedef {{ [key: string]: any }} Json a part of a figure
   * @typedef {{ data?: Json[], layout?: Json, frames?: Json[], config?: Json }} Figure
   * @typedef {{ data: { [mime: string]: unknown } }} Model JupyterLab's MIME bundle
   * @typedef {{ dark: boolean, text: string, grid: string, line: string }} Theme the page's colours, as CSS writes them
   * @typedef {{ react(node: Element, data: Json[], layout: Json, config: Json): Promise<unknown>,
   *   addFrames(node: Element, frames: Json[]): Promise<unknown>, purge(node: Element): void,
   *   relayout(node: Element, update: object): Promise<unknown> }} Plotly
   */

  // ---------------------------------------------------------------------------------------------- scripts

  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;

  /** @type {Map<string, Promise<void>>} */
  const loading = new Map();

  /**
   * Loads a script that stands beside this one, once a page; after a failure the next try loads again.
   * @param {string} name
   */
  function load(name) {
    let loaded = loading.get(name);
    loaded ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(name, here).href;
      script.onload = () => resolve();
      script.onerror = () => {
        loading.delete(name);
        script.remove();
        reject(new Error(`${name} could not be loaded`));
      };
      document.head.append(script);
    });
    loading.set(name, loaded);
    return loaded;
  }

  /** @returns {Promise<Plotly>} */
  async function plotly() {
    await load("plotly.js");
    return /** @type {any} */ (window).Plotly;
  }

  // ---------------------------------------------------------------------------------------------- the kernel

  /** JupyterLab itself, which knows the kernel of each notebook. @type {any} */
  let lab = null;

  /**
   * The kernel of the notebook in which an output stands, or null.
   * @param {Element} node
   */
  function kernelOf(node) {
    for (const panel of lab?.shell.widgets("main") ?? []) {
      if (panel.node.contains(node)) return panel.sessionContext?.session?.kernel ?? null;
    }
    return null;
  }

  /**
   * Asks a notebook's kernel for a fork of a run, or the page itself where it runs things. A kernel that knows no player closes
   * the line at once.
   * @param {Element} node
   * @param {{ run: string, change: object, limit: number }} question
   * @returns {Promise<Json>}
   */
  function askKernel(node, question) {
    const page = /** @type {any} */ (window).distlabAsk;
    if (page) return page(question);
    const kernel = kernelOf(node);
    if (kernel === null || kernel.status === "dead") return Promise.resolve({ problem: "no kernel is connected" });
    return new Promise((resolve) => {
      const comm = kernel.createComm("distlab.player");
      comm.onMsg = (/** @type {Json} */ message) => {
        comm.onClose = () => {};
        resolve(message["content"].data);
        comm.close();
      };
      comm.onClose = () => resolve({ problem: "the kernel was restarted and does not know this run: run the cell again" });
      comm.open({});
      comm.send(question);
    });
  }

  // ---------------------------------------------------------------------------------------------- themes

  /** What is to be drawn anew when the theme changes. @type {Set<() => void>} */
  const followers = new Set();

  function followTheme() {
    new MutationObserver(() => {
      for (const follow of followers) follow();
    }).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  }

  function isDark() {
    return document.body.dataset["jpThemeLight"] === "false";
  }

  /** @returns {Theme} */
  function theme() {
    const style = getComputedStyle(document.body);
    const dark = isDark();
    return {
      dark,
      text: style.getPropertyValue("--jp-content-font-color1").trim() || (dark ? "#e0e0e0" : "#333333"),
      grid: dark ? "rgba(255, 255, 255, 0.14)" : "rgba(0, 0, 0, 0.1)",
      line: dark ? "rgba(255, 255, 255, 0.45)" : "rgba(0, 0, 0, 0.5)",
    };
  }

  /**
   * The figure in the page's colours: what it leaves open comes from the theme, and in a dark theme the greys it
   * states (text, grid, backgrounds, black lines) change places with their opposites. Other colours stay.
   * @param {Figure} figure
   * @param {Theme} colours
   * @returns {{ data: Json[], layout: Json }}
   */
  function themed(figure, { dark, text, grid, line }) {
    const { data, layout } = structuredClone({ data: figure.data ?? [], layout: figure.layout ?? {} });
    if (dark) {
      turnGreys(data);
      turnGreys(layout);
    }
    const transparent = "rgba(0, 0, 0, 0)";
    for (const paper of ["paper_bgcolor", "plot_bgcolor"]) {
      if (layout[paper] === undefined || greyOf(layout[paper]) !== undefined) layout[paper] = transparent;
    }
    const axis = { gridcolor: grid, zerolinecolor: line, linecolor: line, tickcolor: line };
    const errors = { error_x: { color: text }, error_y: { color: text } };
    const own = {
      data: { bar: [errors], histogram: [errors] },
      layout: {
        font: { color: text },
        xaxis: axis,
        yaxis: axis,
        polar: { bgcolor: transparent, angularaxis: axis, radialaxis: axis },
        legend: { bgcolor: transparent },
        modebar: { bgcolor: transparent, color: line, activecolor: text },
        hoverlabel: { align: "left" },
        shapedefaults: { line: { color: text } },
        annotationdefaults: { arrowcolor: text },
      },
    };
    layout["template"] = merged(own, layout["template"] ?? {});
    return { data, layout };
  }

  /**
   * `over` laid over `under`, object by object.
   * @param {Json} under
   * @param {Json} over
   * @returns {Json}
   */
  function merged(under, over) {
    const all = { ...under };
    for (const [key, value] of Object.entries(over)) {
      all[key] = isObject(value) && isObject(all[key]) ? merged(all[key], value) : value;
    }
    return all;
  }

  /**
   * @param {unknown} value
   * @returns {value is Json}
   */
  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  /**
   * Turns every grey in a part of a figure into its opposite, in place: black text becomes white, white boxes black.
   * @param {Json} part
   */
  function turnGreys(part) {
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === "object" && value !== null) {
        if (/color$/.test(key) && Array.isArray(value)) part[key] = value.map(turned);
        else if (key !== "colorscale") turnGreys(value);
      } else if (/color$/.test(key)) part[key] = turned(value);
    }
  }

  /** @param {unknown} colour */
  function turned(colour) {
    const grey = greyOf(colour);
    if (grey === undefined) return colour;
    const level = Math.round(240 - (grey.level * 220) / 255); // black becomes 240, white becomes 20
    return `rgba(${level}, ${level}, ${level}, ${grey.alpha})`;
  }

  /**
   * How light a grey is, from 0 (black) to 255 (white), or nothing for other colours.
   * @param {unknown} colour
   * @returns {{ level: number, alpha: number } | undefined}
   */
  function greyOf(colour) {
    if (typeof colour !== "string") return undefined;
    const names = /** @type {{ [name: string]: number }} */ ({
      black: 0, dimgray: 105, dimgrey: 105, gray: 128, grey: 128, darkgray: 169, darkgrey: 169, silver: 192,
      lightgray: 211, lightgrey: 211, gainsboro: 220, whitesmoke: 245, white: 255,
    });
    const named = names[colour.trim().toLowerCase()];
    if (named !== undefined) return { level: named, alpha: 1 };
    const hex = colour.trim().match(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i)?.[1];
    const parts = hex?.match(hex.length === 3 ? /./g : /../g)?.map((part) => parseInt(part.repeat(6 / part.length / 3), 16));
    const [r, g, b, alpha = 1] = parts ?? colour.match(/^\s*rgba?\(([^)%]*)\)\s*$/i)?.[1]?.split(/[\s,/]+/).filter(Boolean).map(Number) ?? [];
    if (r === undefined || g === undefined || b === undefined) return undefined;
    const level = (r + g + b) / 3;
    return Math.max(r, g, b) - Math.min(r, g, b) <= 24 ? { level, alpha } : undefined;
  }

  // ---------------------------------------------------------------------------------------------- parts of the page

  const STYLE = `
    .jp-Notebook .jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }
    .distlab-output { padding: 4px 0; overflow-x: auto; }
    .distlab-output img { display: block; max-width: 100%; height: auto; }
    .distlab-output img.distlab-card { background: white; border-radius: 4px; }
    .distlab-output details { margin: 2px 0 6px; }
    .distlab-output summary { cursor: pointer; width: fit-content; font-size: var(--jp-ui-font-size1);
      color: var(--jp-content-font-color2); }
    .distlab-output summary:focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 2px; }
    .distlab-output pre { margin: 4px 0 0; padding: 6px 8px; overflow-x: auto; max-height: 22em;
      font-family: var(--jp-code-font-family); font-size: var(--jp-code-font-size);
      line-height: var(--jp-code-line-height); color: var(--jp-content-font-color1);
      background: var(--jp-layout-color2); white-space: pre; }
    .distlab-output .distlab-note { margin: 4px 0; font-size: var(--jp-ui-font-size1);
      color: var(--jp-error-color1); }
  `;

  /**
   * A closed line under a picture that opens to its text, where the text is more than a name.
   * @param {Model} model
   * @returns {Element[]}
   */
  function asText(model) {
    const text = textOf(model, TEXT);
    if (!text.trim().includes("\n")) return [];
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = PLOTLY in model.data ? "Numbers" : "As text";
    details.append(summary, preformatted(text));
    return [details];
  }

  /** @param {string} text */
  function preformatted(text) {
    const pre = document.createElement("pre");
    pre.tabIndex = 0; // so that the keyboard can scroll it
    pre.textContent = text;
    return pre;
  }

  /**
   * One form of a bundle as a text; notebooks may hold it as a list of lines.
   * @param {Model} model
   * @param {string} mime
   */
  function textOf(model, mime) {
    const value = model.data[mime];
    return Array.isArray(value) ? value.join("") : typeof value === "string" ? value : "";
  }

  /**
   * The bundle's picture as an image: inert, whatever the svg contains. In a dark theme an svg that has rules for it
   * gets the class "dark", any other a white card to stand on.
   * @param {Model} model
   * @returns {HTMLImageElement} throws an Error for an svg that is none
   */
  function picture(model) {
    const root = new DOMParser().parseFromString(textOf(model, SVG), SVG).documentElement;
    if (root.localName !== "svg" || root.querySelector("parsererror") !== null) throw new Error("the picture is no well-formed svg");
    const words = (/** @type {string} */ tag) => root.querySelector(`:scope > ${tag}`)?.textContent?.trim() ?? "";
    const knowsDark = [...root.querySelectorAll("style")].some((style) => style.textContent?.includes(".dark"));
    if (isDark() && knowsDark) root.classList.add("dark");
    const image = document.createElement("img");
    image.classList.toggle("distlab-card", isDark() && !knowsDark);
    image.alt = joined(words("title"), words("desc")) || textOf(model, TEXT);
    const bytes = new TextEncoder().encode(new XMLSerializer().serializeToString(root));
    image.src = `data:${SVG};base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
    return image;
  }

  /**
   * What stands where a figure or picture should be: why it is not there, and the next best form of it.
   * @param {Model} model
   * @param {unknown} error
   * @returns {Element[]}
   */
  function instead(model, error) {
    const note = document.createElement("p");
    note.className = "distlab-note";
    note.textContent = `This ${QUIZ in model.data ? "question" : "plot"} cannot be shown as it should: ${error instanceof Error ? error.message : error}.`;
    try {
      return [note, picture(model), ...asText(model)];
    } catch {
      return [note, preformatted(textOf(model, TEXT))];
    }
  }

  // ---------------------------------------------------------------------------------------------- renderers

  /** @param {any} Widget the base class of all that JupyterLab shows */
  function renderers(Widget) {
    class Plot extends Widget {
      /** @type {Model} */
      #model = { data: {} };
      /** What was drawn last, as JSON: the same figure with another static picture is not drawn again. */
      #drawn = "";
      #chart = document.createElement("div");
      /** Drawings wait for one another. @type {Promise<unknown>} */
      #queue = Promise.resolve();
      #themeChanged = () => void this.#draw();
      #observer = new ResizeObserver(() => this.#resized());

      constructor() {
        super();
        this.addClass("distlab-output");
        this.#chart.setAttribute("role", "group"); // no img: it holds buttons
        followers.add(this.#themeChanged);
        this.#observer.observe(this.node);
      }

      /**
       * Draws the model; called again with another model it changes the chart in place.
       * @param {Model} model
       */
      renderModel(model) {
        this.#model = model;
        return this.#draw();
      }

      dispose() {
        if (this.isDisposed) return;
        followers.delete(this.#themeChanged);
        this.#observer.disconnect();
        void this.#queue.then(() => /** @type {any} */ (window).Plotly?.purge(this.#chart));
        super.dispose();
      }

      #draw() {
        this.#queue = this.#queue.then(() => this.#drawNow()).catch((error) => {
          this.#drawn = "";
          this.node.replaceChildren(...instead(this.#model, error));
        });
        return this.#queue;
      }

      async #drawNow() {
        const figure = /** @type {Figure} */ (this.#model.data[PLOTLY]);
        if (!isObject(figure) || !Array.isArray(figure.data ?? [])) throw new Error("the figure has no list of traces");
        const { data, layout } = themed(figure, theme());
        const { width, height = HEIGHT } = layout;
        delete layout["width"]; // as wide as there is room
        const drawing = JSON.stringify([data, layout, figure.frames]);
        const chart = this.#chart;
        chart.style.maxWidth = `${width ?? MAX_WIDTH}px`;
        chart.style.height = `${height}px`; // keeps the room while plotly.js loads
        chart.setAttribute("aria-label", labelOf(layout));
        const open = this.node.querySelector("details")?.open ?? false;
        const below = asText(this.#model);
        for (const details of below) /** @type {HTMLDetailsElement} */ (details).open = open;
        this.node.replaceChildren(chart, ...below);
        if (drawing === this.#drawn) return;
        const Plotly = await plotly();
        if (this.isDisposed) return;
        // The window's width is not the cell's: the observer resizes. Nor can plotly.js tell by itself how wide a cell is
        // that the browser does not lay out because it is out of sight.
        const config = { displaylogo: false, ...figure.config, responsive: false };
        const place = chart.getBoundingClientRect().width;
        await Plotly.react(chart, data, { ...layout, ...(place > 0 ? { width: place } : { autosize: true }) }, config);
        if (figure.frames) await Plotly.addFrames(chart, figure.frames);
        this.#drawn = drawing;
        // What changed the width while it was drawn has not been heard; and while JupyterLab changes its theme nothing has a
        // width: observed anew, the cell says its width as soon as it has one.
        this.#observer.unobserve(this.node);
        this.#observer.observe(this.node);
      }

      /** Side bars change a cell's width without the window's; a cell that was hidden gets its width when it shows. */
      #resized() {
        if (this.node.clientWidth === 0) return;
        this.#queue = this.#queue.then(() => this.#fit()).catch((error) => console.error(error));
      }

      /** Makes the drawing as wide as its place, where both are in the page and differ. */
      async #fit() {
        const place = this.#chart.getBoundingClientRect().width;
        const drawing = this.#chart.querySelector(".main-svg")?.getBoundingClientRect().width;
        if (place === 0 || drawing === undefined || Math.abs(place - drawing) < 1) return;
        await (await plotly()).relayout(this.#chart, { width: place });
      }
    }

    class Picture extends Widget {
      /** @type {Model} */
      #model = { data: {} };
      #themeChanged = () => this.#draw();

      constructor() {
        super();
        this.addClass("distlab-output");
        followers.add(this.#themeChanged);
      }

      /** @param {Model} model */
      async renderModel(model) {
        this.#model = model;
        this.#draw();
      }

      dispose() {
        followers.delete(this.#themeChanged);
        super.dispose();
      }

      #draw() {
        const open = this.node.querySelector("details")?.open ?? false;
        try {
          this.node.replaceChildren(picture(this.#model), ...asText(this.#model));
        } catch (error) {
          this.node.replaceChildren(...instead(this.#model, error));
        }
        for (const details of this.node.querySelectorAll("details")) details.open = open;
      }
    }

    class Play extends Widget {
      /** @type {{ dispose(): void } | null} */
      #player = null;

      constructor() {
        super();
        this.addClass("distlab-output");
      }

      /** @param {Model} model */
      async renderModel(model) {
        try {
          await load("player.js");
          if (this.isDisposed) return;
          this.#player?.dispose();
          const place = document.createElement("div");
          this.node.replaceChildren(place, ...asText(model));
          const ask = (/** @type {any} */ question) => askKernel(this.node, question);
          this.#player = /** @type {any} */ (window).distlabPlayer.mount(place, model.data[RUN], { ask });
        } catch (error) {
          this.node.replaceChildren(...instead(model, error));
        }
      }

      dispose() {
        this.#player?.dispose();
        super.dispose();
      }
    }

    class Question extends Widget {
      constructor() {
        super();
        this.addClass("distlab-output");
      }

      /** @param {Model} model */
      async renderModel(model) {
        try {
          await load("quiz.js");
          if (this.isDisposed) return;
          const place = document.createElement("div");
          /** @type {any} */ (window).distlabQuiz.mount(place, model.data[QUIZ]);
          this.node.replaceChildren(place);
        } catch (error) {
          this.node.replaceChildren(...instead(model, error));
        }
      }
    }

    return { Plot, Picture, Play, Question };
  }

  /**
   * What a figure says to those who do not see it.
   * @param {Json} layout
   */
  function labelOf(layout) {
    const { title } = layout;
    const lines = typeof title === "string" ? [title] : [title?.text, title?.subtitle?.text];
    const plain = lines.map((line) =>
      typeof line === "string" ? line.replace(/<br\s*\/?>/gi, " ").replace(/<[^<>]*>/g, "").trim() : "",
    );
    return joined(plain.filter(Boolean).join(". "), layout["meta"]?.alt) || "Plot";
  }

  /**
   * Title and text alternative as one text; an alternative that begins with the title is enough.
   * @param {string} title
   * @param {unknown} alt
   */
  function joined(title, alt) {
    if (typeof alt !== "string" || alt === "") return title;
    return title === "" || alt.startsWith(title) ? alt : `${title}. ${alt}`;
  }

  // ---------------------------------------------------------------------------------------------- lost controls

  /** What stands in place of a slider whose kernel is gone; it comes from JupyterLab's extension for widgets. */
  const LOST = "Error displaying widget: model not found";

  /** Says instead what can be done about it: in every notebook that is opened again, no error is meant by it. */
  function explainLostControls() {
    const explain = (/** @type {Node} */ node) => {
      if (node.textContent === LOST) node.textContent = "Run this cell to use its controls.";
    };
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) {
        if (node.nodeType === Node.TEXT_NODE) explain(node);
        else if (node instanceof Element) for (const widget of node.querySelectorAll(".jupyter-widgets")) explain(widget);
      }
    }).observe(document.body, { subtree: true, childList: true });
  }

  // ---------------------------------------------------------------------------------------------- the container

  /** What JupyterLab and its extensions share, by package and version. @type {{ [name: string]: Json }} */
  let shared = {};

  async function widgets() {
    const versions = Object.values(shared["@lumino/widgets"] ?? {});
    if (versions.length === 0) throw new Error(`${NAME}: JupyterLab shares no @lumino/widgets`);
    return (await versions[0].get())();
  }

  async function mimeExtension() {
    const { Plot, Picture, Play, Question } = renderers((await widgets()).Widget);
    const style = document.createElement("style");
    style.textContent = STYLE;
    document.head.append(style);
    followTheme();
    const extensions = [
      {
        id: `${NAME}:player`,
        rank: 0, // before the static picture of the run
        dataType: "json",
        rendererFactory: { safe: true, mimeTypes: [RUN], createRenderer: () => new Play() },
      },
      {
        id: `${NAME}:quiz`,
        rank: 0, // before the question as HTML
        dataType: "json",
        rendererFactory: { safe: true, mimeTypes: [QUIZ], createRenderer: () => new Question() },
      },
      {
        id: `${NAME}:plot`,
        rank: 0, // before every other form of a figure
        dataType: "json",
        rendererFactory: { safe: true, mimeTypes: [PLOTLY], createRenderer: () => new Plot() },
      },
      {
        id: `${NAME}:picture`,
        rank: 1, // after the figure whose static form it may be, before HTML and text
        dataType: "string",
        rendererFactory: { safe: true, mimeTypes: [SVG], createRenderer: () => new Picture() },
      },
    ];
    return { __esModule: true, default: extensions };
  }

  /** The plugin that is handed JupyterLab. */
  const kernels = {
    id: `${NAME}:kernels`,
    autoStart: true,
    activate(/** @type {any} */ app) {
      lab = app;
      explainLostControls();
    },
  };

  const containers = /** @type {any} */ (window)._JUPYTERLAB ??= {};
  containers[NAME] = {
    /** @param {{ [name: string]: Json }} scope */
    init(scope) {
      shared = scope;
    },
    /** @param {string} name */
    async get(name) {
      const module = name === "./extension" ? { __esModule: true, default: kernels } : await mimeExtension();
      return () => module;
    },
  };
})();
