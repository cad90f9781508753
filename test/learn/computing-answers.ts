import type { AgainRule, IntervalRule, PlaceTaskRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const walking = (next: (missing: readonly number[], needs: "same" | "all", all: readonly number[]) => readonly number[], skips = true): AgainRule => (steps, n) => {
  const all = Array.from({ length: n }, (_, i) => i);
  const found: (readonly [number, number])[] = [];
  let wanted: readonly number[] = all;
  for (let step = steps.length - 1; step >= 0 && wanted.length > 0; step--) {
    const missing = wanted.filter((partition) => (skips || step === steps.length - 1 ? !steps[step]!.there.includes(partition) : true));
    found.push(...missing.map((partition) => [step, partition] as const));
    wanted = next(missing, steps[step]!.needs, all);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
};

export const againRule: Answers<AgainRule> = {
  sound: walking((missing, needs, all) => (missing.length > 0 && needs === "all" ? all : missing)),
  wrong: [
    { name: "only the last step", trial: /^narrow steps of which only/, problem: /is what it takes/, run: false, answer: walking(() => []) },
    { name: "all of every step", trial: /^narrow steps of which only/, problem: /is what it takes/, run: false, answer: walking((_, __, all) => all) },
    { name: "back to the input whatever is kept", trial: /^narrow steps of which some/, problem: /is what it takes/, run: false, answer: walking((missing) => missing, false) },
    { name: "wide steps taken for narrow", trial: /^wide steps/, problem: /is what it takes/, run: false, answer: walking((missing) => missing) },
  ],
};

export const intervalRule: Answers<IntervalRule> = {
  sound: (cost, failure) => Math.sqrt(2 * cost * failure),
  wrong: [
    { name: "half the time between failures", trial: /^one cost/, problem: /would do/, run: false, answer: (_, failure) => failure / 2 },
    { name: "always 100 s", trial: /^cheap and dear/, problem: /would do/, run: false, answer: () => 100 },
    { name: "whatever the failures", trial: /^cheap and dear/, problem: /would do/, run: false, answer: (cost) => Math.sqrt(2 * cost * 1_000) },
    { name: "proportional to the failures", trial: /^rare and frequent/, problem: /would do/, run: false, answer: (cost, failure) => (failure === 1_000 || failure === 10_000 ? Math.sqrt(2 * cost * failure) : failure / 10) },
  ],
};

const choosing = (rule: (local: number | undefined, waited: number | undefined, first: number | undefined) => number | undefined, sorts = true): PlaceTaskRule => (tasks, machine, now, patience) => {
  const order = tasks.map((_, i) => i);
  if (sorts) order.sort((a, b) => tasks[a]!.since - tasks[b]!.since || a - b);
  return rule(order.find((i) => tasks[i]!.holders.includes(machine)), order.find((i) => now - tasks[i]!.since >= patience), order[0]) ?? null;
};

export const placeTaskRule: Answers<PlaceTaskRule> = {
  sound: choosing((local, waited) => local ?? waited),
  wrong: [
    { name: "the first in the list", trial: /^tasks whose input is here$/, problem: /and should take/, run: false, answer: choosing((local, waited) => local ?? waited, false) },
    { name: "the oldest, wherever its input is", trial: /^tasks whose input is elsewhere/, problem: /and should take/, run: false, answer: choosing((_, __, first) => first) },
    { name: "no patience", trial: /^with patience$/, problem: /and should take/, run: false, answer: choosing((local, _, first) => local ?? first) },
    { name: "only local tasks", trial: /^tasks whose input is elsewhere/, problem: /and should take/, run: false, answer: choosing((local) => local) },
  ],
};
