import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions, show } from "../core/parameters.js";
import type { Tagged } from "../core/role.js";
import type { ClientOptions } from "../sim/clients.js";
import type { Nodes } from "../sim/options.js";
import type { Run, SimulateOptions } from "../sim/simulate.js";
import { runOf, shrink, type Failure, type Shrunk } from "./shrink.js";

/**
 * What `simulate` takes, with requests that are held against the roles only when it runs: where they come out of a
 * function, a compiler of a notebook's age cannot.
 */
export interface SeedOptions extends Omit<SimulateOptions<Nodes>, "requests" | "clients"> {
  readonly requests?: readonly { readonly at: number; readonly node: string; readonly request: AnyFields }[];
  readonly clients?: Readonly<Record<string, ClientOptions<string, AnyFields>>>;
}

type AnyFields = Tagged & { readonly [field: string]: unknown };

/** A search for a seed that goes wrong. */
export interface SeedSearch<O extends SeedOptions> {
  /** How many seeds, counted from 1, or which ones. Default 100. */
  readonly seeds?: number | readonly number[];
  /** The run of a seed: what `simulate` takes. The seed itself is filled in. */
  readonly run: (seed: number) => O;
  /** What must hold at the end of each run, such as that everybody has decided: null, or what is wrong. */
  readonly atEnd?: (run: Run<O["nodes"]>) => string | null;
  /**
   * Cases that make the search worth something: a leader changed, a write was lost. Each is counted over all
   * runs, and one that never occurs is itself a failure.
   */
  readonly sometimes?: { readonly [name: string]: (run: Run<O["nodes"]>) => boolean };
  /** Ways to make the cluster smaller when a failing run is shrunk. */
  readonly smaller?: (options: SeedOptions) => Iterable<SeedOptions>;
  /** What replays one seed alone, for the report: a command or a line of a cell. */
  readonly command?: (seed: number) => string;
  /** Called after each run. To stop the search, answer false. */
  readonly progress?: (progress: { readonly done: number; readonly of: number }) => boolean | void;
}

/** What every search reports. */
export interface SeedsSearched {
  /** How many runs there were. */
  readonly runs: number;
  /** In how many runs each case of `sometimes` occurred. */
  readonly counters: { readonly [name: string]: number };
  /** The verdict as text: of a failure, all that is needed to see it again. */
  readonly report: string;
}

/** What came of many seeds. */
export type SeedVerdict<N extends Nodes> =
  | (SeedsSearched & { readonly kind: "passed" })
  /** A run went wrong; the search stopped there. */
  | (SeedsSearched & {
      readonly kind: "failed";
      readonly seed: number;
      readonly failure: Failure;
      readonly shrunk: Shrunk<N>;
    })
  /** Nothing went wrong, but these cases never occurred, so that nothing is known of them. */
  | (SeedsSearched & { readonly kind: "vacuous"; readonly missing: readonly string[] })
  | (SeedsSearched & { readonly kind: "stopped" });

/**
 * Run many seeds and stop at the first that goes wrong: where a property is violated, a rule throws, or the end
 * is not as it should be. The failing run is shrunk. It all happens on one thread; `searchSeedsOnThreads` of
 * distlab/parallel gives the same verdict from several.
 *
 *     searchSeeds({ seeds: 1000, run: (seed) => ({ nodes, requests, network: { loss: 0.2 }, properties }) })
 *
 * @throws RangeError or TypeError for an option out of its range, and for options that `simulate` refuses
 */
export function searchSeeds<const O extends SeedOptions>(search: SeedSearch<O>): SeedVerdict<O["nodes"]> {
  const { seeds, progress } = checkSearch(search);
  const found = runSeeds(search, seeds, (done) => progress?.({ done, of: seeds.length }) !== false);
  return verdictOf(search, seeds, found);
}

/** What came of running some seeds one after another, as plain data. */
export interface SeedsRun {
  /** How many ran, the failing one among them. */
  readonly runs: number;
  /** In how many of them each case of `sometimes` occurred. */
  readonly counters: { readonly [name: string]: number };
  /** The seed that went wrong, the last that ran. */
  readonly failed: number | null;
  /** Whether somebody asked for the end of it. */
  readonly isStopped: boolean;
}

/** The search with its seeds written out, if its options are sound. */
export function checkSearch<O extends SeedOptions>(
  search: SeedSearch<O>,
): SeedSearch<O> & { readonly seeds: readonly number[] } {
  checkOptions("searchSeeds", search, ["seeds", "run", "atEnd", "sometimes", "smaller", "command", "progress"]);
  const { seeds = 100, run } = search;
  if (typeof run !== "function") throw new TypeError(`run must be a function of a seed, got ${show(run)}`);
  if (Array.isArray(seeds)) return { ...search, seeds };
  const count = integer("seeds", seeds, { min: 1, max: 10_000_000 });
  return { ...search, seeds: Array.from({ length: count }, (_, i) => i + 1) };
}

/** Run the seeds up to the first that goes wrong, or until `progress` says false. */
export function runSeeds<O extends SeedOptions>(
  { run, atEnd, sometimes = {} }: SeedSearch<O>,
  seeds: readonly number[],
  progress: (runs: number) => boolean = () => true,
): SeedsRun {
  const counters: Record<string, number> = Object.fromEntries(Object.keys(sometimes).map((name) => [name, 0]));
  let runs = 0;
  for (const seed of seeds) {
    checkInterrupt();
    const { run: result, failure } = runOf(optionsOf<O>(run, seed), atEnd);
    runs++;
    for (const [name, occurred] of Object.entries(sometimes)) if (result && occurred(result)) counters[name]!++;
    if (failure) return { runs, counters, failed: seed, isStopped: false };
    if (!progress(runs)) return { runs, counters, failed: null, isStopped: true };
  }
  return { runs, counters, failed: null, isStopped: false };
}

/** The verdict on the seeds that ran. One that went wrong runs again, to be shrunk. */
export function verdictOf<O extends SeedOptions>(
  { run, atEnd, smaller, command }: SeedSearch<O>,
  seeds: readonly number[],
  { runs, counters, failed, isStopped }: SeedsRun,
): SeedVerdict<O["nodes"]> {
  if (failed !== null) {
    const options = optionsOf<O>(run, failed);
    const { failure } = runOf(options, atEnd);
    if (!failure) throw new Error(`seed ${failed} went wrong once and not again: its run must rest on something outside it`);
    const shrunk = shrink(options, {
      ...(smaller ? { smaller: smaller as never } : {}),
      ...(atEnd ? { atEnd } : {}),
    });
    const where = `seed ${failed}, step ${failure.step}, ${Math.round(failure.at * 1000) / 1000} ms`;
    const again = command ? `\nto see this run alone: ${command(failed)}` : "";
    const report = `${where}: ${shrunk.report}${again}`;
    return { kind: "failed", runs, counters, seed: failed, failure, shrunk, report };
  }
  if (isStopped) {
    const report = `stopped after ${runs} of ${seeds.length} seeds, nothing found so far`;
    return { kind: "stopped", runs, counters, report };
  }
  const counted = Object.entries(counters).map(([name, count]) => `${name}: ${count}`);
  const seen = counted.length > 0 ? ` (${counted.join(", ")})` : "";
  const missing = Object.keys(counters).filter((name) => counters[name] === 0);
  if (missing.length > 0) {
    const report = `${runs} seeds passed, but it never occurred: ${missing.join(", ")}${seen}`;
    return { kind: "vacuous", runs, counters, missing, report };
  }
  return { kind: "passed", runs, counters, report: `${runs} seeds passed${seen}` };
}

function optionsOf<O extends SeedOptions>(run: (seed: number) => O, seed: number): SimulateOptions<O["nodes"]> {
  return { ...run(seed), seed } as unknown as SimulateOptions<O["nodes"]>;
}
