import type { AnyFailsRule, CapacityRule, FanoutRule, PushSumRule, ReachRule } from "../../lib/learn.js";
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

export const capacityRule: Answers<CapacityRule> = {
  sound(weights, homes, groups, each) {
    const loads = new Array<number>(groups).fill(0);
    weights.forEach((weight, key) => { loads[homes[key]!]! += weight; });
    return each / (Math.max(...loads) / 1_000);
  },
  wrong: [
    { name: "all groups together", answer: (_, __, groups, each) => groups * each, trial: /^one key in each/, problem: /requests a second each, it says/, run: false },
    { name: "the heaviest key alone", answer: (weights, _, __, each) => (1_000 * each) / Math.max(...weights), trial: /^many keys/, problem: /and it is/, run: false },
    { name: "the groups that have a key", answer: (_, homes, __, each) => each * new Set(homes).size, trial: /^one key in each/, problem: /and it is/, run: false },
    {
      name: "what goes to the first group is its limit",
      answer: (weights, homes, _, each) => (1_000 * each) / weights.reduce((sum, weight, key) => sum + (homes[key] === 0 ? weight : 0), 0),
      trial: /^one key in each/,
      problem: /and it is/,
      run: false,
    },
  ],
};

export const pushSumRule: Answers<PushSumRule> = {
  sound(nodes, to) {
    const next = nodes.map(({ sum, weight }) => ({ sum: sum / 2, weight: weight / 2 }));
    nodes.forEach(({ sum, weight }, i) => {
      next[to[i]!]!.sum += sum / 2;
      next[to[i]!]!.weight += weight / 2;
    });
    return next;
  },
  wrong: [
    {
      name: "sends all that it has",
      answer(nodes, to) {
        const next = nodes.map(() => ({ sum: 0, weight: 0 }));
        nodes.forEach(({ sum, weight }, i) => {
          next[to[i]!]!.sum += sum;
          next[to[i]!]!.weight += weight;
        });
        return next;
      },
      trial: /^each to the next/,
      problem: /must have/,
      run: false,
    },
    {
      name: "sends a half and keeps all",
      answer(nodes, to) {
        const next = nodes.map((node) => ({ ...node }));
        nodes.forEach(({ sum, weight }, i) => {
          next[to[i]!]!.sum += sum / 2;
          next[to[i]!]!.weight += weight / 2;
        });
        return next;
      },
      trial: /^each to the next/,
      problem: /were .+ and are now/,
      run: false,
    },
    {
      name: "one after the other",
      answer(nodes, to) {
        const next = nodes.map((node) => ({ ...node }));
        next.forEach((node, i) => {
          node.sum /= 2;
          node.weight /= 2;
          next[to[i]!]!.sum += node.sum;
          next[to[i]!]!.weight += node.weight;
        });
        return next;
      },
      trial: /^each to the next/,
      problem: /must have/,
      run: false,
    },
    {
      name: "the one who is told takes the mean",
      answer(nodes, to) {
        const next = nodes.map((node) => ({ ...node }));
        nodes.forEach(({ sum, weight }, i) => {
          const other = next[to[i]!]!;
          other.sum = (other.sum + sum) / 2;
          other.weight = (other.weight + weight) / 2;
        });
        return next;
      },
      trial: /^each to the next|^anybody/,
      problem: /must have|were/,
      run: false,
    },
  ],
};
