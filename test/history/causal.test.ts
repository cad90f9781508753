import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  causallyConsistent, consistencyLadder, eventuallyConsistent, historyOfText, type ConsistencyModel, type HistoryOperation, type WeakModel,
} from "../../lib/history.js";
import { row } from "./histories.js";

/** What the models say of a history written by hand, in which keys begin with 0. */
function allowedBy(text: string): ConsistencyModel[] {
  return consistencyLadder(historyOfText(text), { initial: 0 }).flatMap(({ model, allowed }) => (allowed ? [model] : []));
}

const ladder = ["linearizable", "sequential", "causal memory", "causal convergence", "weak causal", "PRAM"] as const;
const onLadder = (text: string): readonly string[] => allowedBy(text).filter((model) => (ladder as readonly string[]).includes(model));

/** Histories that tell two models apart, most of them from the papers named. */
const classics: readonly { readonly name: string; readonly text: string; readonly allowed: readonly (typeof ladder)[number][] }[] = [
  { name: "a read after a write sees it", text: "a: w(x)1\nb:        r(x)1", allowed: [...ladder] },
  { name: "a stale read by another client", text: "a: w(x)1\nb:        r(x)0", allowed: ladder.slice(1) },
  {
    name: "both miss the other's write (Lamport 1979)",
    text: "a: w(x)1 r(y)0\nb: w(y)1 r(x)0", allowed: ["causal memory", "causal convergence", "weak causal", "PRAM"],
  },
  {
    name: "two readers see two writes in different orders",
    text: "a: w(x)1\nb: w(x)2\nc:      r(x)1 r(x)2\nd:      r(x)2 r(x)1", allowed: ["causal memory", "weak causal", "PRAM"],
  },
  {
    name: "an answer without its question",
    text: "a: w(x)1\nb:       r(x)1 w(y)2\nc:                  r(y)2 r(x)0", allowed: ["PRAM"],
  },
  { name: "new and then old, to one reader", text: "a: w(x)1 w(x)2\nb:                r(x)2 r(x)1", allowed: [] },
  {
    name: "convergent, but no causal memory (after Bouajjani and others 2017)",
    text: "a: w(z)1 w(x)1 w(y)1\nb: w(x)2 r(z)0 r(y)1 r(x)2", allowed: ["causal convergence", "weak causal"],
  },
  { name: "back and forth between two writes", text: "a: w(x)1 r(x)2\nb: w(x)2 r(x)1", allowed: ["causal memory", "weak causal", "PRAM"] },
];

describe("the ladder of models", () => {
  it.each(classics)("$name", ({ text, allowed }) => {
    expect(onLadder(text)).toEqual(ladder.filter((model) => allowed.includes(model)));
  });

  it("says why, with orders and with the pattern that is wrong", () => {
    const rungs = consistencyLadder(historyOfText("a: w(x)1\nb:        r(x)0"), { initial: 0 });
    expect(rungs.map(({ model, why }) => `${model}: ${why}`)).toEqual([
      expect.stringMatching(/^linearizable: Not linearizable/),
      "sequential: read(x) → 0, write(x, 1)",
      "causal memory: a: write(x, 1); b: read(x) → 0, write(x, 1)",
      "causal convergence: write(x, 1), read(x) → 0",
      "weak causal: Weakly causal: no read saw something that its own past had replaced.",
      "PRAM: a: write(x, 1); b: read(x) → 0, write(x, 1)",
      'read your writes: The history says nothing of "read your writes".',
      'monotonic reads: The history says nothing of "monotonic reads".',
      'monotonic writes: The history says nothing of "monotonic writes".',
      'writes follow reads: The history says nothing of "writes follow reads".',
    ]);
  });

  it.each<[string, WeakModel, string]>([
    ["a: r(x)7", "weak causal", "ThinAirRead"],
    ["a: r(x)7", "PRAM", "ThinAirRead"],
    ["a: r(y)1 w(x)1\nb: r(x)1 w(y)1", "weak causal", "CyclicCO"],
    ["a: w(x)1 r(x)0", "weak causal", "WriteCOInitRead"],
    ["a: w(x)1 w(x)2\nb: r(x)2 r(x)1", "causal memory", "WriteCORead"],
    ["a: w(x)1 r(x)2\nb: w(x)2 r(x)1", "causal convergence", "CyclicCF"],
    ["a: w(z)1 w(x)1 w(y)1\nb: w(x)2 r(z)0 r(y)1 r(x)2", "causal memory", "WriteHBInitRead"],
    ["a: w(x)1 r(x)2 r(x)1\nb: w(x)2", "causal memory", "CyclicHB"],
    ["a: w(x)1 w(x)2\nb: r(x)2 r(x)1", "PRAM", "CyclicHB"],
  ])("finds in %j, as %s, the pattern %s", (text, model, pattern) => {
    expect(causallyConsistent(historyOfText(text), { model, initial: 0 })).toMatchObject({ kind: "violated", pattern });
  });
});

/** Reads and writes of two keys by up to three clients; every write has its own value, and a read sees any. */
const histories = fc
  .array(fc.record({ client: fc.constantFrom("a", "b", "c"), key: fc.constantFrom("x", "y"), isWrite: fc.boolean(), sees: fc.nat(3) }), { minLength: 1, maxLength: 6 })
  .map((steps): HistoryOperation[] => {
    const written = (key: string): number[] => steps.flatMap((step, i) => (step.isWrite && step.key === key ? [i + 1] : []));
    return steps.map(({ client, key, isWrite, sees }, i) =>
      isWrite
        ? row(client, { kind: "write", key, value: i + 1 }, undefined, 10 * i, 10 * i + 5)
        : row(client, { kind: "read", key }, [0, ...written(key)][sees % (written(key).length + 1)], 10 * i, 10 * i + 5),
    );
  });

describe("the judge of weak models", () => {
  it.each(["causal memory", "PRAM", "causal convergence", "weak causal"] as const)("agrees with one that tries all orders: %s", (model) => {
    const counts = { holds: 0, violated: 0 };
    fc.assert(
      fc.property(histories, (history) => {
        const { kind } = causallyConsistent(history, { model, initial: 0 });
        counts[kind]++;
        expect(kind).toBe(slowly(history, model) ? "holds" : "violated");
      }),
      { seed: 7, numRuns: 1_500 },
    );
    expect(Math.min(counts.holds, counts.violated)).toBeGreaterThan(100);
  });

  it("never allows on a higher rung what a lower one forbids", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const allowed = new Map(consistencyLadder(history, { initial: 0 }).map((rung) => [rung.model, rung.allowed]));
        const implies = (higher: ConsistencyModel, lower: ConsistencyModel): void => expect(!allowed.get(higher) || allowed.get(lower)).toBe(true);
        implies("linearizable", "sequential");
        implies("sequential", "causal memory");
        implies("sequential", "causal convergence");
        implies("causal memory", "PRAM");
        implies("causal memory", "weak causal");
        implies("causal convergence", "weak causal");
      }),
      { seed: 8, numRuns: 400 },
    );
  });

  it("gives orders that explain what each client read", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom("causal memory" as const, "PRAM" as const), (history, model) => {
        const verdict = causallyConsistent(history, { model, initial: 0 });
        if (verdict.kind === "violated") return;
        for (const { client, order } of verdict.views) {
          expect(reads(order as readonly HistoryOperation[])).toBe(true);
          expect(order.filter((one) => one.client === client || one.request.kind === "write")).toHaveLength(order.length);
        }
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it("lets a write without an answer come at any time, or never", () => {
    expect(onLadder("a: w(x)1> r(x)0\nb:            r(x)1 r(x)1")).toEqual([...ladder]);
    expect(onLadder("a: w(x)1>\nb:       r(x)0")).toEqual([...ladder]);
  });

  it.each([
    ["a: w(x)1 w(x)1", /1 is written a second time; every write needs a value of its own/],
    ["a: w(x)0", /0 is what is there before any write/],
  ])("refuses %j, where nobody knows what a read saw", (text, message) => {
    expect(() => causallyConsistent(historyOfText(text), { initial: 0 })).toThrow(message);
  });

  it("refuses what it cannot judge", () => {
    expect(() => causallyConsistent([row("a", { kind: "add", amount: 1 }, null, 0, 1)])).toThrow('knows the operations "read", "get", "write", "put"');
    expect(() => causallyConsistent(historyOfText("a: w(x)1 r(x)1"), { limit: 1 })).toThrow("at most 1 reads and writes (the option limit), got 2");
    expect(() => causallyConsistent([], { model: "strong" as never })).toThrow('model must be one of "causal memory"');
  });
});

describe("a history as text", () => {
  it("has a line for each client, and time in its columns", () => {
    expect(historyOfText("a: --w(x)1--\nb b:    r(x)one>")).toEqual([
      { client: "a", request: { kind: "write", key: "x", value: 1 }, invokedAt: 3, returnedAt: 12 },
      { client: "b b", request: { kind: "read", key: "x" }, result: undefined, invokedAt: 8, returnedAt: null },
    ]);
  });

  it.each([
    ["w(x)1", 'line 1 must begin with a client and a colon, as "a: w(x)1", got "w(x)1"'],
    ["a: x=1", 'line 1: an operation must be w(key)value or r(key)value, got "x=1"'],
    ["\n", "text must have at least one line"],
  ])("refuses %j", (text, message) => {
    expect(() => historyOfText(text)).toThrow(message);
  });
});

describe("a store that is left in peace", () => {
  const text = "a: w(x)1\nb:         r(x)0    r(x)1\nc:                      r(x)1";
  it("agrees in the end, whatever it said before", () => {
    expect(eventuallyConsistent(historyOfText(text), { after: 20, initial: 0 })).toMatchObject({ kind: "holds", checked: 2 });
  });

  it.each([
    ["a: w(x)1 w(x)2\nb:                 r(x)1\nc:                      r(x)2", /do not agree, long after the last write/],
    ["a: w(x)1\nb:                 r(x)0", /saw no write, long after/],
    ["a: w(x)1\nb:                 r(x)5", /saw what nobody wrote/],
  ])("does not in %j", (broken, reason) => {
    expect(eventuallyConsistent(historyOfText(broken), { after: 15, initial: 0 })).toMatchObject({ kind: "violated", reason: expect.stringMatching(reason) });
  });

  it("refuses a time before the last write", () => {
    expect(() => eventuallyConsistent(historyOfText("a: w(x)1"), { after: 0 })).toThrow("after must be later than the last write");
  });
});

/** Whether each read of the order sees the last write of its key before it. */
function reads(order: readonly HistoryOperation[]): boolean {
  const values = new Map<unknown, unknown>();
  return order.every(({ request, result }) => {
    const { kind, key, value } = request as unknown as { kind: string; key: string; value: unknown };
    if (kind === "write") values.set(key, value);
    return kind === "write" || (values.get(key) ?? 0) === result;
  });
}

/** The obvious judge of a model: tries every order. */
function slowly(history: readonly HistoryOperation[], model: WeakModel): boolean {
  const n = history.length;
  const session = (a: number, b: number): boolean => a < b && history[a]!.client === history[b]!.client;
  const sees = (a: number, b: number): boolean =>
    history[a]!.request.kind === "write" && history[b]!.request.kind === "read" &&
    (history[a]!.request as any).key === (history[b]!.request as any).key && (history[a]!.request as any).value === history[b]!.result;
  const past = Array.from({ length: n }, (_, b) => Array.from({ length: n }, (__, a) => session(a, b) || (model !== "PRAM" && sees(a, b))));
  for (let k = 0; k < n; k++) for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) if (past[k]![a] && past[b]![k]) past[b]![a] = true;
  if (past.some((row, i) => row[i])) return false;
  const someOrder = (of: readonly number[], fits: (order: readonly number[]) => boolean): boolean => {
    const go = (order: readonly number[], left: readonly number[]): boolean =>
      left.length === 0
        ? fits(order)
        : left.some((one) => !left.some((other) => past[one]![other]) && go([...order, one], left.filter((other) => other !== one)));
    return go([], of);
  };
  const all = history.map((_, i) => i);
  const isWrite = (i: number): boolean => history[i]!.request.kind === "write";
  const sound = (order: readonly number[], which: (i: number) => boolean): boolean => {
    const values = new Map<unknown, unknown>();
    return order.every((i) => {
      const { key, value } = history[i]!.request as any;
      if (isWrite(i)) values.set(key, value);
      return isWrite(i) || !which(i) || (values.get(key) ?? 0) === history[i]!.result;
    });
  };
  switch (model) {
    case "PRAM":
    case "causal memory":
      return ["a", "b", "c"].every((client) => {
        const own = all.filter((i) => isWrite(i) || history[i]!.client === client);
        return someOrder(own, (order) => sound(order, () => true));
      });
    case "weak causal":
      return all.every((i) => someOrder(all.filter((j) => j === i || past[i]![j]), (order) => sound(order, (j) => j === i)));
    case "causal convergence":
      return someOrder(all, (order) => all.every((i) => sound(order.filter((j) => j === i || past[i]![j]), (j) => j === i)));
  }
}
