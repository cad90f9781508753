import { describe, expect, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import { epochlessReplica, forgetfulBackup, hastyMaster, hastyPrimary, master, primaryBackup, chain, uncheckedChain, committedChain, forgetfulChain, eagerPrimary } from "../../../lib/replication.js";
import { atEnd, cases, cluster, kinds, m, three } from "./groups.js";

describe.each(Object.entries(kinds))("%s in trouble", (_, { shape, role }) => {
  it("answers as one map does, loses no acknowledged write, and answers everybody when the trouble ends", () => {
    const verdict = searchSeeds({ seeds: 150, run: (seed) => cluster(seed, shape, role), atEnd, sometimes: cases });
    if (verdict.kind !== "passed") throw new Error(verdict.report);
  }, 240_000);
});

describe("the search", () => {
  const of = { members: three, master: m };
  it.each([
    ["a primary that does not wait", "star", () => hastyPrimary(of), "was acknowledged"],
    ["replicas without epochs", "star", () => epochlessReplica(of), ""],
    ["replicas without a disk", "star", () => forgetfulBackup(of), "was acknowledged"],
    ["a primary that trusts its place", "star", () => primaryBackup({ ...of, check: "none" }), "c"],
    ["a tail that trusts its place", "chain", () => chain({ ...of, check: "none" }), "c"],
    ["a chain read anywhere, newest first", "chain", () => uncheckedChain(of), "c"],
    ["a chain read anywhere, as committed", "chain", () => committedChain(of), "c"],
    ["a chain that forgets what it sent", "chain", () => forgetfulChain(of), "never answered"],
    ["a new primary that reads at once", "star", () => eagerPrimary(of), "c"],
  ] as const)("is led astray by %s", (_, shape, role, problem) => {
    const verdict = searchSeeds({ seeds: 300, run: (seed) => cluster(seed, shape, role), atEnd });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.failure.problem).toContain(problem);
  }, 120_000);

  it("is led astray by a master that counts newcomers", () => {
    const role = kinds["primary and backups"].role;
    const verdict = searchSeeds({ seeds: 600, run: (seed) => cluster(seed, "star", role, hastyMaster({ members: three })), atEnd });
    expect(verdict.kind).toBe("failed");
    expect(searchSeeds({ seeds: 10, run: (seed) => cluster(seed, "star", role, master({ members: three })), atEnd }).kind).toBe("passed");
  }, 120_000);
});
