import type { AgainRule, IntervalRule, MachinesRule, PlaceTaskRule } from "../../lib/learn.js";
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

const amdahl = (round: (machines: number) => number): MachinesRule => (aloneS, serial, deadlineS) => {
  if (deadlineS >= aloneS) return 1;
  const leftS = deadlineS - serial * aloneS;
  return leftS > 0 ? round(((1 - serial) * aloneS) / leftS) : null;
};

export const machinesRule: Answers<MachinesRule> = {
  sound: amdahl(Math.ceil),
  wrong: [
    { name: "as if all could be shared", trial: /^jobs of which a part/, problem: /on so many it takes/, run: false, answer: (aloneS, _, deadlineS) => Math.max(1, Math.ceil(aloneS / deadlineS)) },
    { name: "rounded down", trial: /^jobs that can be shared/, problem: /on so many it takes/, run: false, answer: amdahl((machines) => Math.max(1, Math.floor(machines))) },
    { name: "one to be safe", trial: /^jobs that can be shared/, problem: /one machine fewer/, run: false, answer: amdahl((machines) => Math.ceil(machines) + 1) },
    {
      name: "always some number", trial: /^deadlines that cannot be met/, problem: /takes \d+ s alone/, run: false,
      answer: (aloneS, serial, deadlineS) => amdahl(Math.ceil)(aloneS, serial, deadlineS) ?? 1_000_000,
    },
    {
      name: "never fewer than two", trial: /^jobs that can be shared|^deadlines that one machine/, problem: /one machine fewer/, run: false,
      answer: (aloneS, serial, deadlineS) => {
        const machines = amdahl(Math.ceil)(aloneS, serial, deadlineS);
        return machines === null ? null : Math.max(2, machines);
      },
    },
  ],
};
