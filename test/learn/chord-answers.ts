import type { AdoptSuccessorRule, ClosestRule, HopsRule, MergeRule, RectifyRule, TransferRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const gap = (a: number, b: number): number => (b - a + 64) % 64;

const soundClosest: ClosestRule = (self, known, key, avoid) => {
  const reach = gap(self, key) || 64;
  const before = known.filter((node) => !avoid.has(node) && gap(self, node) > 0 && gap(self, node) < reach);
  return before.sort((a, b) => gap(self, b) - gap(self, a))[0] ?? null;
};

export const closestRule: Answers<ClosestRule> = {
  sound: soundClosest,
  wrong: [
    {
      name: "the closed interval", trial: /^keys (anywhere|on the other side|that are the place)/, problem: /it asks \d+, where (\d+ is right|there is nobody to ask)/, run: false,
      answer: (self, known, key, avoid) => known.filter((node) => !avoid.has(node) && gap(self, node) <= (gap(self, key) || 64)).sort((a, b) => gap(self, b) - gap(self, a))[0] ?? null,
    },
    {
      name: "numbers compared without the circle", trial: /^keys (anywhere|on the other side of 0)$/, problem: /it asks/, run: false,
      answer: (self, known, key, avoid) => known.filter((node) => !avoid.has(node) && node > self && node < key).sort((a, b) => b - a)[0] ?? null,
    },
    {
      name: "the first that will do, not the closest", trial: /^keys anywhere$/, problem: /is right$/, run: false,
      answer: (self, known, key, avoid) => known.find((node) => !avoid.has(node) && gap(self, node) < (gap(self, key) || 64)) ?? null,
    },
    {
      name: "the nearest to the key from either side", trial: /^keys/, problem: /it asks/, run: false,
      answer: (_self, known, key, avoid) => known.filter((node) => !avoid.has(node)).sort((a, b) => Math.min(gap(a, key), gap(key, a)) - Math.min(gap(b, key), gap(key, b)))[0] ?? null,
    },
    {
      name: "asks again who did not answer", trial: /^nodes that did not answer$/, problem: /did not answer: it asks/, run: false,
      answer: (self, known, key) => soundClosest(self, known, key, new Set()),
    },
    {
      name: "nobody, where the key is at the node's own place", trial: /^(keys|nodes|whole)/, problem: /it asks null/, run: false,
      answer: (self, known, key, avoid) => known.filter((node) => !avoid.has(node) && gap(self, node) < gap(self, key)).sort((a, b) => gap(self, b) - gap(self, a))[0] ?? null,
    },
  ],
};

const ones = (number: number): number => number.toString(2).split("1").length - 1;

export const hopsRule: Answers<HopsRule> = {
  sound: (from, key, bits) => (from === key ? 0 : ones((key - from - 1 + 2 ** bits) % 2 ** bits)),
  wrong: [
    { name: "to the owner, not to its predecessor", trial: /^the next keys$/, problem: /the way is 0 → /, run: false, answer: (from, key, bits) => ones((key - from + 2 ** bits) % 2 ** bits) },
    { name: "half of the bits, the mean", trial: /^the next keys$/, problem: /it says 3 hops/, run: false, answer: (_from, _key, bits) => bits / 2 },
    { name: "from neighbour to neighbour", trial: /^the next keys$/, problem: /2 hops; the way is/, run: false, answer: (from, key) => Math.max(0, key - from - 1) },
    { name: "as many as the distance has binary digits", trial: /^the next keys$/, problem: /it says 2 hops/, run: false, answer: (from, key) => (key - from <= 1 ? 0 : (key - from - 1).toString(2).length) },
    { name: "does not run over 0", trial: /^other nodes, and other rings$/, problem: /on a ring of/, run: false, answer: (from, key) => (from === key ? 0 : ones(Math.abs(key - from) - 1)) },
  ],
};

export const transferRule: Answers<TransferRule> = {
  sound: (self, predecessor, keys) => keys.filter((key) => !(gap(predecessor, key) >= 1 && gap(predecessor, key) <= gap(predecessor, self))),
  wrong: [
    { name: "all of them", trial: /smaller number$/, problem: /is handed over, and belongs to \d+ still$/, run: false, answer: (_self, _predecessor, keys) => keys },
    { name: "none", trial: /smaller number$/, problem: /is kept, and belongs to/, run: false, answer: () => [] },
    { name: "keeps the key at the predecessor's place", trial: /smaller number$/, problem: /is kept, and belongs to/, run: false, answer: (self, predecessor, keys) => keys.filter((key) => gap(predecessor, key) > gap(predecessor, self)) },
    { name: "gives its own place away", trial: /smaller number$/, problem: /is handed over/, run: false, answer: (self, predecessor, keys) => keys.filter((key) => key === predecessor || gap(predecessor, key) >= gap(predecessor, self)) },
    { name: "the smaller numbers", trial: /^(the predecessor|0 lies)/, problem: /is (kept|handed over)/, run: false, answer: (_self, predecessor, keys) => keys.filter((key) => key <= predecessor) },
    { name: "compares without the circle", trial: /^0 lies between them$/, problem: /is (kept|handed over)/, run: false, answer: (self, predecessor, keys) => keys.filter((key) => key <= predecessor || key > self) },
  ],
};

export const mergeRule: Answers<MergeRule> = {
  sound: (first, itsList, _old, r) => [first, ...itsList].slice(0, r),
  wrong: [
    { name: "forgets the first one", trial: /^lists of nodes/, problem: /is right$/, run: false, answer: (_first, itsList, _old, r) => itsList.slice(0, r) },
    { name: "keeps what it had", trial: /^lists of nodes/, problem: /is right$/, run: false, answer: (_first, _itsList, old) => old },
    { name: "is one too long", trial: /^lists of nodes/, problem: /is right$/, run: false, answer: (first, itsList, _old, r) => [first, ...itsList.slice(0, r)] },
    { name: "adds the new ones at the end", trial: /^lists of nodes/, problem: /is right$/, run: false, answer: (_first, itsList, old, r) => [...new Set([...old, ...itsList])].slice(0, r) },
  ],
};

export const adoptRule: Answers<AdoptSuccessorRule> = {
  sound: (candidate, itsList, mine, r) => (itsList === null ? mine : [candidate, ...itsList].slice(0, r)),
  wrong: [
    {
      name: "unasked, as published", trial: /lists of one$/, problem: /^not so after \d+ steps: everybody has a live successor$/, run: false,
      answer: (candidate, itsList, mine, r) => (itsList === null ? [candidate, ...mine].slice(0, r) : [candidate, ...itsList].slice(0, r)),
    },
    { name: "never", trial: /lists of one$/, problem: /maintenance can repair the ring$/, run: false, answer: (_candidate, _itsList, mine) => mine },
    {
      name: "puts it last", trial: /lists of one$/, problem: /maintenance can repair the ring$/, run: false,
      answer: (candidate, itsList, mine, r) => (itsList === null ? mine : [...mine, candidate].slice(0, r)),
    },
    {
      name: "drops its list where there is no answer", trial: /lists of one$/, problem: /^not so after \d+ steps/, run: false,
      answer: (candidate, itsList, _mine, r) => [candidate, ...(itsList ?? [])].slice(0, r),
    },
  ],
};

export const rectifyRule: Answers<RectifyRule> = {
  sound: (self, predecessor, isAlive, from) => (predecessor === null || !isAlive || gap(from, self) < gap(predecessor, self) ? from : predecessor),
  wrong: [
    {
      name: "only a closer one, as published", trial: /^every state of a small ring$/, problem: /^not so after 3 steps: maintenance can repair the ring$/, run: false,
      answer: (self, predecessor, _isAlive, from) => (predecessor === null || gap(from, self) < gap(predecessor, self) ? from : predecessor),
    },
    { name: "always the new one", trial: /^the new one is farther/, problem: /whose predecessor \d+ lives/, run: false, answer: (_self, _predecessor, _isAlive, from) => from },
    {
      name: "only where the old one is dead", trial: /^the new one is closer$/, problem: /is right$/, run: false,
      answer: (_self, predecessor, isAlive, from) => (predecessor === null || !isAlive ? from : predecessor),
    },
    {
      name: "closer by the numbers alone", trial: /^the new one is (closer|farther)/, problem: /is right$/, run: false,
      answer: (_self, predecessor, isAlive, from) => (predecessor === null || !isAlive || from > predecessor ? from : predecessor),
    },
    { name: "nobody, before it has one", trial: /^no predecessor yet$/, problem: /it takes null/, run: false, answer: (_self, predecessor) => predecessor },
  ],
};
