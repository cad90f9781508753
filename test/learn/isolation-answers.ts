import type { DangerRule, FirstCommitterRule, PredicateLockRule } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

export const firstCommitter: Answers<FirstCommitterRule> = {
  sound: ({ snapshot, wrote }, others) => !others.some((other) => other.at > snapshot && other.wrote.some((key) => wrote.includes(key))),
  wrong: [
    { name: "always", trial: /two deposits/, problem: /lost update/, run: true, answer: () => true },
    { name: "never after anybody", trial: /different rows/, problem: /was given up \(changed by another\)/, run: true, answer: ({ snapshot }, others) => !others.some(({ at }) => at > snapshot) },
    { name: "a writer never after anybody", trial: /different rows/, problem: /was given up/, run: true, answer: ({ snapshot, wrote }, others) => wrote.length === 0 || !others.some(({ at }) => at > snapshot) },
    {
      name: "counts the last commit of the snapshot", trial: /one deposit after the other|random commits/, problem: /was given up|must be true/, run: false,
      answer: ({ snapshot, wrote }, others) => !others.some((other) => other.at >= snapshot && other.wrote.some((key) => wrote.includes(key))),
    },
    {
      name: "looks at the first of the others alone", trial: /random commits/, problem: /must be false/, run: false,
      answer: ({ snapshot, wrote }, others) => others.length === 0 || others[0]!.at <= snapshot || !others[0]!.wrote.some((key) => wrote.includes(key)),
    },
    { name: "no flag", trial: /two deposits/, problem: /the answer must be true or false/, run: false, answer: (() => null) as never },
  ],
};

const match = ({ prefix = "", min = -Infinity, max = Infinity }: Parameters<PredicateLockRule>[0], key: string, value: number | null): boolean =>
  value !== null && key.startsWith(prefix) && value >= min && value <= max;

export const predicateLock: Answers<PredicateLockRule> = {
  sound: (predicate, { key, before, after }) => match(predicate, key, before) || match(predicate, key, after),
  wrong: [
    { name: "only rows that are there", trial: /two bookings/, problem: /^G2: .*Bookings/, run: true, answer: (predicate, { key, before }) => match(predicate, key, before) },
    { name: "only rows that come", trial: /random writes/, problem: /must be true/, run: false, answer: (predicate, { key, after }) => match(predicate, key, after) },
    { name: "everything", trial: /nothing to do with it/, problem: /waited/, run: true, answer: () => true },
    { name: "only a change of membership", trial: /random writes/, problem: /must be true/, run: false, answer: (predicate, { key, before, after }) => match(predicate, key, before) !== match(predicate, key, after) },
    {
      name: "forgets the upper bound", trial: /random writes/, problem: /must be false/, run: false,
      answer: ({ max: _, ...predicate }, { key, before, after }) => match(predicate, key, before) || match(predicate, key, after),
    },
  ],
};

const right: DangerRule = ({ first, middle, last }) => {
  const at = last.committedAt;
  if (at === null || at > (middle.committedAt ?? Infinity) || at > (first.committedAt ?? Infinity)) return false;
  return !first.readsOnly || at <= first.snapshot;
};

export const dangerous: Answers<DangerRule> = {
  sound: right,
  wrong: [
    { name: "never", trial: /two doctors/, problem: /^G2: /, run: true, answer: () => false },
    { name: "only if the first one is active", trial: /two doctors/, problem: /^G2: /, run: true, answer: (danger) => danger.first.committedAt === null && right(danger) },
    { name: "readers are harmless", trial: /withdrawal and a reader/, problem: /^G2: s3.1 read s2.1's y/, run: true, answer: (danger) => !danger.first.readsOnly && right(danger) },
    { name: "all of them", trial: /before anybody has committed/, problem: /was given up \(dangerous structure\)/, run: true, answer: () => true },
    { name: "readers like the others", trial: /before anybody has committed/, problem: /was given up/, run: true, answer: ({ first, ...rest }) => right({ ...rest, first: { ...first, readsOnly: false } }) },
    { name: "without a look at the first one's commit", trial: /orders of commits/, problem: /nobody need be given up/, run: false, answer: ({ first, ...rest }) => right({ ...rest, first: { ...first, committedAt: null } }) },
    { name: "a reader who began later only", trial: /withdrawal and a reader|orders of commits/, problem: /./, run: false, answer: (danger) => right(danger) && (!danger.first.readsOnly || danger.last.committedAt! < danger.first.snapshot) },
  ],
};

export const readerSkew: Answers<string> = {
  sound: "r2[x0] r2[y0] w1[y1] c1 r3[x0] r3[y1] c3 w2[x2] c2",
  wrong: [
    { name: "one does not end", trial: /has committed/, problem: /^T3 did not commit$/, run: false, answer: "w1[x1] c1 r3[x1]" },
    { name: "a lost update", trial: /snapshots allow/, problem: /^snapshot isolation forbids it: T1 overwrote the x that T2 had written/, run: false, answer: "r1[x0] r2[x0] w2[x2] c2 w1[x1] c1" },
    { name: "read skew", trial: /snapshots allow/, problem: /forbids it/, run: false, answer: "r3[x0] w1[x1] w1[y1] c1 r3[y1] c3" },
    { name: "a serial one", trial: /not serializable/, problem: /^it is serializable: T1, T2$/, run: false, answer: "r1[x0] w1[x1] c1 r2[x1] c2" },
    { name: "write skew", trial: /to blame/, problem: /^no transaction only reads$/, run: false, answer: "r1[x0] r1[y0] r2[x0] r2[y0] w1[x1] w2[y2] c1 c2" },
    { name: "write skew, and a reader beside it", trial: /to blame/, problem: /not serializable without T3, either/, run: false, answer: "r1[x0] r1[y0] r2[x0] r2[y0] r3[x0] c3 w1[x1] w2[y2] c1 c2" },
  ],
};
