import { format, formatNumber } from "./format.js";
import { escape } from "./escape.js";
import { column, figure, numbers, type ChartOptions, type Column, type Figure } from "./figure.js";
import { seriesOf } from "./series.js";
import { checkRows } from "./table.js";
import { nth, palette, patterns } from "./theme.js";

/** What bars stand for. */
export interface BarsOptions<Row> extends ChartOptions {
  /** The field that names the bars. */
  readonly x: Column<Row>;
  /** The field that gives their heights. */
  readonly y: Column<Row>;
  /** Fields with the ends of an interval around the height, drawn as a whisker: ["messagesLow", "messagesHigh"]. */
  readonly interval?: readonly [low: Column<Row>, high: Column<Row>];
}

/**
 * One bar per row, with its value above it:
 *
 *     bars(messageCounts(run.trace), {
 *       x: "message", y: "sent",
 *       title: "Four kinds of messages, three of each", xLabel: "kind of message", yLabel: "messages sent",
 *     })
 */
export function bars<Row extends object>(all: readonly Row[], options: BarsOptions<Row>): Figure {
  const { x, y, interval } = options;
  const { rows, notes } = firstOf(all);
  const names = column(rows, x, "x").map(format);
  const heights = numbers(rows, y, "y");
  const whiskers = whiskersOf(rows, heights, interval);
  return figure(options, {
    rows: pick(rows, [x, y, ...(interval ?? [])]),
    headings: { [x]: options.xLabel, [y]: options.yLabel },
    summary: `A bar chart of ${options.yLabel} for each ${options.xLabel}${extremes(heights, (i) => `${names[i]} (${format(heights[i])})`)}`,
    data: [bar({ names, heights, colour: palette[0]!, pattern: "", whiskers, labelled: true })],
    xaxis: { type: "category" },
    yaxis: heightAxis([heights], whiskers),
    notes,
    layout: { bargap: 0.35 },
  });
}

/** What groups of bars stand for. */
export interface GroupedBarsOptions<Row> extends ChartOptions {
  /** The field that names the groups. */
  readonly x: Column<Row>;
  /** The field that gives the heights, together with `by`; or several fields, a bar for each in every group. */
  readonly y: Column<Row> | readonly Column<Row>[];
  /** The field that tells the bars of a group apart. */
  readonly by?: Column<Row>;
  readonly interval?: readonly [low: Column<Row>, high: Column<Row>];
  /** What the fields of `y` are called in the legend (default: their names as words). */
  readonly names?: Partial<Record<Column<Row>, string>>;
  /** Stand the bars of a group on top of each other. */
  readonly stacked?: boolean;
}

/**
 * Bars in groups, told apart by colour and pattern: either one field by another, or several fields side by side:
 *
 *     groupedBars(messageCounts(run.trace), { x: "message", y: ["sent", "delivered"], ... })
 */
export function groupedBars<Row extends object>(all: readonly Row[], options: GroupedBarsOptions<Row>): Figure {
  const { x, y, by, interval, names = {}, stacked = false } = options;
  const fields: readonly Column<Row>[] = typeof y === "string" ? [y] : y;
  const called: Partial<Record<string, string>> = names;
  const { rows, notes } = firstOf(all);
  if (fields.length === 0) throw new RangeError("y must name at least one field, got []");
  if (by !== undefined && fields.length > 1)
    throw new RangeError(`give either by or several fields of y, got by: "${by}" and ${fields.length} fields`);
  const series =
    by === undefined
      ? fields.map((field) => ({ name: called[field] ?? field, field, rows: rows as readonly object[] }))
      : seriesOf(rows, by).map(({ name, rows }) => ({ name: called[name] ?? name, field: fields[0]!, rows }));
  const drawn = series.map(({ name, field, rows }) => {
    const heights = numbers(rows, field, "y");
    return { name, names: column(rows, x, "x").map(format), heights, whiskers: whiskersOf(rows, heights, interval) };
  });
  const barCount = drawn.reduce((sum, { heights }) => sum + heights.length, 0);
  const labelled = barCount <= 24 && !stacked;
  const single = drawn.flatMap(({ name, names, heights }) =>
    heights.map((height, i) => ({ of: `${names[i]} ${name}`, height })),
  );
  const most = extremes(
    single.map(({ height }) => height),
    (i) => `${single[i]!.of} (${format(single[i]!.height)})`,
  );
  const arranged = `${stacked ? "stacked" : "grouped"} by ${drawn.map(({ name }) => name).join(", ")}`;
  return figure(options, {
    rows: pick(rows, [x, ...(by === undefined ? [] : [by]), ...fields, ...(interval ?? [])]),
    headings: { [x]: options.xLabel, ...(fields.length === 1 ? { [fields[0]!]: options.yLabel } : {}) },
    summary: `A bar chart of ${options.yLabel} for each ${options.xLabel}, ${arranged}${most}`,
    data: drawn.map(({ name, names, heights, whiskers }, i) =>
      bar({ name, names, heights, colour: nth(palette, i), pattern: nth(patterns, i), whiskers, labelled }),
    ),
    xaxis: { type: "category" },
    yaxis: stacked
      ? { rangemode: "tozero" }
      : heightAxis(
          drawn.map(({ heights }) => heights),
          drawn.find(({ whiskers }) => whiskers !== null)?.whiskers ?? null,
        ),
    notes,
    legend: true,
    layout: { barmode: stacked ? "stack" : "group", bargap: 0.25, bargroupgap: 0.08 },
  });
}

const maxBars = 1_000;

/** No more rows than a page can hold bars. */
function firstOf<Row extends object>(
  rows: readonly Row[],
): { readonly rows: readonly Row[]; readonly notes: readonly string[] } {
  checkRows(rows);
  if (rows.length <= maxBars) return { rows, notes: [] };
  return {
    rows: rows.slice(0, maxBars),
    notes: [`Drawn with the first ${format(maxBars)} of ${format(rows.length)} rows`],
  };
}

/** Only these fields of the rows, which are those that are drawn. */
export function pick(rows: readonly object[], fields: readonly string[]): object[] {
  return rows.map((row) => Object.fromEntries(fields.map((field) => [field, (row as Record<string, unknown>)[field]])));
}

/** "; highest a (3), lowest b (1)", or the value where all are the same; `say` names the n-th of them with its value. */
export function extremes(values: readonly (number | null)[], say: (n: number) => string): string {
  let low = -1;
  let high = -1;
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    if (low < 0 || value < values[low]!) low = i;
    if (high < 0 || value > values[high]!) high = i;
  }
  if (high < 0) return "; no values";
  if (values[low] === values[high]) return `; every value is ${formatNumber(values[high]!)}`;
  return `; highest ${say(high)}, lowest ${say(low)}`;
}

interface Whiskers {
  readonly plus: readonly (number | null)[];
  readonly minus: readonly (number | null)[];
}

function whiskersOf(
  rows: readonly object[],
  heights: readonly (number | null)[],
  interval: readonly [string, string] | undefined,
): Whiskers | null {
  if (interval === undefined) return null;
  const low = numbers(rows, interval[0], "interval[0]");
  const high = numbers(rows, interval[1], "interval[1]");
  const reach = (ends: readonly (number | null)[], sign: 1 | -1): (number | null)[] =>
    heights.map((height, i) => (height === null || ends[i] == null ? null : sign * (ends[i]! - height)));
  return { plus: reach(high, 1), minus: reach(low, -1) };
}

interface Bar {
  readonly name?: string;
  readonly names: readonly string[];
  readonly heights: readonly (number | null)[];
  readonly colour: string;
  readonly pattern: string;
  readonly whiskers: Whiskers | null;
  readonly labelled: boolean;
}

function bar({ name, names, heights, colour, pattern, whiskers, labelled }: Bar): object {
  const x = names.map(escape);
  return {
    type: "bar",
    ...(name === undefined ? {} : { name: escape(name) }),
    x,
    y: heights,
    marker: {
      color: colour,
      line: { color: colour, width: 1 },
      ...(pattern === "" ? {} : { pattern: { shape: pattern, size: 6, solidity: 0.35, fillmode: "overlay" } }),
    },
    ...(whiskers === null
      ? {}
      : {
          error_y: {
            type: "data",
            symmetric: false,
            array: whiskers.plus,
            arrayminus: whiskers.minus,
            color: "#333333",
            thickness: 1.5,
            width: 6,
          },
        }),
    ...(labelled && whiskers === null && names.length <= 24
      ? {
          text: heights.map((height) => (height === null ? "" : formatNumber(height))),
          textposition: "outside",
          cliponaxis: false,
        }
      : {}),
    hovertemplate: `%{x}: %{y}<extra>${name === undefined ? "" : escape(name)}</extra>`,
  };
}

/** From 0, with room for the numbers above the bars; a few whole numbers have no ticks between them. */
function heightAxis(series: readonly (readonly (number | null)[])[], whiskers: Whiskers | null): object {
  const heights = series.flat().filter((height) => height !== null);
  if (whiskers !== null || heights.some((height) => height < 0)) return { rangemode: "tozero" };
  const highest = heights.reduce((most, height) => Math.max(most, height), 0);
  const whole = heights.every(Number.isInteger) && highest <= 6 ? { dtick: 1 } : {};
  return highest === 0 ? { range: [0, 1] } : { range: [0, highest * 1.1], ...whole };
}
