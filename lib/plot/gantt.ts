import { pick } from "./bars.js";
import { escape } from "./escape.js";
import { column, figure, numbers, type ChartOptions, type Column, type Figure } from "./figure.js";
import { format, formatNumber } from "./format.js";
import { nth, palette, patterns } from "./theme.js";

/** What the bars of a Gantt chart stand for: one stretch of time per row. */
export interface GanttOptions<Row> extends Omit<ChartOptions, "xLabel" | "yLabel"> {
  /** The field that names the lane: a node, a worker, a task. */
  readonly lane: Column<Row>;
  /** The fields with beginning and end. */
  readonly from: Column<Row>;
  readonly to: Column<Row>;
  /** The field that gives the colour and pattern: what is done. */
  readonly by?: Column<Row>;
  /** The field that is written on the bar, where it fits. */
  readonly label?: Column<Row>;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

const maxBars = 2_000;
const maxLanes = 60;

/**
 * Who is busy when: one lane per node or worker, one bar per stretch of time:
 * `gantt(downtimes(run.trace), { lane: "node", from: "from", to: "to", by: "why", title: "..." })`.
 * At most 2,000 stretches in 60 lanes are drawn.
 */
export function gantt<Row extends object>(rows: readonly Row[], options: GanttOptions<Row>): Figure {
  const { lane, from, to, by, label, xLabel = "time (virtual ms)", yLabel = lane } = options;
  const allEnds = numbers(rows, to, "to");
  for (const [i, start] of numbers(rows, from, "from").entries()) {
    const end = allEnds[i] ?? null;
    if (start === null || end === null || end < start) {
      throw new RangeError(
        `rows[${i}] must begin before it ends, got ${from}: ${format(start)}, ${to}: ${format(end)}`,
      );
    }
  }
  const allLanes = column(rows, lane, "lane").map(format);
  const lanes = [...new Set(allLanes)].slice(0, maxLanes);
  const inLanes = new Set(lanes);
  const shown = rows.filter((_, i) => inLanes.has(allLanes[i]!)).slice(0, maxBars);
  const lanesOf = column(shown, lane, "lane").map(format);
  const starts = numbers(shown, from, "from") as number[];
  const ends = numbers(shown, to, "to") as number[];
  const kinds = by === undefined ? shown.map(() => "") : column(shown, by, "by").map(format);
  const labels = label === undefined ? null : column(shown, label, "label").map(format);
  const end = ends.reduce((latest, one) => Math.max(latest, one), 0);
  return figure(
    { ...options, xLabel, yLabel, height: options.height ?? 150 + 34 * Math.max(2, lanes.length) },
    {
      rows: pick(rows, [
        lane,
        from,
        to,
        ...(by === undefined ? [] : [by]),
        ...(label === undefined || label === by ? [] : [label]),
      ]),
      headings: {},
      summary: `A Gantt chart of ${rows.length} stretches of time in lanes (${lanes.slice(0, 12).join(", ")}), up to ${formatNumber(end)}`,
      notes:
        shown.length < rows.length
          ? [`Drawn with ${format(shown.length)} of ${format(rows.length)} stretches, in at most ${maxLanes} lanes`]
          : [],
      data: [...new Set(kinds)].map((kind, i) => {
        const at = kinds.flatMap((one, place) => (one === kind ? [place] : []));
        return {
          type: "bar",
          orientation: "h",
          name: escape(kind),
          showlegend: by !== undefined,
          y: at.map((place) => escape(lanesOf[place]!)),
          base: at.map((place) => starts[place]!),
          x: at.map((place) => ends[place]! - starts[place]!),
          customdata: at.map((place) => `${formatNumber(starts[place]!)} to ${formatNumber(ends[place]!)}`),
          width: 0.6,
          marker: {
            color: nth(palette, i),
            line: { color: nth(palette, i), width: 1 },
            ...(i === 0 ? {} : { pattern: { shape: nth(patterns, i), size: 6, solidity: 0.35, fillmode: "overlay" } }),
          },
          ...(labels === null
            ? {}
            : {
                text: at.map((place) => escape(labels[place]!)),
                textposition: "inside",
                insidetextanchor: "middle",
                constraintext: "inside",
              }),
          hovertemplate: `%{y}: %{customdata}<extra>${escape(kind)}</extra>`,
        };
      }),
      xaxis: { rangemode: "tozero" },
      yaxis: {
        type: "category",
        autorange: "reversed",
        categoryorder: "array",
        categoryarray: lanes.map(escape),
        showgrid: false,
      },
      legend: by !== undefined,
      layout: { barmode: "overlay" },
    },
  );
}
