import { show } from "../../core/parameters.js";
import { ids, type AnyRole } from "../../core/role.js";
import type { Stream } from "../../core/random.js";
import { search } from "../../check/search.js";
import { agreement } from "../../consensus/agreement.js";
import type { Bit } from "../../consensus/ben-or/voter.js";
import type { Estimate } from "../../consensus/chandra-toueg/messages.js";
import { participantWith, soundRules } from "../../consensus/chandra-toueg/participant.js";
import { floodSet } from "../../consensus/synchronous/flood-set.js";
import type { Heard } from "../../detectors/patience.js";
import { qualityOn, type HeartbeatLog } from "../../detectors/quality.js";
import { Exercise } from "../exercise.js";
import { count, everyWorld, manyCases, oneRun, wrong, type Trial } from "../trial.js";

const chapter = "2.1.3";
const three = ids("p1", "p2", "p3");

/** What a coordinator proposes, given the estimates of a majority, its own among them. */
export type EstimateRule = (estimates: readonly Estimate[]) => string;

/** What a process of Ben-Or's protocol does at the end of a round: what it decides, if it does, and with which bit it goes on. */
export interface RoundEnd {
  readonly decides: Bit | null;
  readonly next: Bit | "flip";
}

/** How a round ends, given the ratifications that came (a bit, or null for "?") and how many processes may crash. */
export type RoundEndRule = (came: readonly (Bit | null)[], crashes: number) => RoundEnd;

/** Until when a node is trusted, in ms, given its last ten heartbeats, the latest one last, and how often it was suspected wrongly. */
export type TrustRule = (heard: readonly Heard[], mistakes: number) => number;

/** After how many rounds FloodSet decides, if so many processes may crash. */
export type FloodRoundsRule = (crashes: number) => number;

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------ the coordinator's choice

function rotating(values: string, answer: EstimateRule): Record<string, AnyRole> {
  const choose: typeof soundRules.choose = (estimates) => {
    // In an order that says nothing of who sent what.
    const given = [...estimates.values()].sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : a.stamp - b.stamp));
    const value = answer(given.map((one) => ({ ...one })));
    if (typeof value !== "string") throw new TypeError(`the answer must be a value, got ${show(value)}`);
    return value;
  };
  return Object.fromEntries(three.map((name, i) => [name, participantWith({ ...soundRules, choose }, { participants: three, value: values[i]! })]));
}

const estimateRule: Exercise<EstimateRule> = new Exercise({
  chapter,
  name: "estimateRule",
  task: "Write which estimate a coordinator proposes.",
  hints: [
    "A majority may have adopted a proposal of an earlier round, and then somebody may have decided it. Which of the estimates tell of that?",
    "The stamp is the round in which an estimate was adopted. If a value was decided, every majority holds an estimate with the stamp of that round or of a later one.",
    "Take the value of an estimate with the largest stamp; among equal stamps above 0 all values are the same, and with stamp 0 any will do.",
  ],
  shape: isFunction,
  trials: [
    oneRun("three participants, no suspicion", {
      options: (answer) => ({ nodes: rotating("xyx", answer), network: { latency: 10 }, until: 2_000, properties: [agreement] }),
      atEnd: ({ decisions }) => {
        if (decisions.length < 3) return "not everybody decides, although nothing is lost and nobody crashes";
        return decisions.every(({ outcome }) => outcome === "x" || outcome === "y") ? null : `${show(decisions[0]!.outcome)} was decided, which nobody had proposed`;
      },
      look: "Return the value of one of the estimates.",
    }),
    ...["011", "100"].map((values) =>
      everyWorld<EstimateRule>(`every world with one suspicion, beginning with ${[...values].join(", ")}`, {
        options: (answer) => ({ nodes: rotating(values, answer), properties: [agreement], timers: 1, maxWorlds: 600_000 }),
        look: "One has decided in an earlier round. Which estimates did the next coordinator have, with which stamps, and which did it take?",
      })),
  ],
});

// ------------------------------------------------------------------------------------------------ the end of a round

const roundEnd: Exercise<RoundEndRule> = new Exercise({
  chapter,
  name: "roundEnd",
  task: "Write how a round of Ben-Or's protocol ends.",
  hints: [
    "Two bits are never ratified in one round. So what matters is how many of the messages carry a bit, and which one it is.",
    "With more than f messages for a bit, everybody who waits for n - f messages sees at least one of them. With one only, another process may have decided.",
    "Let bit be the one that came and count how often. decides: count > crashes ? bit : null. next: the bit if count > 0, else \"flip\".",
  ],
  shape: isFunction,
  trials: [
    manyCases("rounds of three to nine processes", {
      cases: 300,
      draw: (chance: Stream) => {
        const crashes = 1 + chance.below(4);
        const n = 2 * crashes + 1;
        const bit: Bit = chance.chance(0.5) ? "1" : "0";
        const count = chance.below(n - crashes + 1);
        const came = Array.from({ length: n - crashes }, (_, i) => (i < count ? bit : null));
        return { crashes, bit, count, came: chance.shuffle(came) };
      },
      judge: (answer, { crashes, bit, count, came }) => {
        const said = answer([...came], crashes);
        const right = { decides: count > crashes ? bit : null, next: count > 0 ? bit : "flip" };
        const of = `of ${came.length} ratifications, ${count} are for ${bit}, and ${crashes} may crash`;
        if (said?.decides !== right.decides) return `${of}: it must decide ${show(right.decides)}, got ${show(said?.decides)}`;
        return said.next === right.next ? null : `${of}: it must go on with ${show(right.next)}, got ${show(said.next)}`;
      },
      look: "Think of another process, which got other n - f messages of the same round. What may it have decided, and what is it sure to have seen?",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------ trust

/** Heartbeats every 100 ms, some delayed; the delays have a bound that the rule is not told. */
function heartbeats(chance: Stream, bound: number, seconds: number, crashedAt: number | null = null): HeartbeatLog {
  const heard = [];
  for (let serial = 1; serial <= 10 * seconds && (crashedAt === null || 100 * serial <= crashedAt); serial++) {
    heard.push({ serial, at: 100 * serial + chance.within([5, chance.chance(0.1) ? bound : 20]) });
  }
  return { heard: heard.sort((a, b) => a.at - b.at), crashedAt, end: 1_000 * seconds };
}

/** The rule as a detector has it; it throws for what is no time. */
function patienceOf(answer: TrustRule) {
  return {
    name: "the answer",
    window: 10,
    until(heard: readonly Heard[], mistakes: number): number {
      const until = answer(heard.map((one) => ({ ...one })), mistakes);
      if (typeof until !== "number" || Number.isNaN(until)) throw new TypeError(`the answer must be a time in ms, got ${show(until)}`);
      return until;
    },
  };
}

const trust: Exercise<TrustRule> = new Exercise({
  chapter,
  name: "trust",
  task: "Write until when a node is trusted, so that mistakes come to an end and deaths are found out.",
  hints: [
    "No fixed time-out is long enough for every bound. What does a mistake tell you about the one that you have?",
    "Wait longer after each mistake; but not longer with every heartbeat, or a death late in the run is never found out.",
    "heard.at(-1).at is the last sign of life: add 150 ms, and 50 ms more for each mistake.",
  ],
  shape: isFunction,
  trials: [
    manyCases("mistakes come to an end, whatever bound the delays have", {
      cases: 12,
      draw: (chance) => ({ chance, bound: 100 * (1 + chance.below(8)) }),
      judge: (answer, { chance, bound }) => {
        const log = heartbeats(chance, bound, 600);
        const late = { ...log, heard: log.heard };
        const { mistakes } = qualityOn(late, patienceOf(answer));
        return mistakes <= 60 ? null : `with delays of up to ${bound} ms it made ${mistakes} mistakes in 600 s, and more than 60 means that it does not learn from them`;
      },
      look: "The second argument says how often the rule was wrong about this node. Does your answer depend on it, or on the gaps in heard?",
    }),
    manyCases("a death is found out within three seconds and the longest gap", {
      cases: 12,
      draw: (chance) => ({ chance, bound: 100 * (1 + chance.below(8)), seconds: 30 + chance.below(200) }),
      judge: (answer, { chance, bound, seconds }) => {
        const { detection } = qualityOn(heartbeats(chance, bound, seconds, 1_000 * (seconds - 10)), patienceOf(answer));
        const most = 3_000 + bound;
        if (detection === null) return `the node was dead for 10 s, and the rule trusted it still (delays of up to ${bound} ms)`;
        return detection <= most ? null : `the node was dead for ${Math.round(detection)} ms before the rule noticed, which is more than ${most} ms`;
      },
      look: "How long does your rule wait after the last heartbeat, late in a long run? It must not grow while all is well.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------ rounds

const floodTrial: Trial<FloodRoundsRule> = {
  name: "every run of FloodSet with up to two crashes",
  run(answer) {
    let states = 0;
    for (const crashes of [0, 1, 2]) {
      const rounds = answer(crashes);
      if (!Number.isInteger(rounds) || rounds < 1 || rounds > 8) {
        return wrong({ problem: `with ${crashes} to crash, it must be a number of rounds from 1 to 8, got ${show(rounds)}`, look: "A round must happen for anybody to hear anything." });
      }
      const verdict = search(floodSet({ processes: crashes + 2, crashes, rounds }));
      states += verdict.states;
      if (verdict.kind === "violated") {
        const steps = verdict.behaviour.slice(1).map(({ action }) => action).join("; ");
        return wrong({ problem: `with ${crashes} to crash, ${count(rounds, "round")} cannot be enough: ${steps}`, look: "In every round one process crashed and told its secret to one only. How many such rounds can there be?" });
      }
      if (rounds > crashes + 1) {
        return wrong({ problem: `with ${crashes} to crash, ${count(rounds, "round")} will do, and one less will do as well`, look: "Among how many rounds is there surely one without a crash?" });
      }
    }
    return { kind: "seen", what: `${states} states` };
  },
};

const floodRounds: Exercise<FloodRoundsRule> = new Exercise({
  chapter,
  name: "floodRounds",
  task: "Write after how many rounds FloodSet may decide.",
  hints: [
    "A value can stay hidden from somebody only while in every round one of those who know it crashes.",
    "After a single round in which nobody crashes, all have seen the same values. How many rounds must there be, so that one of them is such a round?",
    "Of crashes + 1 rounds, at most `crashes` have a crash.",
  ],
  shape: isFunction,
  trials: [floodTrial],
});

/** The exercises of chapter 2.1.3, by name. */
export const limitsExercises: {
  readonly estimateRule: Exercise<EstimateRule>;
  readonly roundEnd: Exercise<RoundEndRule>;
  readonly trust: Exercise<TrustRule>;
  readonly floodRounds: Exercise<FloodRoundsRule>;
} = { estimateRule, roundEnd, trust, floodRounds };
