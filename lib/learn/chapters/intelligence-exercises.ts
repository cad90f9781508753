import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { elastic, elasticCost, type ElasticRow, type ElasticSight } from "../../service/autoscale.js";
import { Exercise } from "../exercise.js";
import { manyCases } from "../trial.js";

const chapter = "5.2";

/** How long to wait for an answer, in ms, given the last fifty round trips, the latest one last (at least one). */
export type TimeToWaitRule = (trips: readonly number[]) => number;

/** One question with its answer: when each try was sent, and when the answer came, in ms. The answer does not say to which. */
export interface Exchange {
  readonly sentAt: readonly number[];
  readonly answeredAt: number;
}

/** What an exchange teaches of the round trip, in ms; null if nothing. */
export type SampleRule = (exchange: Exchange) => number | null;

/** How long a machine may stay silent, in ms, given the last hundred gaps between its heartbeats (the latest one last) and the longest gap that users can live with. */
export type SilenceRule = (gaps: readonly number[], longest: number) => number;

/** How many servers there should be, starting ones included, given what is to be seen at the end of a step. */
export type SizeRule = (sight: ElasticSight) => number;

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------ how long to wait

interface Network {
  readonly name: string;
  readonly trips: readonly number[];
}

function draws(chance: Stream, name: string, mean: (i: number) => number, noise: number): Network {
  const trips = Array.from({ length: 600 }, (_, i) => mean(i) * (1 + noise * (2 * chance.next() - 1)));
  return { name, trips };
}

const networks: readonly ((chance: Stream) => Network)[] = [
  (chance) => draws(chance, "a steady network", () => 20, 0.05),
  (chance) => draws(chance, "a network with much noise", () => 100, 0.6),
  (chance) => draws(chance, "a network that slowly gets ten times slower", (i) => 20 + 0.3 * i, 0.1),
  (chance) => draws(chance, "a slow network", () => 900, 0.1),
];

const wait: Exercise<TimeToWaitRule> = new Exercise({
  chapter,
  name: "wait",
  task: "Write how long to wait for an answer.",
  hints: [
    "One number for all networks is too long for the fast ones and too short for the slow ones. What do the last trips tell you of the next?",
    "The mean is no bound: half of the trips take longer. How far do they lie from it?",
    "Mean plus four times the mean distance from it; or smooth both, newer trips counting more, as Jacobson and Karels do. A few per cent on top help where there is no noise.",
  ],
  shape: isFunction,
  trials: [
    manyCases("four networks: hardly ever too short, never much too long", {
      cases: 24,
      draw: (chance) => networks[chance.below(networks.length)]!(chance),
      judge(answer, { name, trips }) {
        let early = 0;
        let waited = 0;
        for (let i = 100; i < trips.length; i++) {
          const ms = answer(trips.slice(i - 50, i));
          if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0) return `the answer must be a time in ms, got ${show(ms)}`;
          if (ms < trips[i]!) early++;
          waited += ms / trips[i]!;
        }
        const measured = trips.length - 100;
        if (early > 0.03 * measured) return `on ${name} it gave up too early in ${early} of ${measured} trips, and 3 % are the most`;
        const ratio = waited / measured;
        return ratio <= 5 ? null : `on ${name} it waits ${ratio.toFixed(1)} times as long as the answer takes, and 5 times are the most`;
      },
      look: "Plot the trips of such a network in your head: where is the next one, and how far may it be from there?",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------ what teaches

const sample: Exercise<SampleRule> = new Exercise({
  chapter,
  name: "sample",
  task: "Write what an exchange teaches of the round trip.",
  hints: [
    "If the question was sent twice, the answer may be to the first or to the second. What would each reading say?",
    "Measured from the first try, a lost one makes the trip look long; from the last, a late answer makes it look short, and the time-out shrinks when it should grow.",
    "With one try: answeredAt - sentAt[0]. With more: null (Karn and Partridge 1987).",
  ],
  shape: isFunction,
  trials: [
    manyCases("exchanges with one to four tries", {
      cases: 200,
      draw(chance) {
        const trip = Math.round(chance.within([20, 400]));
        const tries = chance.chance(0.5) ? 1 : 2 + chance.below(3);
        const gap = Math.round(chance.within([50, 300]));
        const sentAt = Array.from({ length: tries }, (_, i) => 1_000 + i * gap);
        // Any of the tries may be the one that was answered.
        const to = chance.below(tries);
        return { trip, sentAt, to, answeredAt: Math.max(sentAt.at(-1)! + 1, sentAt[to]! + trip) };
      },
      judge(answer, { sentAt, answeredAt, to }) {
        const said = answer({ sentAt: [...sentAt], answeredAt });
        const took = answeredAt - sentAt[to]!;
        if (sentAt.length === 1) return said === took ? null : `one try, sent at ${sentAt[0]}, answered at ${answeredAt}: that is a trip of ${took} ms, got ${show(said)}`;
        return said === null ? null : `tries at ${sentAt.join(", ")}, an answer at ${answeredAt}: it was to try ${to + 1}, so the trip took ${took} ms, but nobody can see that; got ${show(said)}`;
      },
      look: "Could the same times come from an answer to another try? Then nothing is known.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------ how many servers

function judged(answer: SizeRule, load: readonly number[], begin: number): readonly ElasticRow[] {
  const policy = { name: "the answer", begin: () => (sight: ElasticSight) => answer({ ...sight }) };
  return elastic({ load, policy, each: 100, startup: 6, begin });
}

const size: Exercise<SizeRule> = new Exercise({
  chapter,
  name: "size",
  task: "Write how many servers there should be.",
  hints: [
    "What is asked for is the total, with those that are starting. So ordering again what has been ordered already is the mistake to avoid, and so is forgetting the backlog.",
    "The load of a step needs load / each servers, a little more so that they are not always full. And the backlog is to be done in the next few steps.",
    "Math.ceil(1.25 * (load + backlog / startup) / each) does it.",
  ],
  shape: isFunction,
  trials: [
    manyCases("a load that stays: no waiting, and no more servers than needed", {
      cases: 20,
      draw: (chance) => ({ mean: 200 + chance.below(20) * 100, chance }),
      judge(answer, { mean, chance }) {
        const load = Array.from({ length: 120 }, () => mean * chance.within([0.95, 1.05]));
        const late = judged(answer, load, Math.ceil(mean / 70)).slice(40);
        const { serverSteps, brokenShare } = elasticCost(late);
        const paid = serverSteps / late.length / (mean / 100);
        if (brokenShare > 0.02) return `a load of about ${mean}: requests wait too long in ${Math.round(100 * brokenShare)} % of the steps`;
        return paid <= 1.6 ? null : `a load of about ${mean} needs ${mean / 100} servers, and ${(paid * mean / 100).toFixed(1)} were paid for on average`;
      },
      look: "One server does so many requests in a step. How many are needed, and how many did you ask for?",
    }),
    manyCases("a load that jumps: soon enough, and without running far over", {
      cases: 20,
      draw: (chance) => ({ low: 200 + chance.below(5) * 100, high: 900 + chance.below(8) * 100 }),
      judge(answer, { low, high }) {
        const load = Array.from({ length: 100 }, (_, i) => (i < 20 ? low : high));
        const rows = judged(answer, load, Math.ceil(low / 70));
        const recovered = rows.findIndex((row, i) => i > 26 && !row.broken);
        const needed = high / 100;
        const most = Math.max(...rows.map(({ ready, starting }) => ready + starting));
        if (recovered < 0 || recovered > 20 + 26) return `the load jumped from ${low} to ${high}, and ${recovered < 0 ? "requests waited to the end" : `it took ${recovered - 20} steps to catch up`}; 26 are the most`;
        if (most > 3 * needed) return `the load jumped from ${low} to ${high}, which needs ${needed} servers, and at some time ${most} were paid for`;
        const end = rows.slice(-30);
        return end.some((row) => row.broken) ? `the load jumped from ${low} to ${high}, and long after it requests still have to wait` : null;
      },
      look: "New servers work some steps after they were ordered. What do you ask for in each of these steps?",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------ how long a silence

interface Beats {
  readonly name: string;
  readonly gaps: readonly number[];
  readonly longest: number;
}

/** A hundred gaps, then 400 more by which an answer is judged. */
function beats(chance: Stream, name: string, mean: (i: number) => number, noise: number, longest: number): Beats {
  return { name, gaps: Array.from({ length: 500 }, (_, i) => mean(i) * (1 + noise * (2 * chance.next() - 1))), longest };
}

const healthy: readonly ((chance: Stream) => Beats)[] = [
  (chance) => beats(chance, "a quick network", () => 50, 0.1, 2_000),
  (chance) => beats(chance, "a network with much noise", () => 100, 0.6, 2_000),
  (chance) => beats(chance, "a network that slowly gets eight times slower", (i) => 40 + 0.56 * i, 0.2, 2_000),
  (chance) => beats(chance, "a slow network", () => 800, 0.2, 3_000),
];

/** What the answer says before each gap from the hundredth on; or the problem with what it says. */
function allowed(answer: SilenceRule, { gaps, longest }: Beats): readonly number[] | string {
  const said: number[] = [];
  for (let i = 100; i < gaps.length; i++) {
    const ms = answer(gaps.slice(i - 100, i), longest);
    if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0) return `the answer must be a time in ms, got ${show(ms)}`;
    said.push(ms);
  }
  return said;
}

const silence: Exercise<SilenceRule> = new Exercise({
  chapter,
  name: "silence",
  task: "Write how long a machine may stay silent before it is suspected.",
  hints: [
    "Two questions: is this gap unusual, after those before it? And can users live with it? Each has its own answer.",
    "Unusual is what lies far beyond the mean of the last gaps, measured by their deviation. What users can live with is given, and never learned.",
    "The smaller of the two: Math.min(mean + 4 * deviation, longest), with the mean and the standard deviation of the gaps.",
  ],
  shape: isFunction,
  trials: [
    manyCases("machines that live: hardly ever suspected, and watched closely", {
      cases: 24,
      draw: (chance) => healthy[chance.below(healthy.length)]!(chance),
      judge(answer, drawn) {
        const said = allowed(answer, drawn);
        if (typeof said === "string") return said;
        const wrong = said.filter((ms, i) => drawn.gaps[100 + i]! > ms).length;
        if (wrong > 4) return `on ${drawn.name} it suspects a machine that lives ${wrong} times in ${said.length} gaps, and 4 are the most`;
        const ratio = said.reduce((sum, ms, i) => sum + ms / drawn.gaps[100 + i]!, 0) / said.length;
        return ratio <= 5 ? null : `on ${drawn.name} it waits ${ratio.toFixed(1)} times as long as a gap takes before it notices a crash, and 5 times are the most`;
      },
      look: "What is usual on this network, and how far from it do gaps lie?",
    }),
    manyCases("slow deaths: each gap a little longer than the last", {
      cases: 24,
      draw: (chance) => ({ growth: chance.within([1.003, 1.02]), longest: 500 + 100 * chance.below(16), chance }),
      judge(answer, { growth, longest, chance }) {
        const gaps: number[] = [];
        for (let gap = 50; gap < 4 * longest || gaps.length < 200; gap *= growth) gaps.push(gap * chance.within([0.95, 1.05]));
        const said = allowed(answer, { name: "a slow death", gaps, longest });
        if (typeof said === "string") return said;
        const first = said.findIndex((ms, i) => gaps[100 + i]! > ms);
        if (first < 0) return `the gaps grew by ${(100 * (growth - 1)).toFixed(1)} % each to ${Math.round(gaps.at(-1)!)} ms, the longest that users can live with is ${longest} ms, and the machine was never suspected`;
        const gap = gaps[100 + first]!;
        return gap <= 1.25 * longest ? null : `the gaps grew by ${(100 * (growth - 1)).toFixed(1)} % each, the longest that users can live with is ${longest} ms, and the machine was suspected only at a gap of ${Math.round(gap)} ms`;
      },
      look: "Each gap is like those before it. Whose question does the past not answer?",
    }),
  ],
});

/** The exercises of chapter 5.2, by name. */
export const intelligenceExercises: {
  readonly wait: Exercise<TimeToWaitRule>;
  readonly sample: Exercise<SampleRule>;
  readonly size: Exercise<SizeRule>;
  readonly silence: Exercise<SilenceRule>;
} = { wait, sample, size, silence };
