import type { EstimateRule, FloodRoundsRule, RoundEndRule, TrustRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const worlds = /^every world with one suspicion/;
const split = /decided "[01]", but p\d decided "[01]"/;

export const estimateRule: Answers<EstimateRule> = {
  sound: (estimates) => estimates.reduce((last, one) => (one.stamp > last.stamp ? one : last)).value,
  wrong: [
    { name: "a value of its own", trial: /no suspicion/, problem: /"z" was decided, which nobody had proposed/, run: true, answer: () => "z" },
    { name: "no value", trial: /no suspicion/, problem: /the answer must be a value, got nothing/, run: false, answer: (() => undefined) as never },
    { name: "the least value", trial: worlds, problem: split, run: true, answer: (estimates) => estimates.map(({ value }) => value).sort()[0]! },
    { name: "the greatest value", trial: worlds, problem: split, run: true, answer: (estimates) => estimates.map(({ value }) => value).sort().at(-1)! },
    {
      name: "the earliest stamp", trial: worlds, problem: split, run: true,
      answer: (estimates) => estimates.reduce((last, one) => (one.stamp < last.stamp ? one : last)).value,
    },
  ],
};

const sole = (came: readonly ("0" | "1" | null)[]) => came.find((bit) => bit !== null) ?? null;
const counted = (came: readonly ("0" | "1" | null)[]) => came.filter((bit) => bit !== null).length;
const cases = /^rounds of three to nine/;

export const roundEnd: Answers<RoundEndRule> = {
  sound: (came, crashes) => ({ decides: counted(came) > crashes ? sole(came) : null, next: sole(came) ?? "flip" }),
  wrong: [
    { name: "decides with one", trial: cases, problem: /must decide null/, run: false, answer: (came) => ({ decides: sole(came), next: sole(came) ?? "flip" }) },
    {
      name: "decides with f", trial: cases, problem: /must decide null/, run: false,
      answer: (came, crashes) => ({ decides: counted(came) >= crashes ? sole(came) : null, next: sole(came) ?? "flip" }),
    },
    {
      name: "flips unless it decides", trial: cases, problem: /must go on with "[01]", got "flip"/, run: false,
      answer: (came, crashes) => (counted(came) > crashes ? { decides: sole(came), next: sole(came)! } : { decides: null, next: "flip" }),
    },
    { name: "never decides", trial: cases, problem: /must decide "[01]", got null/, run: false, answer: (came) => ({ decides: null, next: sole(came) ?? "flip" }) },
    { name: "nothing at all", trial: cases, problem: /got nothing/, run: false, answer: (() => undefined) as never },
  ],
};

const mistakes = /^mistakes come to an end/;
const deaths = /^a death is found out/;

export const trust: Answers<TrustRule> = {
  sound: (heard, wrong) => heard.at(-1)!.at + 150 + 50 * wrong,
  wrong: [
    { name: "a fixed time-out", trial: mistakes, problem: /does not learn from them/, run: false, answer: (heard) => heard.at(-1)!.at + 150 },
    { name: "for ever", trial: deaths, problem: /trusted it still/, run: false, answer: () => Infinity },
    { name: "a long time-out", trial: deaths, problem: /before the rule noticed/, run: false, answer: (heard) => heard.at(-1)!.at + 5_000 },
    { name: "longer with every heartbeat", trial: deaths, problem: /before the rule noticed|trusted it still/, run: false, answer: (heard) => heard.at(-1)!.at + 500 + 5 * heard.at(-1)!.serial },
    { name: "no time", trial: mistakes, problem: /the answer must be a time in ms, got NaN/, run: false, answer: () => NaN },
  ],
};

const floods = /^every run of FloodSet/;

export const floodRounds: Answers<FloodRoundsRule> = {
  sound: (crashes) => crashes + 1,
  wrong: [
    { name: "as many as crashes", trial: floods, problem: /with 1 to crash, 1 round cannot be enough: p1 crashes before it has sent to/, run: false, answer: (crashes) => Math.max(1, crashes) },
    { name: "two more", trial: floods, problem: /one less will do as well/, run: false, answer: (crashes) => crashes + 2 },
    { name: "always two", trial: floods, problem: /one less will do|cannot be enough/, run: false, answer: () => 2 },
    { name: "no round", trial: floods, problem: /must be a number of rounds from 1 to 8, got 0/, run: false, answer: (crashes) => crashes },
  ],
};
