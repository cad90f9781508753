import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendList, byKey, casRegister, counter, keyValueMap, linearizable, lock, queue, register, set, type HistoryOperation, type Model } from "../../lib/history.js";
import { flawsOfOrder, histories, row, slowJudge } from "./histories.js";

const value = fc.integer({ min: 0, max: 2 });
const read = fc.constant({ kind: "read" });
const write = value.map((of) => ({ kind: "write", value: of }));
const key = fc.constantFrom("x", "y");
const objects: Record<string, { model: Model; requests: fc.Arbitrary<any>; answers: fc.Arbitrary<unknown> }> = {
  register: { model: register({ initial: 0 }), requests: fc.oneof(read, write), answers: value },
  "compare-and-set register": {
    model: casRegister({ initial: 0 }),
    requests: fc.oneof(read, write, fc.record({ kind: fc.constant("cas"), from: value, to: value })),
    answers: fc.oneof(value, fc.boolean()),
  },
  "register whose reads are not known to be reads": {
    model: { name: "register", initial: 0, operations: register().operations },
    requests: fc.oneof(read, write),
    answers: value,
  },
  queue: {
    model: queue(),
    requests: fc.oneof(value.map((of) => ({ kind: "enqueue", value: of })), fc.constant({ kind: "dequeue" })),
    answers: fc.option(value),
  },
  set: {
    model: set(),
    requests: fc.oneof(read, fc.record({ kind: fc.constantFrom("add", "remove", "contains"), value })),
    answers: fc.oneof(fc.boolean(), fc.uniqueArray(value)),
  },
  lock: {
    model: lock(),
    requests: fc.record({ kind: fc.constantFrom("acquire", "release"), owner: fc.constantFrom("a", "b") }),
    answers: fc.boolean(),
  },
  counter: { model: counter(), requests: fc.oneof(read, value.map((amount) => ({ kind: "add", amount }))), answers: value },
  list: {
    model: appendList(),
    requests: fc.oneof(read, value.map((of) => ({ kind: "append", value: of }))),
    answers: fc.array(value, { maxLength: 2 }),
  },
  "key-value map": {
    model: keyValueMap({ initial: 0 }),
    requests: fc.oneof(fc.record({ kind: fc.constant("get"), key }), fc.record({ kind: fc.constant("put"), key, value })),
    answers: value,
  },
  "map of registers": {
    model: byKey(register({ initial: 0 })),
    requests: fc.oneof(fc.record({ kind: fc.constant("read"), key }), fc.record({ kind: fc.constant("write"), key, value })),
    answers: value,
  },
};

describe("linearizable, beside a judge that tries every order", () => {
  it.each(Object.entries(objects))("says the same of a %s, and gives a good order", (_, { model, requests, answers }) => {
    const seen = { holds: 0, violated: 0 };
    fc.assert(
      fc.property(histories({ requests, answers, model }), (history) => {
        const verdict = linearizable(history, model);
        expect(verdict.kind).toBe(slowJudge(history, model) ? "holds" : "violated");
        seen[verdict.kind as "holds"]++;
        if (verdict.kind === "holds") expect(flawsOfOrder(verdict.order, history, model)).toEqual([]);
        if (verdict.kind === "violated") expectFirst(verdict.stuck[0]!, verdict.order, history, model);
      }),
      { numRuns: 400, seed: 7 },
    );
    // Both verdicts must have come up often, or nothing was compared.
    expect(Math.min(seen.holds, seen.violated)).toBeGreaterThan(40);
  });
});

/** A violation is told at the first answer that no order gets past, and what was answered before is in order. */
function expectFirst(culprit: HistoryOperation, order: readonly HistoryOperation[], history: readonly HistoryOperation[], model: Model): void {
  const end = culprit.returnedAt!;
  const until = history.filter(({ invokedAt }) => invokedAt <= end);
  const isOpen = (at: (time: number) => boolean) => ({ returnedAt }: HistoryOperation) => returnedAt === null || at(returnedAt);
  expect(slowJudge(until, model, { mayMiss: isOpen((time) => time > end) })).toBe(false);
  const mayMiss = isOpen((time) => time >= end);
  expect(slowJudge(until, model, { mayMiss })).toBe(true);
  const sameKey = until.filter(({ request }) => model.key === undefined || model.key(request) === model.key(culprit.request));
  expect(flawsOfOrder(order, sameKey, model, { mayMiss })).toEqual([]);
}
