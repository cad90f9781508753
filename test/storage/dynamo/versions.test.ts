import { describe, expect, it } from "vitest";
import { canonical, stream, type Stream } from "../../../lib/core.js";
import { dotted, type DynamoOptions, emptyClock, isAtMost, join, lastWriterWins, noVersions, pruned, type Siblings, vector, type Version, type Versioning } from "../../../lib/dynamo.js";
import { prunedSiblings } from "../../../lib/storage/dynamo/versions.js";
import { simulate } from "../../../lib/sim.js";
import { store, valuesAt } from "./by-hand.js";

/** Three replicas of a key after some writes, with contexts that were read somewhere, and some merges between them. */
function replicas(chance: Stream, versioning: Versioning): readonly Siblings[] {
  const all: Siblings[] = [noVersions, noVersions, noVersions];
  for (let i = 0; i < 12; i++) {
    const [one, other] = [chance.below(3), chance.below(3)];
    if (chance.chance(0.5)) {
      const past = chance.chance(0.3) ? emptyClock : all[other]!.seen;
      all[one] = versioning.write(all[one]!, { dot: { actor: "abc"[one]!, counter: i + 1 }, past, value: `v${i}`, at: i } satisfies Version);
    } else all[one] = versioning.merge(all[one]!, all[other]!);
  }
  return all;
}

describe("versions", () => {
  it.each([dotted, vector, lastWriterWins])("as $name merge in any order, any grouping, any number of times", (versioning) => {
    for (let seed = 1; seed <= 300; seed++) {
      const [a, b, c] = replicas(stream(seed, versioning.name), versioning) as readonly [Siblings, Siblings, Siblings];
      const { merge } = versioning;
      expect(canonical(merge(a, b))).toBe(canonical(merge(b, a)));
      expect(canonical(merge(merge(a, b), c))).toBe(canonical(merge(a, merge(b, c))));
      expect(canonical(merge(a, a))).toBe(canonical(a));
    }
  });

  it("that are dotted are exactly those that no client has replaced who had seen them", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const written: { readonly name: string; readonly knew: ReadonlySet<string> }[] = [];
      // The slow obvious one: each replica knows sets of names, and each write the names that its client knew.
      const chance = stream(seed, "histories");
      const fast: Siblings[] = [noVersions, noVersions, noVersions];
      const slow: Set<string>[] = [new Set(), new Set(), new Set()];
      for (let i = 0; i < 14; i++) {
        const [one, other] = [chance.below(3), chance.below(3)];
        if (chance.chance(0.5)) {
          const isBlind = chance.chance(0.3);
          written.push({ name: `v${i}`, knew: new Set(isBlind ? [] : slow[other]) });
          fast[one] = dotted.write(fast[one]!, { dot: { actor: "abc"[one]!, counter: i + 1 }, past: isBlind ? emptyClock : fast[other]!.seen, value: `v${i}`, at: i });
          slow[one] = new Set([...slow[one]!, ...written.at(-1)!.knew, `v${i}`]);
        } else {
          fast[one] = dotted.merge(fast[one]!, fast[other]!);
          slow[one] = new Set([...slow[one]!, ...slow[other]!]);
        }
      }
      fast.forEach(({ versions }, i) => {
        const known = slow[i]!;
        const left = written.filter(({ name }) => known.has(name) && !written.some((by) => known.has(by.name) && by.knew.has(name)));
        expect(versions.map(({ value }) => value).sort()).toEqual(left.map(({ name }) => name).sort());
      });
    }
  });

  it("have clocks of which one descends from the other only if it counts as far for every node", () => {
    const [a1, a2, b1] = [{ actor: "a", counter: 1, at: 0 }, { actor: "a", counter: 2, at: 1 }, { actor: "b", counter: 1, at: 2 }];
    expect(isAtMost([a1], [a2, b1])).toBe(true);
    expect(isAtMost([a1, b1], [a2])).toBe(false);
    expect(isAtMost([a2], [a1, b1])).toBe(false);
    expect(join([a1, b1], [a2])).toEqual([a2, b1]);
  });
});

describe("pruning", () => {
  const entry = (actor: string, at: number) => ({ actor, counter: 1, at });

  it("removes the oldest entries, and none that is to be kept", () => {
    const clock = [entry("a", 5), entry("b", 1), entry("c", 3)];
    expect(pruned(clock, 2)).toEqual([entry("a", 5), entry("c", 3)]);
    expect(pruned(clock, 1, ["b"])).toEqual([entry("b", 1)]);
    expect(() => pruned(clock, 0)).toThrow("limit must be a whole number of at least 1, got 0");
  });

  it("brings back a value that was overwritten: the clock no longer knows that it descends from it", () => {
    const version = (actor: string, past: Siblings, at: number): Version => ({ dot: { actor, counter: 1 }, past: past.seen, value: actor, at });
    const old = dotted.write(noVersions, version("a", noVersions, 1));
    const next = dotted.write(old, version("b", old, 2));
    const cut = prunedSiblings(next, 1);
    expect(dotted.merge(old, next).versions.map(({ value }) => value)).toEqual(["b"]);
    expect(dotted.merge(old, cut).versions.map(({ value }) => value)).toEqual(["a", "b"]);
  });
});

describe("a store that prunes its clocks", () => {
  /** c has the first write and misses the second, which replaces it. What does a read give when all is healed? */
  const run = (clock: Pick<DynamoOptions, "clockLimit">): readonly unknown[] => {
    const put = { kind: "put", key: "k" } as const;
    const { simulation } = simulate({
      nodes: store(3, { quorum: "strict", rounds: 1, compareEvery: [50, 60], ...clock }),
      network: { latency: 1 },
      requests: [
        { at: 0, node: "a", request: { ...put, value: "old" } },
        { at: 30, node: "b", request: { ...put, value: "new", context: [{ actor: "a", counter: 1, at: 0 }] } },
      ],
      faults: [{ at: 20, kind: "isolate", node: "c", forMs: 200 }],
      until: 1_000,
    });
    return ["a", "b", "c"].map((node) => valuesAt({ simulation }, node, "k"));
  };

  it("sees an overwritten value come back as a sibling; one that does not, does not", () => {
    expect(run({})).toEqual([["new"], ["new"], ["new"]]);
    expect(run({ clockLimit: 2 })).toEqual([["new"], ["new"], ["new"]]);
    expect(run({ clockLimit: 1 })).toEqual([["old", "new"], ["old", "new"], ["old", "new"]]);
  });
});

describe("the last writer", () => {
  it("loses to an earlier one whose clock runs ahead, though it was acknowledged", () => {
    const run = (offsetMs: number) => {
      const { history } = simulate({
        nodes: store(3, { versions: "last-writer-wins", quorum: "strict" }),
        network: { latency: 1 },
        clients: {
          c1: {
            operations: [{ kind: "put", key: "k", value: "earlier" }, { kind: "put", key: "k", value: "later" }, { kind: "get", key: "k" }],
            to: ["a", "b", "c"],
            choice: "round-robin",
          },
        },
        faults: [{ at: 0, kind: "skew", node: "a", offsetMs }],
        until: 200,
      });
      return history.map(({ result }) => result);
    };
    expect(run(0)).toMatchObject([{ kind: "written" }, { kind: "written" }, { values: ["later"] }]);
    expect(run(500)).toMatchObject([{ kind: "written" }, { kind: "written" }, { values: ["earlier"] }]);
  });
});
