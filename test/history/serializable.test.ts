import { describe, expect, it } from "vitest";
import { type Dependency, serializable, type TransactionRecord, type TransactionStep } from "../../lib/history.js";
import { stream } from "../../lib/core.js";

const r = (key: string, value: unknown): TransactionStep => ({ kind: "read", key, value });
const w = (key: string, value: unknown): TransactionStep => ({ kind: "write", key, value });
const a = (key: string, value: unknown): TransactionStep => ({ kind: "append", key, value });
const committed = (transaction: string, ...steps: readonly TransactionStep[]): TransactionRecord => ({ transaction, outcome: "committed", steps });
const aborted = (transaction: string, ...steps: readonly TransactionStep[]): TransactionRecord => ({ transaction, outcome: "aborted", steps });
const unknown = (transaction: string, ...steps: readonly TransactionStep[]): TransactionRecord => ({ transaction, outcome: "unknown", steps });

/** A circle as papers draw it: `t1 -ww x-> t2 -rw y-> t1`. */
function drawn(cycle: readonly Dependency[]): string {
  return cycle.map(({ from, kind, key }) => `${from} -${kind}${key === null ? "" : ` ${key}`}-> `).join("") + (cycle[0]?.from ?? "");
}

const found = (...args: Parameters<typeof serializable>) => {
  const verdict = serializable(...args);
  return verdict.kind === "holds" ? verdict.order : verdict.findings.map(({ anomaly, cycle }) => (cycle.length === 0 ? anomaly : `${anomaly}: ${drawn(cycle)}`));
};

/* The histories are those of Adya's thesis (1999), chapter 3, where he names one. */
describe("serializable", () => {
  it("finds an order where there is one, other than that of the rows", () => {
    // H_serial's sense: t3 reads before t2 writes.
    expect(found([
      committed("t1", w("x", 1), w("y", 1)),
      committed("t2", r("x", 1), w("x", 2)),
      committed("t3", r("x", 1), r("y", 1)),
    ])).toEqual(["t1", "t3", "t2"]);
    expect(serializable([])).toMatchObject({ kind: "holds", order: [], level: "PL-3", transactions: 0 });
  });

  it("finds G0: transactions overwrite each other in a circle (H_wcycle)", () => {
    const history = [committed("t1", w("x", 2), w("y", 5)), committed("t2", w("x", 5), w("y", 8))];
    expect(found(history, { versions: { x: [2, 5], y: [8, 5] } })).toEqual(["G0: t1 -ww x-> t2 -ww y-> t1"]);
    expect(serializable(history, { versions: { x: [2, 5], y: [8, 5] } })).toMatchObject({
      level: "none",
      reason: "Not serializable (G0): t2 overwrote t1's x, and t1 overwrote t2's y.",
    });
    expect(found(history)).toEqual(["t1", "t2"]);
  });

  it("finds G1a: an aborted read", () => {
    const verdict = serializable([aborted("t1", w("x", 1)), committed("t2", r("x", 1))]);
    expect(verdict).toMatchObject({ level: "PL-1", reason: "Not serializable (G1a): t2 reads 1 in x, which t1 wrote and rolled back." });
    // What an aborted transaction reads is its own affair.
    expect(found([aborted("t1", w("x", 1)), aborted("t2", r("x", 1))])).toEqual([]);
  });

  it("finds G1b: an intermediate read", () => {
    const verdict = serializable([committed("t1", w("x", 1), w("x", 2)), committed("t2", r("x", 1))]);
    expect(verdict).toMatchObject({ level: "PL-1", reason: "Not serializable (G1b): t2 reads 1 in x, which t1 itself replaced before its end." });
  });

  it("finds G1c: information flows in a circle", () => {
    expect(found([committed("t1", w("x", 1), r("y", 2)), committed("t2", w("y", 2), r("x", 1))])).toEqual(["G1c: t1 -wr x-> t2 -wr y-> t1"]);
  });

  it("finds G-single: a lost update", () => {
    const verdict = serializable([committed("t1", r("x", null), w("x", 1)), committed("t2", r("x", null), w("x", 2))]);
    expect(verdict).toMatchObject({
      level: "PL-2",
      reason: "Not serializable (G-single): t2 overwrote t1's x, and t1 overwrote the x that t2 had read.",
    });
  });

  it("finds G-single: read skew, where the sum is of two moments", () => {
    expect(found([
      committed("t1", r("x", null), r("y", 90)),
      committed("t2", r("x", null), w("x", 10), r("y", null), w("y", 90)),
    ])).toEqual(["G-single: t1 -rw x-> t2 -wr y-> t1"]);
  });

  it("finds G2: write skew, which snapshot isolation allows", () => {
    const verdict = serializable([
      committed("t1", r("x", null), r("y", null), w("x", 1)),
      committed("t2", r("x", null), r("y", null), w("y", 1)),
    ]);
    expect(verdict).toMatchObject({ level: "PL-2+", findings: [{ anomaly: "G2" }] });
    expect(found([
      committed("t1", r("x", null), r("y", null), w("x", 1)),
      committed("t2", r("x", null), r("y", null), w("y", 1)),
    ])).toEqual(["G2: t1 -rw y-> t2 -rw x-> t1"]);
  });

  it("finds the read-only anomaly of Fekete, O'Neil and O'Neil (2004)", () => {
    // t3 sees the deposit of t2 and not the withdrawal of t1, whose fee says that it has not seen the deposit.
    expect(found([
      committed("t2", r("y", null), w("y", 20)),
      committed("t3", r("x", null), r("y", 20)),
      committed("t1", r("x", null), r("y", null), w("x", -11)),
    ])).toEqual(["G2: t2 -wr y-> t3 -rw x-> t1 -rw y-> t2"]);
  });

  it("finds what is neither written nor kept", () => {
    expect(found([committed("t1", r("x", 7))])).toEqual(["garbage read"]);
    expect(found([committed("t1", w("x", 1), r("x", null))])).toEqual(["internal"]);
    expect(found([committed("t1", w("x", 1), r("x", 1), w("x", 2), r("x", 2))])).toEqual(["t1"]);
    expect(serializable([committed("t1", r("x", 7))])).toMatchObject({ level: "none", reason: "Not serializable (garbage read): t1 reads 7 in x, which nobody wrote." });
  });

  it("names each kind of anomaly once, the worst first", () => {
    expect(found([
      aborted("t0", w("z", 0)),
      committed("t1", r("x", null), w("x", 1), r("z", 0)),
      committed("t2", r("x", null), w("x", 2), r("z", 0)),
      committed("t3", r("x", 2), w("y", 3)),
    ])).toEqual(["G1a", "G-single: t1 -ww x-> t2 -rw x-> t1"]);
  });

  it("takes a version that was there before for what it is", () => {
    const history = [committed("t1", r("x", 100), w("x", 70)), committed("t2", r("x", 70))];
    expect(found(history)).toEqual(["garbage read"]);
    expect(found(history, { versions: { x: [100, 70] } })).toEqual(["t1", "t2"]);
  });

  it("goes by names of versions where values come again", () => {
    const named = (key: string, value: unknown, version: unknown, kind: "read" | "write") => ({ kind, key, value, version }) as const;
    expect(found([
      committed("t1", named("x", 5, "t1", "write")),
      committed("t2", named("x", 5, "t2", "write")),
      committed("t3", named("x", 5, "t1", "read")),
    ])).toEqual(["t1", "t3", "t2"]);
  });

  it("counts a transaction of unknown outcome as committed if somebody has seen it", () => {
    expect(found([unknown("t1", w("x", 1)), committed("t2", r("x", null))])).toEqual(["t2"]);
    expect(found([unknown("t0", w("y", 0)), unknown("t1", r("y", 0), w("x", 1)), committed("t2", r("x", 1))])).toEqual(["t0", "t1", "t2"]);
    expect(found([unknown("t1", w("x", 1)), committed("t2", r("x", null))], { versions: { x: [1] } })).toEqual(["t2", "t1"]);
  });
});

describe("lists", () => {
  it("tell their order themselves", () => {
    expect(found([committed("t2", a("x", 2)), committed("t1", a("x", 1)), committed("t3", r("x", [1, 2]))])).toEqual(["t1", "t2", "t3"]);
    expect(found([committed("t1", r("x", []), a("x", 1), r("x", [1])), committed("t2", r("x", [1]))])).toEqual(["t1", "t2"]);
  });

  it("tell of lost updates and of circles", () => {
    expect(found([
      committed("t1", r("x", []), a("x", 1)), committed("t2", r("x", []), a("x", 2)), committed("t3", r("x", [1, 2])),
    ])).toEqual(["G-single: t1 -ww x-> t2 -rw x-> t1"]);
    expect(found([
      committed("t1", a("x", 1), a("y", 1)), committed("t2", a("x", 2), a("y", 2)), committed("t3", r("x", [1, 2]), r("y", [2, 1])),
    ])).toEqual(["G0: t1 -ww x-> t2 -ww y-> t1"]);
  });

  it.each([
    ["orders that contradict each other", [committed("t1", a("x", 1)), committed("t2", a("x", 2)), committed("t3", r("x", [1, 2])), committed("t4", r("x", [2]))], ["incompatible orders"]],
    ["what was rolled back", [aborted("t1", a("x", 1)), committed("t2", a("x", 2)), committed("t3", r("x", [1, 2]))], ["G1a"]],
    ["what its writer has not finished", [committed("t1", a("x", 1), a("x", 2)), committed("t2", r("x", [1])), committed("t3", r("x", [1, 2]))], ["G1b"]],
    ["what nobody appended", [committed("t1", r("x", [9]))], ["garbage read"]],
    ["what is there twice", [committed("t1", a("x", 1)), committed("t2", r("x", [1, 1]))], ["garbage read"]],
    ["what one has appended and does not find", [committed("t1", a("x", 1), r("x", []))], ["internal"]],
  ])("tell of %s", (_, history, anomalies) => {
    expect(found(history)).toEqual(anomalies);
  });
});

describe("the clock", () => {
  const at = (record: TransactionRecord, invokedAt: number, returnedAt: number | null): TransactionRecord => ({ ...record, invokedAt, returnedAt });
  const late = [
    at(committed("t1", w("x", 1)), 0, 10),
    at(committed("t2", r("x", null)), 20, 30),
  ];

  it("matters only if it is asked for: a read of the past is serializable, but not strictly", () => {
    expect(found(late)).toEqual(["t2", "t1"]);
    expect(serializable(late, { realTime: true })).toMatchObject({
      kind: "violated",
      level: "PL-3",
      findings: [{ anomaly: "real time" }],
      reason: "Serializable, but not strictly (real time): t1 was over before t2 began, and t1 overwrote the x that t2 had read.",
    });
  });

  it("is kept where transactions overlap, or do not answer", () => {
    expect(found([late[0]!, at(late[1]!, 5, 30)], { realTime: true })).toEqual(["t2", "t1"]);
    expect(found([at(late[0]!, 0, null), late[1]!], { realTime: true })).toEqual(["t2", "t1"]);
    expect(serializable([late[0]!, at(committed("t2", r("x", 1)), 20, 30)], { realTime: true }).reason).toBe("Strictly serializable: one order explains all 2 transactions.");
  });

  it("leads across transactions that nothing else connects", () => {
    expect(found([
      at(committed("t1", w("x", 1)), 0, 10),
      at(committed("t9", w("z", 1)), 11, 15),
      at(committed("t2", w("y", 1)), 20, 30),
      at(committed("t3", r("y", 1), r("x", null)), 5, 40),
    ], { realTime: true })).toEqual(["real time: t1 -rt-> t2 -wr y-> t3 -rw x-> t1"]);
  });
});

describe("on random histories", () => {
  it("agrees with the obvious way: try all orders, and all circles", () => {
    const seen: Record<string, number> = {};
    for (let seed = 0; seed < 1_500; seed++) {
      const { history, versions } = randomHistory(seed);
      const verdict = serializable(history, { versions });
      expect({ seed, holds: verdict.kind === "holds" }).toEqual({ seed, holds: hasSerialOrder(history, versions) });
      if (verdict.kind === "holds") {
        expect({ seed, fits: fits(verdict.order.map((name) => history.find(({ transaction }) => transaction === name)!), versions) }).toEqual({ seed, fits: true });
        continue;
      }
      const shortest = allCircles(history, versions);
      for (const { anomaly, cycle } of verdict.findings) {
        seen[anomaly] = (seen[anomaly] ?? 0) + 1;
        if (cycle.length > 0) expect({ seed, anomaly, length: cycle.length }).toEqual({ seed, anomaly, length: shortest[anomaly] });
      }
      const named = verdict.findings.map(({ anomaly }) => anomaly).filter((anomaly) => anomaly in shortest || anomaly.startsWith("G1c"));
      const expected = Object.keys(shortest).filter((anomaly) => anomaly !== "G2" || !("G-single" in shortest));
      expect({ seed, named: new Set(named) }).toEqual({ seed, named: new Set(expected) });
    }
    for (const anomaly of ["G0", "G1a", "G1b", "G1c", "G-single", "G2"]) expect(seen[anomaly] ?? 0, anomaly).toBeGreaterThan(5);
  });

  it("judges 10,000 transactions in less than a second, in order and with a flaw", () => {
    const history = largeHistory(10_000);
    // The time of the processor: neighbours on the machine do not count.
    const now = (): number => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part) / 1e6;
    const before = now();
    expect(serializable(history, { realTime: true }).kind).toBe("holds");
    const between = now();
    const flawed = history.map((record, i) => (i === 5_000 ? { ...record, steps: [...record.steps, r("k1", `k1 ${history.length}`)] } : record));
    expect(serializable([...flawed, committed("last", w("k1", `k1 ${history.length}`), r("k2", null))])).toMatchObject({ kind: "violated" });
    expect(between - before).toBeLessThan(1);
    expect(now() - between).toBeLessThan(1);
  });
});

describe("what cannot be judged", () => {
  it.each([
    ["rows that are none", [3], {}, "history[0] must be a transaction, got 3"],
    ["a name that is there twice", [committed("t1"), committed("t1")], {}, 'history[1]: the transaction "t1" stands there already, as history[0]'],
    ["an outcome that is none", [{ transaction: "t1", outcome: "done", steps: [] }], {}, 'history[0].outcome must be one of "committed", "aborted", "unknown", got "done"'],
    ["a step that is none", [committed("t1", { kind: "delete", key: "x" } as never)], {}, 'history[0].steps[0].kind must be one of "read", "write", "append", got "delete"'],
    ["a version that is written twice", [committed("t1", w("x", 1)), committed("t2", w("x", 1))], {}, 't2 writes 1 to "x", which t1 has written: give each write a version of its own'],
    ["a version without a name", [committed("t1", w("x", null))], {}, 't1 writes nothing to "x": a version needs a value or a name'],
    ["an answer before its call", [{ ...committed("t1"), invokedAt: 5, returnedAt: 3 }], { realTime: true }, "history[0]: the answer came at 3 ms, before its call at 5 ms"],
    ["an option that is none", [], { strict: true }, 'options of serializable has no option "strict"'],
  ])("is refused: %s", (_, history, options, message) => {
    expect(() => serializable(history as never, options as never)).toThrow(message);
  });
});

type Versions = Readonly<Record<string, readonly unknown[]>>;

function randomHistory(seed: number): { readonly history: readonly TransactionRecord[]; readonly versions: Versions } {
  const chance = stream(seed, "history");
  const keys = ["x", "y", "z"].slice(0, 1 + chance.below(3));
  const n = 2 + chance.below(4);
  const plans = Array.from({ length: n }, () => Array.from({ length: 1 + chance.below(3) }, () => ({ key: chance.pick(keys), isRead: chance.chance(0.5) })));
  const written = new Map<string, number[]>(keys.map((key) => [key, []]));
  let serial = 0;
  const steps = plans.map((plan) => plan.map(({ key, isRead }): TransactionStep | { readonly key: string } => {
    if (isRead) return { key };
    written.get(key)!.push(++serial);
    return w(key, serial);
  }));
  const history = steps.map((plan, i): TransactionRecord => {
    const own = new Map<string, unknown>();
    return {
      transaction: `t${i + 1}`,
      outcome: chance.chance(0.15) ? "aborted" : "committed",
      steps: plan.map((step) => {
        if ("kind" in step) {
          own.set(step.key, (step as { value: unknown }).value);
          return step;
        }
        // Mostly its own write where there is one, so that not all histories are nonsense.
        if (own.has(step.key) && chance.chance(0.95)) return r(step.key, own.get(step.key));
        const all = written.get(step.key)!;
        return r(step.key, all.length === 0 || chance.chance(0.4) ? null : chance.pick(all));
      }),
    };
  });
  return { history, versions: Object.fromEntries(Array.from(written, ([key, all]) => [key, chance.chance(0.5) ? all : chance.shuffle(all)])) };
}

/** The versions that committed transactions left, in their order. */
function installedIn(history: readonly TransactionRecord[], versions: Versions): Map<string, { readonly value: unknown; readonly by: string }[]> {
  return new Map(
    Object.entries(versions).map(([key, all]) => [
      key,
      all.flatMap((value) => {
        const by = history.find(({ outcome, steps }) => outcome === "committed" && lastWrite(steps, key) === value);
        return by ? [{ value, by: by.transaction }] : [];
      }),
    ]),
  );
}

function lastWrite(steps: readonly TransactionStep[], key: string): unknown {
  return steps.reduce<unknown>((last, step) => (step.kind === "write" && step.key === key ? step.value : last), undefined);
}

/** Whether these transactions one after the other would have read what they did, and left the versions in their order. */
function fits(order: readonly TransactionRecord[], versions: Versions): boolean {
  const state = new Map<string, unknown>();
  const left = new Map<string, unknown[]>();
  for (const { steps } of order) {
    for (const step of steps) {
      if (step.kind === "read") {
        if ((state.get(step.key) ?? null) !== step.value) return false;
      } else state.set(step.key, step.value);
    }
    for (const key of Object.keys(versions)) {
      const last = lastWrite(steps, key);
      if (last !== undefined) left.set(key, [...(left.get(key) ?? []), last]);
    }
  }
  return Array.from(installedIn(order, versions)).every(([key, all]) => JSON.stringify(all.map(({ value }) => value)) === JSON.stringify(left.get(key) ?? []));
}

function hasSerialOrder(history: readonly TransactionRecord[], versions: Versions): boolean {
  const some = history.filter(({ outcome }) => outcome === "committed");
  const tryAll = (done: readonly TransactionRecord[], rest: readonly TransactionRecord[]): boolean =>
    rest.length === 0 ? fits(done, versions) : rest.some((next) => tryAll([...done, next], rest.filter((other) => other !== next)));
  return tryAll([], some);
}

/** For each kind of circle that there is, the length of a shortest one: all simple circles are looked at. */
function allCircles(history: readonly TransactionRecord[], versions: Versions): Readonly<Record<string, number>> {
  const some = history.filter(({ outcome }) => outcome === "committed");
  const installed = installedIn(history, versions);
  const edges: { readonly from: string; readonly to: string; readonly kind: string }[] = [];
  const add = (from: string, to: string, kind: string): void => void (from !== to && edges.push({ from, to, kind }));
  for (const all of installed.values()) for (let i = 1; i < all.length; i++) add(all[i - 1]!.by, all[i]!.by, "ww");
  for (const { transaction, steps } of some) {
    const own = new Set<string>();
    for (const step of steps) {
      if (step.kind !== "read") own.add(step.key);
      else if (!own.has(step.key)) {
        const all = installed.get(step.key)!;
        const place = all.findIndex(({ value }) => value === step.value);
        if (place < 0 && step.value !== null) continue;
        if (place >= 0) add(all[place]!.by, transaction, "wr");
        if (place + 1 < all.length) add(transaction, all[place + 1]!.by, "rw");
      }
    }
  }
  const shortest: Record<string, number> = {};
  const walk = (start: string, at: string, kinds: readonly string[], seen: ReadonlySet<string>): void => {
    for (const { from, to, kind } of edges) {
      if (from !== at) continue;
      const now = [...kinds, kind];
      if (to === start) {
        const again = now.filter((each) => each === "rw").length;
        const anomaly = again > 1 ? "G2" : again === 1 ? "G-single" : now.includes("wr") ? "G1c" : "G0";
        shortest[anomaly] = Math.min(shortest[anomaly] ?? Infinity, now.length);
      } else if (!seen.has(to)) walk(start, to, now, new Set(seen).add(to));
    }
  };
  for (const { transaction } of some) walk(transaction, transaction, [], new Set([transaction]));
  return shortest;
}

/** Transactions that read and write some of a hundred keys, one after the other. */
function largeHistory(n: number): readonly TransactionRecord[] {
  const chance = stream(1, "large");
  const state = new Map<string, string>();
  return Array.from({ length: n }, (_, i): TransactionRecord => {
    const steps: TransactionStep[] = [];
    for (let k = 0; k < 3; k++) {
      const key = `k${chance.below(100)}`;
      if (steps.some((step) => step.key === key)) continue;
      steps.push(r(key, state.get(key) ?? null));
      if (chance.chance(0.5)) {
        state.set(key, `${key} ${i}`);
        steps.push(w(key, `${key} ${i}`));
      }
    }
    return { ...committed(`t${i}`, ...steps), invokedAt: i, returnedAt: i + 0.5 };
  });
}
