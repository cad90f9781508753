import { describe, expect, it } from "vitest";
import { entriesOf, type Log, type Rules, type ServerOptions, termAt } from "../../../lib/raft.js";
import { byHand } from "./by-hand.js";
import { leaderAt, logWith, s1, s2, s3, s4, s5, sends, serverAt } from "./server-at.js";

const terms = (log: Log): readonly number[] => entriesOf(log).map(({ term }) => term);

/** Figure 7: what the leader of term 8 may find. The log of its own first, then those of the followers (a) to (f). */
const leaders = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
const found: Readonly<Record<string, readonly number[]>> = {
  a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
  b: [1, 1, 1, 4],
  c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
  e: [1, 1, 1, 4, 4, 4, 4],
  f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
};

/** Let the leader and one follower talk until nothing is left to say; returns how often it was refused. */
function repair(follower: Log<string>, options: Partial<ServerOptions> = {}) {
  const leader = leaderAt(8, logWith(...leaders), { noOp: false, ...options });
  const other = serverAt({ currentTerm: 7, log: follower }, options, s2);
  let refusals = 0;
  let messages = sends(leader.timer("heartbeat")).filter(([to]) => to === s2);
  while (messages.length > 0) {
    const answers = messages.flatMap(([, message]) => sends(other.on(message, s1)).map(([, answer]) => answer));
    refusals += answers.filter(({ success }) => !success).length;
    messages = answers.flatMap((answer) => sends(leader.on(answer, s2)).filter(([to]) => to === s2));
  }
  return { leader, other, refusals };
}

describe("Figure 7", () => {
  it.each(Object.keys(found))("(%s): the leader makes the follower's log its own", (which) => {
    for (const conflictHints of [true, false]) {
      const { leader, other } = repair(logWith(...found[which]!), { conflictHints });
      const same = terms(other.self.log).slice(0, 10);
      expect(same).toEqual(leaders);
      expect(leader.self.matchIndex.get(s2)).toBe(10);
    }
  });

  it("takes as many refusals as there are conflicting terms, and without hints as many as there are entries too many or too few", () => {
    const counts = (conflictHints: boolean): Readonly<Record<string, number>> =>
      Object.fromEntries(Object.keys(found).map((which) => [which, repair(logWith(...found[which]!), { conflictHints }).refusals]));
    expect(counts(true)).toEqual({ a: 1, b: 1, c: 0, d: 0, e: 2, f: 2 });
    expect(counts(false)).toEqual({ a: 1, b: 6, c: 0, d: 0, e: 5, f: 7 });
  });

  it("entries beyond the leader's stay until an entry of its own contradicts them", () => {
    const { other } = repair(logWith(...found["d"]!));
    expect(terms(other.self.log)).toEqual(found["d"]);
    const { other: overwritten } = repair(logWith(...found["d"]!), { noOp: true });
    expect(terms(overwritten.self.log)).toEqual([...leaders, 8]);
  });

  it("who of them could be elected in term 8: nobody but (a), (c) and (d), and the leader itself", () => {
    const others = [leaders, ...Object.values(found)];
    const electable = Object.entries({ leader: leaders, ...found }).filter(([, log]) => {
      const message = { kind: "requestVote", term: 8, candidateId: s3, lastLogIndex: log.length, lastLogTerm: log.at(-1)!, transfer: false } as const;
      const grants = others.filter((own) => sends(serverAt({ currentTerm: 7, log: logWith(...own) }).on(message, s3))[0]![1].voteGranted);
      return grants.length >= 4;
    });
    expect(electable.map(([name]) => name)).toEqual(["leader", "a", "c", "d"]);
  });
});

/**
 * Figure 8: S1 leads in term 2 and has its entry on itself and S2; S5 leads in term 3 and has another one only on itself; S1
 * leads again, in term 4, and brings its entry of term 2 to S3, so that a majority has it.
 */
function figure8(changed: Partial<Rules> = {}) {
  const cluster = byHand([s1, s2, s3, s4, s5], { noOp: false }, changed);
  const { elect, command, restart, timer } = cluster;
  elect(s1, [s1, s2, s3, s4, s5]);
  command(s1, "first", [s1, s2, s3, s4, s5]);
  timer(s1, "heartbeat", [s1, s2, s3, s4, s5]);
  // (a)
  elect(s1, []); // it leads: this does nothing
  restart(s1);
  elect(s1, [s1, s2, s3, s4, s5]);
  command(s1, "of term 2", [s1, s2]);
  // (b)
  restart(s1);
  elect(s5, [s3, s4, s5]);
  command(s5, "of term 3", [s5]);
  // (c)
  restart(s5);
  elect(s1, [s1, s2, s3]); // in a term in which S3 has voted for S5: it loses
  elect(s1, [s1, s2, s3]);
  timer(s1, "heartbeat", [s1, s2, s3]);
  return cluster;
}

describe("Figure 8", () => {
  const termOfSecond = ({ state }: ReturnType<typeof byHand>): readonly (number | undefined)[] =>
    [s1, s2, s3, s4, s5].map((id) => termAt(state(id).log, 2));

  it("(c): a majority has the entry of term 2, and it is not committed", () => {
    const cluster = figure8();
    expect(termOfSecond(cluster)).toEqual([2, 2, 2, undefined, 3]);
    expect(cluster.state(s1)).toMatchObject({ role: "leader", currentTerm: 4, commitIndex: 0 });
  });

  it("(d): S5 overwrites it, as it may", () => {
    const cluster = figure8();
    cluster.restart(s1);
    cluster.elect(s5, [s2, s3, s4, s5]);
    cluster.elect(s5, [s2, s3, s4, s5]);
    cluster.timer(s5, "heartbeat", [s2, s3, s4, s5]);
    expect(termOfSecond(cluster)).toEqual([2, 3, 3, 3, 3]);
  });

  it("(e): once an entry of term 4 is on a majority, S5 cannot win any more, and all before it is committed", () => {
    const cluster = figure8();
    cluster.command(s1, "of term 4", [s1, s2, s3]);
    expect(cluster.state(s1).commitIndex).toBe(3);
    cluster.restart(s1);
    cluster.elect(s5, [s2, s3, s4, s5]);
    cluster.elect(s5, [s2, s3, s4, s5]);
    expect(cluster.state(s5).role).toBe("candidate");
    expect(termOfSecond(cluster)).toEqual([2, 2, 2, undefined, 3]);
  });

  it("without the rule of section 5.4.2, S1 performs what S5 then overwrites", () => {
    const cluster = figure8({ mayCommit: () => true });
    expect(cluster.state(s1).commitIndex).toBe(2);
    cluster.restart(s1);
    cluster.elect(s5, [s2, s3, s4, s5]);
    cluster.elect(s5, [s2, s3, s4, s5]);
    cluster.timer(s5, "heartbeat", [s2, s3, s4, s5]);
    cluster.timer(s5, "heartbeat", [s2, s3, s4, s5]);
    const second = (id: typeof s1): unknown => cluster.decided.get(id)!.find(({ index }) => index === 2)?.command;
    expect([s1, s4].map(second)).toEqual(["of term 2", "of term 3"]);
  });
});
