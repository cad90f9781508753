import { mmc, mm1 } from "../../lib/service.js";
import type { EachRule, HedgeRule, ReplicasRule, ServersRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const ways = (n: number, k: number): number => Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, factor) => product * factor, 1);

const sum = (from: number, to: number, term: (k: number) => number): number => {
  let total = 0;
  for (let k = from; k <= to; k++) total += term(k);
  return total;
};

export const replicas: Answers<ReplicasRule> = {
  sound: (n, needed, down) => sum(needed, n, (k) => ways(n, k) * (1 - down) ** k * down ** (n - k)),
  wrong: [
    { name: "every replica is needed", trial: /one replica/, problem: /1 of \d with down/, run: false, answer: (n, _, down) => (1 - down) ** n },
    { name: "any replica will do", trial: /one replica/, problem: /the answer was/, run: false, answer: (n, _, down) => 1 - down ** n },
    { name: "more than are needed", trial: /one replica/, problem: /the answer was/, run: false, answer: (n, needed, down) => sum(needed + 1, n, (k) => ways(n, k) * (1 - down) ** k * down ** (n - k)) },
    { name: "exactly as many as are needed", trial: /one replica|some of several/, problem: /the answer was/, run: false, answer: (n, needed, down) => ways(n, needed) * (1 - down) ** needed * down ** (n - needed) },
    { name: "counts each size once", trial: /some of several|one replica/, problem: /the answer was/, run: false, answer: (n, needed, down) => sum(needed, n, (k) => (1 - down) ** k * down ** (n - k)) },
  ],
};

export const servers: Answers<ServersRule> = {
  sound: (perSecond, serviceMs, limitMs) => {
    let n = Math.floor((perSecond * serviceMs) / 1000) + 1;
    while (mmc({ perSecond, serviceMs, servers: n }).responseMs > limitMs) n++;
    return n;
  },
  wrong: [
    { name: "as many as are busy", trial: /services/, problem: /servers take|longer and longer/, run: false, answer: (perSecond, serviceMs) => Math.max(1, Math.ceil((perSecond * serviceMs) / 1000)) },
    { name: "70 % busy, always", trial: /services/, problem: /servers take|would do/, run: false, answer: (perSecond, serviceMs) => Math.ceil((perSecond * serviceMs) / 700) },
    {
      name: "a queue for each server", trial: /services/, problem: /would do/, run: false,
      answer: (perSecond, serviceMs, limitMs) => {
        let n = Math.floor((perSecond * serviceMs) / 1000) + 1;
        while (mm1({ perSecond: perSecond / n, serviceMs }).responseMs > limitMs) n++;
        return n;
      },
    },
    { name: "only the waiting counts", trial: /services/, problem: /servers take/, run: false, answer: (perSecond, serviceMs, limitMs) => {
      let n = Math.floor((perSecond * serviceMs) / 1000) + 1;
      while (mmc({ perSecond, serviceMs, servers: n }).waitingMs > limitMs) n++;
      return n;
    } },
  ],
};

export const each: Answers<EachRule> = {
  sound: (n, p) => p ** (1 / n),
  wrong: [
    { name: "the same for each as for all", trial: /servers/, problem: /the answer was/, run: false, answer: (_, p) => p },
    { name: "the slow share, divided", trial: /servers/, problem: /the answer was/, run: false, answer: (n, p) => 1 - (1 - p) / n },
    { name: "forwards in place of backwards", trial: /servers/, problem: /the answer was/, run: false, answer: (n, p) => p ** n },
  ],
};

export const hedge: Answers<HedgeRule> = {
  sound: (times, share) => {
    const sorted = [...times].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * (1 - share)))]!;
  },
  wrong: [
    { name: "after the median", trial: /asked twice/, problem: /were asked twice/, run: false, answer: (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]! },
    { name: "at once", trial: /asked twice/, problem: /100.0 % were asked twice/, run: false, answer: () => 0 },
    { name: "after the longest time", trial: /asked twice/, problem: /come too late/, run: false, answer: (times) => Math.max(...times) },
    { name: "the list is not sorted", trial: /asked twice/, problem: /were asked twice|come too late/, run: false, answer: (times, share) => times[Math.ceil(times.length * (1 - share))]! },
    { name: "the share itself as percentile", trial: /asked twice/, problem: /were asked twice/, run: false, answer: (times, share) => [...times].sort((a, b) => a - b)[Math.ceil(times.length * share)]! },
  ],
};
