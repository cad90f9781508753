import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { brokenWorlds } from "../../../lib/commit/paxos-commit/broken-worlds.js";

/**
 * What the search finds in each world: the problem, the length of a shortest schedule and the number of worlds found by
 * then; and how many worlds there are with the sound role, all of them good. Null: more than a short search can see.
 */
const found: Readonly<Record<string, { readonly problem: string; readonly steps: number; readonly worlds: number; readonly sound: number | null }>> = {
  "presumptuous leader": { problem: "l1 decided to commit t1, but r1 has not voted", steps: 10, worlds: 784, sound: 5606 },
  "stubborn leader": {
    problem: 't1, instance r1: "prepared" was chosen in ballot (0, ), but ballot (1, l1) is for "aborted"', steps: 9, worlds: 320, sound: 6030,
  },
  "hasty leader": { problem: 'l1 decided to commit t1, but the instance r1 has not chosen "prepared"', steps: 4, worlds: 7, sound: 12 },
  "double-counting leader": { problem: 'l1 decided to commit t1, but the instance r1 has not chosen "prepared"', steps: 5, worlds: 35, sound: 88 },
  "sharing leader": { problem: 't1, instance r1: ballot (1, ) has two values, "prepared" and "aborted"', steps: 14, worlds: 40882, sound: null },
  "forgetful leader": { problem: 't1, instance r1: ballot (1, l1) has two values, "aborted" and "prepared"', steps: 16, worlds: 92228, sound: null },
  "usurping leader": { problem: "l1 decided to commit t1, but l2 decided to abort it", steps: 8, worlds: 36, sound: 6299 },
  "forgetful acceptor": {
    problem: 't1, instance r1: "prepared" was chosen in ballot (0, ), but ballot (1, l1) is for "aborted"', steps: 11, worlds: 2707, sound: 22446,
  },
  "gullible acceptor": {
    problem: 't1, instance r1: "prepared" was chosen in ballot (0, ), but ballot (1, l1) is for "aborted"', steps: 9, worlds: 386, sound: 6030,
  },
  "forgetful resource manager": {
    problem: 't2, instance r1: ballot (0, ) has two values, "aborted" and "prepared"', steps: 7, worlds: 1053, sound: 28550,
  },
  "impatient resource manager": { problem: "l1 decided to commit t1, but r1 decided to abort it", steps: 7, worlds: 21, sound: 34 },
};

describe("Paxos Commit with one rule broken", () => {
  it.each(brokenWorlds.map((each) => [each.name, each.does, each] as const))("is led astray by a %s: it %s", (_, __, { name, world }) => {
    const verdict = explore(world as never);
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    const { problem, schedule, worlds } = verdict;
    const { sound: _sound, ...expected } = found[name]!;
    expect({ problem, steps: schedule.length, worlds }).toEqual(expected);
  });

  it.each(brokenWorlds.map((each) => [each.name, each] as const))("is safe in every such world without the %s", (_, { name, sound }) => {
    const expected = found[name]!.sound;
    const verdict = explore({ ...sound, maxWorlds: expected === null ? 20_000 : 1_000_000 } as never);
    expect({ kind: verdict.kind, worlds: verdict.worlds }).toEqual(
      expected === null ? { kind: "unfinished", worlds: 20_000 } : { kind: "holds", worlds: expected },
    );
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenWorlds.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});
