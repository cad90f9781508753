import type { CountsOf, KnownItems, MayTakeRule, MergeCountsRule, MergeDotsRule, LetterPlaceRule, TypedLetter } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const random = /count and merge at random/;
const withRule = (rule: (one: number, other: number) => number): MergeCountsRule => (mine, theirs) =>
  Object.fromEntries([...new Set([...Object.keys(mine), ...Object.keys(theirs)])].map((node) => [node, rule(mine[node] ?? 0, theirs[node] ?? 0)]));
const sum = (counts: CountsOf): number => Object.values(counts).reduce((all, count) => all + count, 0);

export const mergeCounts: Answers<MergeCountsRule> = {
  sound: withRule(Math.max),
  wrong: [
    { name: "adds", trial: random, problem: /as far as they know/, run: false, answer: withRule((one, other) => one + other) },
    { name: "takes theirs", trial: random, problem: /as far as they know/, run: false, answer: (_, theirs) => theirs },
    { name: "takes the larger total", trial: random, problem: /as far as they know/, run: false, answer: (mine, theirs) => (sum(theirs) > sum(mine) ? theirs : mine) },
    { name: "forgets whom it does not know", trial: random, problem: /as far as they know/, run: false, answer: (mine, theirs) => Object.fromEntries(Object.entries(mine).map(([node, count]) => [node, Math.max(count, theirs[node] ?? 0)])) },
    { name: "spreads theirs over mine", trial: random, problem: /as far as they know/, run: false, answer: (mine, theirs) => ({ ...mine, ...theirs }) },
  ],
};

const met = /added, removed and met/;
const knows = ({ seen }: KnownItems, dot: string): boolean => Number(dot.split(".")[1]) <= (seen[dot.split(".")[0]!] ?? 0);
const isLeft = (dot: string, by: KnownItems): boolean => by.dots.includes(dot) || !knows(by, dot);

export const mergeDots: Answers<MergeDotsRule> = {
  sound: (mine, theirs) => [...new Set([...mine.dots.filter((dot) => isLeft(dot, theirs)), ...theirs.dots.filter((dot) => isLeft(dot, mine))])],
  wrong: [
    { name: "union", trial: met, problem: /was taken out/, run: false, answer: (mine, theirs) => [...new Set([...mine.dots, ...theirs.dots])] },
    { name: "what both have", trial: met, problem: /is missing/, run: false, answer: (mine, theirs) => mine.dots.filter((dot) => theirs.dots.includes(dot)) },
    { name: "only mine is asked", trial: met, problem: /was taken out/, run: false, answer: (mine, theirs) => [...new Set([...mine.dots, ...theirs.dots.filter((dot) => isLeft(dot, mine))])] },
    { name: "what is new to the other, and not what both have", trial: met, problem: /is missing/, run: false, answer: (mine, theirs) => [...mine.dots.filter((dot) => !knows(theirs, dot)), ...theirs.dots.filter((dot) => !knows(mine, dot))] },
    { name: "lists what both have twice", trial: met, problem: /twice/, run: false, answer: (mine, theirs) => [...mine.dots.filter((dot) => isLeft(dot, theirs)), ...theirs.dots.filter((dot) => isLeft(dot, mine))] },
  ],
};

const typed = /typed by three authors/;
type Id = TypedLetter["id"];
const later = (one: Id, other: Id): boolean => one.time > other.time || (one.time === other.time && one.replica > other.replica);
const begin = (text: readonly TypedLetter[], { after }: TypedLetter): number => (after === null ? 0 : text.findIndex(({ id }) => id.time === after.time && id.replica === after.replica) + 1);
const skipping = (skips: (one: Id, other: Id) => boolean): LetterPlaceRule => (text, letter) => {
  let at = begin(text, letter);
  while (at < text.length && skips(text[at]!.id, letter.id)) at++;
  return at;
};

export const placeLetter: Answers<LetterPlaceRule> = {
  sound: skipping(later),
  wrong: [
    { name: "right behind its neighbour", trial: typed, problem: /behind those with later names/, run: false, answer: begin },
    { name: "behind everything with an earlier name", trial: typed, problem: /but the place is/, run: false, answer: skipping((one, other) => later(other, one)) },
    { name: "at the end", trial: typed, problem: /but the place is/, run: false, answer: (text) => text.length },
    { name: "skips one", trial: typed, problem: /but the place is/, run: false, answer: (text, letter) => { const at = begin(text, letter); return at < text.length && later(text[at]!.id, letter.id) ? at + 1 : at; } },
    { name: "by the letter", trial: typed, problem: /but the place is/, run: false, answer: (text, letter) => { let at = begin(text, letter); while (at < text.length && text[at]!.letter > letter.letter) at++; return at; } },
  ],
};

const three = /counters of three replicas/;
const entries = (rights: CountsOf): { from: string; to: string; amount: number }[] =>
  Object.entries(rights).map(([between, amount]) => ({ from: between.split(">")[0]!, to: between.split(">")[1]!, amount }));
const total = (rows: readonly { amount: number }[]): number => rows.reduce((all, { amount }) => all + amount, 0);

export const mayTake: Answers<MayTakeRule> = {
  sound({ rights, used }, replica, amount) {
    const rows = entries(rights);
    const has = total(rows.filter(({ to }) => to === replica)) - total(rows.filter(({ from, to }) => from === replica && to !== replica)) - (used[replica] ?? 0);
    return amount <= has;
  },
  wrong: [
    { name: "looks at the whole", trial: three, problem: /but it has rights for/, run: false, answer: ({ rights, used }, _, amount) => amount <= total(entries(rights).filter(({ from, to }) => from === to)) - Object.values(used).reduce((a, b) => a + b, 0) },
    { name: "forgets what it gave away", trial: three, problem: /but it has rights for/, run: false, answer: ({ rights, used }, replica, amount) => amount <= total(entries(rights).filter(({ to }) => to === replica)) - (used[replica] ?? 0) },
    { name: "forgets what it was given", trial: three, problem: /but it has rights for/, run: false, answer: ({ rights, used }, replica, amount) => amount <= total(entries(rights).filter(({ from, to }) => from === replica && to === replica)) - total(entries(rights).filter(({ from, to }) => from === replica && to !== replica)) - (used[replica] ?? 0) },
    { name: "forgets what it used", trial: three, problem: /but it has rights for/, run: false, answer: ({ rights }, replica, amount) => amount <= total(entries(rights).filter(({ to }) => to === replica)) - total(entries(rights).filter(({ from, to }) => from === replica && to !== replica)) },
    { name: "always", trial: three, problem: /but it has rights for/, run: false, answer: () => true },
  ],
};
