import { inspect } from "node:util";
import { isTable, tableBundle } from "./table.js";

/** One thing to show, in several forms by MIME type: a front end picks the richest that it knows. */
export type Bundle = Record<string, unknown>;

/** The MIME type of an interactive plot. */
export const PLOTLY = "application/vnd.plotly.v1+json";

/** The method with which a value says how it is shown; it may be async. */
const DISPLAY = Symbol.for("Jupyter.display");

/** How deep objects are printed, how long lists and texts may get. */
const PRINTING = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 } as const;

/**
 * The forms of a value: what its `Symbol.for("Jupyter.display")` method gives; else, for a Plotly figure, the figure;
 * for an array of flat objects, a table; for the rest, text.
 */
export function bundleOf(value: unknown): Bundle | Promise<Bundle> {
  const own = ownBundle(value);
  if (own instanceof Promise) return own.then((bundle) => complete(bundle, value));
  if (own) return complete(own, value);
  if (isFigure(value)) return { [PLOTLY]: value, "text/plain": figureText(value) };
  if (isTable(value)) return tableBundle(value);
  return { "text/plain": printed(value) };
}

/** Bytes, of a picture for example, travel as base64. */
export function encoded(bundle: Bundle): Bundle {
  const entries = Object.entries(bundle).map(([type, data]) => [
    type,
    data instanceof Uint8Array ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64") : data,
  ]);
  return Object.fromEntries(entries) as Bundle;
}

function ownBundle(value: unknown): Bundle | Promise<Bundle> | null {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  return typeof method === "function" ? (method.call(value) as Bundle | Promise<Bundle>) : null;
}

function complete(bundle: unknown, value: unknown): Bundle {
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) {
    throw new TypeError(`a Jupyter.display method must return an object of MIME types, got ${inspect(bundle, { depth: 0 })}`);
  }
  return "text/plain" in bundle ? encoded(bundle as Bundle) : { ...encoded(bundle as Bundle), "text/plain": nameOf(value) };
}

function nameOf(value: unknown): string {
  return `[${(value as object).constructor?.name ?? "Object"}]`;
}

interface Figure {
  readonly data: readonly object[];
  readonly layout: { readonly title?: unknown };
}

function isFigure(value: unknown): value is Figure {
  if (typeof value !== "object" || value === null) return false;
  const { data, layout } = value as Partial<Figure>;
  return (
    Array.isArray(data) &&
    data.every((trace) => typeof trace === "object" && trace !== null) &&
    typeof layout === "object" &&
    layout !== null &&
    !Array.isArray(layout)
  );
}

function figureText({ data, layout }: Figure): string {
  const title = typeof layout.title === "string" ? layout.title : (layout.title as { text?: string } | undefined)?.text;
  return `[Figure${title ? `: ${title}` : ""} (${data.length} ${data.length === 1 ? "trace" : "traces"})]`;
}

/** A value as text; a long text is cut with a count of what is missing. */
function printed(value: unknown): string {
  const text = inspect(value, PRINTING);
  const limit = 100_000;
  return text.length <= limit ? text : `${text.slice(0, limit)}\n… and ${text.length - limit} more characters`;
}
