import type { SampleRule, SilenceRule, SizeRule, TimeToWaitRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const networks = /^four networks/;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export const wait: Answers<TimeToWaitRule> = {
  sound(trips) {
    let smoothed = trips[0]!;
    let distance = smoothed / 2;
    for (const trip of trips) {
      distance += (Math.abs(trip - smoothed) - distance) / 4;
      smoothed += (trip - smoothed) / 8;
    }
    return 1.05 * (smoothed + 4 * distance);
  },
  wrong: [
    { name: "a second", trial: networks, problem: /times as long as the answer takes/, run: false, answer: () => 1_000 },
    { name: "a tenth of a second", trial: networks, problem: /too early|times as long/, run: false, answer: () => 100 },
    { name: "the mean", trial: networks, problem: /gave up too early/, run: false, answer: mean },
    { name: "the last trip and a tenth", trial: networks, problem: /gave up too early/, run: false, answer: (trips) => 1.1 * trips.at(-1)! },
    { name: "ten times the mean", trial: networks, problem: /times as long as the answer takes/, run: false, answer: (trips) => 10 * mean(trips) },
    { name: "no time", trial: networks, problem: /must be a time in ms, got nothing/, run: false, answer: (() => undefined) as never },
  ],
};

const tries = /^exchanges with one to four tries/;

export const sample: Answers<SampleRule> = {
  sound: ({ sentAt, answeredAt }) => (sentAt.length === 1 ? answeredAt - sentAt[0]! : null),
  wrong: [
    { name: "from the first try", trial: tries, problem: /nobody can see that/, run: false, answer: ({ sentAt, answeredAt }) => answeredAt - sentAt[0]! },
    { name: "from the last try", trial: tries, problem: /nobody can see that/, run: false, answer: ({ sentAt, answeredAt }) => answeredAt - sentAt.at(-1)! },
    { name: "never", trial: tries, problem: /that is a trip of \d+ ms, got null/, run: false, answer: () => null },
  ],
};

const stays = /^a load that stays/;
const jumps = /^a load that jumps/;

export const size: Answers<SizeRule> = {
  sound: ({ load, backlog, each, startup }) => Math.ceil((1.25 * (load + backlog / startup)) / each),
  wrong: [
    { name: "as many as the load needs, to the last", trial: stays, problem: /wait too long/, run: false, answer: ({ load, each }) => Math.floor(load / each) },
    { name: "thirty always", trial: stays, problem: /were paid for on average/, run: false, answer: () => 30 },
    { name: "forgets the backlog", trial: jumps, problem: /steps to catch up|to the end/, run: false, answer: ({ load, each }) => Math.ceil((1.1 * load) / each) },
    {
      name: "orders again what is ordered", trial: /^a load that/, problem: /were paid for/, run: false,
      answer: ({ load, backlog, each, startup, starting }) => Math.ceil((1.25 * (load + backlog / startup)) / each) + starting,
    },
    { name: "one more each step", trial: jumps, problem: /steps to catch up|to the end/, run: false, answer: ({ load, each, ready, starting }) => (load > 0.9 * ready * each ? ready + (starting > 0 ? starting : 1) : Math.ceil((1.2 * load) / each)) },
    { name: "not a number", trial: stays, problem: /must ask for a number of servers, got NaN/, run: false, answer: () => NaN },
  ],
};

const live = /^machines that live/;
const deaths = /^slow deaths/;
const unusual = (gaps: readonly number[]): number => mean(gaps) + 4 * Math.sqrt(mean(gaps.map((gap) => (gap - mean(gaps)) ** 2)));

export const silence: Answers<SilenceRule> = {
  sound: (gaps, longest) => Math.min(unusual(gaps), longest),
  wrong: [
    { name: "only what is unusual", trial: deaths, problem: /never suspected|suspected only at a gap/, run: false, answer: unusual },
    { name: "only what users can live with", trial: live, problem: /before it notices a crash/, run: false, answer: (_gaps, longest) => longest },
    { name: "the larger of the two", trial: live, problem: /before it notices a crash/, run: false, answer: (gaps, longest) => Math.max(unusual(gaps), longest) },
    { name: "the mean", trial: live, problem: /suspects a machine that lives/, run: false, answer: mean },
    { name: "half a second", trial: live, problem: /suspects a machine that lives|before it notices/, run: false, answer: () => 500 },
    { name: "no time", trial: live, problem: /must be a time in ms, got nothing/, run: false, answer: (() => undefined) as never },
  ],
};
