import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check.js";
import { serializableTransactions } from "../../lib/history.js";
import { type BrokenStore, brokenStores } from "../../lib/transactions/broken-worlds.js";
import { tellsOfTransaction, transactionsOf, versionsOf } from "../../lib/transactions/records.js";

const serial = serializableTransactions({ sees: tellsOfTransaction, recordsOf: transactionsOf, versionsOf });

function worlds({ breaks }: BrokenStore, world: BrokenStore["world"]) {
  return explore({ ...world, properties: breaks === "serializable" ? [...world.properties, serial] : world.properties } as never);
}

/**
 * What the search finds in each world: the problem, the length of a shortest schedule and the number of worlds found by
 * then; and how many worlds there are with the sound store, all of them good.
 */
const found: Readonly<Record<string, { readonly problem: RegExp; readonly steps: number; readonly worlds: number; readonly sound: number }>> = {
  "hasty managers": { problem: /^Not serializable \(G2\)/, steps: 20, worlds: 1529, sound: 321 },
  "lockless shards": { problem: /^Not serializable \(G2\)/, steps: 16, worlds: 430, sound: 321 },
  "early shards": { problem: /^Not serializable \(G-single\)/, steps: 12, worlds: 248, sound: 267 },
  "forgetful shards": { problem: /^s1 has committed m1.1's x, and has what was there before now$/, steps: 8, worlds: 62, sound: 277 },
  "shards with a torn log": { problem: /^s1 has committed m1.2's x, and has what was there before now$/, steps: 14, worlds: 3914, sound: 20727 },
};

describe("a store with one rule broken", () => {
  it.each(brokenStores.map((each) => [each.name, each.does, each] as const))("goes wrong where %s %s", (_, __, each) => {
    const verdict = worlds(each, each.world);
    if (verdict.kind !== "violated") throw new Error(`${each.name}: ${verdict.summary}`);
    const { problem, steps, worlds: count } = found[each.name]!;
    expect(verdict.problem).toMatch(problem);
    expect({ steps: verdict.schedule.length, worlds: verdict.worlds }).toEqual({ steps, worlds: count });
  });

  it.each(brokenStores.map((each) => [each.name, each] as const))("is sound in every such world without the %s", (name, each) => {
    expect(worlds(each, each.sound)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("goes wrong in as many ways as there are worlds for it", () => {
    expect(brokenStores.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});
