import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  keyValueMap,
  linearizable,
  register,
  sequentiallyConsistent,
  type HistoryOperation,
} from "../../lib/history.js";
import { flawsOfOrder, histories, row, slowJudge } from "./histories.js";
import { objects } from "./objects.js";

/** One client's own order: what it had an answer to comes before what it asked next. */
function ownOrder(one: HistoryOperation, other: HistoryOperation): boolean {
  return one.client === other.client && one.returnedAt !== null && one !== other && one.returnedAt <= other.invokedAt;
}

describe("sequentiallyConsistent, beside a judge that tries every order", () => {
  let wider = 0;

  it.each(Object.entries(objects))(
    "says the same of a %s, and gives a good order",
    (_, { model, requests, answers }) => {
      const seen = { holds: 0, violated: 0 };
      fc.assert(
        fc.property(histories({ requests, answers, model, size: 6 }), (history) => {
          const verdict = sequentiallyConsistent(history, model);
          expect(verdict.kind).toBe(slowJudge(history, model, { before: ownOrder }) ? "holds" : "violated");
          seen[verdict.kind as "holds"]++;
          if (verdict.kind === "holds")
            expect(flawsOfOrder(verdict.order, history, model, { before: ownOrder })).toEqual([]);
          const isLinearizable = linearizable(history, model).kind === "holds";
          if (verdict.kind === "holds" && !isLinearizable) wider++;
          if (isLinearizable) expect(verdict.kind).toBe("holds");
        }),
        { numRuns: 300, seed: 11 },
      );
      expect(Math.min(seen.holds, seen.violated)).toBeGreaterThan(3);
    },
  );

  it("saw histories that are sequentially consistent and not linearizable", () => {
    expect(wider).toBeGreaterThan(20);
  });
});

describe("sequentiallyConsistent", () => {
  const put = (key: string, value: unknown) => ({ kind: "put", key, value });
  const get = (key: string) => ({ kind: "get", key });

  it("lets a client see the past, where linearizable does not", () => {
    const history = [row("a", { kind: "write", value: 1 }, null, 0, 1), row("b", { kind: "read" }, 0, 2, 3)];
    expect(linearizable(history, register({ initial: 0 })).kind).toBe("violated");
    expect(sequentiallyConsistent(history, register({ initial: 0 })).kind).toBe("holds");
  });

  it("refuses what every key alone would allow (Herlihy and Wing 1990, section 3.2)", () => {
    const history = [
      row("a", put("x", 1), null, 0, 1),
      row("a", get("y"), 0, 2, 3),
      row("b", put("y", 1), null, 0, 1),
      row("b", get("x"), 0, 2, 3),
    ];
    const model = keyValueMap({ initial: 0 });
    for (const key of ["x", "y"]) {
      expect(
        sequentiallyConsistent(
          history.filter(({ request }) => (request as { key?: string }).key === key),
          model,
        ).kind,
      ).toBe("holds");
    }
    expect(sequentiallyConsistent(history, model)).toMatchObject({
      kind: "violated",
      reason:
        "Not sequentially consistent: no order of the operations that keeps each client's own order explains all answers. " +
        "The longest one found explains 3 of 4; next, b's get(x) → 0 (2–3 ms) would have been answered with 1.",
    });
  });

  it("refuses IRIW: two readers who see two writes in different orders (Boehm and Adve 2008)", () => {
    const history = [
      row("a", put("x", 1), null, 0, 9),
      row("b", put("y", 1), null, 0, 9),
      row("c", get("x"), 1, 0, 1),
      row("c", get("y"), 0, 2, 3),
      row("d", get("y"), 1, 0, 1),
      row("d", get("x"), 0, 2, 3),
    ];
    expect(sequentiallyConsistent(history, keyValueMap({ initial: 0 })).kind).toBe("violated");
  });

  it("names steps where the times count steps", () => {
    const history = [row("a", { kind: "write", value: 1 }, null, 4, 6), row("a", { kind: "read" }, 2, 7, 9)];
    const reasonOf = (verdict: { readonly reason: string }): string => verdict.reason;
    for (const judge of [sequentiallyConsistent, linearizable]) {
      expect(reasonOf(judge(history, register({ initial: 0 })))).toContain("a's read() → 2 (7–9 ms)");
      expect(reasonOf(judge(history, register({ initial: 0 }), { unit: "steps" }))).toContain("a's read() → 2 (steps 7–9)");
      expect(() => judge(history, register(), { unit: "s" as never })).toThrow('unit must be one of "ms", "steps", got "s"');
    }
  });

  it("gives up at its limit, and says so", () => {
    const history = [...Array(20).keys()].map((i) => row(`c${i}`, { kind: "write", value: i }, null, 0, 1));
    history.push(row("reader", { kind: "read" }, "x", 0, 1));
    expect(sequentiallyConsistent(history, register(), { steps: 1000 })).toMatchObject({ kind: "unknown" });
  });

  it("names a client that calls while it waits", () => {
    const history = [row("a", { kind: "read" }, 0, 0, 5), row("a", { kind: "read" }, 0, 3, 6)];
    expect(() => sequentiallyConsistent(history, register())).toThrow(
      "history[1]: a calls at 3 ms while it waits for the answer to history[0], which came at 5 ms; give each thread of a client a name of its own",
    );
  });
});
