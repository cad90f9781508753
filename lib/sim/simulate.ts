import type { TraceEvent } from "../trace/event.js";
import { saveTrace } from "../trace/file.js";
import { traceHash } from "../trace/hash.js";
import { describeOptions } from "./describe.js";
import type { Ended, Nodes, Operation, SimulationOptions, TimedDecision, Until, Violation } from "./options.js";
import { record, Simulation, type ForkChange } from "./simulation.js";

/** What `simulate` takes: what a simulation is made of, and when to stop. */
export interface SimulateOptions<N extends Nodes, C extends string = never> extends SimulationOptions<N, C> {
  /** A virtual time in ms, or a function of an event. Without it, the run goes on until nothing is left to do. */
  readonly until?: Until;
}

/** A whole run and what came of it. */
export interface Run<N extends Nodes, C extends string = never> {
  /** Everything that happened, in order. */
  readonly trace: readonly TraceEvent[];
  /** What nodes decided, in order. */
  readonly decisions: readonly TimedDecision[];
  /** What clients asked and got. */
  readonly history: readonly Operation[];
  /** Why the run ended. */
  readonly ended: Ended;
  /** The first property that did not hold, or null. */
  readonly violation: Violation | null;
  /** A fingerprint of the trace: the same run has the same one, on every machine. */
  readonly hash: string;
  /** The whole run as text, to be written to a file; `loadTrace` of `distlab/trace` reads it. */
  save(): string;
  /** The simulation as it stands: to look at states, to go on, or to fork. */
  readonly simulation: Simulation<N, C>;
  /**
   * Another whole run that goes as this one did up to a step, and from there its own way, as far as this one was to go:
   *
   *     run.fork({ step: 12, drop: 7 }); // the network loses message 7
   *
   * @throws RangeError for a step that has not been taken, or a message that is not under way after it
   */
  fork(change: ForkChange<N>): Run<N, C>;
}

/**
 * Run a cluster from its start to its end, and keep the trace.
 *
 *     const run = simulate({ nodes: { a: ping, b: pong }, network: { loss: 0.1 }, until: 1_000 });
 *     run.trace.length; run.ended.reason;
 *
 * @throws RangeError or TypeError for an option that is unknown or out of its range, before anything runs
 */
export function simulate<N extends Nodes, C extends string = never>({ until, ...options }: SimulateOptions<N, C>): Run<N, C> {
  const simulation = new Simulation(options as unknown as SimulationOptions<N, C>);
  return runOf(simulation, record(simulation), { until, options });
}

/** Let a simulation run to its end, and put together what came of it. */
function runOf<N extends Nodes, C extends string>(
  simulation: Simulation<N, C>,
  trace: TraceEvent[],
  given: { readonly until: Until | undefined; readonly options: Omit<SimulateOptions<N, C>, "until"> },
): Run<N, C> {
  const { until, options } = given;
  const ended = simulation.run(until === undefined ? {} : { until });
  let hash: string | null = null;
  return {
    trace,
    decisions: simulation.decisions,
    history: simulation.history,
    ended,
    violation: simulation.violation,
    get hash() {
      return (hash ??= traceHash(trace));
    },
    save: () => saveTrace(trace, { seed: options.seed ?? 1, options: describeOptions(options as unknown as SimulationOptions<Nodes>) }),
    simulation,
    fork: (change) => {
      const events: TraceEvent[] = [];
      return runOf(simulation.fork({ ...change, listener: (event) => void events.push(event) }), events, given);
    },
  };
}
