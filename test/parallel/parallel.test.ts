import { describe, expect, it } from "vitest";
import { explore, search, searchSeeds } from "../../lib/check.js";
import { interruptWith } from "../../lib/core.js";
import { exploreOnThreads, onThreads, searchOnThreads, searchSeedsOnThreads, type Address } from "../../lib/parallel.js";
import { inOrder } from "../../lib/parallel/pool.js";
import { threads as reading } from "../support/threads.js";
import * as models from "./models.js";
import { verdictText } from "./one-by-one.js";
import * as searches from "./searches.js";

const of = (name: string): Address => ({ module: searches.here, name });
const model = (name: string): Address => ({ module: models.here, name });

describe("searchSeedsOnThreads", () => {
  it.each([
    ["sound", "passed", 2],
    ["broken", "failed", 2],
    ["broken", "failed", 1],
    ["vacuous", "vacuous", 1],
  ] as const)("gives the verdict of one thread: %s clusters, %s, threads: %i", async (name, kind, threads) => {
    const command = (seed: number): string => `SEED=${seed}`;
    const alone = searchSeeds({ ...searches[name], seeds: 400, command });
    expect(alone.kind).toBe(kind);
    const shared = await searchSeedsOnThreads(of(name), { seeds: 400, command, threads, ...reading });
    expect(JSON.stringify(shared)).toBe(JSON.stringify(alone));
  });

  it("takes the first seed of the list that goes wrong, whichever thread comes first", async () => {
    const seeds = Array.from({ length: 300 }, (_, i) => 300 - i);
    const alone = searchSeeds({ ...searches.broken, seeds });
    const shared = await searchSeedsOnThreads(of("broken"), { seeds, threads: 3, ...reading });
    expect(alone.kind).toBe("failed");
    expect(JSON.stringify(shared)).toBe(JSON.stringify(alone));
  });

  it("throws what the first seed throws that cannot run", async () => {
    const message = "network.loss must be a probability in [0, 1], got 2";
    expect(() => searchSeeds({ ...searches.senseless, seeds: 60 })).toThrow(message);
    await expect(searchSeedsOnThreads(of("senseless"), { seeds: 60, threads: 2, ...reading })).rejects.toThrow(message);
  });

  it("tells how far it is, and stops when asked to", async () => {
    const told: number[] = [];
    const progress = ({ done, of }: { readonly done: number; readonly of: number }): boolean => {
      told.push(done);
      return done < of / 2;
    };
    const verdict = await searchSeedsOnThreads(of("sound"), { seeds: 160, threads: 2, ...reading, progress });
    expect(verdict).toMatchObject({ kind: "stopped", runs: 80 });
    expect(told).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
  });
});

describe("onThreads", () => {
  const inputs = Array.from({ length: 20 }, (_, seed) => ({ seed }));

  it("calls a function with each input, and answers in their order", async () => {
    const told: unknown[] = [];
    const results = await onThreads(of("draws"), inputs, { threads: 2, ...reading, progress: (progress) => void told.push(progress) });
    expect(results).toEqual(inputs.map(searches.draws));
    expect(told).toEqual(inputs.map((_, i) => ({ done: i + 1, of: 20 })));
    expect(await onThreads(of("draws"), inputs.slice(0, 1), { ...reading })).toEqual([searches.draws(inputs[0]!)]);
    expect(await onThreads(of("draws"), [])).toEqual([]);
  });

  it("throws what the first call throws that fails", async () => {
    const failing = [{ seed: 3 }, { seed: 99 }, { seed: 95 }];
    await expect(onThreads(of("draws"), failing, { threads: 2, ...reading })).rejects.toThrow(
      new RangeError("no seed above 90, got 99"),
    );
  });

  it("leaves no thread behind", async () => {
    const seen: unknown[] = [];
    await inOrder("call", of("draws"), inputs, { threads: 2, ...reading, next: (result) => seen.push(result) < 3 });
    expect(seen).toEqual(inputs.slice(0, 3).map(searches.draws));
    expect(process.getActiveResourcesInfo().filter((kind) => /Worker/i.test(kind))).toEqual([]);
  });
});

describe("exploreOnThreads and searchOnThreads", () => {
  it.each([1, 2, 3])("give the verdict of one thread: %i threads", async (threads) => {
    const more = { threads, ...reading };
    const astray = await exploreOnThreads(model("astray"), more);
    expect(verdictText(astray)).toBe(verdictText(explore(models.astray as never)));
    if (threads !== 2) return;
    const input = { symmetric: [["a1", "a2", "a3"]], timers: 1 };
    const contest = await exploreOnThreads(model("contest"), { ...more, input, maxWorlds: 5_000 });
    expect(contest.kind).toBe("unfinished");
    expect(verdictText(contest)).toBe(verdictText(explore({ ...models.contest(input), maxWorlds: 5_000 } as never)));
    const twoPhase = await searchOnThreads(model("twoPhase"), { ...more, input: { managers: 5 } });
    expect(twoPhase).toMatchObject({ kind: "holds", states: 8_832 });
    expect(verdictText(twoPhase)).toBe(verdictText(search(models.twoPhase({ managers: 5 }) as never)));
  });

  it("tell how far they are, stop when asked to, and are interrupted", async () => {
    const others = (): readonly string[] => process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort/.test(kind));
    const before = others();
    const told: number[] = [];
    const progress = ({ worlds }: { readonly worlds: number }): boolean => told.push(worlds) < 3;
    const stopped = await exploreOnThreads(model("contest"), { threads: 2, ...reading, progress });
    expect(stopped).toMatchObject({ kind: "unfinished", limit: "stopped" });
    expect(told).toHaveLength(3);
    interruptWith(() => {
      throw new Error("enough");
    });
    try {
      await expect(exploreOnThreads(model("contest"), { threads: 2, ...reading })).rejects.toThrow("enough");
    } finally {
      interruptWith(null);
    }
    expect(others()).toEqual(before);
  });

  it.each([
    ["exit", "a thread of the search has ended with code 3"],
    ["throw", "not on this thread"],
  ] as const)("say so when a thread dies by itself: %s", async (how, message) => {
    models.isTestThread();
    await expect(searchOnThreads(model("deadly"), { threads: 2, ...reading, input: { how } })).rejects.toThrow(message);
  });
});

describe("what is asked for wrongly", () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ["a search in its hands", () => searchSeedsOnThreads(searches.sound as never), 'address has no option "run"'],
    ["a path beside it", () => searchSeedsOnThreads({ module: "./swarm.ts", name: "x" }),
      'module must be an address such as import.meta.url, or the name of a package, got "./swarm.ts"'],
    ["a name that is not there", () => searchSeedsOnThreads(of("lost")), 'exports no "lost": '],
    ["no name", () => onThreads({ module: searches.here, name: "" }, [1]), 'name must be the name of an export, got ""'],
    ["something that is no search", () => searchSeedsOnThreads(of("number")), "number of file:"],
    ["something that is no function", () => onThreads(of("number"), [1], { threads: 1, ...reading }), "must be a function, got 7"],
    ["no threads", () => searchSeedsOnThreads(of("sound"), { threads: 0 }), "threads must be a whole number from 1 to 64, got 0"],
    ["no seeds", () => searchSeedsOnThreads(of("sound"), { seeds: 0 }), "seeds must be a whole number from 1 to 10000000, got 0"],
    ["something that is no exploration", () => exploreOnThreads(of("number")), "must be what explore takes, or a function that answers it, got 7"],
    ["a search in depth", () => exploreOnThreads(model("contest"), { threads: 2, input: { order: "depth" } }),
      'order must be "breadth" where threads share a search, got "depth"'],
    ["no states", () => searchOnThreads(model("twoPhase"), { input: { managers: 3 }, maxStates: 0 }), "maxStates must be a whole number from 1"],
    ["an option of the other", () => searchOnThreads(model("twoPhase"), { maxWorlds: 9 } as never), 'searchOnThreads has no option "maxWorlds"'],
    ["an unknown option", () => searchSeedsOnThreads(of("sound"), { cores: 2 } as never), 'searchSeedsOnThreads has no option "cores"'],
    ["inputs that are no list", () => onThreads(of("draws"), 5 as never), "inputs must be a list, got 5"],
  ])("%s", async (_, ask, message) => {
    await expect(ask()).rejects.toThrow(message);
  });
});
