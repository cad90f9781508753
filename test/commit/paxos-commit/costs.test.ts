import { describe, expect, it } from "vitest";
import { paxosCommitCost, paxosCommitWriteDelays } from "../../../lib/commit/paxos-commit/costs.js";
import { grayLamportCost } from "../../../lib/commit/costs.js";
import { decisionLatencies } from "../../../lib/measure.js";
import { simulate } from "../../../lib/sim.js";
import { measured } from "../clusters.js";
import { cluster, type Shape, work } from "./clusters.js";

const places = ["apart", "with a participant"] as const;
const sizes = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) =>
  [0, 1, 2].flatMap((faults) => places.filter((leader) => leader === "apart" || faults < n).map((leader) => ({ n, faults, leader }))),
);

function shapeOf({ n, faults, leader }: (typeof sizes)[number], faster: boolean): Shape {
  return { managers: n, faults, colocated: leader === "with a participant", faster };
}

describe.each([
  { protocol: "Paxos Commit", faster: false },
  { protocol: "Faster Paxos Commit", faster: true },
])("$protocol costs what Gray and Lamport count in Figure 4", ({ faster }) => {
  it.each(sizes)("for $n resource managers and F = $faults, the leader $leader", (size) => {
    const { nodes, managers, first } = cluster(shapeOf(size, faster));
    const request = { kind: "begin", transaction: "t1", coordinator: first, work: work(managers) };
    expect(measured(nodes, { node: "r1", request }, managers, "commit")).toEqual(paxosCommitCost({ ...size, faster }));
  });

  it.each(["a participant", "the leader"] as const)("forces one write after the other where %s begins", (begins) => {
    const { nodes, managers, first } = cluster({ managers: 4, faults: 1, faster });
    const asked =
      begins === "the leader"
        ? { node: first, request: { kind: "commit", transaction: "t1", work: work(managers) } }
        : { node: "r1", request: { kind: "begin", transaction: "t1", coordinator: first, work: work(managers) } };
    const run = simulate({ nodes, network: { latency: 0 }, disk: { flush: 1 }, requests: [{ at: 0, ...asked }], until: 90 } as never);
    const knowAt = decisionLatencies(run.trace).filter(({ node }) => node.startsWith("r")).map(({ ms }) => ms);
    expect(Math.max(...knowAt)).toBe(paxosCommitWriteDelays({ begins }));
  });
});

describe("the formulas", () => {
  it("are those of Figure 4", () => {
    for (const { n, faults: f, leader } of sizes) {
      const isApart = leader === "apart";
      expect(paxosCommitCost({ n, faults: f, leader }).messages).toBe(isApart ? (n + 1) * (f + 3) - 4 : n * (f + 3) - 3);
      expect(paxosCommitCost({ n, faults: f, leader, faster: true }).messages).toBe(isApart ? n * (2 * f + 3) - 1 : (n - 1) * (2 * f + 3));
      expect(paxosCommitCost({ n, faults: f, leader }).forced).toBe(n + f + 1);
      if (n < 3 || f === 0) continue;
      expect(paxosCommitCost({ n, faults: f, leader }).delays).toBe(isApart ? 5 : 4);
      expect(paxosCommitCost({ n, faults: f, leader, faster: true }).delays).toBe(isApart ? 4 : 3);
    }
  });

  it("are the check value of section 5: 12, 17 and 20 messages for five resource managers and F = 1", () => {
    const about = { n: 5, faults: 1, leader: "with a participant" } as const;
    expect([
      grayLamportCost({ n: 5, coordinator: "with a participant" }).messages,
      paxosCommitCost(about).messages,
      paxosCommitCost({ ...about, faster: true }).messages,
    ]).toEqual([12, 17, 20]);
  });

  it("are those of two-phase commit where F = 0", () => {
    for (const { n, leader } of sizes) {
      const twoPhase = grayLamportCost({ n, coordinator: leader });
      expect(paxosCommitCost({ n, faults: 0, leader })).toEqual(twoPhase);
      expect(paxosCommitCost({ n, faults: 0, leader, faster: true })).toEqual(twoPhase);
    }
  });

  it("are for what there can be", () => {
    expect(() => paxosCommitCost({ n: 0, faults: 0 })).toThrow("n must be a whole number of at least 1, got 0");
    expect(() => paxosCommitCost({ n: 2, faults: -1 })).toThrow("faults must be a whole number of at least 0, got -1");
    expect(() => paxosCommitCost({ n: 2, faults: 2, leader: "with a participant" })).toThrow("faults must be a whole number from 0 to 1, got 2");
  });
});
