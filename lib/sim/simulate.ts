import type { TraceEvent } from "../trace/event.js";
import { saveTrace } from "../trace/file.js";
import { traceHash } from "../trace/hash.js";
import { describeOptions } from "./describe.js";
import type { Ended, Nodes, Operation, SimulationOptions, TimedDecision, Until, Violation } from "./options.js";
import { record, Simulation } from "./simulation.js";

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
  const trace = record(simulation);
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
  };
}
