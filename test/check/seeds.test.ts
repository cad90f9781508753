import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core.js";
import { replay, scheduleText, searchSeeds, shrink, shrinkSchedule, swarm, type SeedOptions } from "../../lib/check.js";
import { only, simulate } from "../../lib/sim.js";
import { acceptor, agreement, proposer } from "../../lib/paxos.js";
import { doubleCountingProposer, forgetfulAcceptor, gullibleAcceptor } from "../../lib/consensus/paxos/broken.js";
import { chair, counter, noCountTwice, noFalseMajority, voter, watcher } from "./roles.js";

const [w] = ids("w");
const voters = ids("v1", "v2", "v3", "v4", "v5");

/** Votes on a network that doubles messages, among clutter that a failure does not need. */
function ballot(seed: number, countsVoters: boolean) {
  return {
    seed,
    nodes: {
      c: chair(voters, { countsVoters }),
      v1: voter(true),
      v2: voter(true),
      v3: voter(false),
      v4: voter(false),
      v5: voter(false),
    },
    network: { duplication: 0.3, loss: 0.1, latency: { kind: "exponential", mean: 8 } },
    requests: [
      { at: 0, node: "c", request: { kind: "ask" } },
      { at: 50, node: "c", request: { kind: "ask" } },
    ],
    faults: [
      { at: 20, kind: "crash", node: "v4", forMs: 20 },
      {
        at: 30,
        kind: "partition",
        groups: [
          ["c", "v1"],
          ["v2", "v3"],
        ],
        forMs: 10,
      },
    ],
    nemesis: { until: 100, pauses: 20, isolations: 20 },
    properties: [noFalseMajority(2, 5)],
    until: 200,
  } as const;
}

describe("searchSeeds", () => {
  it("says how often the interesting cases occurred, and fails if one never did", () => {
    const search = {
      seeds: 50,
      run: (seed: number) => ballot(seed, true),
      sometimes: {
        "a vote came twice": (run: { trace: readonly { kind: string }[] }) =>
          only(run.trace as never, "deliver").some(({ copy }) => copy === 1),
        "a node crashed": (run: { trace: readonly { kind: string }[] }) =>
          run.trace.some(({ kind }) => kind === "crash"),
      },
    };
    const verdict = searchSeeds(search);
    expect(verdict).toMatchObject({ kind: "passed", runs: 50, counters: { "a node crashed": 50 } });
    expect(verdict.counters["a vote came twice"]).toBeGreaterThan(10);
    const vacuous = searchSeeds({ ...search, sometimes: { ...search.sometimes, "the chair crashed": () => false } });
    expect(vacuous).toMatchObject({ kind: "vacuous", missing: ["the chair crashed"] });
    expect(vacuous.report).toMatch(/^50 seeds passed, but it never occurred: the chair crashed/);
  });

  it("stops at the first seed that goes wrong, and shrinks it to the few actions that matter", () => {
    const verdict = searchSeeds({
      seeds: 500,
      run: (seed) => ballot(seed, false),
      command: (seed) => `SEED=${seed} npm test`,
    });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.runs).toBe(verdict.seed);
    const { schedule, after, before, trace, options } = verdict.shrunk;
    // The chair asks; two voters hear it and answer; and one more vote comes from a copy, or from a second question.
    expect(after).toMatchObject({ faults: 0, requests: 1 });
    expect(schedule!.length).toBeLessThanOrEqual(8);
    expect(verdict.shrunk.isShortest).toBe(true);
    expect(before.actions).toBeGreaterThan(schedule!.length);
    expect(before.faults).toBeGreaterThan(2);
    expect(trace.at(-1)).toMatchObject({ kind: "violation", property: "no false majority" });
    // One-minimal: no single action can be left out.
    for (let i = 0; i < schedule!.length; i++) {
      expect(
        shrinkSchedule(
          options,
          schedule!.filter((_, k) => k !== i),
        ),
      ).toBeNull();
    }
    expect(replay(options, schedule!)).toEqual(trace);
    expect(verdict.report).toContain(scheduleText(schedule!));
    expect(verdict.report).toMatch(
      /^seed \d+, step \d+, [\d.]+ ms: no false majority: decided yes with 2 of 5 votes\n/,
    );
    expect(verdict.report).toMatch(/\nto see this run alone: SEED=\d+ npm test$/);
    // The same search again comes to the same end.
    const again = searchSeeds({ seeds: [verdict.seed], run: (seed) => ballot(seed, false) });
    expect(again).toMatchObject({ kind: "failed", shrunk: { report: verdict.shrunk.report } });
  });

  it("judges the end of a run, too", () => {
    const verdict = searchSeeds({
      seeds: 20,
      run: (seed) => ballot(seed, true),
      atEnd: ({ decisions }) => (decisions.length > 0 ? null : "nothing was decided"),
    });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.failure).toMatchObject({ property: "at the end of the run", problem: "nothing was decided" });
    expect(verdict.shrunk.schedule).toBeNull();
    expect(verdict.shrunk.after).toMatchObject({ faults: 0, requests: 0 });
  });

  it("takes a rule that throws for a failure of its own", () => {
    const fragile = {
      ...watcher,
      receive: {
        news: () => {
          throw new Error("no news, please");
        },
      },
    };
    const verdict = searchSeeds({
      seeds: 3,
      run: () => ({
        nodes: { n1: counter("none", w!), w: fragile },
        requests: [0, 5, 9].map((at) => ({ at, node: "n1" as const, request: { kind: "add" as const } })),
      }),
    });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.failure).toMatchObject({
      property: "no rule throws",
      problem: expect.stringContaining("no news, please"),
    });
    expect(verdict.shrunk.schedule!.map(({ kind }) => kind)).toEqual(["request", "deliver"]);
  });

  it("stops when told to", () => {
    expect(
      searchSeeds({ seeds: 50, run: (seed) => ballot(seed, true), progress: ({ done }) => done < 7 }),
    ).toMatchObject({ kind: "stopped", runs: 7 });
  });

  it.each([
    ["no seeds", { seeds: 0 }, "seeds must be a whole number from 1 to 10000000, got 0"],
    ["a run that is none", { run: 3 }, "run must be a function of a seed, got 3"],
    ["a misspelt option", { seed: 1 }, 'searchSeeds has no option "seed"'],
  ])("refuses %s", (_, change, message) => {
    expect(() => searchSeeds({ run: (seed: number) => ballot(seed, true), ...change } as never)).toThrow(message);
  });
});

describe("shrink", () => {
  it("finds the least run that forgets: one count, a crash, a restart, the count again", () => {
    const options = {
      seed: 1,
      nodes: { n1: counter("write", w!), w: watcher },
      requests: Array.from({ length: 20 }, (_, i) => ({
        at: 5 * i,
        node: "n1" as const,
        request: { kind: "add" as const },
      })),
      nemesis: { until: 100, crashes: { perSecond: 50, lasts: [1, 3] } },
      properties: [noCountTwice],
    } as const;
    const { schedule, before, after, report } = shrink(options);
    expect(before.requests).toBeGreaterThan(6);
    expect(after).toMatchObject({ requests: 2, actions: 4 });
    expect(schedule!.map(({ kind }) => kind)).toEqual(["request", "crash", "restart", "request"]);
    expect(report).toMatchInlineSnapshot(`
      "no count twice: the count 1 was given out twice
      shrunk: faults 3 -> 1, requests 8 -> 2, actions 16 -> 4 (no shorter schedule does it with the same requests, timers, crashes and copies)
      1. request n1: add
      2. crash n1
      3. restart n1
      4. request n1: add"
    `);
  });

  it("makes the cluster smaller where it is told how", () => {
    const broken = (n: number): SeedOptions => {
      const acceptors = ids("a1", "a2", "a3", "a4", "a5").slice(0, n);
      const p = proposer({ acceptors });
      return {
        nodes: { p1: p, p2: p, ...Object.fromEntries(acceptors.map((name) => [name, gullibleAcceptor()])) },
        network: { loss: 0.2, latency: [1, 30] },
        requests: [
          { at: 0, node: "p1", request: { kind: "propose", value: "x" } },
          { at: 3, node: "p2", request: { kind: "propose", value: "y" } },
        ],
        properties: [agreement],
        until: 2_000,
      };
    };
    const found = searchSeeds({
      seeds: 200,
      run: () => broken(5),
      *smaller(options) {
        const n = Object.keys(options.nodes).length - 2;
        if (n > 3) for (let seed = 1; seed <= 50; seed++) yield { ...broken(n - 1), seed };
      },
    });
    if (found.kind !== "failed") throw new Error(found.report);
    expect(found.shrunk.after.nodes).toBe(5);
    // Two requests and two ballots of a majority of three: eight messages each, as the explorer finds it.
    expect(found.shrunk.schedule!.length).toBe(18);
  });

  it("refuses a run that does not fail", () => {
    expect(() => shrink(ballot(1, true))).toThrow("this run does not fail: there is nothing to shrink");
  });
});

describe("with Paxos", () => {
  const acceptors = ids("a1", "a2", "a3");
  const contest = (
    seed: number,
    roles: { p?: typeof proposer; a?: () => ReturnType<typeof acceptor> },
  ): SeedOptions => {
    const { p = proposer, a = acceptor } = roles;
    const mix = swarm(seed, {
      loss: [0, 0.3],
      duplication: [0, 0.5],
      crashes: [1, 30],
      partitions: [1, 10],
      slow: { oneOf: [[1, 100], { kind: "exponential", mean: 20 }] as const },
    });
    return {
      nodes: { p1: p({ acceptors }), p2: p({ acceptors }), a1: a(), a2: a(), a3: a() },
      network: { loss: mix.loss ?? 0, duplication: mix.duplication ?? 0, latency: mix.slow ?? [1, 10] },
      requests: [
        { at: 0, node: "p1", request: { kind: "propose", value: "x" } },
        { at: 1, node: "p2", request: { kind: "propose", value: "y" } },
      ],
      nemesis: { until: 1_000, crashes: mix.crashes ?? 0, partitions: mix.partitions ?? 0 },
      properties: [agreement],
      until: 3_000,
    };
  };

  it("agrees on every seed", () => {
    const verdict = searchSeeds({
      seeds: 200,
      run: (seed) => contest(seed, {}),
      sometimes: {
        decided: ({ decisions }) => decisions.length > 0,
        "an acceptor crashed": ({ trace }) => only(trace, "crash").some(({ node }) => node.startsWith("a")),
        "a message was lost": ({ trace }) => only(trace, "drop").some(({ reason }) => reason === "lost"),
        "no fault at all": ({ trace }) => trace.every(({ kind }) => kind !== "drop" && kind !== "crash"),
      },
    });
    expect(verdict).toMatchObject({ kind: "passed" });
  });

  it.each([
    ["acceptors vote without a look at their promise", { a: gullibleAcceptor }],
    ["acceptors forget when they crash", { a: forgetfulAcceptor }],
    ["proposers count messages, not acceptors", { p: doubleCountingProposer }],
  ])("finds a seed where %s, and a schedule of some twenty actions", (_, roles) => {
    const verdict = searchSeeds({ seeds: 3_000, run: (seed) => contest(seed, roles) });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.failure.property).toBe("agreement");
    expect(verdict.shrunk.schedule!.length).toBeLessThanOrEqual(26);
    expect(verdict.shrunk.after.actions).toBeLessThan(verdict.shrunk.before.actions);
  });
});

describe("swarm", () => {
  const knobs = { loss: [0, 0.3], crashes: [1, 20], latency: { oneOf: [5, 50] } } as const;

  it("leaves each knob out of about half of the seeds, and all of them out of some", () => {
    const mixes = Array.from({ length: 400 }, (_, seed) => swarm(seed, knobs));
    for (const name of ["loss", "crashes", "latency"] as const) {
      const share = mixes.filter((mix) => mix[name] !== undefined).length / mixes.length;
      expect(share).toBeGreaterThan(0.35);
      expect(share).toBeLessThan(0.55);
    }
    expect(mixes.filter((mix) => Object.keys(mix).length === 0).length).toBeGreaterThan(40);
    expect(
      mixes.every(({ loss = 0, latency = 5 }) => loss >= 0 && loss < 0.3 && (latency === 5 || latency === 50)),
    ).toBe(true);
  });

  it("draws each knob by itself", () => {
    const { loss } = swarm(5, { loss: [0, 1] });
    expect(swarm(5, { other: [0, 1], loss: [0, 1] }).loss).toBe(loss);
    expect(Array.from({ length: 20 }, (_, seed) => swarm(seed, knobs))).toEqual(
      Array.from({ length: 20 }, (_, seed) => swarm(seed, knobs)),
    );
  });

  it("refuses a knob that is none", () => {
    expect(() => swarm(1, { loss: 0.3 as never })).toThrow(
      "loss must be a range [min, max] or { oneOf: [...] }, got 0.3",
    );
    expect(() => swarm(1, { loss: [2, 1] })).toThrow("loss[1] must be a finite number");
  });
});

it("gives the same run by its seed alone", () => {
  expect(simulate(ballot(7, false)).hash).toBe(simulate(ballot(7, false)).hash);
});
