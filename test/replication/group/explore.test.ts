import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids, type AnyRole } from "../../../lib/core.js";
import { keyValueMap, linearizableAnswers } from "../../../lib/history.js";
import {
  acknowledgedKept, chain, committedChain, epochlessReplica, forgetfulBackup, hastyMaster, hastyPrimary, master, primaryBackup, uncheckedChain, updatePropagation,
} from "../../../lib/replication.js";
import { get, m, put } from "./groups.js";

const two = ids("r1", "r2");
const pair = { members: two, master: m, check: "confirm" } as const;
const inLine = { members: ids("r1", "r2", "r3"), check: "none" } as const;

/** Two replicas, and a master that may give one of them up although it has not stopped. */
function suspecting(role: AnyRole, shape: "star" | "chain", theMaster: AnyRole = master({ members: two }), more: object = {}) {
  return explore({
    nodes: { m: theMaster, r1: role, r2: role } as Record<"m" | "r1" | "r2", AnyRole>,
    requests: [[put("r1", "a"), get("r1")], get("r2")] as never,
    timers: { m: 1 },
    properties: [acknowledgedKept, updatePropagation({ shape }), linearizableAnswers(keyValueMap())],
    reduce: true,
    maxWorlds: 400_000,
    ...more,
  });
}

describe("every world", () => {
  it.each([
    ["a primary and a backup", primaryBackup(pair), "star", 190_264],
    ["a chain of two", chain(pair), "chain", 79_966],
  ] as const)("of %s, with a write and a master that suspects one of them at any time, keeps what was acknowledged", (_, role, shape, worlds) => {
    expect(suspecting(role, shape, undefined, { requests: [put("r1", "a")] })).toMatchObject({ kind: "holds", worlds });
  });

  it.each([
    ["a chain of three", chain(inLine), 226],
    ["CRAQ of three", chain({ ...inLine, reads: "any" }), 2_736],
  ])("of %s without failures answers as a map does", (_, role, worlds) => {
    const verdict = explore({
      nodes: { r1: role, r2: role, r3: role },
      requests: [put("r1", "a"), [get("r1"), get("r3")], get("r2")],
      properties: [linearizableAnswers(keyValueMap()), updatePropagation({ shape: "chain" })],
      reduce: true,
    });
    expect(verdict).toMatchObject({ kind: "holds", worlds });
  });
});

describe("the explorer convicts", () => {
  it.each([
    ["a primary that does not wait", hastyPrimary(pair), "star", "linearizable answers|acknowledged"],
    ["replicas without epochs", epochlessReplica(pair), "star", "linearizable answers|acknowledged"],
    ["a primary that trusts its place", primaryBackup({ ...pair, check: "none" }), "star", "linearizable answers"],
    ["a tail that trusts its place", chain({ ...pair, check: "none" }), "chain", "linearizable answers"],
  ] as const)("%s", (_, role, shape, property) => {
    const verdict = suspecting(role, shape, undefined, { requests: [[put("r1", "a")], [get("r2"), get("r1")]] });
    expect(verdict).toMatchObject({ kind: "violated", property: expect.stringMatching(property) });
  });

  it("replicas without a disk", () => {
    const role = forgetfulBackup(pair);
    const verdict = suspecting(role, "star", undefined, { timers: 0, crashes: 1, requests: [[put("r1", "a")]] });
    expect(verdict).toMatchObject({ kind: "violated" });
  });

  it("a master that counts newcomers", () => {
    const spare = primaryBackup({ ...pair, members: ids("r1") });
    const verdict = explore({
      nodes: { m: hastyMaster({ members: ids("r1"), spares: ids("r2") }), r1: spare, r2: spare },
      requests: [put("r1", "a")],
      timers: { m: 1 },
      properties: [acknowledgedKept],
      reduce: true,
    });
    expect(verdict).toMatchObject({ kind: "violated" });
  });

  it.each([
    ["a chain read anywhere, newest first", uncheckedChain(inLine)],
    ["a chain read anywhere, as committed", committedChain(inLine)],
  ])("%s", (_, role) => {
    const verdict = explore({
      nodes: { r1: role, r2: role, r3: role },
      requests: [put("r1", "a"), [get("r1"), get("r3")], [get("r3"), get("r1")]],
      properties: [linearizableAnswers(keyValueMap())],
    });
    expect(verdict).toMatchObject({ kind: "violated", property: "linearizable answers" });
  });
});
