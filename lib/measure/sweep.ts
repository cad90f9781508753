import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import type { Seed } from "../core/random.js";
import { averages, type AverageRow, type Measured } from "./averages.js";

/** The values that each parameter takes: `{ n: [3, 5, 7], loss: [0, 0.1] }`. */
export type Ranges = { readonly [name: string]: readonly (number | string | boolean)[] };

/** One value of each parameter. */
export type Point<R extends Ranges> = { readonly [K in keyof R]: R[K][number] };

/** One run: its parameters, its seed and what was measured. */
export type RunRow<R extends Ranges, M> = Point<R> & { readonly seed: Seed } & M;

/** One point of the grid: its parameters, the number of runs and the mean of what was measured. */
export type SweepRow<R extends Ranges, M> = AverageRow<Point<R>, M>;

/** How far a sweep has come. */
export interface SweepProgress {
  /** Runs that are over. */
  readonly done: number;
  /** Runs in all. */
  readonly total: number;
}

/** How often each point is run, and who looks on. */
export interface SweepOptions {
  /** How many runs each point has, 1 to 100,000 (default 20), or their seeds. All points get the same seeds. */
  readonly seeds?: number | readonly Seed[];
  /** The first seed (default 1); a number counts up from there, a text gets the number of the run behind it. */
  readonly seed?: Seed;
  /** Is told after every run. */
  readonly progress?: (progress: SweepProgress) => void;
  /** Is asked before every run; it may throw to end the sweep. */
  readonly interrupt?: () => void;
}

/**
 * Run an experiment at every point of a grid, over many seeds, and give the means with 95 % confidence intervals:
 *
 *     const rows = sweep({ n: [3, 5, 7], loss: [0, 0.1] }, { seeds: 20 }, ({ n, loss, seed }) => {
 *       const run = simulate({ seed, nodes: cluster(n), network: { loss } });
 *       return { messages: messageTotal(run.trace).sent, decided: run.decisions.length > 0 };
 *     });
 *
 * gives six rows { n, loss, runs, messages, messagesLow, messagesHigh, decided, decidedLow, decidedHigh }, ready for
 * `lines(rows, { x: "n", y: "messages", by: "loss", band: ["messagesLow", "messagesHigh"], ... })`.
 *
 * The parameter named last varies fastest. A run returns numbers, booleans (which become shares), or null where
 * there was nothing to measure. In a notebook use the `sweep` of `distlab/notebook`, which also shows how far it is.
 *
 * @throws RangeError for a range without values or more than a million runs; TypeError for a run that measures
 * something else
 */
export function sweep<const R extends Ranges, M extends { readonly [name: string]: Measured }>(
  ranges: R,
  options: SweepOptions,
  run: (parameters: Point<R> & { readonly seed: Seed }) => M,
): SweepRow<R, M>[] {
  return averagesOf(ranges, sweepRuns(ranges, options, run));
}

/**
 * The runs of a sweep one by one, a row each, in place of their means: for `ecdf`, `box` and `histogram`, which
 * show the spread.
 */
export function sweepRuns<const R extends Ranges, M extends { readonly [name: string]: Measured }>(
  ranges: R,
  options: SweepOptions,
  run: (parameters: Point<R> & { readonly seed: Seed }) => M,
): RunRow<R, M>[] {
  const steps = sweepSteps(ranges, options, run);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * The same sweep as steps, each of one run, for a caller that wants to do something in between, as a notebook does
 * to let its page breathe. The rows are the generator's return value.
 */
export function* sweepSteps<const R extends Ranges, M extends { readonly [name: string]: Measured }>(
  ranges: R,
  options: SweepOptions,
  run: (parameters: Point<R> & { readonly seed: Seed }) => M,
): Generator<SweepProgress, RunRow<R, M>[], void> {
  checkOptions("options", options, ["seeds", "seed", "progress", "interrupt"]);
  const points = grid(ranges);
  const seeds = seedsOf(options);
  if (typeof run !== "function") throw new TypeError(`run must be a function of the parameters, got ${show(run)}`);
  const total = points.length * seeds.length;
  if (total > maxRuns)
    throw new RangeError(
      `a sweep must have at most ${maxRuns} runs, got ${points.length} points x ${seeds.length} seeds`,
    );
  const rows: RunRow<R, M>[] = [];
  for (const point of points) {
    for (const seed of seeds) {
      checkInterrupt();
      options.interrupt?.();
      rows.push({ ...point, seed, ...checkMeasured(run({ ...point, seed }), { ...point, seed }) });
      const progress = { done: rows.length, total };
      options.progress?.(progress);
      yield progress;
    }
  }
  return rows;
}

/** The means of the runs of a sweep, a row for each point. */
export function averagesOf<R extends Ranges, M extends { readonly [name: string]: Measured }>(
  ranges: R,
  rows: readonly RunRow<R, M>[],
): SweepRow<R, M>[] {
  const by = Object.keys(ranges);
  const measured = Object.keys(rows[0] ?? {}).filter((name) => name !== "seed" && !by.includes(name));
  return averages(rows as readonly Record<string, unknown>[], { by, of: measured }) as unknown as SweepRow<R, M>[];
}

const maxRuns = 1_000_000;

/** Columns that a sweep adds itself. */
const reserved: readonly string[] = ["seed", "runs", "missing"];

/** All points of the grid; the last parameter varies fastest. */
function grid<R extends Ranges>(ranges: R): Point<R>[] {
  if (typeof ranges !== "object" || ranges === null) {
    throw new TypeError(`ranges must be an object of arrays, as { n: [3, 5] }, got ${show(ranges)}`);
  }
  let points: Record<string, number | string | boolean>[] = [{}];
  for (const [name, values] of Object.entries(ranges)) {
    if (reserved.includes(name)) throw new RangeError(`ranges must not name "${name}", which every row has`);
    if (!Array.isArray(values)) throw new TypeError(`ranges.${name} must be an array of values, got ${show(values)}`);
    if (values.length === 0) throw new RangeError(`ranges.${name} must hold at least one value, got []`);
    if (points.length * values.length > maxRuns)
      throw new RangeError(`a sweep must have at most ${maxRuns} runs; ranges has more points`);
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points as Point<R>[];
}

function seedsOf({ seeds = 20, seed = 1 }: SweepOptions): readonly Seed[] {
  if (Array.isArray(seeds)) {
    if (seeds.length === 0) throw new RangeError("seeds must hold at least one seed, got []");
    return seeds;
  }
  integer("seeds", seeds, { min: 1, max: 100_000 });
  if (typeof seed !== "string" && !Number.isFinite(seed)) {
    throw new TypeError(`seed must be a finite number or a text, got ${show(seed)}`);
  }
  return Array.from({ length: seeds as number }, (_, i) => (typeof seed === "number" ? seed + i : `${seed} ${i + 1}`));
}

function checkMeasured<M extends object>(measured: M, parameters: object): M {
  if (typeof measured !== "object" || measured === null || "then" in measured) {
    throw new TypeError(
      `run must return an object of measured values, as { messages: 12 }, got ${show(measured)} for ${show(parameters)}`,
    );
  }
  for (const [name, value] of Object.entries(measured)) {
    if (name in parameters || reserved.includes(name)) {
      const what = name in parameters ? "a parameter of the sweep" : "a column of every row";
      throw new RangeError(`run must not measure "${name}", which is ${what}`);
    }
    const fine = value === null || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
    if (!fine) {
      throw new TypeError(
        `run must return finite numbers, booleans or null, got ${name}: ${show(value)} for ${show(parameters)}`,
      );
    }
  }
  return measured;
}
