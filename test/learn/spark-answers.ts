import type { EvictRule, LineageStep, LostRule, MeanRule, SaltRule, StageRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const soundMean: MeanRule<{ sum: number; count: number }> = {
  create: (value) => ({ sum: value, count: 1 }),
  mergeValue: ({ sum, count }, value) => ({ sum: sum + value, count: count + 1 }),
  mergeCombiners: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
  finish: ({ sum, count }) => sum / count,
};

export const meanRule: Answers<MeanRule> = {
  sound: soundMean,
  wrong: [
    {
      name: "the mean of two at a time", trial: /^values in one partition$/, problem: /have the mean .+, and it gives/, run: false,
      answer: { create: (value) => value, mergeValue: (mean, value) => (mean + value) / 2, mergeCombiners: (a, b) => (a + b) / 2, finish: (mean) => mean },
    },
    {
      name: "the mean of means", trial: /^values in partitions of any size$/, problem: /and it gives/, run: false,
      answer: { ...soundMean, mergeCombiners: (a, b) => ({ sum: (a.sum / a.count + b.sum / b.count) / 2, count: 1 }) },
    },
    {
      name: "counts that are not joined", trial: /^values in two partitions of equal size$/, problem: /and it gives/, run: false,
      answer: { ...soundMean, mergeCombiners: (a, b) => ({ sum: a.sum + b.sum, count: a.count }) },
    },
    {
      name: "a first value that does not count", trial: /^values in one partition$/, problem: /and it gives/, run: false,
      answer: { ...soundMean, create: () => ({ sum: 0, count: 0 }) },
    },
  ],
};

function walk(steps: Readonly<Record<string, LineageStep>>, name: string, visit: (name: string) => boolean, seen: Set<string> | null): void {
  if (seen?.has(name)) return;
  seen?.add(name);
  if (!visit(name)) return;
  for (const parent of steps[name]!.parents) walk(steps, parent, visit, seen);
}

/** Counts shuffles back from the result, with or without some care. */
const counting = ({ once, stops }: { once: boolean; stops: boolean }): StageRule => (steps, result, written) => {
  let stages = 1;
  walk(steps, result, (name) => {
    if (steps[name]!.shuffles && stops && written.has(name)) return false;
    if (steps[name]!.shuffles) stages++;
    return true;
  }, once ? new Set() : null);
  return stages;
};

export const stageRule: Answers<StageRule> = {
  sound: counting({ once: true, stops: true }),
  wrong: [
    { name: "one for each shuffle and no last one", trial: /^chains of steps$/, problem: /stages run, and it says/, run: false, answer: (steps) => Object.values(steps).filter(({ shuffles }) => shuffles).length },
    { name: "all shuffles, needed or not", trial: /^lineages that fork/, problem: /and it says/, run: false, answer: (steps) => 1 + Object.values(steps).filter(({ shuffles }) => shuffles).length },
    { name: "a shuffle for each reader", trial: /^lineages that fork/, problem: /and it says/, run: false, answer: counting({ once: false, stops: true }) },
    { name: "written blocks are written again", trial: /^jobs after other jobs$/, problem: /written: .+ and it says/, run: false, answer: counting({ once: true, stops: false }) },
  ],
};

export const lostRule: Answers<LostRule> = {
  sound: ({ groups, kept, dead, wanted }) => [...new Set(wanted.flatMap((p) => groups[p]!))].filter((p) => kept[p]!.every((name) => name === dead)).sort((a, b) => a - b),
  wrong: [
    { name: "everything", trial: /^one copy of each/, problem: /it computes .+ are missing/, run: false, answer: ({ kept }) => kept.map((_, p) => p) },
    { name: "what the dead one kept, though there are copies", trial: /^no copy, one, or two$/, problem: /it computes/, run: false, answer: ({ kept, dead }) => kept.flatMap((names, p) => (names.includes(dead) ? [p] : [])) },
    { name: "what nobody wants", trial: /^a part of the result/, problem: /it computes/, run: false, answer: ({ kept, dead }) => kept.flatMap((names, p) => (names.every((name) => name === dead) ? [p] : [])) },
    {
      name: "the same one twice", trial: /^partitions that are put together$/, problem: /it computes/, run: false,
      answer: ({ groups, kept, dead, wanted }) => wanted.flatMap((p) => groups[p]!).filter((p) => kept[p]!.every((name) => name === dead)).sort((a, b) => a - b),
    },
  ],
};

const dropping = ({ spares, gives }: { spares: boolean; gives: boolean }): EvictRule => (blocks, limit, newcomer) => {
  let free = limit - blocks.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped: number[] = [];
  for (const [i, { rdd, bytes }] of blocks.entries()) {
    if (free >= newcomer.bytes) break;
    if (spares && rdd === newcomer.rdd) continue;
    dropped.push(i);
    free += bytes;
  }
  return free >= newcomer.bytes || !gives ? dropped : null;
};

export const evictRule: Answers<EvictRule> = {
  sound: dropping({ spares: true, gives: true }),
  wrong: [
    { name: "always the oldest", trial: /^room enough$/, problem: /it drops \[0\], where \[\] is right/, run: false, answer: () => [0] },
    { name: "the newest first", trial: /^blocks of other RDDs$/, problem: /it drops/, run: false, answer: (blocks, limit, newcomer) => {
      const free = limit - blocks.reduce((sum, { bytes }) => sum + bytes, 0);
      return free >= newcomer.bytes ? [] : [blocks.length - 1];
    } },
    { name: "drops all, and in vain", trial: /^blocks of other RDDs$/, problem: /where null is right/, run: false, answer: dropping({ spares: true, gives: false }) },
    { name: "drops its neighbours", trial: /^blocks of the same RDD/, problem: /it drops/, run: false, answer: dropping({ spares: false, gives: true }) },
  ],
};

export const saltRule: Answers<SaltRule> = {
  sound: { salt: (key, item, pieces) => `${key}#${item % pieces}`, unsalt: (salted) => salted.slice(0, salted.lastIndexOf("#")) },
  wrong: [
    {
      name: "a salt by chance", trial: /^the same item/, problem: /and computed again/, run: false,
      answer: ((turn) => ({ salt: (key: string, _: number, pieces: number) => `${key}#${turn++ % pieces}`, unsalt: (salted: string) => salted.slice(0, salted.lastIndexOf("#")) }))(0),
    },
    { name: "no salt", trial: /^a hot key/, problem: /has 1 pieces where 8/, run: false, answer: { salt: (key) => key, unsalt: (salted) => salted } },
    { name: "a piece for each item", trial: /^a hot key/, problem: /has 1000 pieces/, run: false, answer: { salt: (key, item) => `${key}#${item}`, unsalt: (salted) => salted.slice(0, salted.lastIndexOf("#")) } },
    { name: "the key ends at the first sign", trial: /^keys of any/, problem: /becomes .+, and that/, run: false, answer: { salt: (key, item, pieces) => `${key}#${item % pieces}`, unsalt: (salted) => salted.split("#")[0]! } },
    { name: "one digit", trial: /^keys of any/, problem: /becomes .+, and that/, run: false, answer: { salt: (key, item, pieces) => `${key}${item % pieces}`, unsalt: (salted) => salted.slice(0, -1) } },
  ],
};
