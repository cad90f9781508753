import { integer, show } from "../core/parameters.js";
import { escape } from "./escape.js";
import { formatColumn, formatNumber } from "./format.js";

/** Rows of a table: flat objects with the same fields. */
export type Rows = readonly object[];

/** How a table is written. */
export interface TableOptions {
  /** A line above the table. */
  readonly caption?: string;
  /** These fields in this order (default: all fields of all rows, in the order of first use). */
  readonly columns?: readonly string[];
  /** The words above the columns, by field (default: the field's name as words: `messagesLow` is "messages low"). */
  readonly headings?: Readonly<Record<string, string>>;
  /** Columns that stand to the right though they hold texts; columns of numbers do anyway. */
  readonly right?: readonly string[];
  /** At most so many rows are written (default 50), and then how many there are. */
  readonly limit?: number;
}

/**
 * Rows as lines of text with aligned columns, numbers to the right.
 *
 *     message   sent  delivered
 *     --------  ----  ---------
 *     prepare      3          3
 */
export function tableText(rows: Rows, options: TableOptions = {}): string {
  const { caption, columns, count, left } = layOut(rows, options);
  const lines: string[] = caption === "" ? [] : [caption, ""];
  if (columns.length === 0) return [...lines, "(no rows)"].join("\n");
  const widths = columns.map(({ heading, cells }) => Math.max(columnsOf(heading), ...cells.map(columnsOf)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const space = " ".repeat(widths[i]! - columnsOf(text));
        return columns[i]!.numeric ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  lines.push(line(columns.map(({ heading }) => heading)), line(widths.map((width) => "-".repeat(width))));
  for (let i = 0; i < count; i++) lines.push(line(columns.map(({ cells }) => cells[i]!)));
  if (left > 0) lines.push(more(left, rows.length));
  return lines.join("\n");
}

/** Rows as an HTML table with a caption, numbers to the right. Every text from the data is escaped. */
export function tableHtml(rows: Rows, options: TableOptions = {}): string {
  const { caption, columns, count, left } = layOut(rows, options);
  const aligned = (numeric: boolean): string => ` style="text-align: ${numeric ? "right" : "left"}"`;
  const head = columns.map(({ heading, numeric }) => `<th scope="col"${aligned(numeric)}>${escape(heading)}</th>`);
  const body: string[] = [];
  for (let i = 0; i < count; i++) {
    body.push(
      `<tr>${columns.map(({ cells, numeric }) => `<td${aligned(numeric)}>${escape(cells[i]!)}</td>`).join("")}</tr>`,
    );
  }
  if (columns.length === 0) body.push("<tr><td>(no rows)</td></tr>");
  const table = [
    "<table>",
    ...(head.length === 0 ? [] : [`<thead><tr>${head.join("")}</tr></thead>`]),
    `<tbody>${body.join("\n")}</tbody>`,
    "</table>",
    ...(left > 0 ? [`<p>${more(left, rows.length)}</p>`] : []),
  ];
  if (caption === "") return table.join("\n");
  // A caption element is no wider than its table, which may be narrow.
  return [`<figure style="margin: 0">`, `<figcaption>${escape(caption)}</figcaption>`, ...table, "</figure>"].join("\n");
}

interface Column {
  readonly heading: string;
  readonly numeric: boolean;
  readonly cells: readonly string[];
}

function layOut(
  rows: Rows,
  { caption = "", columns, headings = {}, right = [], limit = 50 }: TableOptions,
): {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly count: number;
  readonly left: number;
} {
  checkRows(rows);
  integer("limit", limit, { min: 1 });
  const shown = rows.slice(0, limit) as readonly Readonly<Record<string, unknown>>[];
  const names = columns ?? [...new Set(shown.flatMap((row) => Object.keys(row)))];
  return {
    caption,
    columns: names.map((name) => {
      const values = shown.map((row) => row[name]);
      return {
        heading: headings[name] ?? words(name),
        numeric:
          right.includes(name) ||
          (values.length > 0 &&
            values.every((value) => value == null || typeof value === "number" || typeof value === "bigint")),
        cells: formatColumn(values),
      };
    }),
    count: shown.length,
    left: rows.length - shown.length,
  };
}

/** @throws TypeError unless the value is an array of objects */
export function checkRows(rows: unknown): asserts rows is Rows {
  if (!Array.isArray(rows)) throw new TypeError(`rows must be an array of objects, got ${show(rows)}`);
  for (const [i, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new TypeError(`rows[${i}] must be an object with a field for each column, got ${show(row)}`);
    }
  }
}

/** The name of a field as words: `messagesLow` is "messages low", `rowsOfDB` is "rows of DB", and `2PC` stays as it is. */
export function words(name: string): string {
  return name.replace(
    /(?<=[a-z])[A-Z]+|(?<=[A-Z])[A-Z](?=[a-z])|(?<=[0-9])[A-Z](?=[a-z])/g,
    (capitals, at: number) => {
      const next = name[at + capitals.length] ?? "";
      // Of several capitals before a small letter the last begins a word of its own.
      if (capitals.length > 1 && /[a-z]/.test(next)) return ` ${capitals.slice(0, -1)} ${capitals.at(-1)!.toLowerCase()}`;
      return ` ${capitals.length > 1 ? capitals : capitals.toLowerCase()}`;
    },
  );
}

function more(left: number, all: number): string {
  return `… ${formatNumber(left)} more rows (${formatNumber(all)} in all)`;
}

/** How many columns of a terminal a text takes: letters of Chinese, Japanese and Korean take two. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text)
    columns +=
      /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        letter,
      )
        ? 2
        : 1;
  return columns;
}
