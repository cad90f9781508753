import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { linearizable } from "../../history/linearizable.js";
import { register } from "../../history/models.js";
import type { HistoryOperation } from "../../history/operation.js";
import { Exercise } from "../exercise.js";
import { manyCases } from "../trial.js";

const chapter = "2.1";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------- an order that explains

/** A read or a write of one register that holds 0 at first: the value written or read, and when it began and ended. */
export interface TimedAccess {
  readonly kind: "read" | "write";
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** The places of the operations in an order that makes the history linearizable, or null if there is none. */
export type LinearOrderRule = (operations: readonly TimedAccess[]) => readonly number[] | null;

const linearOrder: Exercise<LinearOrderRule> = new Exercise({
  chapter,
  name: "linearOrder",
  task: "Find an order that makes a small history linearizable, or say that there is none.",
  hints: [
    "At most five operations: try all orders. Build one from the front, and give up a beginning as soon as it is wrong.",
    "An operation may come next if no other one that is left had ended before it began, and if it is a write, or reads what the register holds now.",
    "const go = (order, left, value) => left.length === 0 ? order : first non-null of left.map((i) => may(i) ? go([...order, i], left without i, ops[i].kind === \"write\" ? ops[i].value : value) : null)",
  ],
  shape: isFunction,
  trials: [
    manyCases("histories of up to five operations", {
      cases: 400,
      draw: drawAccesses,
      judge(answer, operations) {
        const given: unknown = answer(operations.map((one) => ({ ...one })));
        const asked = operations.map(({ kind, value, from, to }, i) => `${i}: ${kind} ${value} (${from}–${to})`).join(", ");
        const history = operations.map(({ kind, value, from, to }, i): HistoryOperation => ({
          client: `c${i}`, invokedAt: from, returnedAt: to, request: kind === "write" ? { kind, value } as HistoryOperation["request"] : { kind }, result: kind === "read" ? value : undefined,
        }));
        const isLinearizable = linearizable(history, register({ initial: 0 })).kind === "holds";
        if (given === null) return isLinearizable ? `${asked}: the answer was null, but there is an order` : null;
        if (!Array.isArray(given)) return `${asked}: the answer must be an order or null, got ${show(given)}`;
        const order = given as readonly number[];
        if (order.length !== operations.length || new Set(order).size !== order.length || order.some((i) => operations[i] === undefined))
          return `${asked}: the answer was ${show(given)}, which does not name each operation once`;
        let value = 0;
        for (const [place, i] of order.entries()) {
          const one = operations[i]!;
          const early = order.slice(place + 1).find((later) => operations[later]!.to < one.from);
          if (early !== undefined) return `${asked}: in the order ${show(given)}, ${early} comes after ${i}, but had ended before ${i} began`;
          if (one.kind === "write") value = one.value;
          else if (one.value !== value) return `${asked}: in the order ${show(given)}, ${i} reads ${one.value} where the register holds ${value}`;
        }
        return null;
      },
      look: "Two things bind an order: who had ended before whom began, and what each read saw. Which of them did you miss?",
    }),
  ],
});

function drawAccesses(chance: Stream): TimedAccess[] {
  const count = 2 + chance.below(4);
  return Array.from({ length: count }, (_, i): TimedAccess => {
    const from = chance.below(20);
    const isWrite = chance.chance(0.5);
    return { kind: isWrite ? "write" : "read", value: isWrite ? i + 1 : chance.chance(0.3) ? 0 : 1 + chance.below(count), from, to: from + 1 + chance.below(12) };
  }).map((one, _, all) => (one.kind === "read" && one.value > 0 && all[one.value - 1]!.kind === "read" ? { ...one, value: 0 } : one));
}

// ------------------------------------------------------------------------------------------------------------------ a regular register

/** What a regular register may answer: one writer, whose writes come one after the other, and a read from `from` to `to`. */
export type RegularRule = (writes: readonly TimedAccess[], from: number, to: number) => readonly number[];

const regularValues: Exercise<RegularRule> = new Exercise({
  chapter,
  name: "regularValues",
  task: "List the values that a read may return from a regular register.",
  hints: [
    "A regular register gives the last value that was written before the read began, or one that is being written while it reads.",
    "Before any write has ended, the value is 0. A write is under way during the read if it began before the read ended and ended after the read began.",
    "const last = writes.filter((w) => w.to < from).at(-1)?.value ?? 0; const during = writes.filter((w) => w.from <= to && w.to >= from); return [last, ...during.map((w) => w.value)];",
  ],
  shape: isFunction,
  trials: [
    manyCases("one writer and one read", {
      cases: 300,
      draw(chance) {
        let at = 0;
        const writes = Array.from({ length: chance.below(5) }, (_, i): TimedAccess => {
          const from = at + 1 + chance.below(6);
          at = from + 1 + chance.below(8);
          return { kind: "write", value: i + 1, from, to: at };
        });
        const from = chance.below(at + 6) + 0.5; // never at the moment of a call or a return
        return { writes, from, to: from + 1 + chance.below(12) };
      },
      judge(answer, { writes, from, to }) {
        const last = writes.filter((write) => write.to < from).at(-1)?.value ?? 0;
        const right = new Set([last, ...writes.filter((write) => write.from <= to && write.to >= from).map(({ value }) => value)]);
        const given: unknown = answer(writes.map((one) => ({ ...one })), from, to);
        const asked = `writes ${writes.map(({ value, from: a, to: b }) => `${value} (${a}–${b})`).join(", ") || "none"}; read ${from}–${to}: the answer was ${show(given)}`;
        if (!Array.isArray(given)) return `${asked}, which is no list`;
        const extra = (given as readonly number[]).find((value) => !right.has(value));
        if (extra !== undefined) return `${asked}, but ${extra} is impossible`;
        const missing = [...right].find((value) => !given.includes(value));
        return missing === undefined ? null : `${asked}, but ${missing} is possible, too`;
      },
      look: "Draw the writes as bars, and the read below them. Which bars does it touch, and which is the last that it does not touch?",
    }),
  ],
});

// ----------------------------------------------------------------------------------------------------------- what a read does at the end

/** What one replica told a reader. */
export interface ToldCopy {
  readonly counter: number;
  readonly writer: string;
  readonly value: string;
}

/** What a reader does with the answers of a majority of n replicas. */
export type FinishReadRule = (told: readonly ToldCopy[], n: number) => { readonly value: string; readonly storeFirst: boolean };

const finishRead: Exercise<FinishReadRule> = new Exercise({
  chapter,
  name: "finishRead",
  task: "Say what a read answers, and whether it must store that value first.",
  hints: [
    "The newest copy counts: the greatest counter, and of equal counters the greatest name.",
    "The read may answer at once if it knows that a majority of all n replicas already has that very copy. It knows only of those who told it.",
    "const agreeing = told.filter((t) => t.counter === newest.counter && t.writer === newest.writer).length; storeFirst: agreeing < Math.floor(n / 2) + 1",
  ],
  shape: isFunction,
  trials: [
    manyCases("answers of majorities of three and five", {
      cases: 400,
      draw(chance) {
        const n = chance.pick([3, 5]);
        const written = Array.from({ length: 1 + chance.below(3) }, (_, i): ToldCopy => ({ counter: 1 + chance.below(12), writer: `w${i}`, value: `v${i}` }));
        const count = Math.floor(n / 2) + 1 + chance.below(Math.ceil(n / 2));
        return { n, told: Array.from({ length: count }, () => chance.pick(written)) };
      },
      judge(answer, { n, told }) {
        const newest = told.reduce((one, other) => (one.counter < other.counter || (one.counter === other.counter && one.writer < other.writer) ? other : one));
        const agreeing = told.filter(({ writer }) => writer === newest.writer).length;
        const storeFirst = agreeing < Math.floor(n / 2) + 1;
        const given: unknown = answer(told.map((one) => ({ ...one })), n);
        const { value, storeFirst: stores } = (given ?? {}) as Partial<ReturnType<FinishReadRule>>;
        const asked = `${n} replicas, told ${told.map(({ counter, writer, value: of }) => `(${counter}, ${writer}) ${of}`).join("; ")}: the answer was ${show(given)}`;
        if (value !== newest.value) return `${asked}, but the newest value is ${newest.value}`;
        if (stores !== true && stores !== false) return `${asked}; storeFirst must be true or false`;
        if (stores === storeFirst) return null;
        return storeFirst
          ? `${asked}, but only ${agreeing} of ${n} are known to have it: the next read may miss it`
          : `${asked}, but ${agreeing} of ${n} have it: storing it again is two messages a replica for nothing`;
      },
      look: "Whoever reads next meets a majority. Is it sure that somebody in it has this copy?",
    }),
  ],
});

// ---------------------------------------------------------------------------------------------------------------------- who may answer

/** What each side of a cut may do: the numbers of replicas on the sides, and the sizes of the quorums. */
export type SidesRule = (sides: readonly number[], r: number, w: number) => readonly { readonly reads: boolean; readonly writes: boolean }[];

const cutSides: Exercise<SidesRule> = new Exercise({
  chapter,
  name: "cutSides",
  task: "Say which sides of a cut can read, and which can write, with quorums of r and w.",
  hints: [
    "A quorum must be found on one side: nobody hears the other sides.",
    "A write with several writers asks for the newest stamp first. How many answers does that take?",
    "return sides.map((size) => ({ reads: size >= r && size >= w, writes: size >= r && size >= w })): a read stores what it found, a write asks first.",
  ],
  shape: isFunction,
  trials: [
    manyCases("cuts of up to nine replicas", {
      cases: 300,
      draw(chance) {
        const sides = Array.from({ length: 2 + chance.below(2) }, () => 1 + chance.below(3));
        const n = sides.reduce((sum, size) => sum + size, 0);
        const r = 1 + chance.below(n);
        return { sides, r, w: Math.min(n, n - r + 1 + chance.below(2)) };
      },
      judge(answer, { sides, r, w }) {
        const given: unknown = answer([...sides], r, w);
        const asked = `sides of ${sides.join(", ")}, r = ${r}, w = ${w}: the answer was ${show(given)}`;
        if (!Array.isArray(given) || given.length !== sides.length) return `${asked}; it must have ${sides.length} entries`;
        for (const [i, size] of sides.entries()) {
          const can = size >= r && size >= w;
          const { reads, writes } = given[i] as { reads: unknown; writes: unknown };
          if (reads !== can) return `${asked}; the side of ${size} ${can ? "can read" : `cannot read: a read asks ${r} and then stores on ${w}`}`;
          if (writes !== can) return `${asked}; the side of ${size} ${can ? "can write" : `cannot write: a write asks ${r} and then stores on ${w}`}`;
        }
        return null;
      },
      look: "Both operations of these registers have two rounds. Which quorum does each round take?",
    }),
  ],
});

/** The exercises of chapter 2.1, by name. */
export const consistencyExercises: {
  readonly linearOrder: Exercise<LinearOrderRule>;
  readonly regularValues: Exercise<RegularRule>;
  readonly finishRead: Exercise<FinishReadRule>;
  readonly cutSides: Exercise<SidesRule>;
} = { linearOrder, regularValues, finishRead, cutSides };
