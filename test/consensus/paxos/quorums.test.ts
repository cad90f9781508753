import { describe, expect, it, test as property } from "vitest";
import fc from "fast-check";
import { quorumsOf } from "../../../lib/consensus/paxos/quorums.js";

describe("quorums", () => {
  it.each([[1, 1], [2, 2], [3, 2], [4, 3], [5, 3], [7, 4]])("of %i acceptors are majorities of %i by default", (n, majority) => {
    expect(quorumsOf(n)).toEqual({ prepare: majority, accept: majority });
  });

  it("are the least that meet, where one of them is given", () => {
    expect(quorumsOf(5, { accept: 2 })).toEqual({ prepare: 4, accept: 2 });
    expect(quorumsOf(5, { prepare: 5 })).toEqual({ prepare: 5, accept: 1 });
  });

  property("of the two phases share an acceptor, whoever is in them", () => {
    const sets = fc.integer({ min: 1, max: 7 }).chain((n) =>
      fc.record({
        n: fc.constant(n),
        prepare: fc.integer({ min: 1, max: n }),
        accept: fc.integer({ min: 1, max: n }),
        order: fc.shuffledSubarray(Array.from({ length: n }, (_, i) => i), { minLength: n }),
        other: fc.shuffledSubarray(Array.from({ length: n }, (_, i) => i), { minLength: n }),
      }),
    );
    fc.assert(
      fc.property(sets, ({ n, prepare, accept, order, other }) => {
        if (prepare + accept <= n) {
          expect(() => quorumsOf(n, { prepare, accept })).toThrow("quorums must meet");
          return;
        }
        const quorums = quorumsOf(n, { prepare, accept });
        const second = new Set(other.slice(0, quorums.accept));
        expect(order.slice(0, quorums.prepare).some((acceptor) => second.has(acceptor))).toBe(true);
      }),
    );
  });

  it.each([
    [3, { prepare: 0 }, "quorums.prepare must be a whole number from 1 to 3, got 0"],
    [3, { accept: 4 }, "quorums.accept must be a whole number from 1 to 3, got 4"],
    [3, { accept: 1.5 }, "quorums.accept must be a whole number from 1 to 3, got 1.5"],
    [3, { accept: "2" }, 'quorums.accept must be a number, got "2"'],
    [3, { prepared: 2 }, 'quorums has no option "prepared"; it knows "prepare", "accept"'],
    [4, { prepare: 2, accept: 2 }, "quorums must meet: prepare + accept must be more than the 4 acceptors, got 2 + 2"],
  ])("of %i acceptors may not be %j", (n, given, message) => {
    expect(() => quorumsOf(n, given as never)).toThrow(message);
  });
});
