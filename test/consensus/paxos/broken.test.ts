import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids } from "../../../lib/core.js";
import {
  acceptor, agreement, brokenWorlds, insatiableProposer, looseProposer, proposer, quorumsOf, sharingProposer,
} from "../../../lib/paxos.js";
import { simulate } from "../../../lib/sim.js";

const acceptors = ids("a1", "a2", "a3");
const accepting = { a1: acceptor(), a2: acceptor(), a3: acceptor() };
const x = { kind: "propose", value: "x" } as const;
const y = { kind: "propose", value: "y" } as const;

/**
 * What the search finds in each world: the problem, the length of a shortest schedule and the number of worlds
 * found by then; and how many worlds there are with the sound role, all of them good.
 */
const found: Readonly<Record<string, { readonly problem: string; readonly steps: number; readonly worlds: number; readonly sound: number }>> = {
  "gullible acceptor": { problem: 'p1 decided "x", but p2 decided "y"', steps: 18, worlds: 484, sound: 409 },
  "unbound acceptor": {
    problem: '"y" was chosen in ballot (1, p2), but ballot (2, p1) is for "x"', steps: 12, worlds: 15240, sound: 129126,
  },
  "forgetful acceptor": { problem: 'p2 decided "y", but p1 decided "x"', steps: 20, worlds: 1895, sound: 1227 },
  "mixing acceptor": { problem: 'ballot (1, p1) has two values, "x" and "y"', steps: 12, worlds: 2355, sound: 8451 },
  "minority proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 10, worlds: 36, sound: 409 },
  "loose proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 14, worlds: 168, sound: 409 },
  "stubborn proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 18, worlds: 408, sound: 409 },
  "greatest-value proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 18, worlds: 408, sound: 409 },
  "double-counting proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 17, worlds: 5240, sound: 4969 },
  "forgetful proposer": { problem: 'p1 decided "x", but p1 decided "y"', steps: 20, worlds: 99102, sound: 214453 },
  "ballotless proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 10, worlds: 1460, sound: 409 },
  "double-counting learner": { problem: 'l1 decided "x", but p2 decided "y"', steps: 17, worlds: 17141, sound: 28445 },
  "hasty learner": { problem: 'l1 decided "x", but l2 decided "y"', steps: 14, worlds: 906, sound: 1489 },
  "changing learner": { problem: 'l1 decided "y", but l1 decided "x"', steps: 16, worlds: 394, sound: 408 },
};

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

  it.each(brokenWorlds.map((each) => [each.name, each] as const))("is safe in every such world without the %s", (_, { name, sound }) => {
    expect(explore(sound)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenWorlds.map(({ name }) => name)).toEqual(Object.keys(found));
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
