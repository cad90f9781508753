import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  linearizable,
  keyValueMap,
  sessionGuarantees,
  type HistoryOperation,
  type SessionGuarantee,
} from "../../lib/history.js";
import { row } from "./histories.js";

const put = (client: string, key: string, value: unknown, from: number, to: number | null = from + 1) =>
  row(client, { kind: "put", key, value }, null, from, to);
const get = (client: string, key: string, value: unknown, from: number) =>
  row(client, { kind: "get", key }, value, from, from + 1);

/** A history that breaks one guarantee and no other, after Terry et al. (1994), section 2. */
const breaking: Readonly<
  Record<
    SessionGuarantee,
    {
      readonly history: readonly HistoryOperation[];
      readonly first: number;
      readonly second: number;
      readonly seen: readonly number[] | null;
      readonly reason: string;
    }
  >
> = {
  "read your writes": {
    history: [put("a", "password", "new", 0), get("a", "password", null, 2)],
    first: 0,
    second: 1,
    seen: null,
    reason: `"read your writes" is broken: a's get(password) → – (2–3 ms) comes after a's put(password, new) (0–1 ms), and is older.`,
  },
  "monotonic reads": {
    history: [put("w", "mail", 1, 0), put("w", "mail", 2, 2), get("a", "mail", 2, 4), get("a", "mail", 1, 6)],
    first: 2,
    second: 3,
    seen: null,
    reason: `"monotonic reads" is broken: a's get(mail) → 1 (6–7 ms) comes after a's get(mail) → 2 (4–5 ms), and is older.`,
  },
  "monotonic writes": {
    history: [
      put("a", "library", 1, 0),
      put("a", "program", 2, 2),
      get("b", "program", 2, 4),
      get("b", "library", null, 6),
    ],
    first: 0,
    second: 1,
    seen: [2, 3],
    reason: `"monotonic writes" is broken: b's get(program) → 2 (4–5 ms) sees a's put(program, 2) (2–3 ms), but b's get(library) → – (6–7 ms) does not see a's put(library, 1) (0–1 ms), which came before it.`,
  },
  "writes follow reads": {
    history: [
      put("a", "question", 1, 0),
      get("b", "question", 1, 2),
      put("b", "answer", 2, 4),
      get("c", "answer", 2, 6),
      get("c", "question", null, 8),
    ],
    first: 1,
    second: 2,
    seen: [3, 4],
    reason: `"writes follow reads" is broken: c's get(answer) → 2 (6–7 ms) sees b's put(answer, 2) (4–5 ms), but c's get(question) → – (8–9 ms) does not see b's get(question) → 1 (2–3 ms), which came before it.`,
  },
};

describe("sessionGuarantees", () => {
  it.each(Object.entries(breaking))(
    "names the two operations that break %s, and finds no other guarantee broken",
    (guarantee, { history, first, second, seen, reason }) => {
      const verdicts = sessionGuarantees(history);
      expect(verdicts.filter(({ kind }) => kind === "violated").map((one) => one.guarantee)).toEqual([guarantee]);
      const verdict = verdicts.find((one) => one.guarantee === guarantee)!;
      expect(verdict).toMatchObject({ kind: "violated", reason, first: history[first], second: history[second] });
      expect(verdict.kind === "violated" && verdict.seen).toEqual(seen === null ? null : seen.map((i) => history[i]));
    },
  );

  it("says of each guarantee how often it could have been broken", () => {
    const history = [
      put("a", "x", 1, 0),
      get("a", "x", 1, 2),
      get("a", "x", 1, 4),
      put("a", "x", 2, 6),
      get("b", "x", 2, 8),
      get("b", "x", 2, 10),
    ];
    expect(sessionGuarantees(history).map(({ guarantee, kind, checked }) => [guarantee, kind, checked])).toEqual([
      ["read your writes", "holds", 2],
      ["monotonic reads", "holds", 2],
      ["monotonic writes", "holds", 2],
      ["writes follow reads", "holds", 2],
    ]);
    expect(sessionGuarantees([])[0]!.reason).toBe('The history says nothing of "read your writes".');
  });

  it("lets a session see what is newer, and what was written at the same time", () => {
    expect(
      sessionGuarantees([put("a", "x", 1, 0), put("b", "x", 2, 2), get("a", "x", 2, 4)]).every(
        ({ kind }) => kind === "holds",
      ),
    ).toBe(true);
    const together = [
      put("a", "x", 1, 0, 5),
      put("b", "x", 2, 0, 5),
      get("c", "x", 1, 6),
      get("c", "x", 2, 8),
      get("c", "x", 1, 10),
    ];
    expect(sessionGuarantees(together).every(({ kind }) => kind === "holds")).toBe(true);
  });

  it("takes the store's own versions, which may differ from the order of time", () => {
    const versions = new Map([
      ["late", 1],
      ["early", 2],
    ]);
    const version = ({ request, result }: HistoryOperation): number =>
      versions.get(String(result ?? (request as { value?: unknown }).value)) ?? -Infinity;
    const history = [
      put("a", "x", "early", 0),
      put("b", "x", "late", 2),
      get("c", "x", "early", 4),
      get("c", "x", "late", 6),
    ];
    expect(sessionGuarantees(history).find(({ guarantee }) => guarantee === "monotonic reads")!.kind).toBe("holds");
    expect(sessionGuarantees(history, { version }).find(({ guarantee }) => guarantee === "monotonic reads")!.kind).toBe(
      "violated",
    );
    // With versions, a session's own writes show their order at once.
    const twice = [put("a", "x", "early", 0), put("a", "x", "late", 2)];
    expect(
      sessionGuarantees(twice, { version }).find(({ guarantee }) => guarantee === "monotonic writes"),
    ).toMatchObject({ kind: "violated", first: twice[0], second: twice[1], seen: null });
  });

  it("counts a write without an answer, if somebody read it", () => {
    const history = [put("a", "x", 1, 0, null), get("a", "x", 1, 2), get("a", "x", null, 4)];
    // Its end is unknown, so nothing is surely newer than it; but what was there before any write is surely older.
    expect(
      sessionGuarantees(history)
        .filter(({ kind }) => kind === "violated")
        .map(({ guarantee }) => guarantee),
    ).toEqual(["read your writes", "monotonic reads"]);
  });

  it("holds wherever the history is linearizable", () => {
    const history = [
      put("a", "x", 1, 0),
      get("b", "x", 1, 0.5),
      put("b", "y", 2, 2),
      get("a", "y", 2, 4),
      put("a", "x", 3, 6),
      get("c", "x", 3, 8),
      get("c", "y", 2, 10),
    ];
    expect(linearizable(history, keyValueMap()).kind).toBe("holds");
    expect(sessionGuarantees(history).every(({ kind }) => kind === "holds")).toBe(true);
  });

  it.each<readonly [string, readonly HistoryOperation[], object, string]>([
    [
      "another operation",
      [row("a", { kind: "cas" }, true, 0, 1)],
      {},
      'history[0]: session guarantees know the operations "read", "get", "write", "put", got {"kind":"cas"}',
    ],
    [
      "a value that is written twice",
      [put("a", "x", 1, 0), put("b", "x", 1, 2)],
      {},
      "history[1]: 1 is written to x a second time, after history[0]; every write needs a value of its own",
    ],
    [
      "a write of what is there before any write",
      [put("a", "x", 0, 0)],
      { initial: 0 },
      "history[0]: 0 is what is there before any write",
    ],
    [
      "a value that nobody wrote",
      [get("a", "x", 7, 0)],
      {},
      "history[0]: 7 was read and never written; before any write there is – (the option initial)",
    ],
    [
      "a version that is no number",
      [put("a", "x", 1, 0)],
      { version: () => "v1" },
      'history[0]: version must give a number, got "v1"',
    ],
    ["a misspelt option", [], { versions: 1 }, 'options of sessionGuarantees has no option "versions"'],
    [
      "a client that calls while it waits",
      [put("a", "x", 1, 0, 9), put("a", "y", 1, 5)],
      {},
      "history[1]: a calls at 5 ms while it waits for the answer to history[0]",
    ],
  ])("names %s", (_, history, options, message) => {
    expect(() => sessionGuarantees(history, options)).toThrow(message);
  });
});

describe("sessionGuarantees, beside their definitions", () => {
  /** What a read saw or a write wrote: the row of the write, or -1. */
  const versionOf = (history: readonly HistoryOperation[], one: HistoryOperation): number =>
    one.request.kind === "put"
      ? history.indexOf(one)
      : history.findIndex(
          ({ request }) =>
            request.kind === "put" &&
            keyOf({ request }) === keyOf(one) &&
            (request as { value?: unknown }).value === one.result,
        );
  const keyOf = ({ request }: { readonly request: HistoryOperation["request"] }): unknown =>
    (request as { key?: unknown }).key;
  /** Surely older: finished before the other began. */
  const isOlder = (history: readonly HistoryOperation[], one: number, other: number): boolean =>
    one !== other && other >= 0 && (one < 0 || (history[one]!.returnedAt ?? Infinity) <= history[other]!.invokedAt);

  /** The four definitions, each as the paper has it, over all pairs and their witnesses. */
  function broken(history: readonly HistoryOperation[], keysApart = true): SessionGuarantee[] {
    const inSession = (one: HistoryOperation, other: HistoryOperation): boolean =>
      one.client === other.client && one !== other && one.returnedAt !== null && one.returnedAt <= other.invokedAt;
    const version = (one: HistoryOperation): number => versionOf(history, one);
    const isWrite = ({ request }: HistoryOperation): boolean => request.kind === "put";
    const pairs = history.flatMap((first) =>
      history.filter((second) => inSession(first, second)).map((second) => [first, second] as const),
    );
    const stale = (first: HistoryOperation, second: HistoryOperation): boolean =>
      (!keysApart || keyOf(first) === keyOf(second)) && isOlder(history, version(second), version(first));
    /** Somebody saw the second, and later of the first's key something older than the first. */
    const seen = (first: HistoryOperation, second: HistoryOperation): boolean =>
      pairs.some(
        ([one, other]) => !isWrite(one) && !isWrite(other) && version(one) === version(second) && stale(first, other),
      );
    const found = (firstIsWrite: boolean, secondIsWrite: boolean): boolean =>
      pairs.some(
        ([first, second]) =>
          isWrite(first) === firstIsWrite &&
          isWrite(second) === secondIsWrite &&
          (stale(first, second) || (secondIsWrite && seen(first, second))),
      );
    const guarantees: readonly (readonly [SessionGuarantee, boolean])[] = [
      ["read your writes", found(true, false)],
      ["monotonic reads", found(false, false)],
      ["monotonic writes", found(true, true)],
      ["writes follow reads", found(false, true)],
    ];
    return guarantees.filter(([, is]) => is).map(([name]) => name);
  }

  const drawn = fc
    .array(
      fc.record({
        client: fc.integer({ min: 0, max: 2 }),
        key: fc.constantFrom("x", "y"),
        isWrite: fc.boolean(),
        gap: fc.integer({ min: 0, max: 2 }),
        length: fc.integer({ min: 1, max: 3 }),
        which: fc.nat(),
      }),
      { minLength: 4, maxLength: 14 },
    )
    .map((steps) => {
      const free = [0, 0, 0];
      const rows = steps.map((one, i) => {
        const from = free[one.client]! + one.gap;
        free[one.client] = from + one.length;
        return { ...one, value: i, from, to: from + one.length };
      });
      return rows.map(({ client, key, isWrite, which, value, from, to }) => {
        if (isWrite) return put(`c${client}`, key, value, from, to);
        const values = [
          null,
          ...rows.filter((one) => one.isWrite && one.key === key && one.from < to).map((one) => one.value),
        ];
        return row(`c${client}`, { kind: "get", key }, values[which % values.length], from, to);
      });
    });

  it("finds the same guarantees broken", () => {
    const counts = new Map<SessionGuarantee, number>();
    let mixed = 0;
    fc.assert(
      fc.property(drawn, (history) => {
        const found = sessionGuarantees(history)
          .filter(({ kind }) => kind === "violated")
          .map(({ guarantee }) => guarantee);
        expect(found).toEqual(broken(history));
        for (const guarantee of found) counts.set(guarantee, (counts.get(guarantee) ?? 0) + 1);
        if (broken(history, false).join() !== found.join()) mixed++;
      }),
      { numRuns: 1500, seed: 6 },
    );
    expect([...counts.keys()].length).toBe(4);
    expect(Math.min(...counts.values())).toBeGreaterThan(3);
    // A check that mixes up the keys would have been caught.
    expect(mixed).toBeGreaterThan(100);
  });
});
