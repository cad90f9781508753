import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ids, majority, type NodeId } from "../../../lib/core.js";
import {
  committedByMajority, committedIndex, isQuorum, quorumsMeet, voteOfMajority, voteResult, type VoteResult, type Voting,
} from "../../../lib/consensus/raft/quorum.js";

const servers = ids("s1", "s2", "s3", "s4", "s5", "s6", "s7");

const voters = fc.subarray([...servers], { minLength: 1 });
const voting: fc.Arbitrary<Voting> = fc.record({ voters, outgoing: fc.oneof(fc.constant([]), fc.subarray([...servers])) });

/** Something known of some of the servers. */
const known = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(fc.constantFrom(...servers), value), { maxLength: servers.length }).map((entries) => new Map(entries));

const subsets = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.reduce<readonly (readonly T[])[]>((all, item) => [...all, ...all.map((some) => [...some, item])], [[]]);

const halves = ({ voters, outgoing }: Voting) => [voters, outgoing].filter((half) => half.length > 0);

/** The definition, word for word: a set of servers that holds more than half of each half. */
const holds = (configuration: Voting, nodes: readonly NodeId[]) =>
  halves(configuration).every((half) => 2 * half.filter((node) => nodes.includes(node)).length > half.length);

/** The greatest N of those that anybody holds such that the servers with matchIndex >= N are a quorum. */
function slowCommitted(configuration: Voting, matchIndex: ReadonlyMap<NodeId, number>): number {
  const candidates = [0, ...matchIndex.values()].sort((a, b) => b - a);
  return candidates.find((n) => holds(configuration, servers.filter((node) => (matchIndex.get(node) ?? 0) >= n)))!;
}

/** Won if it is won however the missing vote, lost if it is lost however they do. */
function slowVote(configuration: Voting, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const yes = servers.filter((node) => votes.get(node) === true);
  const ends = subsets(servers.filter((node) => !votes.has(node))).map((late) => holds(configuration, [...yes, ...late]));
  return ends.every(Boolean) ? "won" : ends.some(Boolean) ? "pending" : "lost";
}

const slowMeet = (one: Voting, other: Voting) =>
  !subsets(servers).some((nodes) => holds(one, nodes) && holds(other, servers.filter((node) => !nodes.includes(node))));

const agrees = {
  committedIndex: (fast: typeof committedIndex) =>
    fc.property(voting, known(fc.nat(4)), (configuration, matchIndex) =>
      fast(configuration, matchIndex) === slowCommitted(configuration, matchIndex)),
  voteResult: (fast: typeof voteResult) =>
    fc.property(voting, known(fc.boolean()), (configuration, votes) =>
      fast(configuration, votes) === slowVote(configuration, votes)),
  isQuorum: (fast: typeof isQuorum) =>
    fc.property(voting, fc.subarray([...servers]), (configuration, nodes) =>
      fast(configuration, new Set(nodes)) === holds(configuration, nodes)),
  quorumsMeet: (fast: typeof quorumsMeet) => fc.property(voting, voting, (one, other) => fast(one, other) === slowMeet(one, other)),
};

describe("the quorum functions", () => {
  it("find the greatest index that a quorum holds", () => {
    fc.assert(agrees.committedIndex(committedIndex), { seed: 1, numRuns: 3_000 });
  });

  it("find whether a vote is won, lost or open", () => {
    fc.assert(agrees.voteResult(voteResult), { seed: 1, numRuns: 1_000 });
  });

  it("know a quorum when they see one", () => {
    fc.assert(agrees.isQuorum(isQuorum), { seed: 1, numRuns: 2_000 });
  });

  it("find whether all quorums of two configurations meet", () => {
    fc.assert(agrees.quorumsMeet(quorumsMeet), { seed: 1, numRuns: 2_000 });
  });

  // What each of these has wrong has been wrong in programs; the comparison above must see it.
  it.each<[string, fc.IProperty<any>]>([
    ["counts half as a majority", agrees.committedIndex((configuration, matchIndex) => {
      const half = (voters: readonly NodeId[]) => descending(voters, matchIndex)[(voters.length - 1) >> 1]!;
      return Math.min(...halves(configuration).map(half));
    })],
    [
      "counts whoever answers, learners too",
      agrees.committedIndex((_, matchIndex) => [...matchIndex.values()].sort((a, b) => b - a)[matchIndex.size >> 1] ?? 0),
    ],
    [
      "takes a majority of both halves together",
      agrees.committedIndex(({ voters, outgoing }, matchIndex) => committedByMajority([...new Set([...voters, ...outgoing])], matchIndex)),
    ],
    [
      "takes the greater of the two halves",
      agrees.committedIndex((configuration, matchIndex) =>
        Math.max(...halves(configuration).map((half) => committedByMajority(half, matchIndex)))),
    ],
    ["takes silence for a no", agrees.voteResult((configuration, votes) => (voteResult(configuration, votes) === "won" ? "won" : "lost"))],
    ["asks the new voters alone", agrees.voteResult(({ voters }, votes) => voteOfMajority(voters, votes))],
    ["asks the new voters alone for a quorum", agrees.isQuorum(({ voters }, nodes) => isQuorum({ voters, outgoing: [] }, nodes))],
    [
      "is content if one half of each meets one half of the other",
      agrees.quorumsMeet((one, other) =>
        halves(one).some((a) => halves(other).some((b) => quorumsMeet({ voters: a, outgoing: [] }, { voters: b, outgoing: [] })))),
    ],
    [
      "takes any shared server for an overlap",
      agrees.quorumsMeet((one, other) => halves(one).some((a) => halves(other).some((b) => a.some((node) => b.includes(node))))),
    ],
  ])("are told from one that %s", (_, wrong) => {
    expect(fc.check(wrong, { seed: 1, numRuns: 2_000, endOnFailure: true }).failed).toBe(true);
  });

  // Cases of etcd's package quorum (testdata/joint_commit.txt): voters, outgoing voters, indexes of s1, s2, ...
  it.each<[readonly number[], readonly number[], readonly (number | null)[], number]>([
    [[1, 2, 3], [], [100, 101, 99], 100],
    [[1], [2], [100, null], 0],
    [[1], [2], [13, 100], 13],
    [[1, 3], [2], [100, 45, 50], 45],
    [[1, 2], [2], [50, 100], 50],
    [[1, 2], [3, 4], [50, 48, 49, 47], 47],
    [[1, 2], [2, 3], [101, 100, 99], 99],
    [[1, 2, 3], [4, 5, 6], [null, 99, 90, 97, 95, null], 90],
    [[1, 2, 3], [4, 5, 6], [92, 99, 90, 97, 95, null], 92],
    [[1, 2, 3], [1, 4, 5], [null, 100, null, 99, 98], 0],
    [[1, 2, 3], [1, 4, 5], [null, 100, 99, 99, 98], 98],
    [[1, 2, 3], [1, 4, 5], [100, 100, 99, 99, 98], 99],
    [[1, 2, 3], [2, 3, 4], [100, 99, null, 101], 99],
  ])("agree with etcd on voters %j, outgoing %j and indexes %j: %i", (voters, outgoing, indexes, committed) => {
    const named = (numbers: readonly number[]) => numbers.map((n) => servers[n - 1]!);
    const matchIndex = new Map(indexes.flatMap((index, i) => (index === null ? [] : [[servers[i]!, index] as const])));
    const configuration = { voters: named(voters), outgoing: named(outgoing) };
    expect(committedIndex(configuration, matchIndex)).toBe(committed);
    expect(committedIndex({ voters: configuration.outgoing, outgoing: configuration.voters }, matchIndex)).toBe(committed);
  });

  it("ask both majorities of a change from three servers to nine: 2 of 3 and 5 of 9", () => {
    const nine = ids("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9");
    const joint = { voters: nine, outgoing: nine.slice(0, 3) };
    const votes = (...yes: readonly number[]) => new Map(yes.map((n) => [nine[n - 1]!, true]));
    expect(voteResult(joint, votes(1, 2, 4, 5, 6))).toBe("won");
    expect(voteResult(joint, votes(1, 4, 5, 6, 7, 8, 9))).toBe("pending");
    expect(voteResult(joint, votes(1, 2, 3, 4))).toBe("pending");
    expect(voteResult(joint, new Map([...votes(4, 5, 6, 7, 8, 9), [nine[0]!, false], [nine[1]!, false]]))).toBe("lost");
  });

  it("let nobody hold anything up who is not there", () => {
    expect([committedByMajority([], new Map()), voteOfMajority([], new Map())]).toEqual([Infinity, "won"]);
    for (let n = 1; n <= 7; n++) {
      const half = servers.slice(0, n);
      expect(isQuorum({ voters: half, outgoing: [] }, new Set(half.slice(0, majority(n))))).toBe(true);
      expect(isQuorum({ voters: half, outgoing: [] }, new Set(half.slice(0, majority(n) - 1)))).toBe(false);
    }
  });
});

function descending(voters: readonly NodeId[], matchIndex: ReadonlyMap<NodeId, number>): number[] {
  return voters.map((node) => matchIndex.get(node) ?? 0).sort((a, b) => b - a);
}
