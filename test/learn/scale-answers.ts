import type { AnyFailsRule, FanoutRule, ReachRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

export const anyFails: Answers<AnyFailsRule> = {
  sound: (p, n) => -Math.expm1(n * Math.log1p(-p)),
  wrong: [
    { name: "the sum of all", answer: (p, n) => p * n, trial: /^some parts/, problem: /it says/, run: false },
    { name: "that none fails", answer: (p, n) => Math.pow(1 - p, n), trial: /^some parts/, problem: /it says/, run: false },
    { name: "the formula as it stands", answer: (p, n) => 1 - Math.pow(1 - p, n), trial: /seldom fails/, problem: /it says/, run: false },
  ],
};

export const reachRule: Answers<ReachRule> = {
  sound(parents, down) {
    const has: boolean[] = [];
    parents.forEach((parent, i) => has.push(!down.has(i) && (parent === null || has[parent]!)));
    return has.filter(Boolean).length;
  },
  wrong: [
    { name: "who is up", answer: (parents, down) => parents.length - down.size, trial: /^some are down/, problem: /have it/, run: false },
    { name: "who has a parent that is up", answer: (parents, down) => parents.filter((parent, i) => !down.has(i) && (parent === null || !down.has(parent))).length, trial: /^some are down/, problem: /have it/, run: false },
    { name: "forgets the root", answer: (parents, down) => parents.filter((_, i) => { let at: number | null = i; while (at !== null && at !== 0) { if (down.has(at)) return false; at = parents[at]!; } return true; }).length, trial: /^the root is down/, problem: /0 have it/, run: false },
  ],
};

const time = (n: number, latency: number, work: number, fanout: number): number => {
  let [depth, level, all] = [0, 1, 1];
  while (all < n) {
    level *= fanout;
    all += level;
    depth++;
  }
  return depth * (latency + fanout * work);
};

export const fanoutRule: Answers<FanoutRule> = {
  sound(n, latency, work) {
    let best = 1;
    for (let fanout = 2; fanout < n; fanout++) if (time(n, latency, work, fanout) < time(n, latency, work, best)) best = fanout;
    return best;
  },
  wrong: [
    { name: "a binary tree", answer: () => 2, trial: /^messages that are slow/, problem: /takes/, run: false },
    { name: "a star", answer: (n) => n - 1, trial: /^work that counts/, problem: /takes/, run: false },
    { name: "the root of n", answer: (n) => Math.ceil(Math.sqrt(n)), trial: /^messages that are slow/, problem: /takes/, run: false },
  ],
};
