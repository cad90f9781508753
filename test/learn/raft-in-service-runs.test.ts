import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core/role.js";
import {
  answeredWithout, appendedLetters, busyLog, convictRaft, deafServer, farewell, judgedReads, logGrowth, oneRead, raftStorm, sleeper, slowFollower,
  type RaftService,
} from "../../lib/learn.js";

const service: RaftService = { servers: ids("s1", "s2", "s3", "s4", "s5"), electionTimeout: [150, 300], heartbeatInterval: 50, latency: [5, 10], seed: 42 };

describe("the clusters of Raft in service", () => {
  it("keep a log short by snapshots, and let a sleeper catch up by one", () => {
    const longest = (snapshotEvery: number | null) => Math.max(...logGrowth(service, { snapshotEvery }).map(({ entries }) => entries));
    expect(longest(null)).toBeGreaterThan(450);
    expect(longest(50)).toBeLessThan(70);
    const slow = { window: 1, maxEntries: 16 };
    expect(sleeper(service, slow).ms).toBeGreaterThan(2 * sleeper(service, { ...slow, snapshotEvery: 50 }).ms);
  });

  it("need their voters and not their learners", () => {
    expect(answeredWithout(service, ids("s1", "s2"))).toBe(false);
    expect(answeredWithout(service, ids("o1", "o2"))).toBe(true);
  });

  it("miss a leader less that hands over, and burn terms without PreVote", () => {
    expect(farewell(service, "transfer")).toBeLessThan(farewell(service, "crash"));
    expect(deafServer(service).terms).toBeGreaterThan(10);
    expect(deafServer(service, { preVote: true }).terms).toBe(0);
  });

  it("read at four prices, one of which is a wrong answer", () => {
    expect((["log", "readIndex", "lease", "local"] as const).map((way) => oneRead(service, way).messages)).toEqual([8, 8, 0, 0]);
    const kinds = (way: "local" | "readIndex") =>
      Array.from({ length: 8 }, (_, i) => judgedReads({ ...service, seed: `42 ${i}` }, way).verdict.kind);
    expect(kinds("local")).toContain("violated");
    expect(new Set(kinds("readIndex"))).toEqual(new Set(["holds"]));
  });

  it("append once with sessions, share messages in batches, and hold back before the slow", () => {
    expect(appendedLetters(service, true)).toBe(30);
    expect(appendedLetters(service, false)).toBeGreaterThan(30);
    expect(busyLog(service, { batchDelay: 20 }).messages).toBeLessThan(busyLog(service).messages / 2);
    expect(slowFollower(service, 4).underWay).toBeLessThanOrEqual(4);
  });

  it("come through a storm, while one that breaks a rule is convicted", () => {
    const { run, verdict } = raftStorm(service);
    expect(run.violation).toBeNull();
    expect(verdict.kind).toBe("holds");
    expect(convictRaft("rash leader").steps).toBeGreaterThan(3);
    expect(() => convictRaft("nobody")).toThrow(/no broken server "nobody": /);
  });
});
