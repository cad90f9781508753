import { stream } from "../../core/random.js";
import type { Property } from "../../core/property.js";
import type { NodeId, Tagged } from "../../core/role.js";
import { deafClock, lateClock, overwritingVector, restartingHybrid, runawayHybrid, uncountedVector } from "../../ordering/clocks/broken.js";
import { physicalClock, type LogicalClock } from "../../ordering/clocks/clock.js";
import { clocked, type Deed, type Stamped } from "../../ordering/clocks/clocked.js";
import { hybridClock } from "../../ordering/clocks/hybrid.js";
import { lamportClock } from "../../ordering/clocks/lamport.js";
import { clockCondition, nearPhysicalTime, tellsConcurrency } from "../../ordering/clocks/properties.js";
import { vectorClock, type VectorTime } from "../../ordering/clocks/vector.js";
import type { ScriptedFault } from "../../sim/faults.js";
import { only } from "../../trace/event.js";
import { choice, number } from "../knob.js";
import { all, numbered, type Cluster, type Protocol } from "../protocol.js";

type AnyClock = LogicalClock<any>;

/** A clock, and what it promises where the clocks on the wall are at most so many ms apart. */
const clockRules: Readonly<Record<string, { readonly label: string; readonly clock: AnyClock; readonly promises: (clock: AnyClock, skewMs: number) => readonly Property[] }>> = {
  lamport: { label: "Lamport's: a number", clock: lamportClock, promises: (clock) => [clockCondition(clock)] },
  vector: { label: "a vector: a number for each node", clock: vectorClock, promises: (clock) => [tellsConcurrency(clock)] },
  hybrid: { label: "hybrid: Lamport's, near to the time on the wall", clock: hybridClock, promises: (clock, skew) => [clockCondition(clock), nearPhysicalTime(skew)] },
  physical: { label: "the clock on the wall", clock: physicalClock, promises: () => [] },
  deaf: { label: "broken: Lamport's, but what messages say is not looked at", clock: deafClock, promises: (clock) => [clockCondition(clock)] },
  late: { label: "broken: Lamport's, but a message arrives when it was sent", clock: lateClock, promises: (clock) => [clockCondition(clock)] },
  overwriting: { label: "broken: a vector that forgets what it knew when a message comes", clock: overwritingVector, promises: (clock) => [tellsConcurrency(clock)] },
  uncounted: { label: "broken: a vector that does not count receipts", clock: uncountedVector, promises: (clock) => [tellsConcurrency(clock)] },
  restarting: { label: "broken: a hybrid that counts anew at each receipt", clock: restartingHybrid, promises: (clock) => [clockCondition(clock)] },
  runaway: { label: "broken: a hybrid with one number for both", clock: runawayHybrid, promises: (clock, skew) => [clockCondition(clock), nearPhysicalTime(skew)] },
};

const demands: Readonly<Record<string, (clock: AnyClock) => Property>> = { condition: clockCondition, concurrency: tellsConcurrency };

const clock: Protocol = {
  name: "clocks",
  title: "Clocks",
  about: "Nodes do things, and tell each other; every event gets a stamp. What do two stamps say of their events: which one came first, or that neither knew of the other?",
  chapter: "2.1.2-time-and-order",
  until: 1_000,
  fails: { at: 30, for: 60 },
  // Who comes back from a crash would have forgotten its clock.
  assumes: { fails: ["pause", "isolate", "partition"] },
  knobs: [
    choice("clock", "the clock", Object.fromEntries(Object.entries(clockRules).map(([name, { label }]) => [name, label]))),
    choice("must", "its stamps must", {
      promised: "do what this clock promises", condition: "be in order wherever a cause is before its effect", concurrency: "be in order there and nowhere else",
    }),
    number("nodes", "nodes", { min: 2, max: 7, value: 3 }),
    number("deeds", "things that are done", { min: 1, max: 60, value: 16 }),
    number("gap", "time between them", { unit: "ms", min: 0, max: 100, value: 8 }),
    number("tell", "share that sends a message", { unit: "%", min: 0, max: 100, value: 60 }),
    number("skew", "the clock on the last wall is ahead by", { unit: "ms", min: 0, max: 500, value: 20 }),
  ],
  cluster(settings) {
    const names = numbered("p", Number(settings["nodes"]));
    const { clock, promises } = clockRules[String(settings["clock"])]!;
    const [deeds, gap, tell, skew] = ["deeds", "gap", "tell", "skew"].map((name) => Number(settings[name])) as [number, number, number, number];
    const demand = demands[String(settings["must"])];
    const chance = stream(Number(settings["seed"]), "deeds");
    const deed = (node: NodeId): Deed => {
      const to = chance.pick(names.filter((name) => name !== node));
      return chance.chance(tell / 100) ? { kind: "tell", to } : { kind: "work" };
    };
    return {
      nodes: all(names, clocked(clock)) as Cluster["nodes"],
      requests: Array.from({ length: deeds }, (_, i) => {
        const node = chance.pick(names);
        return { at: i * gap, node, request: deed(node) as Tagged };
      }),
      faults: names.flatMap((node, i): ScriptedFault[] => (i === 0 || skew === 0 ? [] : [{ at: 0, kind: "skew", node, offsetMs: (skew * i) / (names.length - 1) }])),
      properties: demand === undefined ? promises(clock, skew) : [demand(clock)],
      servers: names,
      fields: ["stamp", "events"],
      waits: (trace) => ({
        what: "receipt", label: "from the sending of a message to its receipt", rows: only(trace, "deliver").map(({ at, sentAt }) => ({ ms: at - sentAt })),
      }),
      tells: ({ decisions }) => pairs(clock, decisions.map(({ outcome }) => outcome as Stamped<unknown>)),
    };
  },
};

/** What the stamps say of all pairs of events, beside what vectors would say, which are never wrong. */
function pairs(clock: AnyClock, events: readonly Stamped<unknown>[]): readonly string[] {
  const known = new Map<string, VectorTime>();
  const last = new Map<string, VectorTime>();
  for (const { event, what, after } of events) {
    const node = event.split(".")[0] as NodeId;
    const before = last.get(node) ?? vectorClock.init(node);
    const now = what === "receive" ? vectorClock.receive(before, known.get(after!)!, 0) : vectorClock.tick(before, 0);
    known.set(event, now);
    last.set(node, now);
  }
  let [caused, right, concurrent, apart] = [0, 0, 0, 0];
  events.forEach((one, i) => {
    for (const other of events.slice(i + 1)) {
      const says = clock.isBefore(one.stamp, other.stamp) ? "before" : clock.isBefore(other.stamp, one.stamp) ? "after" : "neither";
      const [a, b] = [known.get(one.event)!, known.get(other.event)!];
      if (vectorClock.isBefore(a, b)) {
        caused += 1;
        if (says === "before") right += 1;
      } else {
        concurrent += 1;
        if (says === "neither") apart += 1;
      }
    }
  });
  const are = (count: number): string => `${count === 0 ? "No" : count} ${count <= 1 ? "pair is" : "pairs are"}`;
  const causes = caused === 0 ? "" : `, and the stamps have ${right === caused ? "all of that" : `${right} of that`} in order`;
  const neither = concurrent === 0 ? "" : apart === concurrent ? "; the stamps say so of all" : `; the stamps say so of ${apart}, and put ${concurrent - apart} in an order that means nothing`;
  return [
    `There were ${events.length} events. ${are(caused)} cause and effect${causes}.`,
    `${are(concurrent)} concurrent${neither}.`,
  ];
}

/** What comes first. */
export const clocks: readonly Protocol[] = [clock];
