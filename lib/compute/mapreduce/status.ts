import { finite } from "../../core/parameters.js";
import type { AttemptRow, Master } from "./master.js";

/** Data rates over time, in MB/s, as in figures 2 and 3 of Dean & Ghemawat 2004. */
export interface RateRow {
  /** The middle of the window, in seconds from the start. */
  readonly second: number;
  /** What map tasks read. Negative where outputs of map tasks were lost. */
  readonly input: number;
  /** What reduce tasks copied. */
  readonly shuffle: number;
  /** What reduce tasks wrote. */
  readonly output: number;
}

/** Every attempt at every task, in the order in which they began: what the paper's status pages show (section 4.7). */
export function taskRows(master: Master): readonly AttemptRow[] {
  return master.rows;
}

/**
 * The rates of a run, window by window. An attempt's bytes are spread evenly over its time: input over that of a map
 * task; of a reduce task what it copies over the time until it has all, what it writes over the rest.
 *
 * @param windowMs how long a window is, in ms
 * @throws RangeError unless it is at least 1 ms
 */
export function rateRows(rows: readonly AttemptRow[], { windowMs = 10_000 }: { readonly windowMs?: number } = {}): RateRow[] {
  finite("windowMs", windowMs, { min: 1 });
  const sums = { input: new Array<number>(), shuffle: new Array<number>(), output: new Array<number>() };
  const spread = (into: number[], bytes: number, from: number, to: number): void => {
    const span = Math.max(to - from, 1e-9);
    for (let window = Math.floor(from / windowMs); window <= Math.floor(to / windowMs); window++) {
      const part = Math.min(to, (window + 1) * windowMs) - Math.max(from, window * windowMs);
      into[window] = (into[window] ?? 0) + (bytes * Math.max(part, span === 1e-9 ? span : 0)) / span;
    }
  };
  for (const { phase, from, to, copiedAt, inBytes, outBytes, lostAt } of rows) {
    if (to === null || copiedAt === null) continue;
    if (phase === "map") spread(sums.input, inBytes, from, to);
    else {
      spread(sums.shuffle, inBytes, from, copiedAt);
      spread(sums.output, outBytes, copiedAt, to);
    }
    if (lostAt !== null) spread(sums.input, -inBytes, lostAt, lostAt);
  }
  const windows = Math.max(sums.input.length, sums.shuffle.length, sums.output.length);
  // Bytes a ms are kB a second.
  const rate = (bytes: number | undefined): number => (bytes ?? 0) / windowMs / 1000;
  return Array.from({ length: windows }, (_, i) => ({
    second: ((i + 0.5) * windowMs) / 1000,
    input: rate(sums.input[i]),
    shuffle: rate(sums.shuffle[i]),
    output: rate(sums.output[i]),
  }));
}
