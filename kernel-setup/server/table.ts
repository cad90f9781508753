import { inspect } from "node:util";

/** How many rows of a table are shown; of longer ones the rest is counted. */
export const ROWS_SHOWN = 50;

type Row = Readonly<Record<string, unknown>>;

/** Whether this is a table: an array, not empty, of plain objects whose values are no objects themselves. */
export function isTable(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRow) && value.some((row) => Object.keys(row).length > 0);
}

function isRow(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((cell) => (typeof cell !== "object" || cell === null) && typeof cell !== "function");
}

/** A table as HTML and as aligned text, cut after `ROWS_SHOWN` rows. */
export function tableBundle(rows: readonly Row[]): Record<string, string> {
  const shown = rows.slice(0, ROWS_SHOWN);
  const columns = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  const isNumeric = new Set(columns.filter((column) => shown.every((row) => isNumberOrMissing(row[column]))));
  const rest = rows.length - shown.length;
  const note = rest > 0 ? `… and ${rest} more rows (${rows.length} in all)` : "";
  return { "text/html": html({ columns, shown, isNumeric, note }), "text/plain": plain({ columns, shown, isNumeric, note }) };
}

interface Table {
  readonly columns: readonly string[];
  readonly shown: readonly Row[];
  readonly isNumeric: ReadonlySet<string>;
  readonly note: string;
}

function html({ columns, shown, isNumeric, note }: Table): string {
  const style = (column: string): string => ` style="text-align: ${isNumeric.has(column) ? "right" : "left"}"`;
  const head = columns.map((column) => `<th${style(column)}>${escape(column)}</th>`).join("");
  const body = shown.map((row) => {
    const cells = columns.map((column) => `<td${style(column)}>${escape(cellText(row[column]))}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  const foot = note === "" ? "" : `\n<p>${escape(note)}</p>`;
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>${foot}`;
}

function plain({ columns, shown, isNumeric, note }: Table): string {
  const rows = [columns as readonly string[], ...shown.map((row) => columns.map((column) => cellText(row[column])))];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const lines = rows.map((row) =>
    row.map((text, at) => (isNumeric.has(columns[at]!) ? text.padStart(widths[at]!) : text.padEnd(widths[at]!))).join("  ").trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [lines[0]!, rule, ...lines.slice(1), ...(note === "" ? [] : [note])].join("\n");
}

function isNumberOrMissing(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint" || value === undefined || value === null;
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  // Six digits tell numbers apart; the seventeen of 1 / 3 tell nothing more.
  if (typeof value === "number" && !Number.isInteger(value)) return inspect(Number(value.toPrecision(6)));
  return typeof value === "string" ? value : inspect(value);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
