import type { SidesRule, FinishReadRule, LinearOrderRule, RegularRule, TimedAccess } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

/** Tries every order; `precedes` says who must come before whom. */
const search = (precedes: (one: TimedAccess, other: TimedAccess) => boolean): LinearOrderRule => (operations) => {
  const go = (order: readonly number[], left: readonly number[], value: number): readonly number[] | null => {
    if (left.length === 0) return order;
    for (const i of left) {
      const one = operations[i]!;
      if (left.some((other) => other !== i && precedes(operations[other]!, one))) continue;
      if (one.kind === "read" && one.value !== value) continue;
      const found = go([...order, i], left.filter((other) => other !== i), one.kind === "write" ? one.value : value);
      if (found !== null) return found;
    }
    return null;
  };
  return go([], operations.map((_, i) => i), 0);
};
const small = /up to five operations/;

export const linearOrder: Answers<LinearOrderRule> = {
  sound: search((one, other) => one.to < other.from),
  wrong: [
    { name: "real time left out", trial: small, problem: /but had ended before/, run: false, answer: search(() => false) },
    { name: "by the time of the call", trial: small, problem: /reads \d where the register holds/, run: false, answer: (operations) => operations.map((_, i) => i).sort((a, b) => operations[a]!.from - operations[b]!.from) },
    { name: "never", trial: small, problem: /but there is an order/, run: false, answer: () => null },
    { name: "calls in their order", trial: small, problem: /but there is an order/, run: false, answer: search((one, other) => one.from < other.from) },
    { name: "leaves some out", trial: small, problem: /does not name each operation once/, run: false, answer: () => [] },
  ],
};

const single = /one writer and one read/;
const during = (writes: readonly TimedAccess[], from: number, to: number): number[] => writes.filter((write) => write.from <= to && write.to >= from).map(({ value }) => value);
const last = (writes: readonly TimedAccess[], from: number): number => writes.filter((write) => write.to < from).at(-1)?.value ?? 0;

export const regularValues: Answers<RegularRule> = {
  sound: (writes, from, to) => [last(writes, from), ...during(writes, from, to)],
  wrong: [
    { name: "only what is finished", trial: single, problem: /is possible, too/, run: false, answer: (writes, from) => [last(writes, from)] },
    { name: "only the newest", trial: single, problem: /is possible, too/, run: false, answer: (writes, from, to) => [during(writes, from, to).at(-1) ?? last(writes, from)] },
    { name: "a safe register: anything during a write", trial: single, problem: /is impossible/, run: false, answer: (writes, from, to) => (during(writes, from, to).length > 0 ? [0, ...writes.map(({ value }) => value)] : [last(writes, from)]) },
    { name: "nothing old once there is something new", trial: single, problem: /is possible, too/, run: false, answer: (writes, from, to) => { const now = during(writes, from, to); return now.length > 0 ? now : [last(writes, from)]; } },
  ],
};

const told = /answers of majorities/;
const newer = (a: Parameters<FinishReadRule>[0][number], b: typeof a): boolean => a.counter > b.counter || (a.counter === b.counter && a.writer > b.writer);
const newest = (all: Parameters<FinishReadRule>[0]): (typeof all)[number] => all.reduce((one, other) => (newer(other, one) ? other : one));

export const finishRead: Answers<FinishReadRule> = {
  sound(all, n) {
    const best = newest(all);
    return { value: best.value, storeFirst: all.filter(({ counter, writer }) => counter === best.counter && writer === best.writer).length < Math.floor(n / 2) + 1 };
  },
  wrong: [
    { name: "never stores", trial: told, problem: /the next read may miss it/, run: false, answer: (all) => ({ value: newest(all).value, storeFirst: false }) },
    { name: "always stores", trial: told, problem: /for nothing/, run: false, answer: (all) => ({ value: newest(all).value, storeFirst: true }) },
    { name: "a majority of those who answered", trial: told, problem: /may miss it/, run: false, answer: (all) => { const best = newest(all); return { value: best.value, storeFirst: all.filter(({ value }) => value === best.value).length <= all.length / 2 }; } },
    { name: "all who answered must agree", trial: told, problem: /for nothing/, run: false, answer: (all) => { const best = newest(all); return { value: best.value, storeFirst: all.some(({ value }) => value !== best.value) }; } },
    { name: "no look at the names", trial: told, problem: /the newest value is/, run: false, answer: (all, n) => { const best = all.reduce((one, other) => (other.counter > one.counter ? other : one)); return { value: best.value, storeFirst: all.filter(({ value }) => value === best.value).length < Math.floor(n / 2) + 1 }; } },
  ],
};

const cuts = /cuts of up to nine/;
const sizes = (can: (size: number, r: number, w: number) => { reads: boolean; writes: boolean }): SidesRule => (sides, r, w) => sides.map((size) => can(size, r, w));

export const cutSides: Answers<SidesRule> = {
  sound: sizes((size, r, w) => ({ reads: size >= r && size >= w, writes: size >= r && size >= w })),
  wrong: [
    { name: "majorities", trial: cuts, problem: /can read|cannot read|can write|cannot write/, run: false, answer: (sides) => { const n = sides.reduce((a, b) => a + b, 0); return sides.map((size) => ({ reads: 2 * size > n, writes: 2 * size > n })); } },
    { name: "a read only asks", trial: cuts, problem: /cannot read: a read asks \d and then stores/, run: false, answer: sizes((size, r, w) => ({ reads: size >= r, writes: size >= r && size >= w })) },
    { name: "a write only stores", trial: cuts, problem: /cannot write: a write asks \d/, run: false, answer: sizes((size, r, w) => ({ reads: size >= r && size >= w, writes: size >= w })) },
    { name: "nobody", trial: cuts, problem: /can read/, run: false, answer: sizes(() => ({ reads: false, writes: false })) },
  ],
};
