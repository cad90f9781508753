import { agreement, validity } from "../../consensus/agreement.js";
import { deafVoter, hastyVoter, looseVoter } from "../../consensus/ben-or/broken.js";
import { voter } from "../../consensus/ben-or/voter.js";
import { hastyCoordinator, minorityParticipant } from "../../consensus/chandra-toueg/broken.js";
import { participant } from "../../consensus/chandra-toueg/participant.js";
import type { Tagged } from "../../core/role.js";
import { choice, number } from "../knob.js";
import { all, numbered, type Cluster, type Protocol } from "../protocol.js";

const voters = { none: voter, loose: looseVoter, hasty: hastyVoter, deaf: deafVoter };

const participants = { none: participant, hasty: hastyCoordinator, minority: minorityParticipant };

/** Both are made for links that lose nothing and crashes for good; messages may take as long as they like. */
const world = { assumes: { lossless: true, fails: ["stop", "pause"] }, chapter: "2.1.3-limits", fails: { at: 10, for: 200 } } as const;

const benOr: Protocol = {
  ...world,
  name: "ben-or",
  title: "Ben-Or's coin",
  about: "Processes agree on a bit without a leader and without a clock: where the votes do not suffice, each flips a coin.",
  until: 5_000,
  knobs: [
    number("processes", "processes", { min: 1, max: 9, value: 5 }),
    number("ones", "how many of them propose 1", { min: 0, max: 9, value: 2 }),
    choice("broken", "what is broken", {
      none: "nothing", loose: "half of the votes that came are taken for half of all", hasty: "one word of a majority decides", deaf: "the coin is flipped in any case",
    }),
  ],
  cluster({ processes, ones, broken }) {
    const names = numbered("p", Number(processes));
    if (Number(ones) > names.length) throw new RangeError(`ones must be at most the ${names.length} processes, got ${ones}`);
    return {
      nodes: all(names, voters[broken as keyof typeof voters]({ voters: names })) as Cluster["nodes"],
      requests: names.map((node, i) => ({ at: i, node, request: { kind: "propose", value: i < Number(ones) ? "1" : "0" } as Tagged })),
      properties: [agreement, validity],
      servers: names,
      fields: ["round", "value", "phase", "decided", "reports", "ratifications", "flips"],
      tells({ decisions, trace }) {
        const coins = trace.filter((event) => event.kind === "timer" && event.timer.kind === "coin").length;
        return [`${decisions.length} of ${names.length} processes decide${decisions.length > 0 ? ` ${String(decisions[0]!.outcome)}` : ""}; ${coins} coins were flipped.`];
      },
    };
  },
};

const chandraToueg: Protocol = {
  ...world,
  name: "chandra-toueg",
  title: "Chandra and Toueg's rotating coordinator",
  about: "Processes agree on a value; they take turns as coordinator, and a failure detector that may be wrong says when to go on to the next.",
  until: 3_000,
  knobs: [
    number("processes", "processes", { min: 1, max: 9, value: 5 }),
    number("patience", "silence after which a coordinator is suspected", { unit: "ms", min: 1, max: 1_000, value: 100 }),
    number("growth", "more patience after each suspicion", { unit: "ms", min: 0, max: 500, value: 50 }),
    choice("broken", "what is broken", {
      none: "nothing", hasty: "one yes decides", minority: "half is enough",
    }),
  ],
  cluster({ processes, patience, growth, broken }) {
    const names = numbered("p", Number(processes));
    const role = participants[broken as keyof typeof participants]({ participants: names, patience: { ms: Number(patience), growth: Number(growth) } });
    return {
      nodes: all(names, role) as Cluster["nodes"],
      requests: names.map((node, i) => ({ at: i, node, request: { kind: "propose", value: `value of ${node}` } as Tagged })),
      properties: [agreement, validity],
      servers: names,
      leads: ({ state }) => /collecting|counting/.test(String((state as { phase?: { kind?: string } } | null)?.phase?.kind)),
      fields: ["round", "estimate", "phase", "suspicions", "estimates", "proposals", "answers"],
      tells({ decisions, simulation }) {
        const rounds = names.map((name) => (simulation.state(name) as { readonly round: number } | null)?.round ?? 0);
        return [`${decisions.length} of ${names.length} processes decide${decisions.length > 0 ? ` ${String(decisions[0]!.outcome)}` : ""}, in round ${Math.max(...rounds)} at the latest.`];
      },
    };
  },
};

/** Agreement where nobody knows how long anything takes. */
export const asynchronous: readonly Protocol[] = [chandraToueg, benOr];
