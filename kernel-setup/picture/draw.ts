/**
 * Draws Plotly figures as SVG without a browser: plotly.js itself, in jsdom, with what jsdom lacks given to it.
 * The same figure gives the same bytes on every machine, whatever was drawn before it.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { JSDOM, VirtualConsole } from "jsdom";
import { Easel } from "./canvas.js";
import { boxOf, pageBoxOf, pathLength, pointOnPath, textLengthOf, type Box } from "./geometry.js";
import { FONT_FAMILY } from "./letters.js";
import { tidy, type Words } from "./tidy.js";

/** A Plotly figure: what a notebook sends as `application/vnd.plotly.v1+json`. */
export interface Figure {
  readonly data: readonly unknown[];
  readonly layout?: object;
}

/** Width and height of a picture whose layout names none, in CSS pixels. */
export const DEFAULT_SIZE = { width: 720, height: 420 } as const;

/** Plotly's traces that paint with WebGL or load maps: no picture of them can be made here. */
const NEEDS_BROWSER =
  /gl$|geo$|^choropleth|^(scatter3d|surface|mesh3d|cone|streamtube|isosurface|volume|splom|parcoords|(scatter|density)map(box)?)$/;

/** Trace types that are known without Plotly's schema, which takes a quarter of a second to make. */
const KNOWN_TYPES = new Set(["scatter", "bar", "box", "histogram", "heatmap", "contour", "violin", "pie"]);

interface Plotly {
  toImage(figure: object, options: object): Promise<string>;
  PlotSchema: { get(): { traces: Record<string, unknown> } };
}

/** A page that holds plotly.js and draws one figure after another. Making one takes about a second. */
export class Page {
  readonly #window: JSDOM["window"];
  readonly #plotly: Plotly;
  readonly #easel: Easel;
  #traceTypes: ReadonlySet<string> | undefined;

  constructor() {
    const page = new JSDOM("<!doctype html><body></body>", {
      runScripts: "outside-only",
      pretendToBeVisual: true, // gives requestAnimationFrame, which Plotly waits for
      virtualConsole: new VirtualConsole(), // what Plotly logs is not for the learner
    });
    this.#window = page.window;
    this.#easel = new Easel(page.window);
    giveBoxes(page.window);
    const file = createRequire(import.meta.url).resolve("plotly.js-dist/plotly.js");
    new Script(readFileSync(file, "utf8"), { filename: file }).runInContext(page.getInternalVMContext());
    this.#plotly = (page.window as unknown as { Plotly: Plotly }).Plotly;
  }

  /** The figure as one svg element. Throws an Error that says what is wrong with a figure that cannot be drawn. */
  async draw(figure: Figure): Promise<string> {
    this.#check(figure);
    const text = JSON.stringify(figure);
    // A copy, because Plotly writes into what it draws.
    const { data, layout = {} } = JSON.parse(text, (_, value: unknown) => withoutControls(value)) as {
      data: unknown[];
      layout?: Record<string, unknown>;
    };
    this.#window.Math.random = chance(text);
    this.#easel.clear();
    try {
      const svg = await this.#plotly.toImage(
        {
          data,
          layout: {
            ...layout,
            ...sizeOf(layout),
            paper_bgcolor: layout["paper_bgcolor"] ?? "white",
            font: { family: FONT_FAMILY, ...(layout["font"] as object | undefined) },
          },
          config: { displayModeBar: false },
        },
        { format: "svg", width: null, height: null, imageDataOnly: true },
      );
      return tidy(svg, { words: wordsOf(layout), idPrefix: `p${hash(text)}`, easel: this.#easel, window: this.#window });
    } catch (error) {
      throw new Error(`this figure cannot be drawn: ${messageOf(error)}`);
    } finally {
      this.#window.document.body.replaceChildren(); // a figure that failed leaves its element behind
    }
  }

  #check(figure: Figure): void {
    if (typeof figure !== "object" || figure === null) throw new TypeError(`a figure must be an object, got ${figure}`);
    if (!Array.isArray(figure.data)) {
      throw new TypeError(`figure.data must be an array of traces, got ${JSON.stringify(figure.data)}`);
    }
    if (figure.layout !== undefined && (typeof figure.layout !== "object" || figure.layout === null)) {
      throw new TypeError(`figure.layout must be an object, got ${JSON.stringify(figure.layout)}`);
    }
    if ("images" in (figure.layout ?? {})) {
      throw new RangeError("figure.layout.images must be left out: a picture loads nothing from elsewhere");
    }
    for (const [i, trace] of figure.data.entries()) {
      if (typeof trace !== "object" || trace === null) {
        throw new TypeError(`figure.data[${i}] must be a trace, got ${JSON.stringify(trace)}`);
      }
      const type = (trace as { type?: unknown }).type ?? "scatter";
      if (KNOWN_TYPES.has(String(type))) continue;
      this.#traceTypes ??= new Set(Object.keys(this.#plotly.PlotSchema.get().traces));
      if (!this.#traceTypes.has(String(type))) {
        throw new RangeError(`figure.data[${i}].type must be a trace type of Plotly, got ${JSON.stringify(type)}`);
      }
      if (NEEDS_BROWSER.test(String(type))) {
        throw new RangeError(`figure.data[${i}] is a ${type} trace: it needs WebGL or maps, which only a browser has`);
      }
    }
  }
}

function sizeOf(layout: Record<string, unknown>): { width: number; height: number } {
  const [width, height] = (["width", "height"] as const).map((side) => {
    const asked = layout[side] ?? DEFAULT_SIZE[side];
    if (typeof asked !== "number" || !(asked >= 10 && asked <= 10_000)) {
      throw new RangeError(`figure.layout.${side} must be a number of pixels in [10, 10000], got ${String(asked)}`);
    }
    return asked;
  }) as [number, number];
  return { width, height };
}

/** Title, subtitle and text alternative of a layout, without Plotly's markup. */
function wordsOf(layout: Record<string, unknown>): Words {
  const title = layout["title"] as string | { text?: string; subtitle?: { text?: string } } | undefined;
  const lines = typeof title === "string" ? [title] : [title?.text, title?.subtitle?.text];
  const plain = lines.map((line) =>
    typeof line === "string" ? line.replace(/<br\s*\/?>/gi, " ").replace(/<[^<>]*>/g, "").trim() : "",
  );
  const alt = (layout["meta"] as { alt?: unknown } | undefined)?.alt;
  return { title: plain.filter(Boolean).join(". "), alt: typeof alt === "string" ? alt : "" };
}

/** jsdom answers every question about sizes with zero; these answers come from the letters and the numbers. */
function giveBoxes(window: JSDOM["window"]): void {
  const rectangle = (box: Box | undefined): object => {
    const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: 0, bottom: 0 };
    return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
  };
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: Element) {
      return rectangle(boxOf(this));
    },
    getBoundingClientRect(this: Element) {
      return rectangle(pageBoxOf(this));
    },
    getComputedTextLength(this: Element) {
      return textLengthOf(this);
    },
    getTotalLength(this: Element) {
      return pathLength(this);
    },
    getPointAtLength(this: Element, length: number) {
      return pointOnPath(this, length);
    },
  });
  Object.assign(window, {
    matchMedia: () => ({ matches: false, addListener() {}, addEventListener() {} }),
    CSS: { supports: () => false, escape: (name: string) => name },
  });
  window.URL.createObjectURL = () => "";
}

/** Control characters and halves of characters, which no XML may hold, are dropped. */
function withoutControls(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, "") : value;
}

/** A stand-in for Math.random that starts from the figure, so that random ids do not depend on what came before. */
function chance(text: string): () => number {
  let state = parseInt(hash(text), 16);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** FNV-1a: eight hexadecimal digits that differ where texts differ (but for one pair in four thousand million). */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h.toString(16).padStart(8, "0");
}

function messageOf(error: unknown): string {
  return String((error as { message?: unknown } | undefined)?.message ?? error);
}
