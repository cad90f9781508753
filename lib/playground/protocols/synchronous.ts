import { agreement, validity } from "../../consensus/agreement.js";
import { flooder, type Flooder } from "../../consensus/synchronous/flooder.js";
import type { Tagged } from "../../core/role.js";
import type { ScriptedFault } from "../../sim/faults.js";
import { number } from "../knob.js";
import { all, decisions, numbered, type Cluster, type Protocol } from "../protocol.js";

const floodSet: Protocol = {
  name: "flood-set",
  title: "FloodSet",
  about: "In rounds that all begin together, each process tells all what it has seen; after the last one all decide the least value. It takes one round more than processes crash.",
  chapter: "2.1.3-limits",
  until: 1_000,
  fails: { at: 0, for: 1 },
  // Who crashes, and when, has knobs of its own.
  assumes: { lossless: true, fails: [] },
  knobs: [
    number("processes", "processes", { min: 2, max: 9, value: 5 }),
    number("rounds", "rounds", { min: 1, max: 9, value: 2 }),
    number("crashes", "processes that crash, one in each round, when they have told one other", { min: 0, max: 8, value: 1 }),
    number("round", "a round", { unit: "ms", min: 10, max: 200, value: 50 }),
    number("spacing", "from one message of a process to its next", { unit: "ms", min: 1, max: 20, value: 2 }),
  ],
  cluster(settings) {
    const names = numbered("p", Number(settings["processes"]));
    const [rounds, crashes, roundMs, spacingMs] = ["rounds", "crashes", "round", "spacing"].map((name) => Number(settings[name])) as [number, number, number, number];
    if (crashes >= names.length) throw new RangeError(`crashes must be less than the ${names.length} processes, got ${crashes}`);
    if (roundMs < spacingMs * (names.length - 1)) {
      throw new RangeError(`round must be at least the ${spacingMs * (names.length - 1)} ms in which a process tells all others, got ${roundMs}`);
    }
    return {
      nodes: all(names, flooder({ processes: names, rounds, roundMs, spacingMs })) as Cluster["nodes"],
      // The least value is that of the first one, so that it counts who has heard of it.
      requests: names.map((node, i) => ({ at: 0, node, request: { kind: "propose", value: i === 0 ? "a" : "b" } as Tagged })),
      faults: names.slice(0, crashes).map((node, i): ScriptedFault => ({ at: i * roundMs + spacingMs / 2, kind: "crash", node })),
      properties: [agreement, validity],
      servers: names,
      fields: ["round", "seen"],
      waits: decisions,
      tells({ decisions: made, simulation }) {
        const of = new Map<string, string[]>();
        for (const { node, outcome } of made) of.set(String(outcome), [...(of.get(String(outcome)) ?? []), node]);
        const seen = names.filter((name) => (simulation.state(name) as Flooder | null)?.seen.includes("a"));
        return [
          made.length === 0 ? "Nobody decides." : `${[...of].map(([value, who]) => `${who.join(", ")} ${who.length === 1 ? "decides" : "decide"} ${value}`).join("; ")}.`,
          `In the end ${seen.length === 0 ? "nobody who is up has" : `${seen.join(", ")} ${seen.length === 1 ? "has" : "have"}`} seen the a of p1.`,
        ];
      },
    };
  },
};

/** Agreement where everybody knows how long everything takes. */
export const synchronous: readonly Protocol[] = [floodSet];
