import { show } from "../core/parameters.js";
import { meanInterval, shareInterval } from "./statistics.js";

/** What a run can measure: a number, whether something held, or null where there was nothing to measure. */
export type Measured = number | boolean | null;

/** What one measured column becomes: its mean over the runs, and the ends of the 95 % confidence interval. */
export type Averaged<M> = {
  readonly [K in keyof M]: null extends M[K] ? number | null : number;
} & {
  readonly [K in keyof M & string as `${K}Low` | `${K}High`]: number | null;
};

/** One row of averages: the parameters, the number of runs, then three columns for each measured one. */
export type AverageRow<P, M> = P & {
  /** How many runs there were. */
  readonly runs: number;
  /** In how many of them something had no value: such runs are left out of the means. Absent where there was none. */
  readonly missing?: number;
} & Averaged<M>;

/**
 * Rows with equal values in the columns `by` become one row with the means of the columns `of` and their 95 %
 * confidence intervals: `averages(rows, { by: ["n"], of: ["messages"] })` has the columns n, runs, messages,
 * messagesLow and messagesHigh. Columns of true and false become shares, with the interval of Wilson.
 *
 * @throws TypeError where a measured value is no number, boolean or null
 */
export function averages<Row extends object, By extends keyof Row & string, Of extends keyof Row & string>(
  rows: readonly Row[],
  { by, of }: { readonly by: readonly By[]; readonly of: readonly Of[] },
): AverageRow<Pick<Row, By>, Pick<Row, Of>>[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((name) => row[name]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const isMissing = (row: Row): boolean => of.some((name) => row[name] === null);
  const anyMissing = rows.some(isMissing);
  return Array.from(groups.values(), (group) => {
    const averaged: Record<string, unknown> = {};
    for (const name of by) averaged[name] = group[0]![name];
    averaged["runs"] = group.length;
    if (anyMissing) averaged["missing"] = group.filter(isMissing).length;
    for (const name of of) {
      const { mean, low, high } = estimate(
        name,
        group.map((row) => row[name]),
      );
      averaged[name] = mean;
      averaged[`${name}Low`] = low;
      averaged[`${name}High`] = high;
    }
    return averaged as AverageRow<Pick<Row, By>, Pick<Row, Of>>;
  });
}

function estimate(
  name: string,
  column: readonly unknown[],
): { mean: number | null; low: number | null; high: number | null } {
  const values = column.filter((value) => value !== null);
  if (values.length === 0) return { mean: null, low: null, high: null };
  if (values.every((value) => typeof value === "boolean")) {
    return shareInterval({ successes: values.filter(Boolean).length, count: values.length });
  }
  const numbers: number[] = [];
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new TypeError(`${name} must be a finite number, a boolean or null in every run, got ${show(value)}`);
    }
    numbers.push(value);
  }
  return meanInterval(numbers);
}
