import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids, type Property } from "../../../lib/core.js";
import { keyValueMap, linearizableAnswers } from "../../../lib/history.js";
import {
  acceptor, brokenLogRuns, brokenLogWorlds, decidedStays, hastyReplica, holeyLeader, holeyReplica, type KeyValueCommand, keyValueStore,
  leader, type LogRun, replica, replicasAlike, serverOf, type SmallLogWorld,
} from "../../../lib/multi-paxos.js";
import { simulate } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { all } from "./swarm.js";

/** The answers are those of one key-value store. */
const oneStore: Property = linearizableAnswers(keyValueMap(), {
  request: ({ request }) => (request as unknown as { readonly operation: KeyValueCommand }).operation,
});

const judged = (world: SmallLogWorld, isSeenInAnswers: boolean) => ({ ...world, properties: isSeenInAnswers ? [oneStore] : world.properties }) as never;

/**
 * What the search finds in each world: the problem, the length of a shortest schedule and the number of worlds
 * found by then; and how many worlds there are with the sound role, all of them good.
 */
const found: Readonly<Record<string, { readonly problem: string; readonly steps: number; readonly worlds: number; readonly sound: number }>> = {
  "gullible acceptor": { problem: "slot 1 is decided twice: client1#1, and client2#1", steps: 14, worlds: 269, sound: 307 },
  "unbound acceptor": { problem: "a3 had joined ballot (1, l1), and now knows of none", steps: 5, worlds: 29, sound: 341 },
  "amnesiac acceptor": { problem: "slot 1 is decided twice: client1#1, and client2#1", steps: 17, worlds: 733, sound: 919 },
  "forgetful acceptor": { problem: "slot 1 is decided twice: client2#1, and client1#1", steps: 16, worlds: 1356, sound: 1181 },
  "stubborn leader": { problem: "slot 1 is decided twice: client1#1, and client2#1", steps: 14, worlds: 207, sound: 307 },
  "forgetful leader": { problem: "ballot (1, l1) has two commands for slot 1: client1#1, and client2#1", steps: 10, worlds: 1773, sound: 14662 },
  "hasty replica": { problem: "r1 performed slot 2, but nobody has performed slot 1", steps: 8, worlds: 62, sound: 87 },
  "forgetful replica": { problem: "client1#1 was carried out in slot 1 and again in slot 2", steps: 13, worlds: 822, sound: 3135 },
  "timeless replica": { problem: "client1#1 was for epoch 1, and was carried out in epoch 2", steps: 16, worlds: 3893, sound: 9608 },
  "hasty leader": { problem: "slot 2 is decided twice: client2#1, and client3#1", steps: 11, worlds: 429, sound: 54753 },
  "local reader": {
    problem: "Not linearizable for the key x: no order explains the answer to client1's get(x) → –: whatever the order of the operations before, it would have been 1.",
    steps: 8, worlds: 24, sound: 185,
  },
};

describe("Multi-Paxos with one rule broken", () => {
  it.each(brokenLogWorlds.map((each) => [each.name, each.does, each] as const))("is led astray by a %s: it %s", (_, __, { name, world, isSeenInAnswers }) => {
    const verdict = explore(judged(world, isSeenInAnswers));
    if (verdict.kind !== "violated") throw new Error(`${name}: ${verdict.summary}`);
    const { problem, schedule, worlds } = verdict;
    expect({ problem, steps: schedule.length, worlds }).toEqual({
      problem: found[name]!.problem,
      steps: found[name]!.steps,
      worlds: found[name]!.worlds,
    });
  });

  it.each(brokenLogWorlds.map((each) => [each.name, each] as const))("is safe in every such world without the %s", (_, { name, sound, isSeenInAnswers }) => {
    expect(explore(judged(sound, isSeenInAnswers))).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("is led astray in as many ways as there are worlds for it", () => {
    expect(brokenLogWorlds.map(({ name }) => name)).toEqual(Object.keys(found));
  });
});

/** The calls that were answered, and the first answer that no store gives. */
function outcome(run: LogRun) {
  const { trace, violation } = simulate({ ...run, properties: [oneStore] } as never);
  return { answered: only(trace, "reply").map(({ call }) => call), problem: violation?.problem ?? null };
}

describe("Multi-Paxos with one rule broken, in a run of some length", () => {
  const runs = new Map(brokenLogRuns.map((each) => [each.name, each]));

  it("is never done where leaders open another ballot as soon as they are beaten", () => {
    const { run, sound } = runs.get("impatient leader")!;
    expect(outcome(run)).toEqual({ answered: [], problem: null });
    expect(outcome(sound)).toEqual({ answered: ["outside#1"], problem: null });
  });

  it("stands still behind a hole that neither leader nor replica fills", () => {
    const { run, sound } = runs.get("holey server")!;
    expect(outcome(run)).toEqual({ answered: [], problem: null });
    expect(outcome(sound)).toEqual({ answered: ["outside#3"], problem: null });
  });

  it.each([["leader", { replica: holeyReplica, leader }], ["replica", { replica, leader: holeyLeader }]])(
    "gets over a hole if the %s fills it", (_, parts) => {
      const { run } = runs.get("holey server")!;
      const servers = ids("s1", "s2", "s3");
      const nodes = all(servers, serverOf({ ...parts, acceptor }, { machine: keyValueStore, servers }));
      expect(outcome({ ...run, nodes })).toEqual({ answered: ["outside#3"], problem: null });
    });

  it("reads what is no longer so where an acceptor does not keep its lease", () => {
    const { run, sound } = runs.get("careless acceptor")!;
    expect(outcome(run).problem).toContain("no order explains the answer to outside's get(x) → 1");
    expect(outcome(sound)).toEqual({ answered: ["outside#1", "outside#3", "outside#2"], problem: null });
  });

  it("are as many as there are runs for it", () => {
    expect([...runs.keys()]).toEqual(["impatient leader", "holey server", "careless acceptor"]);
    for (const { run, sound } of brokenLogRuns) expect({ ...run, nodes: null }).toEqual({ ...sound, nodes: null });
  });
});

describe("the properties that no such world is for", () => {
  const one = ids("a1");

  /** r1 and r2 are told what l1 decides; both are asked for something. */
  const told = (role: typeof replica) => {
    const replicas = ids("r1", "r2");
    const telling = role({ machine: keyValueStore, acceptors: one, leaders: ids("l1"), replicas });
    const append = (node: string, value: string) => ({ node, request: { kind: "command", operation: { kind: "append", key: "x", value } } });
    return {
      nodes: { r1: telling, r2: telling, l1: leader({ acceptors: one, replicas }), a1: acceptor({ acceptors: one }) },
      requests: [[append("r1", "1"), append("r1", "2")]],
      reduce: true,
    };
  };

  it("replicas alike", () => {
    const verdict = explore({ ...told(hastyReplica), properties: [replicasAlike] } as never);
    expect(verdict).toMatchObject({ kind: "violated", property: "replicas alike" });
    expect(explore({ ...told(replica), properties: [replicasAlike] } as never).kind).toBe("holds");
  });

  it("what is decided stays decided", () => {
    const properties = [decidedStays({ acceptors: one })];
    const { world, sound } = brokenLogWorlds.find(({ name }) => name === "stubborn leader")!;
    expect(explore({ ...world, properties } as never)).toMatchObject({ kind: "violated", property: "what is decided stays decided" });
    expect(explore({ ...sound, properties } as never).kind).toBe("holds");
  });
});
