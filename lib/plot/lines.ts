import { extent } from "d3-array";
import { oneOf, show } from "../core/parameters.js";
import { extremes, pick } from "./bars.js";
import { escape } from "./escape.js";
import { column, figure, numbers, text, type ChartOptions, type Column, type Figure } from "./figure.js";
import { format } from "./format.js";
import { logAxis } from "./log-axis.js";
import { seriesOf, thin, thinned } from "./series.js";
import { dashes, markers, nth, palette, transparent } from "./theme.js";

/** What lines stand for. */
export interface LinesOptions<Row> extends ChartOptions {
  readonly x: Column<Row>;
  readonly y: Column<Row>;
  /** The field that tells the lines apart: one line for each of its values. */
  readonly by?: Column<Row>;
  /** What is varied from line to line, as in "loss = 0.1" (default: the field's name). */
  readonly byLabel?: string;
  /** Fields with the ends of an interval around y, drawn as a band: ["messagesLow", "messagesHigh"]. */
  readonly band?: readonly [low: Column<Row>, high: Column<Row>];
  /** Which axes are logarithmic (default none). */
  readonly log?: "x" | "y" | "xy";
  /** Draw a value that holds until the next point as a step. */
  readonly steps?: boolean;
  /** What was expected, drawn as a thin dashed line: `{ label: "predicted: 4n", y: (n) => 4 * n }`. */
  readonly expected?: { readonly label: string; readonly y: (x: number) => number };
}

/**
 * One line through the rows, or one for each value of a field, told apart by colour, dash and marker:
 *
 *     lines(rows, { x: "n", y: "messages", by: "loss", band: ["messagesLow", "messagesHigh"],
 *       title: "Loss costs messages", xLabel: "acceptors", yLabel: "messages per decision" })
 *
 * Rows are drawn from left to right, whatever their order. A field x of texts gives a category for each text.
 */
export function lines<Row extends object>(rows: readonly Row[], options: LinesOptions<Row>): Figure {
  const { x, y, by, byLabel = by, band, log, steps = false, expected } = options;
  if (log !== undefined) oneOf("log", log, ["x", "y", "xy"]);
  const byText = column(rows, x, "x").some((value) => typeof value === "string");
  const logX = log?.includes("x") === true;
  if (byText && logX) throw new RangeError(`log must not name the x axis, whose values are texts, got ${show(log)}`);
  const data: object[] = [];
  let drawn = 0;
  let all = 0;
  const series = seriesOf(rows, by);
  for (const [i, one] of series.entries()) {
    const places = byText ? column(one.rows, x, "x").map(format) : numbers(one.rows, x, "x");
    const order = places.map((_, at) => at).filter((at) => places[at] !== null);
    if (!byText) order.sort((a, b) => (places[a] as number) - (places[b] as number));
    const heights = numbers(one.rows, y, "y");
    const sorted = order.map((at) => heights[at]!);
    const kept = thin(sorted).map((at) => order[at]!);
    drawn += kept.length;
    all += order.length;
    const at = kept.map((place) => (byText ? escape(places[place] as string) : places[place]!));
    const name = one.name === "" ? "" : byLabel === "" ? one.name : `${byLabel} = ${one.name}`;
    const colour = nth(palette, i);
    if (band !== undefined) data.push(...bandTraces(one.rows, band, kept, at, colour, String(i)));
    data.push({
      type: "scatter",
      mode: kept.length > 60 || steps ? "lines" : "lines+markers",
      name: escape(name),
      legendgroup: String(i),
      showlegend: series.length > 1,
      x: at,
      y: kept.map((place) => heights[place] ?? null),
      line: { color: colour, width: 2, dash: nth(dashes, i), ...(steps ? { shape: "hv" } : {}) },
      marker: { color: colour, size: 8, symbol: nth(markers, i) },
      hovertemplate: `%{x}: %{y}<extra>${escape(name)}</extra>`,
    });
  }
  const awaited = expected === undefined ? null : expectedTrace(expected, byText ? [] : numbers(rows, x, "x"), logX);
  if (awaited !== null) data.push(awaited);
  const ends = (band ?? []).flatMap((end, i) => numbers(rows, end, `band[${i}]`));
  const places = column(rows, x, "x");
  const values = numbers(rows, y, "y");
  const most = extremes(values, (i) => `${format(values[i])} at ${format(places[i])}`);
  const one = series.length === 1;
  const what = one ? "A line" : `${series.length} lines`;
  const eachFor = one ? "" : `, one for each ${byLabel || by}`;
  const around = band === undefined ? "" : ", with a band around the mean";
  return figure(options, {
    rows: pick(rows, [...(by === undefined ? [] : [by]), x, y, ...(band ?? [])]),
    headings: {
      [x]: options.xLabel,
      [y]: options.yLabel,
      ...(by === undefined || byLabel === undefined ? {} : { [by]: byLabel || by }),
    },
    summary: `${what} of ${options.yLabel} against ${options.xLabel}${eachFor}${around}${most}`,
    notes: drawn < all ? [thinned(drawn, all)] : [],
    data,
    xaxis: byText ? { type: "category" } : { ...(logX ? logAxis(numbers(rows, x, "x")) : {}), ...ticksAt(numbers(rows, x, "x"), logX) },
    yaxis: log?.includes("y") === true ? logAxis([...values, ...ends, ...(awaited?.y ?? [])]) : fromZero(values),
    legend: series.length > 1 || expected !== undefined,
  });
}

/** The axis begins at 0, and somewhat below it where a point lies there, which it would cut in half. */
function fromZero(values: readonly (number | null)[]): object {
  return values.includes(0) ? { autorangeoptions: { include: 0 } } : { rangemode: "tozero" };
}

/** Few measured places are the ticks, unless they crowd; a number between them was not measured. */
function ticksAt(places: readonly (number | null)[], log: boolean): object {
  const at = [...new Set(places)].filter((place) => place !== null && (!log || place > 0)) as number[];
  at.sort((a, b) => a - b);
  const drawn = at.map((place) => (log ? Math.log(place) : place));
  const range = drawn.at(-1)! - drawn[0]!;
  const crowd = drawn.some((place, i) => i > 0 && place - drawn[i - 1]! < range / 24);
  return at.length < 2 || at.length > 12 || crowd ? {} : { tickmode: "array", tickvals: at, ticktext: at.map(format) };
}

function bandTraces(
  rows: readonly object[],
  [low, high]: readonly [string, string],
  kept: readonly number[],
  x: readonly unknown[],
  colour: string,
  group: string,
): object[] {
  const lows = numbers(rows, low, "band[0]");
  const highs = numbers(rows, high, "band[1]");
  const edge = {
    type: "scatter",
    mode: "lines",
    x,
    legendgroup: group,
    showlegend: false,
    hoverinfo: "skip",
    line: { width: 0, color: colour },
  };
  return [
    { ...edge, y: kept.map((place) => lows[place] ?? null) },
    { ...edge, y: kept.map((place) => highs[place] ?? null), fill: "tonexty", fillcolor: transparent(colour, 0.18) },
  ];
}

/** A hundred points of what was expected, over the range that was measured. */
function expectedTrace(
  { label, y }: { readonly label: string; readonly y: (x: number) => number },
  places: readonly (number | null)[],
  log: boolean,
): { readonly [key: string]: unknown; readonly y: readonly (number | null)[] } {
  text("expected.label", label);
  if (typeof y !== "function") throw new TypeError(`expected.y must be a function of x, got ${show(y)}`);
  const [from = 0, to = 0] = extent(places.filter((place) => place !== null && (!log || place > 0)) as number[]);
  const count = from === to ? 0 : 101;
  const x = Array.from({ length: count }, (_, i) =>
    log ? Math.exp(Math.log(from) + ((Math.log(to) - Math.log(from)) * i) / 100) : from + ((to - from) * i) / 100,
  );
  return {
    type: "scatter",
    mode: "lines",
    name: escape(label),
    x,
    y: x.map((place) => finiteOrNull(y(place))),
    line: { color: "#777777", width: 1.5, dash: "dash" },
    hovertemplate: `%{x}: %{y}<extra>${escape(label)}</extra>`,
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
