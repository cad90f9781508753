import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids } from "../../../lib/core.js";
import {
  acceptor, agreement, brokenWorlds, insatiableProposer, looseProposer, proposer, quorumsOf, sharingProposer,
} from "../../../lib/paxos.js";
import { simulate } from "../../../lib/sim.js";
import { found } from "./found.js";

const acceptors = ids("a1", "a2", "a3");
const accepting = { a1: acceptor(), a2: acceptor(), a3: acceptor() };
const x = { kind: "propose", value: "x" } as const;
const y = { kind: "propose", value: "y" } as const;

describe("Paxos with one rule broken", () => {
  it.each(brokenWorlds.map((each) => [each.name, each.does, each] as const))("is led astray by a %s: it %s", (_, __, { name, world }) => {
    const verdict = explore(world);
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    const { problem, schedule, worlds } = verdict;
    expect({ problem, steps: schedule.length, worlds }).toEqual({
      problem: found[name]!.problem,
      steps: found[name]!.steps,
      worlds: found[name]!.worlds,
    });
  });

  // The two largest are left to the long tests.
  const small = brokenWorlds.filter(({ name }) => found[name]!.sound < 250_000);

  it.each(small.map((each) => [each.name, each] as const))("is safe in every such world without the %s", (_, { name, sound }) => {
    expect(explore(sound)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenWorlds.map(({ name }) => name)).toEqual(Object.keys(found));
    expect(small).toHaveLength(brokenWorlds.length - 2);
  });

  it("chooses nothing where a proposer wants more votes than there are acceptors, in no world and no run", () => {
    const worlds = (role: typeof proposer) =>
      explore({
        nodes: { p1: role({ acceptors }), ...accepting },
        requests: [{ node: "p1", request: x }],
        properties: [agreement],
        reach: { decided: ({ decisions }) => decisions.length > 0 },
      }).reached["decided"];
    expect(worlds(insatiableProposer)).toBeNull();
    expect(worlds(proposer)).toHaveLength(9);

    const run = (role: typeof proposer) =>
      simulate({ nodes: { p1: role({ acceptors }), ...accepting }, requests: [{ at: 0, node: "p1", request: x }], limits: { time: 5_000 } });
    expect(run(insatiableProposer)).toMatchObject({ decisions: [], ended: { kind: "time-limit" } });
    expect(run(proposer).decisions).toMatchObject([{ node: "p1", outcome: "x" }]);
  });

  it.each([
    { n: 3, prepare: 1, accept: 2 },
    { n: 3, prepare: 1, accept: 1 },
    { n: 2, prepare: 1, accept: 1 },
  ])("decides two values where quorums of $prepare and $accept out of $n are forced on it, which are refused", ({ n, ...quorums }) => {
    const some = acceptors.slice(0, n);
    expect(() => quorumsOf(n, quorums)).toThrow("quorums must meet");
    const role = looseProposer(quorums, { acceptors: some });
    const verdict = explore({
      nodes: { p1: role, p2: role, ...Object.fromEntries(some.map((id) => [id, acceptor()])) },
      requests: [{ node: "p1", request: x }, { node: "p2", request: y }],
      properties: [agreement],
    });
    expect(verdict).toMatchObject({ kind: "violated", problem: 'p1 decided "x", but p2 decided "y"' });
  });

  describe("by a proposer that changes what it has sent", () => {
    const contest = (role: typeof proposer, seed: number, freeze: boolean) => {
      const rival = role({ acceptors, retryAfter: [15, 40] });
      return simulate({
        seed,
        nodes: { p1: rival, p2: rival, ...accepting },
        network: { loss: 0.3 },
        requests: [{ at: 0, node: "p1", request: x }, { at: 5, node: "p2", request: y }],
        properties: [agreement],
        limits: { time: 5_000 },
        freeze,
      });
    };
    const violations = (role: typeof proposer) =>
      Array.from({ length: 300 }, (_, seed) => contest(role, seed, false).violation).filter((violation) => violation !== null);

    it("decides two values in some runs, because promises and votes move along", () => {
      expect(violations(sharingProposer).length).toBeGreaterThan(0);
      expect(violations(proposer)).toEqual([]);
    });

    it("breaks off where messages are frozen", () => {
      expect(() => contest(sharingProposer, 1, true)).toThrow("Cannot assign to read only property 'round'");
      expect(contest(proposer, 1, true).violation).toBeNull();
    });
  });
});
