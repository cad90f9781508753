import { checkInterrupt } from "../core/interrupt.js";
import { integer, options as checkOptions } from "../core/parameters.js";
import type { ScriptedFault } from "../sim/faults.js";
import { nemesisScript } from "../sim/nemesis.js";
import type { Nodes, SimulationOptions } from "../sim/options.js";
import { record, Simulation } from "../sim/simulation.js";
import { simulate, type Run, type SimulateOptions } from "../sim/simulate.js";
import type { TraceEvent } from "../trace/event.js";
import { scheduleText, type Action } from "./action.js";
import { explore } from "./explore.js";
import { NO_RULE_THROWS } from "./options.js";
import { Follower, replay, type ReplayOptions } from "./replay.js";
import { scheduleOf } from "./schedule.js";

/** A run that went wrong. */
export interface Failure {
  /** The name of the property; "no rule throws" where a rule threw. */
  readonly property: string;
  readonly problem: string;
  /** Virtual time in ms, and the number of the step. */
  readonly at: number;
  readonly step: number;
  readonly trace: readonly TraceEvent[];
}

/** How large a run is, in what a reader has to follow. */
export interface Size {
  readonly nodes: number;
  /** Faults that strike; in a schedule, the crashes. */
  readonly faults: number;
  /** Requests that come to a node. */
  readonly requests: number;
  /** Inputs to nodes, crashes and restarts. */
  readonly actions: number;
}

export interface ShrinkOptions<N extends Nodes> {
  /** Ways to make the cluster itself smaller, as fewer nodes: options to try in the place of the given ones. */
  readonly smaller?: (options: SimulateOptions<N>) => Iterable<SimulateOptions<N>>;
  /** What else the end of the run is judged by: null, or what is wrong. */
  readonly atEnd?: (run: Run<N>) => string | null;
  /** How many runs and replays it may take (default 10,000). */
  readonly maxRuns?: number;
}

/** A smaller run with the same fault. */
export interface Shrunk<N extends Nodes> {
  /** Options of a simulation that fails the same property, with nothing in it that it does not need. */
  readonly options: SimulateOptions<N>;
  readonly property: string;
  readonly problem: string;
  /**
   * The choices that matter, of which none can be left out; for `replay`. Null where the fault rests on the clock
   * and a schedule alone does not bring it about.
   */
  readonly schedule: readonly Action[] | null;
  /** Whether the explorer has shown that no shorter schedule does it, with no more requests, timers, crashes or copies. */
  readonly isShortest: boolean;
  /** The schedule replayed; without one, the run of the options. */
  readonly trace: readonly TraceEvent[];
  readonly before: Size;
  readonly after: Size;
  /** What is left, as text. */
  readonly report: string;
}

/**
 * Make a failing run as small as it can be and still fail the same property, in two steps. First at the options,
 * running each change from the same seed: fewer nodes (if you say how), faults, requests, clients, then a calm
 * network and quick disks. Then at the choices of the run, freed from its chance (`scheduleOf`): single
 * deliveries, timers, crashes and restarts. Parts are taken out in halves, quarters and so on down to single
 * ones (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002), until none can go.
 * What is left is a local minimum; where the cluster is small, the explorer then looks for a shorter way.
 *
 * @throws RangeError if the run does not fail
 */
export function shrink<N extends Nodes>(options: SimulateOptions<N>, shrinkOptions: ShrinkOptions<N> = {}): Shrunk<N> {
  const { smaller, atEnd, maxRuns = 10_000 } = checkOptions("shrink", shrinkOptions, ["smaller", "atEnd", "maxRuns"]);
  let left = integer("maxRuns", maxRuns, { min: 1 });
  const first = runOf(options, atEnd).failure;
  if (!first) throw new RangeError("this run does not fail: there is nothing to shrink");
  let best = options;
  let failure = first;

  const tries = (candidate: SimulateOptions<N>): boolean => {
    if (left-- <= 0) return false;
    checkInterrupt();
    const found = failureIfAny(candidate, atEnd);
    if (found?.property !== first.property) return false;
    best = candidate;
    failure = found;
    return true;
  };

  for (let isSmaller = smaller !== undefined; isSmaller;) {
    isSmaller = false;
    for (const candidate of smaller!(best)) {
      if (!tries(candidate)) continue;
      isSmaller = true;
      break;
    }
  }
  if (best.nemesis) tries(scripted(best));
  fewest(best.faults ?? [], (faults) => (tries({ ...best, faults }) ? faults : null));
  fewest(best.requests ?? [], (requests) => (tries({ ...best, requests }) ? requests : null));
  fewest(Object.keys(best.clients ?? {}), (names) => {
    const clients = Object.fromEntries(
      names.map((name) => [name, (best.clients as Readonly<Record<string, never>>)[name]!]),
    );
    return tries({ ...best, clients }) ? names : null;
  });
  for (const calm of CALM) {
    const candidate = calm(best);
    if (candidate) tries(candidate);
  }

  const recorded = scheduleOf(failure.trace);
  const small = shrinkSchedule(best, recorded, { property: first.property, maxReplays: Math.max(1, left) });
  const { schedule, isShortest } = small
    ? shortest(best, small, first.property)
    : { schedule: null, isShortest: false };
  const trace = schedule ? replay(best, schedule) : failure.trace;
  const violation = trace.find((event) => event.kind === "violation");
  const problem = violation?.kind === "violation" ? violation.problem : failure.problem;
  const before = sizeOf(options, scheduleOf(first.trace), faultsOf(options));
  const after = sizeOf(best, schedule ?? recorded, schedule ? schedule.filter(isCrash).length : faultsOf(best));
  return {
    options: best,
    property: first.property,
    problem,
    schedule,
    trace,
    isShortest,
    before,
    after,
    report: report(),
  };

  function report(): string {
    const sizes = (["nodes", "faults", "requests", "actions"] as const)
      .filter((what) => before[what] !== after[what])
      .map((what) => `${what} ${before[what]} -> ${after[what]}`);
    const what = sizes.length > 0 ? `shrunk: ${sizes.join(", ")}` : "as small as it can be";
    const how = schedule
      ? scheduleText(schedule)
      : `${scheduleText(recorded)}\n(with the times of the run: it fails by the clock)`;
    const proof = isShortest ? " (no shorter schedule does it with the same requests, timers, crashes and copies)" : "";
    return `${first!.property}: ${problem}\n${what}${proof}\n${how}`;
  }
}

/**
 * The shortest part of a schedule that still ends in a violation of the property (default: whichever it
 * violates) from which no single action can be taken out. Actions that are not possible without an earlier one
 * go with it. Null if the schedule leads to no such violation.
 */
export function shrinkSchedule(
  options: ReplayOptions,
  schedule: readonly Action[],
  { property, maxReplays = 10_000 }: { readonly property?: string; readonly maxReplays?: number } = {},
): readonly Action[] | null {
  let left = integer("maxReplays", maxReplays, { min: 1 });
  const unsynced = new WeakMap<Action, number>();
  const whole = whatFails(options, schedule, property, unsynced);
  if (!whole) return null;
  const wanted = whole.property;
  let actions = whole.actions;
  const tries = (candidate: readonly Action[]): readonly Action[] | null => {
    if (left-- <= 0) return null;
    checkInterrupt();
    const found = whatFails(options, candidate, wanted, unsynced);
    if (found) actions = found.actions;
    return found && actions;
  };
  for (;;) {
    const { length } = actions;
    fewest(actions, tries);
    // What is left: crashes within a step that may as well come after it, copies that nobody needs.
    for (let i = 0; i < actions.length; i++) {
      const action = actions[i]!;
      if ("again" in action) tries(replaced(actions, i, without(action, "again")));
      if ("dies" in action && i < actions.length) tries(replaced(actions, i, without(actions[i]!, "dies" as never)));
    }
    if (actions.length === length || left <= 0) return actions;
  }
}

/**
 * Take parts out of a list, halves first and single items last, as long as `attempt` finds the rest to be enough;
 * it answers what is left of the rest, or null. In the end, no single item can be taken out.
 */
function fewest<T>(all: readonly T[], attempt: (rest: readonly T[]) => readonly T[] | null): void {
  if (all.length === 0 || attempt([])) return;
  let rest = all;
  for (let size = Math.ceil(rest.length / 2); ;) {
    const { length } = rest;
    // From the end: what came last is what least of the others rest on.
    for (let end = rest.length; end > 0; end = Math.min(end - size, rest.length)) {
      rest = attempt([...rest.slice(0, Math.max(0, end - size)), ...rest.slice(end)]) ?? rest;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (rest.length === length) return;
  }
}

function replaced<T>(list: readonly T[], index: number, item: T): readonly T[] {
  return list.map((each, i) => (i === index ? item : each));
}

/** Follow what can be followed of a schedule; the actions taken, if they end in a violation of the property. */
function whatFails(
  options: ReplayOptions,
  schedule: readonly Action[],
  property: string | undefined,
  unsynced: WeakMap<Action, number>,
): { readonly property: string; readonly actions: readonly Action[] } | null {
  const follower = new Follower(options, null, false);
  const actions: Action[] = [];
  for (const recorded of schedule) {
    if (follower.isOver) break;
    const action = withWritesLost(recorded, follower, unsynced);
    if (follower.follow(action) === null) actions.push(action);
  }
  const { violation } = follower;
  if (!violation || (property !== undefined && violation.property !== property)) return null;
  return { property: violation.property, actions };
}

/**
 * A crash is to lose the same number of writes when there are fewer before it. `unsynced` remembers how many
 * there were when the action was taken first.
 */
function withWritesLost(action: Action, follower: Follower, unsynced: WeakMap<Action, number>): Action {
  const dies = action.kind === "crash" ? null : action.dies;
  if (!dies && action.kind !== "crash") return action;
  const now = follower.unsyncedWrites(action.kind === "deliver" ? action.to : action.node);
  const before = unsynced.get(action) ?? now;
  const fewer = (kept: number): number => Math.max(0, kept - Math.max(0, before - now));
  const adapted: Action =
    before === now
      ? action
      : action.kind === "crash"
        ? { ...action, kept: fewer(action.kept) }
        : { ...action, dies: { ...dies!, kept: fewer(dies!.kept) } };
  unsynced.set(adapted, now);
  return adapted;
}

/** A shortest schedule, if the explorer can find or rule out a shorter one than this in reasonable time. */
function shortest<N extends Nodes>(
  { nodes, properties = [] }: SimulateOptions<N>,
  schedule: readonly Action[],
  property: string,
): { readonly schedule: readonly Action[]; readonly isShortest: boolean } {
  const verdict = explore({
    nodes: nodes as Nodes,
    requests: schedule.flatMap((action) =>
      action.kind === "request" ? [{ node: action.node, request: action.request as never }] : [],
    ),
    properties: properties.filter(({ name }) => name === property),
    timers: schedule.filter(({ kind }) => kind === "timer").length,
    crashes: schedule.filter(isCrash).length,
    duplicates: schedule.filter((action) => action.kind === "deliver" && action.again).length,
    maxDepth: schedule.length - 1,
    maxWorlds: 100_000,
  });
  if (verdict.kind === "violated")
    return verdict.property === property
      ? { schedule: verdict.schedule, isShortest: true }
      : { schedule, isShortest: false };
  return { schedule, isShortest: verdict.kind === "holds" || verdict.limit === "maxDepth" };
}

/** Names what fails where the end of a run is judged, and not a property during it. */
export const AT_END = "at the end of the run";

/** A whole run, and how it failed, if it did. There is no run where a rule threw. */
export function runOf<N extends Nodes>(
  options: SimulateOptions<N>,
  atEnd?: (run: Run<N>) => string | null,
): { readonly run: Run<N>; readonly failure: Failure | null } | { readonly run: null; readonly failure: Failure } {
  let run: Run<N>;
  try {
    run = simulate(options);
  } catch (error) {
    // Options that make no sense throw again here; where a rule threw, this is the same run again, for its trace.
    const simulation = new Simulation<N>(withoutUntil(options));
    const trace = record(simulation);
    const problem = error instanceof Error ? error.message : String(error);
    try {
      simulation.run(options.until === undefined ? {} : { until: options.until });
    } catch {
      return {
        run: null,
        failure: { property: NO_RULE_THROWS, problem, at: simulation.now, step: simulation.steps, trace },
      };
    }
    throw error;
  }
  if (run.violation) return { run, failure: { ...run.violation, trace: run.trace } };
  const problem = atEnd?.(run) ?? null;
  const { now: at, steps: step } = run.simulation;
  return { run, failure: problem === null ? null : { property: AT_END, problem, at, step, trace: run.trace } };
}

function withoutUntil<N extends Nodes>({ until: _, ...options }: SimulateOptions<N>): SimulationOptions<N> {
  return options as unknown as SimulationOptions<N>;
}

/** Options that were made smaller may make no sense any more, as a restart without its crash: those do not count. */
function failureIfAny<N extends Nodes>(
  options: SimulateOptions<N>,
  atEnd: ((run: Run<N>) => string | null) | undefined,
): Failure | null {
  try {
    return runOf(options, atEnd).failure;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * What the nemesis would do, written out as faults, so that single ones can be taken out. A nemesis without
 * rates stays: it puts everything right at its end, and allows a fault to find its victim struck already.
 */
function scripted<N extends Nodes>(options: SimulateOptions<N>): SimulateOptions<N> {
  const { from = 0, until } = options.nemesis!;
  return {
    ...options,
    faults: [...(options.faults ?? []), ...strikesOf(options)],
    nemesis: { from, until },
  } as unknown as SimulateOptions<N>;
}

function strikesOf<N extends Nodes>({ seed = 1, nemesis, nodes }: SimulateOptions<N>): readonly ScriptedFault[] {
  return nemesis ? nemesisScript(seed, nemesis, Object.keys(nodes)).filter(({ kind }) => kind !== "calm") : [];
}

/** Ways to calm what is around the nodes, each by itself. Null where there is nothing to calm. */
const CALM: readonly (<N extends Nodes>(options: SimulateOptions<N>) => SimulateOptions<N> | null)[] = [
  (options) => (options.nemesis ? (without(options, "nemesis") as never) : null),
  (options) => (options.network?.duplication ? { ...options, network: { ...options.network, duplication: 0 } } : null),
  (options) => (options.network?.loss ? { ...options, network: { ...options.network, loss: 0 } } : null),
  ({ network, ...options }) => (network?.kinds ? ({ ...options, network: without(network, "kinds") } as never) : null),
  ({ network, ...options }) => (network?.links ? ({ ...options, network: without(network, "links") } as never) : null),
  (options) => (options.disk ? (without(options, "disk") as never) : null),
  (options) => (options.processing ? (without(options, "processing") as never) : null),
];

function sizeOf<N extends Nodes>({ nodes }: SimulateOptions<N>, schedule: readonly Action[], faults: number): Size {
  const requests = schedule.filter(({ kind }) => kind === "request").length;
  return { nodes: Object.keys(nodes).length, faults, requests, actions: schedule.length };
}

function faultsOf<N extends Nodes>(options: SimulateOptions<N>): number {
  return (options.faults?.length ?? 0) + strikesOf(options).length;
}

function isCrash(action: Action): boolean {
  return action.kind === "crash" || action.dies !== undefined;
}

function without<T extends object, K extends string>(value: T, name: K): T {
  const { [name]: _, ...rest } = value as Record<string, unknown>;
  return rest as T;
}
