import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  casRegister,
  counter,
  keyValueMap,
  linearizable,
  lock,
  queue,
  register,
  type HistoryOperation,
  type Model,
} from "../../lib/history.js";
import { flawsOfOrder, histories, row, slowJudge } from "./histories.js";
import { objects } from "./objects.js";

describe("linearizable, beside a judge that tries every order", () => {
  it.each(Object.entries(objects))(
    "says the same of a %s, and gives a good order",
    (_, { model, requests, answers }) => {
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
    },
  );
});

/** A violation is told at the first answer that no order gets past, and what was answered before is in order. */
function expectFirst(
  culprit: HistoryOperation,
  order: readonly HistoryOperation[],
  history: readonly HistoryOperation[],
  model: Model,
): void {
  const end = culprit.returnedAt!;
  const until = history.filter(({ invokedAt }) => invokedAt <= end);
  const isOpen =
    (at: (time: number) => boolean) =>
    ({ returnedAt }: HistoryOperation) =>
      returnedAt === null || at(returnedAt);
  expect(slowJudge(until, model, { mayMiss: isOpen((time) => time > end) })).toBe(false);
  const mayMiss = isOpen((time) => time >= end);
  expect(slowJudge(until, model, { mayMiss })).toBe(true);
  const sameKey = until.filter(
    ({ request }) => model.key === undefined || model.key(request) === model.key(culprit.request),
  );
  expect(flawsOfOrder(order, sameKey, model, { mayMiss })).toEqual([]);
}

describe("linearizable, on histories from the papers", () => {
  const [A, B, C] = ["A", "B", "C"];
  const enqueue = (value: unknown) => ({ kind: "enqueue", value });
  const dequeue = { kind: "dequeue" };
  const read = { kind: "read" };
  const write = (value: unknown) => ({ kind: "write", value });

  it("accepts H1 and refuses H2 of Herlihy and Wing (1990, section 1.2), two queues", () => {
    // H1: A enqueues x while B enqueues y; B dequeues x, A dequeues y.
    expect(
      linearizable(
        [
          row(A, enqueue("x"), null, 0, 3),
          row(B, enqueue("y"), null, 1, 4),
          row(B, dequeue, "x", 5, 7),
          row(A, dequeue, "y", 6, 8),
        ],
        queue(),
      ),
    ).toMatchObject({ kind: "holds" });
    // H2: x is in the queue before y is enqueued, but y comes out first.
    expect(
      linearizable(
        [row(A, enqueue("x"), null, 0, 1), row(B, enqueue("y"), null, 2, 3), row(A, dequeue, "y", 4, 5)],
        queue(),
      ),
    ).toMatchObject({
      kind: "violated",
      reason:
        "Not linearizable: no order explains the answer to A's dequeue() → y (4–5 ms): whatever the order of the operations before, it would have been x.",
    });
  });

  it("refuses H4 of Herlihy and Wing: what one enqueued, two dequeued", () => {
    const h4 = [
      row(A, enqueue("x"), null, 0, 1),
      row(B, enqueue("y"), null, 2, 3),
      row(A, dequeue, "y", 4, 7),
      row(C, dequeue, "y", 5, 8),
    ];
    expect(linearizable(h4, queue()).kind).toBe("violated");
  });

  it("lets a register be read old and new while a write is under way, but not new and then old (Lamport 1986)", () => {
    const during = (first: number, second: number) => [
      row(A, write(1), null, 0, 10),
      row(B, read, first, 1, 3),
      row(C, read, second, 4, 6),
    ];
    expect(linearizable(during(0, 1), register({ initial: 0 })).kind).toBe("holds");
    expect(linearizable(during(1, 0), register({ initial: 0 }))).toMatchObject({
      kind: "violated",
      reason:
        "Not linearizable: no order explains the answer to C's read() → 0 (4–6 ms): whatever the order of the operations before, it would have been 1.",
    });
  });

  it("lets a write that was never answered have happened or not, but not both", () => {
    const seen = (...answers: number[]) => [
      row(A, write(1), undefined, 0),
      ...answers.map((answer, i) => row(B, read, answer, 2 * i + 1, 2 * i + 2)),
    ];
    for (const answers of [
      [0, 0, 0],
      [0, 1, 1],
      [1, 1, 1],
    ])
      expect(linearizable(seen(...answers), register({ initial: 0 })).kind).toBe("holds");
    expect(linearizable(seen(0, 1, 0), register({ initial: 0 })).kind).toBe("violated");
  });

  it("tries which of two operations without answers had which effect", () => {
    // Both lead to 1, but only the write leads there from 2, so the compare-and-set must have come first.
    const open = [row(A, write(1), undefined, 0), row(B, { kind: "cas", from: 0, to: 1 }, undefined, 0)];
    const seen = [row(C, read, 1, 1, 2), row(C, write(2), null, 3, 4), row(C, read, 1, 5, 6)];
    const verdict = linearizable([...open, ...seen], casRegister({ initial: 0 }));
    expect(verdict).toMatchObject({ kind: "holds", order: [open[1], seen[0], seen[1], open[0], seen[2]] });
    expect(linearizable([open[0]!, ...seen], casRegister({ initial: 0 })).kind).toBe("violated");
  });

  it("never gives a lock to two", () => {
    const acquire = (owner: string) => ({ kind: "acquire", owner });
    const verdict = linearizable(
      [row(A, acquire("A"), true, 0, 5), row(B, acquire("B"), true, 1, 4), row(C, acquire("C"), false, 2, 3)],
      lock(),
    );
    expect(verdict).toMatchObject({ kind: "violated", stuck: [{ client: "A" }] });
  });

  it("takes an answer at the instant of a call to have come before it", () => {
    expect(linearizable([row(A, write(1), null, 0, 5), row(A, read, 0, 5, 6)], register({ initial: 0 })).kind).toBe(
      "violated",
    );
    expect(linearizable([row(A, write(1), null, 5, 5), row(B, read, 0, 5, 6)], register({ initial: 0 })).kind).toBe(
      "holds",
    );
  });
});

describe("linearizable", () => {
  const put = (key: string, value: unknown) => ({ kind: "put", key, value });
  const get = (key: string) => ({ kind: "get", key });

  it("says which key goes wrong, what fits nowhere, and what stands in order before", () => {
    const history = [
      row("a", put("x", 1), null, 0, 2),
      row("b", put("y", 1), null, 0, 3),
      row("a", put("x", 2), null, 3, 9),
      row("b", get("x"), 7, 4, 6),
      row("c", get("x"), 1, 5, 6.5),
      row("c", get("y"), 5, 7, 8),
    ];
    const verdict = linearizable(history, keyValueMap());
    expect(verdict).toMatchObject({ kind: "violated", key: "x", stuck: [history[3], history[2]] });
    expect(verdict.reason).toBe(
      "Not linearizable for the key x: no order explains the answer to b's get(x) → 7 (4–6 ms): whatever the order of the operations before, it would have been 1 or 2. 1 more key goes wrong.",
    );
    expect(verdict.order).toEqual([history[0], history[4]]);
  });

  it("tells of several wrong keys the one whose impossible answer came first", () => {
    const history = [row("a", get("x"), 7, 0, 9), row("b", get("y"), 8, 1, 2), row("c", get("z"), 9, 0, 5)];
    expect(linearizable(history, keyValueMap())).toMatchObject({ kind: "violated", key: "y", stuck: [history[1]] });
  });

  it("gives one order of all keys", () => {
    const history = [
      row("a", put("x", 1), null, 0, 2),
      row("a", put("y", 1), null, 2, 4),
      row("b", get("y"), 1, 3, 5),
      row("b", get("x"), 1, 5, 6),
    ];
    const verdict = linearizable(history, keyValueMap());
    expect(verdict).toMatchObject({
      kind: "holds",
      reason: "Linearizable: one order explains all 4 operations on 2 keys.",
    });
    expect(verdict.order).toEqual(history);
  });

  it("takes a model of one's own, with states that are objects", () => {
    type Bank = { kind: "move"; from: string; to: string; amount: number } | { kind: "sum" };
    const bank: Model<Record<string, number>, Bank> = {
      name: "bank",
      initial: { a: 10, b: 10 },
      operations: {
        move: (accounts, { from, to, amount }) => ({
          state: { ...accounts, [from]: accounts[from]! - amount, [to]: accounts[to]! + amount },
        }),
        sum: (accounts) => ({ state: accounts, result: Object.values(accounts).reduce((sum, one) => sum + one, 0) }),
      },
    };
    const move = { kind: "move", from: "a", to: "b", amount: 5 };
    expect(linearizable([row("a", move, null, 0, 5), row("b", { kind: "sum" }, 20, 1, 3)], bank).kind).toBe("holds");
    expect(linearizable([row("a", move, null, 0, 5), row("b", { kind: "sum" }, 15, 1, 3)], bank).kind).toBe("violated");
  });

  it("is content with no operations", () => {
    expect(linearizable([], register())).toMatchObject({ kind: "holds", order: [], steps: 0 });
    expect(linearizable([], keyValueMap())).toMatchObject({ kind: "holds", order: [] });
  });

  it("gives up at its limit, and says so", () => {
    // Thirty writes at once, and an answer that none of them explains.
    const history = [...Array(30).keys()].map((i) => row(`c${i}`, { kind: "add", amount: 2 ** i }, null, 0, 100));
    history.push(row("reader", { kind: "read" }, 0.5, 50, 100));
    const verdict = linearizable(history, counter(), { steps: 10_000 });
    expect(verdict).toMatchObject({ kind: "unknown", steps: 10_000 });
    expect(verdict.reason).toContain(
      "Unknown: after 10000 steps no order of the 31 operations was found, and not all were tried.",
    );
  });

  it("gives the steps that easy keys leave to the hard ones", () => {
    const hard = [...Array(6).keys()].map((i) => row(`c${i}`, put("hard", i), null, 0, 100));
    const reads = [5, 3, 1, 4, 2, 0].map((value, i) => row(`r${i}`, get("hard"), value, 10 * i + 5, 10 * i + 6));
    const easy = [...Array(50).keys()].map((i) => row("e", put(`easy${i}`, i), null, i, i + 0.5));
    const { steps } = linearizable([...hard, ...reads], keyValueMap());
    expect(steps).toBeGreaterThan(20);
    expect(linearizable([...hard, ...reads, ...easy], keyValueMap(), { steps: 3 * (steps + 50) }).kind).toBe("holds");
  });

  it("sorts rows that stand in any order", () => {
    const rows = [...Array(2000).keys()].map((i) =>
      row("c", i % 2 === 0 ? put("x", i) : get("x"), i % 2 === 0 ? null : i - 1, 2 * i, 2 * i + 1),
    );
    expect(linearizable([...rows].reverse(), keyValueMap()).kind).toBe("holds");
    expect(
      linearizable(
        [...rows].reverse().map((one, i) => (i === 7 ? { ...one, result: -1 } : one)),
        keyValueMap(),
      ).kind,
    ).toBe("holds");
    expect(
      linearizable(
        [...rows].reverse().map((one, i) => (i === 8 ? { ...one, result: -1 } : one)),
        keyValueMap(),
      ).kind,
    ).toBe("violated");
  });

  it("decides ten thousand operations of ten clients on one register, good and bad, within its limit", async () => {
    const { history, spoilt } = await import("../bench/history/workload.mjs" as string);
    const rows = history({ operations: 10_000, clients: 10, keys: 1 });
    expect(linearizable(rows, keyValueMap()).kind).toBe("holds");
    expect(linearizable(spoilt(rows), keyValueMap()).kind).toBe("violated");
  });
});

describe("linearizable, given what it cannot judge", () => {
  const good = row("a", { kind: "read" }, 0, 1, 2);
  const bad: readonly (readonly [string, unknown, unknown, string])[] = [
    ["no list", { 0: good }, register(), "history must be a list of operations"],
    ["no row", [good, null], register(), "history[1] must be an operation, got null"],
    ["no client", [{ ...good, client: 7 }], register(), "history[0].client must be a name, got 7"],
    [
      "no request",
      [{ ...good, request: "read" }],
      register(),
      'history[0].request must be an object with a kind, got "read"',
    ],
    [
      "a clock that goes backward",
      [good, { ...good, returnedAt: 0 }],
      register(),
      "history[1]: the clock goes backward: the answer came at 0 ms, before its call at 1 ms",
    ],
    ["no time", [{ ...good, invokedAt: NaN }], register(), "history[0].invokedAt must be a time in ms, got NaN"],
    [
      "an answer without a call",
      [{ ...good, invokedAt: undefined }],
      register(),
      "history[0].invokedAt must be a time in ms, got nothing",
    ],
    [
      "an answer that never came, said wrongly",
      [{ ...good, returnedAt: undefined }],
      register(),
      "history[0].returnedAt must be a time in ms, or null while there is no answer, got nothing",
    ],
    [
      "one call twice",
      [
        { ...good, call: "a#1" },
        { ...good, call: "a#1" },
      ],
      register(),
      'history[1]: the call "a#1" stands there already, as history[0]',
    ],
    [
      "an unknown operation",
      [{ ...good, request: { kind: "peek" } }],
      register(),
      'history[0]: the register knows the operations "read", "write", got {"kind":"peek"}',
    ],
    [
      "an operation named like a method of every object",
      [{ ...good, request: { kind: "toString" } }],
      register(),
      "knows the operations",
    ],
    ["no model", [good], null, "model must be an object, got null"],
    ["a model with a field of no meaning", [good], { ...register(), states: 3 }, 'model has no option "states"'],
    [
      "a model without rules",
      [good],
      { name: "m", initial: 0, operations: {} },
      "model.operations must be an object with a rule for each kind of request",
    ],
    [
      "a rule that is none",
      [good],
      { name: "m", initial: 0, operations: { read: 3 } },
      "model.operations.read must be a function of state and request, got 3",
    ],
    [
      "a rule without an outcome",
      [good],
      { name: "m", initial: 0, operations: { read: (value: number) => value } },
      "m: operations.read must return { state, result }, got 0",
    ],
    [
      "a state that is no plain data",
      [good],
      { name: "m", initial: new Date(0), operations: register().operations },
      "m: a state must be plain data",
    ],
    [
      "a rule that changes its state",
      [good],
      { name: "m", initial: [], operations: { read: (list: number[]) => ({ state: list, result: list.push(1) }) } },
      "not extensible",
    ],
    [
      "a read that writes",
      [good],
      { name: "m", initial: 1, operations: { read: (value: number) => ({ state: value + 1 }) }, isRead: () => true },
      'm: isRead says that {"kind":"read"} changes no state, but it changes 1 to 2',
    ],
  ];

  it.each(bad)("names %s", (_, history, model, message) => {
    expect(() => linearizable(history as never, model as never)).toThrow(message);
  });

  it("names bad limits", () => {
    expect(() => linearizable([], register(), { steps: 0 })).toThrow(
      "steps must be a whole number of at least 1, got 0",
    );
    expect(() => linearizable([], register(), { step: 1 } as never)).toThrow(
      'options of linearizable has no option "step"',
    );
  });
});
