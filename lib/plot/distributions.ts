import { bin, mean, quantileSorted } from "d3-array";
import { integer, oneOf } from "../core/parameters.js";
import { escape } from "./escape.js";
import { figure, numbers, type ChartOptions, type Column, type Figure } from "./figure.js";
import { format, formatNumber } from "./format.js";
import { logAxis } from "./log-axis.js";
import { maxPoints, seriesOf, thinned, type Series } from "./series.js";
import { dashes, nth, palette, patterns, transparent } from "./theme.js";

/** What a distribution is made of: many rows, one number each. */
export interface DistributionOptions<Row> extends Omit<ChartOptions, "yLabel"> {
  /** The field with the numbers. */
  readonly value: Column<Row>;
  /** The field that tells distributions apart. */
  readonly by?: Column<Row>;
  /** What is varied from one distribution to the next, as in "loss = 0.1" (default: the field's name). */
  readonly byLabel?: string;
  readonly yLabel?: string;
}

/** How a distribution function is drawn. */
export interface EcdfOptions<Row> extends DistributionOptions<Row> {
  /** Whether the axis of the numbers is logarithmic (default: it is not). Numbers of 0 and less are then left out of the picture. */
  readonly log?: "x";
}

/**
 * Which share of the rows is at most how large: the empirical distribution function. Read the median at 0.5 and the
 * tail at the top: `ecdf(operationLatencies(run.trace), { value: "ms", xLabel: "latency (virtual ms)", title: "..." })`.
 */
export function ecdf<Row extends object>(rows: readonly Row[], options: EcdfOptions<Row>): Figure {
  const { log, ...rest } = options;
  if (log !== undefined) oneOf("log", log, ["x"]);
  const { yLabel = "share of the rows" } = rest;
  let drawn = 0;
  let all = 0;
  const samples = samplesOf(rows, rest);
  const data = samples.map(({ name, values }, i) => {
    const kept = spaced(values.length);
    drawn += kept.length;
    all += values.length;
    return {
      type: "scatter",
      mode: "lines",
      name: escape(name),
      showlegend: samples.length > 1,
      x: [values[0], ...kept.map((at) => values[at])],
      y: [0, ...kept.map((at) => rounded((at + 1) / values.length))],
      line: { color: nth(palette, i), width: 2, dash: nth(dashes, i), shape: "hv" },
      hovertemplate: `%{y} are at most %{x}<extra>${escape(name)}</extra>`,
    };
  });
  return figure(
    { ...rest, yLabel },
    {
      rows: quantileRows(samples, rest),
      headings: {},
      summary: `The share of rows that are at most as large, against ${rest.xLabel}: ${samples.map(inWords).join("; ")}`,
      notes: drawn < all ? [thinned(drawn, all)] : [],
      data,
      ...(log === undefined ? {} : { xaxis: logAxis(samples.flatMap(({ values }) => values)) }),
      yaxis: { range: [0, 1.02], tickformat: ".0%" },
      legend: samples.length > 1,
    },
  );
}

/** How a histogram is cut. */
export interface HistogramOptions<Row> extends DistributionOptions<Row> {
  /** About how many bins, 2 to 200 (default 24). Their edges are round numbers. */
  readonly bins?: number;
}

/** How many rows lie in each of some ranges of equal width. The counting is done here, so that the figure stays small. */
export function histogram<Row extends object>(rows: readonly Row[], options: HistogramOptions<Row>): Figure {
  const { by, bins = 24, yLabel = "rows" } = options;
  integer("bins", bins, { min: 2, max: 200 });
  const samples = samplesOf(rows, options);
  const pooled = samples.flatMap(({ values }) => values);
  const edges = bin()
    .thresholds(bins)(pooled)
    .map(({ x0, x1 }) => [x0!, x1!] as const);
  const counted = samples.map(({ name, values }) => ({
    name,
    counts: edges.map(
      ([from, to], i) => values.filter((value) => value >= from && (value < to || i === edges.length - 1)).length,
    ),
  }));
  const table = counted.flatMap(({ name, counts }) =>
    counts.map((count, i) => ({
      ...(by === undefined ? {} : { [by]: name }),
      from: edges[i]![0],
      to: edges[i]![1],
      count,
    })),
  );
  return figure(
    { ...options, yLabel },
    {
      rows: table,
      headings: { count: yLabel },
      summary: `A histogram of ${options.xLabel} in ${edges.length} ranges: ${samples.map(inWords).join("; ")}`,
      data: counted.map(({ name, counts }, i) => ({
        type: "bar",
        name: escape(name),
        showlegend: samples.length > 1,
        x: edges.map(([from, to]) => (from + to) / 2),
        width: edges.map(([from, to]) => (to - from || 1) / (samples.length === 1 ? 1 : samples.length)),
        y: counts,
        marker: {
          color: transparent(nth(palette, i), 0.85),
          line: { color: nth(palette, i), width: 1 },
          ...(i === 0 ? {} : { pattern: { shape: nth(patterns, i), size: 6, solidity: 0.35, fillmode: "overlay" } }),
        },
        customdata: edges.map(([from, to]) => `${formatNumber(from)} to ${formatNumber(to)}`),
        hovertemplate: `%{customdata}: %{y}<extra>${escape(name)}</extra>`,
      })),
      yaxis: { rangemode: "tozero" },
      legend: samples.length > 1,
      layout: { barmode: "group", bargap: 0 },
    },
  );
}

/**
 * The spread of each group: the box holds the middle half with the median as its line, the whiskers reach to the last
 * rows within one and a half box lengths (Tukey 1977), and what lies outside is drawn as points.
 */
export function box<Row extends object>(
  rows: readonly Row[],
  options: DistributionOptions<Row> & { readonly yLabel: string },
): Figure {
  const samples = samplesOf(rows, { ...options, byLabel: "" });
  const boxes = samples.map(({ name, values }) => {
    const [q1, median, q3] = [0.25, 0.5, 0.75].map((p) => quantileSorted(values, p)!) as [number, number, number];
    const reach = 1.5 * (q3 - q1);
    const inside = values.filter((value) => value >= q1 - reach && value <= q3 + reach);
    const outside = values.filter((value) => value < q1 - reach || value > q3 + reach);
    const kept = spaced(outside.length, 200).map((at) => outside[at]!);
    return {
      name,
      q1,
      median,
      q3,
      low: inside[0]!,
      high: inside.at(-1)!,
      mean: mean(values)!,
      outside: kept,
      left: outside.length - kept.length,
    };
  });
  const left = boxes.reduce((sum, one) => sum + one.left, 0);
  return figure(options, {
    rows: quantileRows(samples, options),
    headings: {},
    summary: `Box plots of ${options.yLabel}: ${samples.map(inWords).join("; ")}`,
    notes: left === 0 ? [] : [`${format(left)} of the outlying points are not drawn`],
    data: boxes.map(({ name, q1, median, q3, low, high, mean, outside }, i) => ({
      type: "box",
      name: escape(name),
      x: [escape(name)],
      q1: [q1],
      median: [median],
      q3: [q3],
      lowerfence: [low],
      upperfence: [high],
      mean: [mean],
      y: [outside],
      boxpoints: outside.length === 0 ? false : "outliers",
      marker: { color: nth(palette, i), size: 4 },
      line: { color: nth(palette, i), width: 2 },
      fillcolor: transparent(nth(palette, i), 0.25),
      showlegend: false,
    })),
    xaxis: { type: "category" },
    yaxis: { rangemode: "tozero" },
  });
}

interface Sample {
  readonly name: string;
  /** Sorted upwards. */
  readonly values: number[];
}

/** The sorted numbers of each series; a series without a number is left out. */
function samplesOf<Row extends object>(
  rows: readonly Row[],
  { value, by, byLabel = by }: { readonly value: string; readonly by?: string; readonly byLabel?: string | undefined },
): Sample[] {
  const named = ({ name }: Series): string =>
    name === "" || byLabel === "" || byLabel === undefined ? name : `${byLabel} = ${name}`;
  return seriesOf(rows, by)
    .map((series) => ({
      name: named(series),
      values: numbers(series.rows, value, "value")
        .filter((one) => one !== null)
        .sort((a, b) => a - b),
    }))
    .filter(({ values }) => values.length > 0);
}

/** The table under a distribution: its quantiles say more than its thousand rows. */
function quantileRows(
  samples: readonly Sample[],
  { by, value }: { readonly by?: string; readonly value: string },
): object[] {
  return samples.map(({ name, values }) => ({
    [by ?? "of"]: name === "" ? value : name,
    rows: values.length,
    mean: mean(values)!,
    min: values[0]!,
    p50: quantileSorted(values, 0.5)!,
    p90: quantileSorted(values, 0.9)!,
    p99: quantileSorted(values, 0.99)!,
    max: values.at(-1)!,
  }));
}

function inWords({ name, values }: Sample): string {
  const [low, middle, high] = [values[0]!, quantileSorted(values, 0.5)!, values.at(-1)!].map(formatNumber);
  return `${name === "" ? "" : `${name}: `}median ${middle}, from ${low} to ${high}`;
}

/** Places of at most `limit` of `count` sorted things, the first and the last among them. */
function spaced(count: number, limit: number = maxPoints): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: limit }, (_, i) => Math.round((i * (count - 1)) / (limit - 1)));
}

function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
