import { describe, expect, it } from "vitest";
import { explore, search } from "../../lib/check.js";
import { fourPhase, paxosCommit, quorumCommit, threePhase, twoPhase, twoPhaseSpecification } from "../../lib/commit.js";
import { ids, stream } from "../../lib/core.js";
import { SharedStates } from "../../lib/parallel/shared.js";
import { acceptor, brokenWorlds, paxosProperties, proposer } from "../../lib/paxos.js";
import { corner, randomRole, recent } from "../check/random-role.js";
import { randomSystem } from "../check/random-system.js";
import { exploredAlone, searchedAlone, verdictText } from "./one-by-one.js";

const acceptors = ids("a1", "a2", "a3");
const p = proposer({ acceptors });
const contest = {
  nodes: { p1: p, p2: p, a1: acceptor(), a2: acceptor(), a3: acceptor() },
  requests: [
    { node: "p1", request: { kind: "propose", value: "x" } },
    { node: "p2", request: { kind: "propose", value: "y" } },
  ],
  properties: paxosProperties({ acceptors }),
} as const;

/** A cluster of random roles, with random bounds. */
function randomCluster(seed: number): Record<string, unknown> {
  const chance = stream(seed, "options");
  const names = ids("a", "b", "c").slice(0, 2 + chance.below(2));
  const ask = () => ({ node: chance.pick(names), request: { kind: "go" } });
  return {
    nodes: Object.fromEntries(names.map((name) => [name, randomRole(seed, name, names)])),
    requests: chance.pick([[[ask()]], [[ask(), ask()]], [[ask()], [ask()]]]),
    timers: chance.below(2),
    crashes: chance.below(2),
    duplicates: chance.pick([0, 1]),
    properties: chance.pick([[], [corner], [recent], [corner, recent]]),
    reach: { "something is decided": ({ decisions }: { decisions: unknown[] }) => decisions.length > 0 },
    maxWorlds: chance.pick([50, 400, 3_000]),
    ...(chance.below(4) === 0 ? { maxDepth: chance.below(6) } : {}),
    ...(chance.below(4) === 0 ? { eventually: { "something is decided in the end": ({ decisions }: any) => decisions.length > 0 } } : {}),
    reduce: chance.below(2) === 0,
  };
}

/** The verdict as text, or what was thrown. */
async function textOf(find: () => unknown): Promise<string> {
  try {
    return verdictText((await find()) as never);
  } catch (error) {
    return String(error);
  }
}

describe("the walk of several threads", () => {
  it("is that of one thread on random clusters: same verdict, same counts, same schedule", async () => {
    const kinds: Record<string, number> = {};
    for (let seed = 0; seed < 120; seed++) {
      const options = randomCluster(seed);
      const one = await textOf(() => explore(options as never));
      const threads = 1 + (seed % 3);
      expect({ seed, text: await textOf(() => exploredAlone(options, { threads, seed })) }).toEqual({ seed, text: one });
      const kind = one.startsWith("{") ? /"kind":"(holds|violated|unfinished)"/.exec(one)![1]! : "thrown";
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    for (const kind of ["holds", "violated", "unfinished"]) expect(kinds[kind]).toBeGreaterThan(10);
  });

  it("is that of one thread on random systems", async () => {
    for (let seed = 0; seed < 100; seed++) {
      const system = {
        ...randomSystem(seed),
        properties: { "b is small": ({ b }: { b: number }) => b < 4 || seed % 2 === 0 },
        reach: { "c is long": ({ c }: { c: readonly number[] }) => c.length > 2 },
        maxStates: seed % 5 === 0 ? 20 : 1_000,
      };
      const one = verdictText(search(system));
      expect({ seed, text: verdictText(await searchedAlone(system, { threads: 2 + (seed % 2), seed })) }).toEqual({ seed, text: one });
    }
  });

  const worlds = [...brokenWorlds, ...[twoPhase, threePhase, fourPhase, quorumCommit, paxosCommit].flatMap((of) => of.brokenWorlds)];
  const few = worlds.filter(({ world }) => explore({ ...world, maxWorlds: 2_500 } as never).kind === "violated");

  it.each(few.map(({ name, world }, i) => [name, world, i] as const))("finds the same way to lead Paxos or commitment astray: %s", async (_, world, i) => {
    const one = explore(world as never);
    const several = await exploredAlone(world, { threads: 2 + (i % 2), seed: i });
    expect(verdictText(several)).toBe(verdictText(one));
  });

  it("knows enough such worlds", () => {
    expect(few.length).toBeGreaterThan(30);
  });

  it("counts the states of two-phase commit, where threads share them out by the managers' states", async () => {
    const one = search(twoPhaseSpecification({ managers: 5 }));
    for (const threads of [1, 2, 3]) {
      const several = await searchedAlone(twoPhaseSpecification({ managers: 5 }), { threads, seed: threads });
      expect(verdictText(several)).toBe(verdictText(one));
    }
  });

  it.each([
    ["up to the acceptors' names", { symmetric: [acceptors], reduce: true }],
    ["with a crash, up to a limit", { crashes: 1, maxWorlds: 4_000 }],
    ["to a depth", { maxDepth: 7 }],
  ])("is that of one thread for Paxos, %s", async (_, more) => {
    const options = { ...contest, ...more };
    const one = explore(options as never);
    for (const threads of [2, 3]) expect(verdictText(await exploredAlone(options, { threads, seed: 9 }))).toBe(verdictText(one));
  });

  it("is that of one thread where nothing ever happens", async () => {
    const still = { initial: [{ n: 1 }, { n: 2 }, { n: 1 }], next: {} };
    const one = search(still);
    expect(one).toMatchObject({ kind: "holds", states: 2, ends: 2 });
    expect(verdictText(await searchedAlone(still, { threads: 2, seed: 1 }))).toBe(verdictText(one));
  });

  it("throws what one thread throws, and only if one thread comes there", async () => {
    const system = (most: number) => ({
      initial: { n: 0, m: 0 },
      next: {
        up: ({ n }: { n: number }) => {
          if (n === 40) throw new Error("too high");
          return { n: n + 1 };
        },
        over: ({ m }: { m: number }) => (m < 9 ? { m: m + 1 } : null),
      },
      properties: { "n is small": ({ n }: { n: number }) => n < most },
    });
    for (const most of [30, 40, 41, 50]) {
      const one = await textOf(() => search(system(most)));
      expect(one).toMatch(most > 40 ? /^Error: too high$/ : /"kind":"violated"/);
      expect(await textOf(() => searchedAlone(system(most), { threads: 3, seed: most }))).toBe(one);
    }
  });

  it("says so where what a rule does hangs on something outside", async () => {
    let calls = 0;
    const system = {
      initial: { n: 0 },
      next: { up: ({ n }: { n: number }) => (n < 9 ? { n: n + 1 + (calls++ % 2) } : null) },
    };
    await expect(searchedAlone(system, { threads: 2, seed: 1 })).rejects.toThrow(/must rest on something outside/);
  });

  it("would be another one if a state kept the parent that came first to it", async () => {
    class Hasty extends SharedStates {
      protected override lower(): void {}
    }
    const options = { ...contest, maxWorlds: 2_000 };
    const one = verdictText(explore(options as never));
    const texts = await Promise.all([1, 2, 3].map((seed) => textOf(() => exploredAlone(options, { threads: 2, seed, states: Hasty }))));
    expect(texts.filter((text) => text !== one)).not.toEqual([]);
  });
});
