import { finite } from "../../core/parameters.js";
import type { Observation, Property } from "../../core/property.js";
import type { LogicalClock } from "./clock.js";
import type { Stamped } from "./clocked.js";
import type { HybridTime } from "./hybrid.js";

/** An event with all that happened before it, known to the observer and to no node. */
interface Known<T> {
  readonly event: string;
  readonly past: readonly string[];
  readonly stamp: T;
}

interface Annals<T> {
  readonly events: readonly Known<T>[];
  readonly problem: string | null;
}

/**
 * The clock condition (时钟条件): "for any events a, b: if a → b then C(a) < C(b)" (Lamport 1978, section "Logical Clocks").
 * For nodes in the role `clocked`.
 */
export function clockCondition<T>(clock: LogicalClock<T>): Property<Annals<T>> {
  return annals("clock condition", clock, (a, b, happened, { text, isBefore }) =>
    happened && !isBefore(a.stamp, b.stamp) ? `${a.event} happened before ${b.event}, but their stamps are ${text(a.stamp)} and ${text(b.stamp)}` : null,
  );
}

/**
 * The strong clock condition: a → b if and only if C(a) < C(b), so that stamps tell which events are concurrent (Mattern
 * 1989). For nodes in the role `clocked`.
 */
export function tellsConcurrency<T>(clock: LogicalClock<T>): Property<Annals<T>> {
  return annals("stamps tell concurrency", clock, (a, b, happened, { text, isBefore }) =>
    happened === isBefore(a.stamp, b.stamp)
      ? null
      : `${a.event} ${happened ? "happened" : "did not happen"} before ${b.event}, but their stamps are ${text(a.stamp)} and ${text(b.stamp)}`,
  );
}

/**
 * A hybrid clock stays near to the physical one: 0 <= l - pt <= ε, for clocks that are at most ε ms apart (Kulkarni and
 * others 2014, corollary 1; pt in whole ms).
 *
 * @throws RangeError unless `epsilonMs` is a number of at least 0
 */
export function nearPhysicalTime(epsilonMs: number): Property<string | null> {
  finite("epsilonMs", epsilonMs);
  return {
    name: "near physical time",
    memory: null,
    observe(problem, happened) {
      const stamped = stampedOf<HybridTime>(happened);
      if (!stamped || problem !== null) return problem;
      const ahead = stamped.stamp.l - Math.floor(stamped.clock);
      if (ahead >= 0 && ahead <= epsilonMs) return null;
      return `${stamped.event} has l = ${stamped.stamp.l} where the clock showed ${Math.floor(stamped.clock)} ms: ${ahead} ms ahead, and at most ${epsilonMs} are allowed`;
    },
    check: (_, problem) => problem,
  };
}

/** What is wrong with two different events, if anything is; `happened`: whether the one happened before the other. */
type Judge<T> = (one: Known<T>, other: Known<T>, happened: boolean, clock: LogicalClock<T>) => string | null;

function annals<T>(name: string, clock: LogicalClock<T>, judge: Judge<T>): Property<Annals<T>> {
  return {
    name,
    memory: { events: [], problem: null },
    observe(memory, happened) {
      const stamped = stampedOf<T>(happened);
      if (!stamped || memory.problem !== null) return memory;
      const past = new Set<string>();
      for (const cause of causesOf(stamped)) {
        const known = memory.events.find(({ event }) => event === cause);
        for (const event of [...(known?.past ?? []), cause]) past.add(event);
      }
      const latest: Known<T> = { event: stamped.event, past: [...past].sort(), stamp: stamped.stamp };
      let problem: string | null = null;
      for (const other of memory.events) {
        problem ??= judge(other, latest, past.has(other.event), clock) ?? judge(latest, other, false, clock);
      }
      return { events: [...memory.events, latest], problem };
    },
    check: (_, { problem }) => problem,
  };
}

/** The event before it on its node, and the sending of what was received. */
function causesOf({ event, after }: Stamped<unknown>): string[] {
  const [node, n] = event.split(".") as [string, string];
  return [...(n === "1" ? [] : [`${node}.${Number(n) - 1}`]), ...(after === null ? [] : [after])];
}

function stampedOf<T>(happened: Observation): Stamped<T> | null {
  return happened.kind === "decide" ? (happened.outcome as Stamped<T>) : null;
}
