import fc from "fast-check";
import type { HistoryOperation, Model } from "../../lib/history.js";
import { isSame } from "../../lib/history/object.js";

/** A row in few words: who, what, the answer, from when to when. Without an end it has no answer. */
export function row(
  client: string,
  request: HistoryOperation["request"] & Readonly<Record<string, unknown>>,
  result: unknown,
  from: number,
  to: number | null = null,
): HistoryOperation {
  return { client, request, result, invokedAt: from, returnedAt: to };
}

/** Whether the first must come before the second: it returned before the other was called. */
export function precedes(one: HistoryOperation, other: HistoryOperation): boolean {
  if (one.returnedAt === null) return false;
  return one.returnedAt < other.invokedAt || (one.returnedAt === other.invokedAt && one.invokedAt < one.returnedAt);
}

/** Whether the answers of these operations, one after the other, are the model's. */
export function explains(order: readonly HistoryOperation[], model: Model): boolean {
  const states = new Map<string, unknown>();
  return order.every(({ request, result, returnedAt }) => {
    const key = JSON.stringify(model.key?.(request) ?? null);
    const outcome = (model.operations as any)[request.kind](states.has(key) ? states.get(key) : model.initial, request);
    states.set(key, outcome.state);
    return (
      returnedAt === null ||
      outcome.result === undefined ||
      isSame(outcome.result, model.answer?.(result, request) ?? result)
    );
  });
}

export interface SlowOptions {
  /** Whether the first must come before the second. */
  readonly before?: (one: HistoryOperation, other: HistoryOperation) => boolean;
  /** Whether an order may do without it; where it is there, its answer must be right. */
  readonly mayMiss?: (one: HistoryOperation) => boolean;
}

/**
 * The obvious judge: tries every order of all operations with an answer and any of those without, in which nothing
 * comes before what must precede it.
 */
export function slowJudge(
  history: readonly HistoryOperation[],
  model: Model,
  { before = precedes, mayMiss = ({ returnedAt }) => returnedAt === null }: SlowOptions = {},
): boolean {
  const tries = (order: readonly HistoryOperation[], left: readonly HistoryOperation[]): boolean => {
    if (!explains(order, model)) return false;
    if (left.every(mayMiss)) return true;
    return left.some(
      (one) =>
        !left.some((other) => other !== one && before(other, one)) &&
        tries(
          [...order, one],
          left.filter((other) => other !== one),
        ),
    );
  };
  return tries([], history);
}

/** What an order must be: every answered operation once, nothing twice, real time kept, all answers explained. */
export function flawsOfOrder(
  order: readonly HistoryOperation[],
  history: readonly HistoryOperation[],
  model: Model,
  { before = precedes, mayMiss = ({ returnedAt }) => returnedAt === null }: SlowOptions = {},
): string[] {
  const flaws: string[] = [];
  if (new Set(order).size !== order.length) flaws.push("an operation stands there twice");
  if (history.some((one) => !mayMiss(one) && !order.includes(one))) flaws.push("an answered operation is missing");
  order.forEach((one, i) =>
    order
      .slice(i + 1)
      .forEach((later) => before(later, one) && flaws.push("an operation comes before one that precedes it")),
  );
  if (!explains(order, model)) flaws.push("an answer is not explained");
  return flaws;
}

/**
 * Small histories: a few clients, each with one operation after the other, the last perhaps without an answer. Most
 * answers are right by an order that really happened; some are drawn at random.
 */
export function histories({
  requests,
  answers,
  model,
  size = 7,
}: {
  readonly requests: fc.Arbitrary<HistoryOperation["request"]>;
  readonly answers: fc.Arbitrary<unknown>;
  readonly model: Model;
  readonly size?: number;
}): fc.Arbitrary<HistoryOperation[]> {
  const step = fc.record({
    client: fc.integer({ min: 0, max: 3 }),
    request: requests,
    gap: fc.integer({ min: 0, max: 3 }),
    length: fc.integer({ min: 0, max: 6 }),
    effect: fc.double({ min: 0, max: 1, noNaN: true }),
    wrong: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: answers }),
    fate: fc.integer({ min: 0, max: 9 }),
  });
  return fc.array(step, { maxLength: size }).map((steps) => {
    const free = [0, 0, 0, 0];
    const drawn = steps.map((one) => {
      const from = free[one.client]! + one.gap;
      const to = from + one.length;
      // One client does nothing twice in no time: then nobody could tell which came first.
      free[one.client] = one.length === 0 ? to + 1 : to;
      return { ...one, from, to, at: from + one.effect * one.length };
    });
    const states = new Map<string, unknown>();
    const results = new Map<object, unknown>();
    for (const one of [...drawn].sort((a, b) => a.at - b.at)) {
      // Of those without an answer some had no effect.
      if (one.fate < 1) continue;
      const key = JSON.stringify(model.key?.(one.request) ?? null);
      const outcome = (model.operations as any)[one.request.kind](
        states.has(key) ? states.get(key) : model.initial,
        one.request,
      );
      states.set(key, outcome.state);
      results.set(one, outcome.result);
    }
    return drawn.map((one) =>
      row(`c${one.client}`, one.request, one.wrong ?? results.get(one), one.from, one.fate < 3 ? null : one.to),
    );
  });
}
