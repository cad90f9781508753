import { finite, show } from "../core/parameters.js";
import { showsItself, type Bundle } from "./display.js";
import { escape } from "./escape.js";
import { textWidth, wrap } from "./letters.js";
import { checkRows, tableText, type Rows } from "./table.js";
import { fontFamily, palette } from "./theme.js";

/** The name of a field of the rows. */
export type Column<Row> = keyof Row & string;

/** What every chart is told. */
export interface ChartOptions {
  /** The finding, as a sentence: "Five acceptors cost 20 messages", not "Messages". */
  readonly title: string;
  /** What the horizontal axis shows, with its unit: "latency (virtual ms)". */
  readonly xLabel: string;
  /** What the vertical axis shows, with its unit. */
  readonly yLabel: string;
  /** A remark that stands small under the title. */
  readonly note?: string;
  /** In pixels (default 400). The width is that of the page. */
  readonly height?: number;
}

/** The parts of a figure. */
export interface FigureParts {
  readonly title: string;
  readonly summary: string;
  readonly notes: readonly string[];
  readonly data: readonly object[];
  readonly layout: Readonly<Record<string, unknown>>;
  readonly rows: Rows;
  readonly headings: Readonly<Record<string, string>>;
}

/**
 * A chart: a specification for Plotly as plain data, one sentence that says what it shows, and its numbers as rows.
 * As the last value of a cell, or by `show(figure)`, a notebook draws it.
 */
export class Figure {
  readonly kind = "figure" as const;
  /** The finding. */
  readonly title: string;
  /** What is drawn and its extremes, in a sentence. */
  readonly summary: string;
  /** Title and summary, for those who do not see the picture. */
  readonly alt: string;
  /** What was left out or changed for the drawing. */
  readonly notes: readonly string[];
  /** Plotly's traces. */
  readonly data: readonly object[];
  /** Plotly's layout. */
  readonly layout: Readonly<Record<string, unknown>>;
  /** The numbers that are drawn. */
  readonly rows: Rows;
  /** What the columns of the rows are called in a table. */
  readonly headings: Readonly<Record<string, string>>;

  constructor({ title, summary, notes, data, layout, rows, headings }: FigureParts) {
    this.title = title;
    this.summary = summary;
    this.alt = `${sentence(title)} ${summary}`;
    this.notes = notes;
    this.data = data;
    this.layout = layout;
    this.rows = rows;
    this.headings = headings;
  }

  /** The figure as text: the finding, what the picture shows, and the numbers as a table. */
  get text(): string {
    const table = tableText(this.rows, { headings: this.headings });
    return [this.title, this.summary, ...this.notes, "", table].join("\n");
  }

  /** All forms of the figure, keyed by MIME type. A static picture is added by the kernel. */
  bundle(): Bundle {
    return {
      "application/vnd.plotly.v1+json": {
        data: this.data,
        layout: this.layout,
        config: { displaylogo: false, responsive: true },
      },
      "text/plain": this.text,
    };
  }

  static {
    showsItself(this.prototype);
  }
}

/** What a kind of chart adds to a figure. */
export interface Chart {
  readonly rows: Rows;
  readonly headings: Readonly<Record<string, string>>;
  readonly data: readonly object[];
  /** What is drawn and its extremes, as a sentence; the title comes before it. */
  readonly summary: string;
  readonly notes?: readonly string[];
  /** Whether series are told apart by a legend (default false). */
  readonly legend?: boolean;
  readonly xaxis?: object;
  readonly yaxis?: object;
  readonly layout?: object;
}

/** A figure from a chart's parts, with the title, axes, margins and fonts that all charts have in common. */
export function figure({ title, xLabel, yLabel, note, height = 400 }: ChartOptions, chart: Chart): Figure {
  text("title", title);
  text("xLabel", xLabel);
  text("yLabel", yLabel);
  finite("height", height, { min: 100, max: 4000 });
  const empty = chart.rows.length === 0;
  const notes = [...(note === undefined ? [] : [note]), ...(chart.notes ?? [])];
  const titleLines = wrap(title, titleWidth, titleSize, { bold: true });
  const noteLines = notes.flatMap((line) => wrap(line, titleWidth, noteSize));
  const summary = sentence(empty ? "An empty chart: there are no rows to draw" : chart.summary);
  const hasLegend = !empty && chart.legend === true;
  const legendHeight = hasLegend ? 7 + legendRows(chart.data) * 19 : 0;
  const top = 24 + titleLines.length * 21 + (noteLines.length === 0 ? 0 : 4 + noteLines.length * 16) + legendHeight;
  const axis = (words: string): object => ({
    title: { text: escape(words), font: { size: 13 }, standoff: 10 },
    automargin: true,
    zeroline: false,
    ...ticks,
    ...(empty ? { visible: false } : {}),
  });
  return new Figure({
    title,
    summary,
    notes,
    rows: chart.rows,
    headings: chart.headings,
    data: empty ? [] : chart.data,
    layout: {
      title: {
        text: titleLines.map(escape).join("<br>"),
        ...(noteLines.length === 0
          ? {}
          : { subtitle: { text: noteLines.map(escape).join("<br>"), font: { size: noteSize } } }),
        font: { size: titleSize, weight: 700 },
        x: 0,
        xref: "paper",
        xanchor: "left",
        y: 1,
        yref: "container",
        yanchor: "top",
        pad: { t: 14 },
      },
      height,
      autosize: true,
      margin: { l: 68, r: 24, t: top, b: 60 },
      font: { family: fontFamily, size: 13 },
      colorway: palette,
      hovermode: "closest",
      showlegend: hasLegend,
      // In a row between title and chart, where it takes no width.
      ...(hasLegend
        ? { legend: { orientation: "h", x: 0, xanchor: "left", y: 1.01, yanchor: "bottom", font: { size: legendSize } } }
        : {}),
      ...(empty ? { annotations: [noRows] } : {}),
      ...chart.layout,
      xaxis: { ...axis(xLabel), ...chart.xaxis },
      yaxis: { ...axis(yLabel), ...chart.yaxis },
      meta: { alt: `${sentence(title)} ${summary}` },
    },
  });
}

/**
 * The values of a field in all rows.
 *
 * @throws RangeError where no row has the field, with the fields that there are
 */
export function column(rows: Rows, name: string, option: string): unknown[] {
  checkRows(rows);
  if (rows.length > 0 && !rows.some((row) => name in row)) {
    const known = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((field) => JSON.stringify(field));
    throw new RangeError(`${option} must name a field of the rows, got ${show(name)}; they have ${known.join(", ")}`);
  }
  return rows.map((row) => (row as Record<string, unknown>)[name]);
}

/** The same, where each value must be a number, or null or absent where there is none. */
export function numbers(rows: Rows, name: string, option: string): (number | null)[] {
  return column(rows, name, option).map((value, i) => {
    if (value === null || value === undefined) return null;
    if (typeof value === "boolean") return value ? 1 : 0;
    if (typeof value !== "number")
      throw new TypeError(`rows[${i}].${name} must be a number to be drawn as ${option}, got ${show(value)}`);
    return Number.isFinite(value) ? value : null;
  });
}

/** @throws TypeError unless the value is a text that says something */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`${name} must be a text, got ${show(value)}`);
  if (value.trim() === "") throw new RangeError(`${name} must say something, got ${show(value)}`);
  return value;
}

/** The text as a sentence that ends. */
export function sentence(words: string): string {
  const trimmed = words.trim();
  return /[.!?。！？]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

const titleSize = 16;
const noteSize = 12;
const titleWidth = 620;
const legendSize = 12.5;
/** Room for entries beside each other on a narrow page, where a legend that needs another row would grow into the title. */
const legendWidth = 540;
/** The line and marker before an entry, and the space around it. */
const legendMark = 48;

/** How many rows a legend takes on a narrow page: entries that need several stand in columns of equal width. */
function legendRows(data: readonly object[]): number {
  const series = data as readonly { readonly name?: string; readonly showlegend?: boolean }[];
  const widths = series.flatMap(({ name, showlegend }) => (name === undefined || showlegend === false ? [] : [textWidth(name, legendSize) + legendMark]));
  const all = widths.reduce((sum, width) => sum + width, 0);
  if (all <= legendWidth) return 1;
  return Math.ceil(widths.length / Math.max(1, Math.floor(legendWidth / Math.max(...widths))));
}

/** Ticks that cannot be seen keep the numbers off the chart. */
const ticks = { ticks: "outside", ticklen: 5, tickcolor: "rgba(0,0,0,0)" };

const noRows = { text: "no rows to draw", showarrow: false, xref: "paper", yref: "paper", x: 0.5, y: 0.5 };
