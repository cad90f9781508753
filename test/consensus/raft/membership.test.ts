import { describe, expect, it } from "vitest";
import type { NodeId } from "../../../lib/core/role.js";
import { entriesOf, isJoint, type ServerOptions } from "../../../lib/raft.js";
import { byHand } from "./by-hand.js";
import { appendOf, has, leaderAt, logWith, order, replies, s1, s2, s3, s4, s5, sends, serverAt } from "./server-at.js";

const add = (node: NodeId) => ({ kind: "add-voter", node }) as const;
const learn = (node: NodeId) => ({ kind: "add-learner", node }) as const;
const remove = (node: NodeId) => ({ kind: "remove", node }) as const;

/** Five servers by hand, of which the first three belong to the cluster, led by s1. */
function cluster(options: Partial<ServerOptions<any, any, any>> = {}) {
  const all = [s1, s2, s3, s4, s5];
  const by = byHand(all, { servers: [s1, s2, s3], ...options });
  by.elect(s1, all);
  return {
    ...by,
    all,
    change: (among: readonly NodeId[], ...changes: readonly ReturnType<typeof add | typeof remove | typeof learn>[]) =>
      by.request(s1, { kind: "reconfigure", changes } as never, among),
  };
}

describe("a change of one server", () => {
  it("is in force as soon as it is in the log, at the leader and at every follower", () => {
    const { change, state, all } = cluster();
    change(all, learn(s4));
    for (const id of [s1, s2, s3, s4]) expect(state(id)).toMatchObject({ configuration: { learners: [s4] }, configurationIndex: 2 });
  });

  it("is answered when it is committed", () => {
    const { change, timer, all, answers } = cluster();
    change([s1], remove(s3));
    expect(answers()).toEqual([]);
    timer(s1, "heartbeat", all);
    expect(answers()).toMatchObject([{ kind: "reconfigured", configuration: { voters: [s1, s2] } }]);
  });

  it("is refused while the one before is not committed", () => {
    const { change, answers } = cluster();
    change([s1], remove(s3));
    change([s1], remove(s2));
    expect(answers().at(-1)).toMatchObject({ kind: "refused", reason: "the configuration before it is not committed yet" });
  });

  it("is refused before an entry of the leader's own term is committed (errata of 2015)", () => {
    const { ask } = leaderAt(2, logWith(1));
    expect(replies(ask({ kind: "reconfigure", changes: [remove(s3)] }))).toEqual([
      { kind: "refused", reason: "no entry of this leader's term is committed yet" },
    ]);
  });

  it("is refused for more than one vote at a time, and with the reason where it makes no sense", () => {
    const { change, answers, all } = cluster();
    change(all, add(s4), remove(s3));
    expect(answers().at(-1)!.reason).toContain("only a joint change may do that");
    change(all, add(s4), remove(s4));
    expect(answers().at(-1)!.reason).toBe("s4 is named twice");
  });

  it("that is in force already has no effect", () => {
    const { change, answers, state, all } = cluster();
    change(all, add(s2));
    expect(answers().at(-1)).toMatchObject({ kind: "reconfigured" });
    expect(state(s1).log.lastIndex).toBe(1);
  });

  it("goes back to the configuration before, when its entry is overwritten", () => {
    const { change, state, elect, timer } = cluster();
    change([s1], remove(s3));
    expect(state(s1).configuration.voters).toEqual([s1, s2]);
    elect(s2, [s2, s3]);
    timer(s2, "heartbeat", [s1, s2, s3]);
    timer(s2, "heartbeat", [s1, s2, s3]);
    expect(state(s1)).toMatchObject({ role: "follower", configuration: { voters: [s1, s2, s3] }, configurationIndex: 0 });
  });

  it("survives a crash, committed or not", () => {
    const { change, state, restart } = cluster();
    change([s1], remove(s3));
    restart(s1);
    expect(state(s1)).toMatchObject({ configuration: { voters: [s1, s2] }, configurationIndex: 2, commitIndex: 0 });
  });
});

describe("a new voter", () => {
  it("catches up before it counts: it receives the log, and only then the configuration", () => {
    const { change, state, command, all } = cluster();
    for (let n = 0; n < 5; n++) command(s1, n, all);
    const effects = change([s1], add(s4));
    expect(sends(effects).map(([to, { kind }]) => [to, kind])).toEqual([[s4, "appendEntries"]]);
    expect(state(s1)).toMatchObject({ configuration: { voters: [s1, s2, s3] }, catchUp: { nodes: [s4], round: 1, target: 6 } });
    expect(state(s1).log.lastIndex).toBe(6);
  });

  it("votes once it has", () => {
    const { change, state, timer, command, all, answers } = cluster();
    for (let n = 0; n < 5; n++) command(s1, n, all);
    change(all, add(s4));
    expect(state(s1).catchUp).toBe(null);
    expect(answers().at(-1)).toMatchObject({ kind: "reconfigured", configuration: { voters: [s1, s2, s3, s4] } });
    timer(s1, "heartbeat", all);
    expect(state(s4)).toMatchObject({ configuration: { voters: [s1, s2, s3, s4] }, commitIndex: 7 });
  });

  it("has as many rounds as it needs, if the last one takes less than an election time-out", () => {
    const given = leaderAt(1, logWith(), { servers: [s1], electionTimeout: [100, 200] });
    given.ask({ kind: "reconfigure", changes: [add(s2)] });
    expect(given.self.catchUp).toMatchObject({ round: 1, target: 1 });
    given.clock.now = 150;
    given.ask({ kind: "command", command: "x" }, 2);
    given.on(has(1, 1), s2);
    expect(given.self.catchUp).toMatchObject({ round: 2, target: 2, beganAt: 150 });
    given.clock.now = 160;
    given.on(has(1, 2), s2);
    expect(given.self).toMatchObject({ catchUp: null, configuration: { voters: [s1, s2] } });
  });

  it("is given up, if it is still too slow in the last round", () => {
    const given = leaderAt(1, logWith(), { servers: [s1], electionTimeout: [100, 200], catchUpRounds: 2 });
    given.ask({ kind: "reconfigure", changes: [add(s2)] });
    given.clock.now = 150;
    given.on(has(1, 1), s2);
    given.clock.now = 300;
    expect(replies(given.on(has(1, 1), s2))).toEqual([{ kind: "refused", reason: "s2 did not catch up" }]);
    expect(given.self.flow.size).toBe(0);
  });

  it("is given up, if it does not answer at all", () => {
    const given = leaderAt(1, logWith(), { servers: [s1], electionTimeout: [100, 200] });
    given.ask({ kind: "reconfigure", changes: [add(s2)] });
    given.clock.now = 2001;
    expect(replies(given.timer("heartbeat"))).toEqual([{ kind: "refused", reason: "s2 did not catch up" }]);
  });

  it("waits for its turn: no other change meanwhile, and none of a leader that steps down", () => {
    const given = leaderAt(1, logWith(), { servers: [s1] });
    given.ask({ kind: "reconfigure", changes: [add(s2)] }, 1);
    expect(replies(given.ask({ kind: "reconfigure", changes: [add(s3)] }, 2))).toEqual([{ kind: "refused", reason: "s2 must catch up first" }]);
    expect(replies(given.on(appendOf(2, 0, 0, []), s3))).toContainEqual({ kind: "redirect", to: null });
    expect(given.self.catchUp).toBe(null);
  });
});

describe("a server that is removed", () => {
  it("is sent no more entries", () => {
    const { change, state, all } = cluster();
    change(all, remove(s3));
    expect([...state(s1).nextIndex.keys()]).toEqual([s2]);
  });

  it("leads until that is committed, does not count itself, and steps down then", () => {
    const { change, state, timer, elect, all } = cluster();
    change([s1], remove(s1));
    expect(state(s1)).toMatchObject({ role: "leader", commitIndex: 1, configuration: { voters: [s2, s3] } });
    timer(s1, "heartbeat", [s1, s2]);
    expect(state(s1)).toMatchObject({ role: "leader", commitIndex: 1 });
    timer(s1, "heartbeat", all);
    expect(state(s1)).toMatchObject({ role: "follower", commitIndex: 2 });
    elect(s2, all);
    expect(state(s2).role).toBe("leader");
  });

  it("may still campaign until it knows that its removal is committed: somebody may need it (section 4.2.2)", () => {
    const two = byHand([s1, s2], {});
    two.elect(s2, [s1, s2]);
    two.request(s2, { kind: "reconfigure", changes: [remove(s2)] } as never, [s2]);
    two.restart(s2);
    // s1 cannot win: its log is behind. Only s2 can, with the vote of s1 and without its own.
    two.elect(s1, [s1, s2]);
    expect(two.state(s1).role).toBe("candidate");
    two.elect(s2, [s1, s2]);
    expect(two.state(s2).role).not.toBe("candidate");
    two.timer(s2, "heartbeat", [s1, s2]);
    two.elect(s1, [s1, s2]);
    expect(two.state(s1)).toMatchObject({ role: "leader", configuration: { voters: [s1] } });
    const before = two.state(s2).currentTerm;
    two.elect(s2, [s1, s2]);
    expect(two.state(s2).currentTerm).toBe(before);
  });
});

describe("a joint change", () => {
  it("passes through a configuration of two halves, and leaves it as soon as that is committed", () => {
    const { change, state, timer, answers, all } = cluster({ jointConsensus: true });
    change(all, add(s4), add(s5), remove(s2), remove(s3));
    timer(s1, "heartbeat", all);
    timer(s1, "heartbeat", all);
    const configurations = entriesOf(state(s1).log).flatMap((each) => (each.kind === "configuration" ? [each.configuration] : []));
    expect(configurations.map(isJoint)).toEqual([true, false]);
    expect(configurations[0]).toMatchObject({ voters: [s1, s4, s5], outgoing: [s1, s2, s3] });
    expect(configurations[1]).toMatchObject({ voters: [s1, s4, s5], outgoing: [] });
    expect(answers()).toEqual([{ kind: "reconfigured", configuration: configurations[1] }]);
  });

  it("is finished by the next leader, if the first one crashes on the way", () => {
    const { change, state, timer, elect, restart, all } = cluster({ jointConsensus: true });
    change([s1, s4, s5], add(s4), add(s5)); // catches up, and goes no further than to the new ones
    expect(isJoint(state(s1).configuration)).toBe(true);
    expect(state(s1).commitIndex).toBe(1);
    restart(s1);
    elect(s4, all);
    for (let i = 0; i < 3; i++) timer(s4, "heartbeat", all);
    expect(state(s4)).toMatchObject({ role: "leader", configuration: { voters: [s1, s2, s3, s4, s5], outgoing: [] } });
  });

  it("needs both halves for an election, too", () => {
    const { change, state, elect, restart } = cluster({ jointConsensus: true });
    change([s1, s4, s5], add(s4), add(s5));
    restart(s1);
    elect(s4, [s1, s4, s5]);
    expect(state(s4).role).toBe("candidate"); // a majority of the new five, and s1 alone of the old three
    elect(s4, [s1, s2, s4]);
    expect(state(s4).role).toBe("leader");
  });

  it("of one server is a simple one", () => {
    const { change, state, all } = cluster({ jointConsensus: true });
    change(all, remove(s3));
    expect(entriesOf(state(s1).log).filter(({ kind }) => kind === "configuration")).toHaveLength(1);
  });
});

describe("a learner", () => {
  it("receives the log and applies it, and never campaigns", () => {
    const by = byHand([s1, s2, s3, s4], { servers: [s1, s2, s3], learners: [s4] });
    const all = [s1, s2, s3, s4];
    by.elect(s1, all);
    by.command(s1, "x", all);
    by.timer(s1, "heartbeat", all);
    expect(by.state(s4)).toMatchObject({ commitIndex: 2, lastApplied: 2 });
    by.elect(s4, all);
    expect(by.state(s4)).toMatchObject({ role: "follower", currentTerm: 1 });
  });

  it("that is promoted has caught up already", () => {
    const by = byHand([s1, s2, s3, s4], { servers: [s1, s2, s3], learners: [s4] });
    const all = [s1, s2, s3, s4];
    by.elect(s1, all);
    by.request(s1, { kind: "reconfigure", changes: [add(s4)] } as never, all);
    expect(by.state(s1)).toMatchObject({ configuration: { voters: all, learners: [] }, commitIndex: 2 });
  });
});

describe("a server that belongs to nobody", () => {
  it("waits to be added", () => {
    const { timer, on } = serverAt({}, { servers: [s2, s3] });
    expect(timer("election")).toEqual([]);
    expect(order(on(appendOf(1, 0, 0, [])))).toEqual(["write", "appendEntriesReply"]);
  });
});
