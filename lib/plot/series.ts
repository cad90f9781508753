import { format } from "./format.js";
import { column } from "./figure.js";
import type { Rows } from "./table.js";

/** The rows of one value of the field that tells series apart. */
export interface Series {
  /** The value as a text; empty where there is one series only. */
  readonly name: string;
  readonly rows: Rows;
}

/** The rows in groups of equal values of the field `by`, in the order of first use; one group where there is none. */
export function seriesOf(rows: Rows, by: string | undefined, limit = 20): Series[] {
  if (by === undefined) return [{ name: "", rows }];
  const values = column(rows, by, "by");
  const groups = new Map<string, object[]>();
  for (const [i, row] of rows.entries()) {
    const name = format(values[i]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  if (groups.size > limit) {
    throw new RangeError(`by must tell at most ${limit} series apart, got ${groups.size} different values of "${by}"`);
  }
  return Array.from(groups, ([name, group]) => ({ name, rows: group }));
}

/** How many points one trace may have before it is thinned: more than a page has pixels. */
export const maxPoints = 5_000;

/**
 * At most `limit` points of a line that keep its shape: of each stretch the first point, the lowest, the highest and
 * the last. Returns the places of the points that stay.
 */
export function thin(values: readonly (number | null)[], limit: number = maxPoints): number[] {
  const count = values.length;
  if (count <= limit) return values.map((_, i) => i);
  const stretches = Math.max(1, Math.floor(limit / 4));
  const kept: number[] = [];
  for (let s = 0; s < stretches; s++) {
    const from = Math.floor((s * count) / stretches);
    const to = Math.floor(((s + 1) * count) / stretches) - 1;
    let low = from;
    let high = from;
    for (let i = from; i <= to; i++) {
      if ((values[i] ?? Infinity) < (values[low] ?? Infinity)) low = i;
      if ((values[i] ?? -Infinity) > (values[high] ?? -Infinity)) high = i;
    }
    kept.push(...[...new Set([from, low, high, to])].sort((a, b) => a - b));
  }
  return kept;
}

/** What a reader is told where points were left out. */
export function thinned(shown: number, all: number): string {
  return `Drawn with ${format(shown)} of ${format(all)} points: extremes are kept`;
}
