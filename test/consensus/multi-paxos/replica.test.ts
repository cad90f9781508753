import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { boot, durableFields } from "../../../lib/core/step.js";
import { keyValueStore, replica, type ReplicaOptions } from "../../../lib/multi-paxos.js";
import { alone, ballot, command, letters, sent } from "./part.js";

const acceptors = ids("a1", "a2", "a3");
const leaders = ids("l1", "l2");
const replicas = ids("r1", "r2");
const machine = keyValueStore;
const put = (value: string) => ({ kind: "command", operation: { kind: "put", key: "x", value } }) as const;
const get = { kind: "read", operation: { kind: "get", key: "x" } } as const;

/** The replica of the paper, which proposes to all leaders. */
function apart(options: Partial<ReplicaOptions<any, any, any>> = {}, state = {}) {
  return alone(replica({ machine, acceptors, leaders, replicas, ...options }), "r1", state);
}

/** The replica of a server. */
function beside(options: Partial<ReplicaOptions<any, any, any>> = {}, id = "s1") {
  return alone(replica({ machine, acceptors: ids("s1", "s2", "s3"), ...options }), id);
}

const leads = (leader: string, round = 1, decided = 1) => ({ kind: "heartbeat", ballot: ballot(round, leader), decided, sentAt: 0 }) as const;
const replies = (effects: Parameters<typeof letters>[0]) =>
  effects.flatMap((effect) => (effect.kind === "reply" ? [`${effect.call}: ${JSON.stringify(effect.result)}`] : []));
const proposed = (effects: Parameters<typeof letters>[0]) =>
  sent(effects, "propose").map(({ slot, command: { call, kind } }) => `${slot}: ${call ?? kind}`);

describe("a replica that is asked for a command", () => {
  it("proposes it to every leader, for its next slot", () => {
    const r1 = apart();
    const effects = r1.isAsked("c1#1", put("1"));
    expect(letters(effects)).toEqual(["l1: propose", "l2: propose"]);
    expect(proposed(r1.isAsked("c2#1", put("2")))).toEqual(["2: c2#1", "2: c2#1"]);
  });

  it("has no more slots under way than the window has; the others wait", () => {
    const r1 = apart({ window: 2, leaders: ids("l1") });
    for (const n of [1, 2, 3]) r1.isAsked(`c${n}#1`, put("v"));
    expect([...r1.self.proposals.keys()]).toEqual([1, 2]);
    expect(proposed(r1.hears("l1", { kind: "decision", slot: 1, command: command("c1#1") }))).toEqual(["3: c3#1"]);
  });

  it("proposes it again for a later slot, when another command got the one that it wanted", () => {
    const r1 = apart({ leaders: ids("l1") });
    r1.isAsked("c1#1", put("1"));
    expect(proposed(r1.hears("l1", { kind: "decision", slot: 1, command: command("c2#1") }))).toEqual(["2: c1#1"]);
  });

  it("sends it once more to whoever it was sent to, when the client is impatient, and does not give it another slot", () => {
    const r1 = apart({ leaders: ids("l1") });
    r1.isAsked("c1#1", put("1"));
    expect(proposed(r1.isAsked("c1#1", put("1")))).toEqual(["1: c1#1"]);
    expect(r1.self.slotIn).toBe(2);
  });
});

describe("a replica that hears of decisions", () => {
  it("performs them in the order of the slots, whatever the order in which it hears of them", () => {
    const r1 = apart();
    r1.isAsked("c1#1", put("1"));
    expect(replies(r1.hears("l1", { kind: "decision", slot: 2, command: command("c2#1", "2") }))).toEqual([]);
    const effects = r1.hears("l1", { kind: "decision", slot: 1, command: command("c1#1", "1") });
    expect(effects.flatMap((effect) => (effect.kind === "decide" ? [(effect.outcome as { slot: number }).slot] : []))).toEqual([1, 2]);
    expect(replies(effects)).toEqual(["c1#1: null"]);
    expect(r1.self.slotOut).toBe(3);
  });

  it("carries a command out once, though it was decided in two slots, and gives the same answer again", () => {
    const r1 = apart();
    const append = { kind: "operation", call: "c1#1", operation: { kind: "append", key: "x", value: "a" } };
    r1.hears("l1", { kind: "decision", slot: 1, command: append });
    const [outcome] = r1.hears("l1", { kind: "decision", slot: 2, command: append }).filter(({ kind }) => kind === "decide");
    expect(outcome).toMatchObject({ outcome: { slot: 2, isPerformed: false } });
    expect(replies(r1.isAsked("c1#1", { kind: "command", operation: append.operation }))).toEqual(["c1#1: null"]);
    expect(machine.apply(r1.self.state, { kind: "get", key: "x" }).result).toBe("a");
  });

  it("answers the client that asked it by a message in a message", () => {
    const r1 = apart();
    r1.hears("c", { kind: "request", call: "outside#1", operation: { kind: "put", key: "x", value: "1" } });
    const effects = r1.hears("l1", { kind: "decision", slot: 1, command: command("outside#1") });
    expect(sent(effects, "response")).toEqual([{ kind: "response", call: "outside#1", result: null }]);
  });

  it("gives a hole to nobody, once it waits too long for it, and asks the others what is in it", () => {
    const r1 = apart({ leaders: ids("l1") });
    r1.hears("l1", { kind: "decision", slot: 3, command: command("c2#1") });
    const effects = r1.fires("retry");
    expect(proposed(effects)).toEqual(["1: no-op", "2: no-op"]);
    expect(sent(effects, "learn")).toEqual([{ kind: "learn", slot: 1 }]);
  });

  it("begins a new epoch with each master, and does not carry out what was asked for in an earlier one", () => {
    const r1 = apart();
    r1.hears("l1", { kind: "decision", slot: 1, command: { kind: "master", ballot: ballot(1, "l1") } });
    expect(replies(r1.isAsked("c1#1", { kind: "epoch" }))).toEqual(['c1#1: {"kind":"epoch","epoch":1}']);
    r1.isAsked("c1#2", { ...put("1"), epoch: 1 });
    r1.hears("l2", { kind: "decision", slot: 2, command: { kind: "master", ballot: ballot(1, "l2") } });
    const effects = r1.hears("l2", { kind: "decision", slot: 3, command: { ...command("c1#2", "1"), epoch: 1 } });
    expect(replies(effects)).toEqual(['c1#2: {"kind":"moved","epoch":2}']);
    expect(machine.apply(r1.self.state, { kind: "get", key: "x" }).result).toBeNull();
  });

  it("knows from which slot on a new configuration counts", () => {
    const r1 = apart({ window: 5 });
    r1.isAsked("c1#1", { kind: "reconfigure", acceptors: ids("b1") });
    const effects = r1.hears("l1", { kind: "decision", slot: 1, command: { kind: "reconfigure", call: "c1#1", acceptors: ids("b1"), replaces: 1 } });
    expect(replies(effects)).toEqual(['c1#1: {"kind":"reconfigured","from":6}']);
    expect(r1.self.configurations).toEqual([{ from: 1, acceptors }, { from: 6, acceptors: ids("b1") }]);
    r1.isAsked("c2#1", { kind: "reconfigure", acceptors: ids("b2") });
    const late = r1.hears("l1", { kind: "decision", slot: 2, command: { kind: "reconfigure", call: "c2#1", acceptors: ids("b2"), replaces: 1 } });
    expect(replies(late)).toEqual(['c2#1: {"kind":"outdated","from":6}']);
    expect(r1.self.configurations).toHaveLength(2);
  });
});

describe("the replica of a server", () => {
  it("sends a command to the server that leads, and gives it a slot where it leads itself", () => {
    const s2 = beside({}, "s2");
    expect(letters(s2.isAsked("c1#1", put("1")))).toEqual([]);
    expect(letters(s2.hears("s1", leads("s1")))).toEqual(["s1: forward"]);
    const s1 = beside();
    s1.hears("s1", leads("s1"));
    expect(proposed(s1.hears("s2", { kind: "forward", command: command("c1#1") }))).toEqual(["1: c1#1"]);
  });

  it("sends what is not decided to the next leader", () => {
    const s1 = beside();
    s1.hears("s1", leads("s1"));
    s1.isAsked("c1#1", put("1"));
    const effects = s1.hears("s2", leads("s2"));
    expect(letters(effects)).toEqual(["s2: forward"]);
    expect(s1.self.proposals.size).toBe(0);
  });

  it("takes for decided what the leader asked votes for and says is decided, but only of the same ballot", () => {
    const s2 = beside({}, "s2");
    s2.hears("s1", { kind: "p2a", ballot: ballot(1, "s1"), slot: 1, command: command("c1#1"), decided: 1 });
    s2.hears("s1", { kind: "p2a", ballot: ballot(1, "s1"), slot: 2, command: command("c1#2"), decided: 1 });
    expect(sent(s2.hears("s1", leads("s1", 1, 2)), "decision")).toEqual([{ kind: "decision", slot: 1, command: command("c1#1") }]);
    expect(sent(s2.hears("s3", leads("s3", 1, 3)), "decision")).toEqual([]);
    expect(sent(s2.fires("retry"), "learn")).toEqual([{ kind: "learn", slot: 1 }]);
  });
});

describe("a read", () => {
  it("takes a slot, if nothing else is said", () => {
    expect(proposed(apart({ leaders: ids("l1") }).isAsked("c1#1", get))).toEqual(["1: c1#1"]);
  });

  it("asks the leader, and waits until what the leader knew to be decided is performed", () => {
    const r1 = apart({ reads: "lease", leaders: ids("l1") });
    expect(letters(r1.isAsked("c1#1", get))).toEqual(["l1: ask"]);
    expect(replies(r1.hears("l1", { kind: "serve", call: "c1#1", slot: 2 }))).toEqual([]);
    expect(replies(r1.hears("l1", { kind: "decision", slot: 1, command: command("c2#1", "2") }))).toEqual(['c1#1: "2"']);
  });

  it("takes a slot after all, where the leader holds no lease", () => {
    const r1 = apart({ reads: "lease", leaders: ids("l1") });
    r1.isAsked("c1#1", get);
    expect(proposed(r1.hears("l1", { kind: "serve", call: "c1#1", slot: null }))).toEqual(["1: c1#1"]);
    expect(replies(r1.hears("l1", { kind: "serve", call: "c1#1", slot: 1 }))).toEqual([]);
  });
});

describe("a replica that comes late", () => {
  const log = (slots: number) => {
    const r2 = apart();
    for (let slot = 1; slot <= slots; slot++) r2.hears("l1", { kind: "decision", slot, command: command(`c1#${slot}`, `${slot}`) });
    return r2;
  };

  it("is told what was decided, as long as others remember it", () => {
    const [message] = sent(log(3).hears("r1", { kind: "learn", slot: 2 }), "log");
    expect(message.commands.map(({ call }: { call: string }) => call)).toEqual(["c1#2", "c1#3"]);
    const r1 = log(1);
    r1.hears("r2", message);
    expect(r1.self.slotOut).toBe(4);
  });

  it("is given the state, with sessions, epoch and configurations, where the log is forgotten", () => {
    const r2 = log(3);
    r2.fires("checkpoint");
    r2.fires("checkpoint");
    const [message] = sent(r2.hears("r1", { kind: "learn", slot: 1 }), "snapshot");
    const r1 = apart();
    r1.isAsked("c1#2", put("2"));
    const effects = r1.hears("r2", message);
    expect(replies(effects)).toEqual(["c1#2: null"]);
    expect(r1.self).toMatchObject({ slotOut: 4, slotIn: 4, requests: [] });
    expect(r1.self.state).toEqual(r2.self.state);
    expect(r1.self.sessions).toEqual(r2.self.sessions);
    // What was sent stays as it was, whatever either of them does from now on.
    const before = structuredClone(message.sessions);
    for (const replica of [r1, r2]) replica.hears("l1", { kind: "decision", slot: 4, command: command("c1#4", "4") });
    expect(message.sessions).toEqual(before);
  });

  it("keeps its own state, where that of another is older", () => {
    const r2 = log(3);
    r2.fires("checkpoint");
    r2.fires("checkpoint");
    const [old] = sent(r2.hears("r1", { kind: "learn", slot: 1 }), "snapshot");
    const r1 = log(5);
    expect(r1.hears("r2", old)).toEqual([]);
    expect(r1.self.slotOut).toBe(6);
  });

  it("has nothing to learn from one that is no further", () => {
    expect(log(1).hears("r2", { kind: "learn", slot: 2 })).toEqual([]);
  });
});

describe("a checkpoint", () => {
  it("puts the state on disk, and only then tells the leaders", () => {
    const r1 = apart();
    r1.hears("l1", { kind: "decision", slot: 1, command: command("c1#1", "1") });
    const effects = r1.fires("checkpoint");
    expect(effects[0]).toMatchObject({ kind: "write", flush: true });
    expect(letters(effects)).toEqual(["l1: checkpoint", "l2: checkpoint"]);
  });

  it("is where a replica starts again", () => {
    const role = replica({ machine, acceptors, leaders, replicas });
    const r1 = alone(role, "r1");
    r1.hears("l1", { kind: "decision", slot: 1, command: command("c1#1", "1") });
    r1.fires("checkpoint");
    const disk = durableFields(role, r1.self);
    r1.hears("l1", { kind: "decision", slot: 2, command: command("c1#2", "2") });
    const again = alone(role, "r1", boot(role, replicas[0]!, disk) as object);
    again.start();
    expect(again.self).toMatchObject({ slotOut: 2, slotIn: 2 });
    expect(replies(again.isAsked("c1#1", put("1")))).toEqual(["c1#1: null"]);
    again.hears("l1", { kind: "decision", slot: 2, command: command("c1#2", "2") });
    expect(again.self.state).toEqual(r1.self.state);
  });
});

it("refuses options that make no replica", () => {
  expect(() => replica({ machine, acceptors: [] })).toThrow("acceptors must name at least 1 node, got none");
  expect(() => replica({ machine, acceptors, reads: "often" as never })).toThrow('reads must be one of "log", "lease", "local"');
  expect(() => replica({ machine: {} as never, acceptors, windows: 3 } as never)).toThrow('replica has no option "windows"');
});
