import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyValueMap } from "../../lib/history.js";
import { type KeyValueCommand, keyValueStore } from "../../lib/consensus/key-value-store.js";
import { emptyTable, type Table, tableEntries, valueAt, withoutKey, withValue } from "../../lib/core/table.js";

/** Few keys, so that they meet; and some that are names of something in an object. */
const key = fc.oneof(fc.nat(150).map((n) => `k${n}`), fc.constantFrom("", "__proto__", "constructor", "𝕂", "size"));
type Change = readonly ["put", string, string] | readonly ["delete", string];
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant("put" as const), key, fc.string({ maxLength: 2 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("delete" as const), key) },
);
const changes = fc.array(change, { maxLength: 400, size: "max" });

interface Rules {
  readonly put: typeof withValue<string>;
  readonly remove: typeof withoutKey<string>;
  readonly get: typeof valueAt<string>;
}

/** A table is a map, and has the same shape as any other with the same content. */
const isMap = ({ put, remove, get }: Rules) =>
  fc.property(changes, (all) => {
    const map = new Map<string, string>();
    let table: Table = emptyTable;
    for (const each of all) {
      const before = table.size;
      table = each[0] === "put" ? put(table, each[1], each[2]) : remove(table, each[1]);
      if (each[0] === "put") map.set(each[1], each[2]);
      else map.delete(each[1]);
      if (table.size !== map.size || Math.abs(table.size - before) > 1) return false;
    }
    const sorted = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    const again = sorted.reduceRight((filled, [key, value]) => put(filled, key, value), emptyTable as Table);
    return (
      JSON.stringify(tableEntries(table)) === JSON.stringify(sorted) &&
      JSON.stringify(again) === JSON.stringify(table) &&
      sorted.every(([key, value]) => get(table, key) === value) &&
      get(table, "nobody") === undefined
    );
  });

const sound: Rules = { put: withValue, remove: withoutKey, get: valueAt };

describe("a table", () => {
  it("is a map with one shape for one content", () => {
    fc.assert(isMap(sound), { seed: 1, numRuns: 200 });
  });

  it.each<[string, Partial<Rules>]>([
    ["keeps the old value", { put: (table, key, value) => (valueAt(table, key) === undefined ? withValue(table, key, value) : table) }],
    ["remembers a deleted key", { remove: (table, key) => (valueAt(table, key) === undefined ? table : withValue(table, key, "")) }],
    ["finds only what is in a short list", { get: (table, key) => ("entries" in table ? valueAt(table, key) : undefined) }],
    ["never shrinks to a list", {
      remove(table, key) {
        const left = withoutKey(table, key);
        if (!("branches" in table) || "branches" in left) return left;
        return { ...table, size: left.size, branches: table.branches.map((branch) => withoutKey(branch, key)) };
      },
    }],
  ])("is told from one that %s", (_, broken) => {
    expect(fc.check(isMap({ ...sound, ...broken }), { seed: 1, numRuns: 200, endOnFailure: true }).failed).toBe(true);
  });

  it("leaves the table before as it was, and shares what has not changed with it", () => {
    let table: Table = emptyTable;
    for (let i = 0; i < 5_000; i++) table = withValue(table, `k${i}`, "v");
    const text = JSON.stringify(table);
    const next = withValue(withoutKey(table, "k17"), "k18", "w");
    expect([JSON.stringify(table) === text, next.size, valueAt(table, "k17"), valueAt(next, "k17")]).toEqual([true, 4_999, "v", undefined]);
    if (!("branches" in table) || !("branches" in next)) throw new Error("5,000 keys are no list");
    const { branches } = table;
    expect(next.branches.filter((branch, i) => branch !== branches[i])).toHaveLength(2);
    expect(withoutKey(table, "nobody")).toBe(table);
  });

  it("keeps apart keys of one hash", () => {
    let table: Table = emptyTable;
    const keys = alike();
    for (const each of keys) table = withValue(table, each, each);
    expect([keys.length, table.size, keys.every((each) => valueAt(table, each) === each)]).toEqual([64, 64, true]);
    for (const each of keys.slice(1)) table = withoutKey(table, each);
    expect(table).toEqual({ size: 1, entries: [[keys[0], keys[0]]] });
  });
});

/**
 * 64 texts with one FNV hash: six times one of two pieces that lead from one state of the hash to one other state (Joux,
 * "Multicollisions in Iterated Hash Functions", 2004).
 */
function alike(): readonly string[] {
  const pieces = [["7yzx", "e6ad"], ["33zx", "epad"], ["33zx", "epad"], ["33zx", "epad"], ["33zx", "epad"], ["33zx", "epad"]];
  return pieces.reduce((texts, pair) => texts.flatMap((text) => pair.map((piece) => text + piece)), [""]);
}

describe("the key-value store", () => {
  const operation = (kind: KeyValueCommand["kind"]) =>
    keyValueMap().operations[kind] as (state: unknown, request: KeyValueCommand) => { state: unknown; result?: unknown };
  const text = fc.constantFrom("a", "b", "c");
  const command: fc.Arbitrary<KeyValueCommand> = fc.oneof(
    fc.record({ kind: fc.constant("get" as const), key: text }),
    fc.record({ kind: fc.constant("put" as const), key: text, value: text }),
    fc.record({ kind: fc.constant("append" as const), key: text, value: text }),
    fc.record({ kind: fc.constant("delete" as const), key: text }),
    fc.record({ kind: fc.constant("cas" as const), key: text, from: fc.oneof(text, fc.constant(null)), to: text }),
  );

  const fitsModel = (apply: typeof keyValueStore.apply) =>
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      const values = new Map<string, unknown>();
      let state = keyValueStore.initial;
      return commands.every((each) => {
        const performed = apply(state, each);
        const expected = operation(each.kind)(values.get(each.key) ?? null, each);
        state = performed.state;
        values.set(each.key, expected.state);
        return performed.result === (expected.result ?? null);
      });
    });

  it("answers as the model of distlab/history does", () => {
    fc.assert(fitsModel(keyValueStore.apply), { seed: 1, numRuns: 300 });
  });

  it.each<[string, typeof keyValueStore.apply]>([
    [
      "sets without a comparison",
      (state, each) => keyValueStore.apply(state, each.kind === "cas" ? { kind: "put", key: each.key, value: each.to } : each),
    ],
    ["overwrites where it should append", (state, each) => keyValueStore.apply(state, each.kind === "append" ? { ...each, kind: "put" } : each)],
    ["forgets to delete", (state, each) => (each.kind === "delete" ? { state, result: null } : keyValueStore.apply(state, each))],
  ])("is told from one that %s", (_, apply) => {
    expect(fc.check(fitsModel(apply), { seed: 1, numRuns: 300, endOnFailure: true }).failed).toBe(true);
  });

  it("sets where nothing is, if that is what is expected", () => {
    const { state, result } = keyValueStore.apply(emptyTable, { kind: "cas", key: "x", from: null, to: "1" });
    expect([result, tableEntries(state)]).toEqual([true, [["x", "1"]]]);
    expect(keyValueStore.apply(state, { kind: "cas", key: "x", from: null, to: "2" }).result).toBe(false);
  });

  it("refuses what it does not know", () => {
    expect(() => keyValueStore.apply(emptyTable, { kind: "rename", key: "x" } as never)).toThrow(
      'the store knows get, put, append, delete and cas, got {"kind":"rename","key":"x"}',
    );
  });
});
