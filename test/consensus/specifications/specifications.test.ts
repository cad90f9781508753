import { describe, expect, it } from "vitest";
import { search } from "../../../lib/check.js";
import type { Specification, SpecificationAction } from "../../../lib/core.js";
import { consensusSpecification } from "../../../lib/consensus/specifications/consensus.js";
import { type PaxosState, paxosSpecification } from "../../../lib/consensus/specifications/paxos.js";
import { votingSpecification, type VotingState } from "../../../lib/consensus/specifications/voting.js";
import { orbits, statesOf } from "./naive.js";

/*
 * "TLC reports" are the numbers that the collection "TLA+ Examples" keeps beside each model: distinct states, states
 * generated (our transitions and the initial state), and the depth (our steps and the initial state). Where a model
 * counts states as one that differ only in names, we count so too.
 */

const acceptors = ["a1", "a2", "a3"];
const values = ["v1", "v2"];

describe("consensus as a specification", () => {
  it("has the states that TLC reports: 4 for three values, of 7 generated with stuttering at the end", () => {
    expect(search(consensusSpecification({ values: 3 }))).toMatchObject({ kind: "holds", states: 4, transitions: 3, ends: 3 });
  });
});

describe("Voting as a specification", () => {
  it("has the states that TLC reports: 77 with names apart, at a depth of 11", () => {
    const { states } = statesOf(votingSpecification());
    expect(orbits(states, [acceptors, values])).toBe(77);
    expect(search(votingSpecification())).toMatchObject({ kind: "holds", states: 599, depth: 10 });
  });

  it("implements Consensus: what is chosen stays, and is one value", () => {
    const { states, steps } = statesOf(votingSpecification());
    const chosen = ({ votes }: (typeof states)[number]): string =>
      values
        .filter((v) => [0, 1].some((b) => acceptors.filter((a) => votes[a]!.has(`${b} ${v}`)).length >= 2))
        .join();
    expect(new Set(states.map(chosen))).toEqual(new Set(["", "v1", "v2"]));
    const strange = steps.filter(([before, , after]) => chosen(before) !== "" && chosen(before) !== chosen(after));
    expect(strange).toEqual([]);
  });

  it("needs the rule that a vote is safe", () => {
    const sound = votingSpecification();
    const next: Record<string, SpecificationAction<VotingState>> = { ...sound.next };
    for (const a of acceptors) {
      for (const v of values) {
        next[`VoteFor(${a}, 1, ${v})`] = ({ votes, maxBal }) =>
          [...votes[a]!].some((vote) => vote.startsWith("1 ")) || acceptors.some((c) => values.some((w) => w !== v && votes[c]!.has(`1 ${w}`)))
            ? null
            : { votes: { ...votes, [a]: new Set([...votes[a]!, `1 ${v}`].sort()) }, maxBal: { ...maxBal, [a]: 1 } };
      }
    }
    const { AtMostOneIsChosen } = sound.properties!;
    const verdict = search({ ...sound, next, properties: { AtMostOneIsChosen: AtMostOneIsChosen! } });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    // Two vote in ballot 0, of which both must have been before anybody does; and two in ballot 1.
    expect(verdict.behaviour.slice(1).map(({ action }) => action)).toHaveLength(5);
  });
});

describe("Paxos as a specification", () => {
  it("has the states that TLC reports: 25 for one acceptor, one value and two ballots, of 82 generated, at a depth of 9", () => {
    expect(search(paxosSpecification({ acceptors: 1, values: 1 }))).toMatchObject({ kind: "holds", states: 25, transitions: 81, depth: 8 });
  });

  it("has 73 states with three acceptors, two values and one ballot, and 3,921 with two ballots (our counts)", () => {
    expect(search(paxosSpecification({ ballots: 1 }))).toMatchObject({ kind: "holds", states: 73, transitions: 309 });
    expect(search(paxosSpecification())).toMatchObject({ kind: "holds", states: 3_921, transitions: 22_994, depth: 16 });
  });

  it("implements Voting: each of its steps is one of Voting, or leaves the votes and promises as they are", () => {
    const abstract = statesOf(votingSpecification());
    const text = (votes: Readonly<Record<string, Iterable<string>>>, maxBal: object): string =>
      JSON.stringify([Object.entries(votes).map(([a, cast]) => [a, [...cast].sort()]), maxBal]);
    const allowed = new Set(abstract.steps.map(([a, , b]) => `${text(a.votes, a.maxBal)} ${text(b.votes, b.maxBal)}`));
    const seen = ({ maxBal, msgs }: PaxosState): string =>
      text(
        Object.fromEntries(
          acceptors.map((a) => [a, [0, 1].flatMap((b) => values.filter((v) => msgs.has(`2b acc=${a} bal=${b} val=${v}`)).map((v) => `${b} ${v}`))]),
        ),
        maxBal,
      );
    const { steps } = statesOf(paxosSpecification());
    const strange = steps.filter(([before, , after]) => seen(before) !== seen(after) && !allowed.has(`${seen(before)} ${seen(after)}`));
    expect(strange).toEqual([]);
    expect(steps.filter(([before, , after]) => seen(before) !== seen(after)).length).toBeGreaterThan(1_000);
  });

  it("needs the rule that a ballot asks for the latest vote it was told of", () => {
    const sound: Specification<PaxosState> = paxosSpecification();
    const next: Record<string, SpecificationAction<PaxosState>> = { ...sound.next };
    for (const b of [0, 1]) {
      for (const v of values) {
        // Ask for whatever one likes once a majority has joined.
        next[`Phase2a(${b}, ${v})`] = ({ msgs }) => {
          const joined = acceptors.filter((a) => [...msgs].some((m) => m.startsWith(`1b acc=${a} bal=${b} `)));
          if (joined.length < 2 || values.some((w) => msgs.has(`2a bal=${b} val=${w}`))) return null;
          return { msgs: new Set([...msgs, `2a bal=${b} val=${v}`].sort()) };
        };
      }
    }
    const verdict = search({ ...sound, next });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    // In each ballot: it begins, two join, one asks, and two vote.
    expect({ property: verdict.property, steps: verdict.behaviour.length - 1 }).toEqual({ property: "AtMostOneIsChosen", steps: 12 });
  });

  it.each([
    [{ acceptors: 0 }, "acceptors must be a whole number from 1 to 9, got 0"],
    [{ ballots: 1.5 }, "ballots must be a whole number from 1 to 9, got 1.5"],
    [{ quorums: 2 }, 'paxosSpecification has no option "quorums"'],
  ])("refuses %o", (bounds, message) => {
    expect(() => paxosSpecification(bounds as never)).toThrow(message);
  });
});
