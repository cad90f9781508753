import { extent } from "d3-array";
import { pick } from "./bars.js";
import { escape } from "./escape.js";
import { column, figure, numbers, text, type ChartOptions, type Column, type Figure } from "./figure.js";
import { format, formatNumber } from "./format.js";

/** What a heat map stands for: one cell per row. */
export interface HeatMapOptions<Row> extends ChartOptions {
  readonly x: Column<Row>;
  readonly y: Column<Row>;
  /** The field that gives the colours. */
  readonly value: Column<Row>;
  /** What the colours mean, with the unit. */
  readonly valueLabel: string;
}

const maxCells = 10_000;

/**
 * A number for each pair of two fields, as a colour from dark blue to yellow (Cividis, by Nunez, Anderton and Renslow
 * 2018, which looks the same to the colour-blind and rises evenly in grey), and as a text where there is room.
 * Two rows for one cell are an error; a cell without a row stays empty.
 */
export function heatMap<Row extends object>(rows: readonly Row[], options: HeatMapOptions<Row>): Figure {
  const { x, y, value, valueLabel } = options;
  text("valueLabel", valueLabel);
  const across = column(rows, x, "x").map(format);
  const up = column(rows, y, "y").map(format);
  const values = numbers(rows, value, "value");
  const columns = [...new Set(across)];
  const lanes = [...new Set(up)];
  if (columns.length * lanes.length > maxCells) {
    throw new RangeError(`a heat map must have at most ${maxCells} cells, got ${columns.length} x ${lanes.length}`);
  }
  const z: (number | null)[][] = lanes.map(() => columns.map(() => null));
  const seen = new Set<string>();
  for (const [i, number] of values.entries()) {
    const key = JSON.stringify([across[i], up[i]]);
    if (seen.has(key))
      throw new RangeError(`rows must hold one row for each cell, got two for ${x} ${across[i]} and ${y} ${up[i]}`);
    seen.add(key);
    z[lanes.indexOf(up[i]!)]![columns.indexOf(across[i]!)] = number;
  }
  const present = values.filter((one) => one !== null);
  const labelled = columns.length <= 16 && lanes.length <= 16;
  const [least, most] = extent(present);
  const range = least === undefined ? "without values" : `from ${formatNumber(least)} to ${formatNumber(most)}`;
  return figure(options, {
    rows: pick(rows, [x, y, value]),
    headings: { [x]: options.xLabel, [y]: options.yLabel, [value]: valueLabel },
    summary: `A heat map of ${valueLabel} for each ${options.xLabel} and ${options.yLabel}, ${range}`,
    data: [
      {
        type: "heatmap",
        x: columns.map(escape),
        y: lanes.map(escape),
        z,
        colorscale: "Cividis",
        zsmooth: false,
        xgap: 1,
        ygap: 1,
        colorbar: { title: { text: escape(valueLabel), side: "right", font: { size: 13 } }, thickness: 14, outlinewidth: 0 },
        ...(labelled
          ? {
              text: z.map((lane) => lane.map((one) => (one === null ? "" : formatNumber(one)))),
              texttemplate: "%{text}",
            }
          : {}),
        hovertemplate: `%{x}, %{y}: %{z}<extra></extra>`,
      },
    ],
    xaxis: { type: "category", showgrid: false },
    yaxis: { type: "category", showgrid: false },
  });
}
