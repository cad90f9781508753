import type { Bundle } from "../plot/display.js";
import { format } from "../plot/format.js";
import { tableHtml, tableText, type TableOptions } from "../plot/table.js";
import { display } from "./kernel.js";

/** Whatever can show itself: a figure, a diagram, a prediction. */
export interface Displayable {
  bundle(): Bundle;
}

/**
 * Show something under the cell: a figure or a diagram with its text and numbers, rows as a table, one row as a table
 * of one line, a text as it is.
 *
 *     show(bars(messageCounts(run.trace), { ... }));
 *     show(messageCounts(run.trace), { caption: "Messages of the quiet run" });
 *     show("Nothing was chosen.");
 *
 * Tables are cut at 50 rows (or `limit`) and then say how many there are. Outside a notebook the text is printed.
 */
export function show(
  what: Displayable | readonly object[] | object | string | number | boolean | null,
  options: TableOptions = {},
): void {
  display(bundleOf(what, options));
}

/** All forms in which a notebook can show the value. */
export function bundleOf(what: unknown, options: TableOptions = {}): Bundle {
  if (typeof what === "object" && what !== null) {
    if ("bundle" in what && typeof what.bundle === "function") return (what as Displayable).bundle();
    const rows = rowsOf(what);
    if (rows !== null) return { "text/html": tableHtml(rows, options), "text/plain": tableText(rows, options) };
  }
  return { "text/plain": typeof what === "string" ? what : format(what) };
}

/** Rows as they are, plain values one below the other, and a single object as the only row; null where none of it fits. */
function rowsOf(value: object): readonly object[] | null {
  if (Array.isArray(value)) {
    return value.map((item: unknown) =>
      typeof item === "object" && item !== null && !Array.isArray(item) ? item : { value: item },
    );
  }
  if (value instanceof Map) return Array.from(value, ([key, item]) => ({ key, value: item }));
  if (value instanceof Set) return Array.from(value, (item) => ({ value: item }));
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? [value] : null;
}
