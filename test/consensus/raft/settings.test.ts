import { describe, expect, it } from "vitest";
import { server } from "../../../lib/raft.js";
import { s1, s2, s3 } from "./server-at.js";

const servers = [s1, s2, s3];

describe("a server refuses, before anything runs,", () => {
  it.each<[string, object, string]>([
    ["no servers", { servers: [] }, "servers must name at least 1 node, got none"],
    ["a server that is named twice", { servers: [s1, s1] }, 'servers must be different nodes, got "s1" twice'],
    ["a learner that votes", { learners: [s1] }, 'voters and learners must be different nodes, got "s1" twice'],
    ["an option that it does not know", { prevote: true }, 'server has no option "prevote"; it knows'],
    ["a time-out that ends before it begins", { electionTimeout: [300, 150] }, "electionTimeout must be a pair [min, max] with min <= max, got [300,150]"],
    ["heartbeats that come too late", { heartbeatInterval: 300 }, "heartbeatInterval must be less than the election time-out of 300 ms, got 300"],
    ["heartbeats without a pause", { heartbeatInterval: 0 }, "heartbeatInterval must be a finite number"],
    ["a switch that is none", { preVote: 1 }, "preVote must be true or false, got 1"],
    ["reads of no known kind", { reads: "fast" }, 'got "fast"'],
    ["a lease that nobody respects", { reads: "lease" }, 'reads: "lease" needs leaderStickiness'],
    ["clocks that agree better than well", { clockDriftBound: 0.9 }, "clockDriftBound must be a finite number"],
    ["messages without room for an entry", { maxEntries: 0 }, "maxEntries must be a whole number"],
    ["a window of nothing", { window: 0 }, "window must be a whole number"],
    ["snapshots without an interval", { snapshotEvery: 0 }, "snapshotEvery must be a whole number"],
    ["pieces without a letter", { snapshotChunk: 0 }, "snapshotChunk must be a whole number"],
    ["sessions that remember nothing", { sessionWindow: 0 }, "sessionWindow must be a whole number"],
    ["a negative patience for batches", { batchDelay: -1 }, "batchDelay must be a finite number"],
    ["to catch up in no rounds", { catchUpRounds: 0 }, "catchUpRounds must be a whole number"],
  ])("%s", (_, options, problem) => {
    expect(() => server({ servers, ...options })).toThrow(problem);
  });

  it("nothing that makes sense", () => {
    expect(() => server({ servers, electionTimeout: 150, reads: "lease", checkQuorum: true, batchDelay: 0, snapshotEvery: null })).not.toThrow();
  });
});
