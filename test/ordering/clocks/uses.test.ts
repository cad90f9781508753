import { describe, expect, it } from "vitest";
import { explore, searchSeeds } from "../../../lib/check.js";
import { ids, stream } from "../../../lib/core.js";
import {
  commitServer, externalConsistency, hybridClock, lamportClock, physicalClock, register, timeClient, timeServer, writesTakeEffect,
  type ClockSample, type LogicalClock,
} from "../../../lib/clocks.js";
import { only, simulate, type ScriptedFault } from "../../../lib/sim.js";

const nodes = ids("r1", "r2");

describe("a register in which the last writer wins", () => {
  const twoWrites = <T>(clock: LogicalClock<T>) =>
    simulate({
      nodes: { r1: register({ nodes, clock }), r2: register({ nodes, clock }) },
      network: { latency: 10 },
      faults: [{ at: 0, kind: "skew", node: "r1", offsetMs: 500 }],
      requests: [
        { at: 1, node: "r1", request: { kind: "write", value: "draft" } },
        { at: 50, node: "r2", request: { kind: "write", value: "final" } },
        { at: 90, node: "r1", request: { kind: "read" } },
      ],
      properties: [writesTakeEffect],
      stopAtViolation: false,
    });

  it("loses a write of a node whose clock is behind, and says nothing", () => {
    const { violation, trace } = twoWrites(physicalClock);
    expect(violation).toMatchObject({ problem: 'r2 has told its client that "final" is written, and holds "draft"' });
    expect(only(trace, "reply").at(-1)!.result).toEqual({ kind: "read", value: "draft" });
  });

  it.each([lamportClock, hybridClock] as LogicalClock<any>[])("keeps it with a $name", (clock) => {
    const { violation, trace } = twoWrites(clock);
    expect(violation).toBeNull();
    expect(only(trace, "reply").at(-1)!.result).toEqual({ kind: "read", value: "final" });
  });

  it("ends with one value everywhere, in every order of messages", () => {
    const role = register({ nodes, clock: lamportClock });
    const isOne = ({ nodes: all }: { nodes: readonly { state: unknown }[] }) => new Set(all.map(({ state }) => (state as { value: string }).value)).size === 1;
    const verdict = explore({
      nodes: { r1: role, r2: role },
      requests: [{ node: "r1", request: { kind: "write", value: "x" } }, { node: "r2", request: { kind: "write", value: "y" } }],
      properties: [writesTakeEffect],
      eventually: { "both hold one value": isOne },
    });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 14 });
  });
});

describe("a time client", () => {
  it("is wrong by no more than it says, whatever the network does", () => {
    const offset = 1234;
    const verdict = searchSeeds({
      seeds: 40,
      run: () => ({
        nodes: { s: timeServer(), c: timeClient({ server: ids("s")[0]!, everyMs: 200 }) },
        network: { latency: { kind: "exponential", mean: 20 }, loss: 0.1, links: { "c>s": { latency: [0, 5] } } },
        faults: [{ at: 0, kind: "skew", node: "s", offsetMs: offset }],
        until: 5_000,
      }),
      atEnd: ({ decisions }) => {
        const bad = decisions.map(({ outcome }) => outcome as ClockSample).find((sample) => Math.abs(sample.offset - offset) > sample.error + 1e-6);
        return bad ? `the offset ${bad.offset} is more than ${bad.error} wrong` : null;
      },
      sometimes: { "the error shrank": ({ decisions }) => (decisions.at(-1)!.outcome as ClockSample).error < (decisions[0]!.outcome as ClockSample).error / 2 },
    });
    expect(verdict.kind).toBe("passed");
  });

  it("counts with clocks that run apart, if it is told by how much", () => {
    const rate = 1.01;
    const search = (drift: number) =>
      searchSeeds({
        seeds: 20,
        run: () => ({
          nodes: { s: timeServer(), c: timeClient({ server: ids("s")[0]!, everyMs: 200, drift }) },
          network: { latency: { kind: "exponential", mean: 20 } },
          faults: [{ at: 0, kind: "skew", node: "s", rate }],
          until: 5_000,
        }),
        atEnd: ({ decisions }) => {
          const bad = decisions.find(({ at, outcome }) => Math.abs((outcome as ClockSample).offset - (rate - 1) * at) > (outcome as ClockSample).error + 1e-6);
          return bad ? `at ${bad.at} ms the offset is further off than its bound` : null;
        },
      }).kind;
    expect(search(0)).toBe("failed");
    expect(search(rate - 1)).toBe("passed");
  });

  it("checks its options", () => {
    expect(() => timeClient({ server: ids("s")[0]!, keep: 0 })).toThrow("keep must be a whole number of at least 1, got 0");
    expect(() => timeClient({ server: ids("s")[0]!, drift: 2 })).toThrow("drift must be a finite number from 0 to 1, got 2");
  });
});

describe("commit wait", () => {
  const uncertaintyMs = 7;
  /** Three servers whose clocks are wrong by up to `skew`; each transaction begins somewhere while others are under way. */
  const commits = (seed: number, options: { readonly wait?: boolean; readonly skew?: number }) => {
    const chance = stream(seed, "commits");
    const { wait = true, skew = uncertaintyMs } = options;
    const role = commitServer({ uncertaintyMs, wait });
    const names = ["s1", "s2", "s3"];
    const faults: ScriptedFault[] = names.map((node) => ({ at: 0, kind: "skew", node, offsetMs: chance.within([-skew, skew]) }));
    const requests = Array.from({ length: 20 }, (_, i) => ({ at: 100 + chance.within([0, 200]), node: chance.pick(names), request: { kind: "commit" as const, value: `t${i}` } }));
    return { nodes: { s1: role, s2: role, s3: role }, faults, requests, properties: [externalConsistency] };
  };

  it("keeps external consistency while clocks are no worse than they are said to be", () => {
    expect(searchSeeds({ seeds: 100, run: (seed) => commits(seed, {}) }).kind).toBe("passed");
  });

  it("takes twice the uncertainty", () => {
    const { trace } = simulate({ ...commits(1, { skew: 0 }), seed: 1 } as never);
    const asked = new Map(only(trace, "request").map(({ call, at }) => [call, at]));
    for (const { call, at } of only(trace, "reply")) expect(at - asked.get(call)!).toBeCloseTo(2 * uncertaintyMs, 1);
  });

  it("convicts servers that do not wait, and clocks that are worse than they are said to be", () => {
    expect(searchSeeds({ seeds: 100, run: (seed) => commits(seed, { wait: false }) }).kind).toBe("failed");
    expect(searchSeeds({ seeds: 100, run: (seed) => commits(seed, { skew: 30 }) }).kind).toBe("failed");
  });
});
