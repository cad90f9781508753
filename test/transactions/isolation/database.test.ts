import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { isolation, transactionText } from "../../../lib/history.js";
import {
  abortsOf, brokenDatabases, databaseCluster, databaseHistory, ifCount, ifSum, isolated, levels, plus, read, select, sessionNames, transact, transactionCosts, wasNeeded,
  workload, workloadRows, write, type DatabaseState, type Level, type Transacted, type WorkloadOptions,
} from "../../../lib/isolation.js";
import { simulate } from "../../../lib/sim.js";

function contend(level: Level, given: WorkloadOptions & { readonly seed?: number; readonly sessions?: number; readonly count?: number } = {}) {
  const { seed = 1, sessions = 6, count = 20, ...load } = given;
  const about = { level, rows: workloadRows(load.rows ?? 10) };
  const clients = Object.fromEntries(sessionNames(sessions).map((to) => [`client ${to}`, { operations: workload(load), count, to, timeoutMs: 100_000 }]));
  const run = simulate({ seed, nodes: databaseCluster({ ...about, sessions, tries: 50 }), network: { latency: [0.5, 1.5] }, clients });
  return { run, history: databaseHistory(run.decisions, about), costs: transactionCosts(run.history), db: run.simulation.state("db") as DatabaseState };
}

describe("a database with its sessions", () => {
  it.each(levels)("leaves nothing behind when all is done: %s", (level) => {
    const { run, db, costs } = contend(level, { rows: 5, writes: 2 });
    expect(run.ended.kind).toBe("quiet");
    expect(costs.committed + costs.failed).toBe(120);
    expect({ active: db.active.size, past: db.past.size, held: db.locks.held, queue: db.locks.queue, waiting: db.waiting, sessions: db.sessions.size, ended: db.ended.size }).toEqual({
      active: 0, past: 0, held: [], queue: [], waiting: [], sessions: 0, ended: 0,
    });
    // Nobody needs old versions any more.
    for (const versions of db.rows.values()) expect(versions).toHaveLength(1);
  });

  it.each(levels)("loses updates only below the levels that forbid it: %s", (level) => {
    const { history, db, costs } = contend(level, { rows: 4 });
    const sum = [...db.rows.values()].reduce((total, versions) => total + versions.at(-1)!.value!, 0);
    const isLost = level === "read uncommitted" || level === "read committed";
    expect(sum < costs.committed).toBe(isLost);
    expect(isolation(history).phenomena.includes("lost update")).toBe(isLost);
  });

  it("is the same run for the same seed, and another for another", () => {
    const text = (seed: number): string => transactionText(contend("serializable snapshot", { seed, rows: 4 }).history);
    expect(text(3)).toBe(text(3));
    expect(text(3)).not.toBe(text(4));
  });

  it("has nobody wait or give up where everybody only reads", () => {
    for (const level of levels) expect([level, contend(level, { readers: 1 }).costs.aborts]).toEqual([level, 0]);
  });

  it("gives transactions up for needless reasons, too, which two-phase locking need not know of", () => {
    const { run, history } = contend("serializable snapshot", { rows: 24, count: 40, readers: 0.3 });
    const dangerous = abortsOf(run.trace).filter(({ reason }) => reason === "dangerous structure");
    const needed = dangerous.filter(({ transaction }) => wasNeeded(history, transaction)).length;
    expect(dangerous.length).toBeGreaterThan(needed);
    expect(needed).toBeGreaterThan(0);
    expect(() => wasNeeded(history, "nobody")).toThrow(/nobody was not given up/);
  });

  it("tells its client what it found and how often it tried", () => {
    const run = simulate({
      nodes: databaseCluster({ level: "snapshot", rows: { x: 1, y: 1 }, predicates: { OnCall: { min: 1 } } }), network: { latency: 1 },
      requests: [
        { at: 0, node: "s1", request: transact([select("OnCall"), write("x", 0, ifCount("OnCall", 2))]) },
        { at: 20, node: "s2", request: transact([select("OnCall"), write("y", 0, ifCount("OnCall", 2)), write("z", plus("x", 4))]) },
      ],
    });
    const results = run.history.map(({ result }) => result as Transacted);
    expect(results).toEqual([
      { outcome: "commit", transaction: "s1.1", tries: 1, reason: null, found: { x: 1, y: 1 } },
      { outcome: "commit", transaction: "s2.1", tries: 1, reason: null, found: { y: 1 } },
    ]);
    const { rows } = run.simulation.state("db") as DatabaseState;
    // What was not found counts as nothing.
    expect(rows.get("z")!.at(-1)!.value).toBe(4);
    expect(rows.get("y")!.at(-1)!.value).toBe(1);
  });

  it("checks what it is told", () => {
    expect(() => transact([])).toThrow(/steps must be a list of at least one step/);
    expect(() => transact([write("x", 1)], { readOnly: true })).toThrow(/must not write/);
    expect(() => ifSum(["x"], Infinity)).toThrow(/atLeast must be a finite number/);
    expect(() => databaseCluster({ level: "snapshot", sessions: 0 })).toThrow(/sessions must be a whole number from 1/);
    expect(() => databaseCluster({ level: "snapshot", tries: 0 })).toThrow(/tries must be a whole number/);
    expect(() => workload({ rows: 3, reads: 4 })).toThrow(/reads must be a whole number from 1 to 3, got 4/);
    expect(() => read("")).toThrow(/key must be a name/);
  });
});

/** What the search finds: the problem, the length of a shortest schedule, the worlds found by then, and how many there are with the sound rule. */
const found: Readonly<Record<string, { readonly problem: RegExp; readonly steps: number; readonly worlds: number; readonly sound: number }>> = {
  "writers without locks": { problem: /^G0: s2.1 overwrote s1.1's x, and s1.1 overwrote s2.1's y$/, steps: 12, worlds: 177, sound: 128 },
  "snapshots without a check of writes": { problem: /^lost update: /, steps: 12, worlds: 129, sound: 144 },
  "a vacuum in a hurry": { problem: /^G-single: s1.1 read s2.1's y, and s2.1 overwrote the x that s1.1 had read$/, steps: 12, worlds: 188, sound: 276 },
  "locks given back early": { problem: /^lost update: /, steps: 12, worlds: 121, sound: 128 },
  "locks on rows alone": { problem: /^G2: s2.1 changed which rows of Bookings there are after s1.1 had looked/, steps: 12, worlds: 177, sound: 128 },
  "a look at finished transactions only": { problem: /^G2: /, steps: 16, worlds: 655, sound: 884 },
  "readers that are always forgiven": { problem: /^G2: s3.1 read s2.1's y, and s1.1 overwrote the x that s3.1 had read/, steps: 16, worlds: 7442, sound: 13712 },
  "a validation of writes alone": { problem: /^G2: /, steps: 16, worlds: 655, sound: 980 },
};

describe("a database with one rule broken", () => {
  it.each(brokenDatabases.map((each) => [each.name, each.does, each] as const))("goes wrong where %s %s", (name, _, { world }) => {
    const verdict = explore(world as never);
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    const { problem, steps, worlds } = found[name]!;
    expect(verdict.problem).toMatch(problem);
    expect({ steps: verdict.schedule.length, worlds: verdict.worlds }).toEqual({ steps, worlds });
  });

  it.each(brokenDatabases.map((each) => [each.name, each] as const))("is sound in every such world without the %s", (name, { sound }) => {
    expect(explore(sound as never)).toMatchObject({ kind: "holds", worlds: found[name]!.sound });
  });

  it("goes wrong in as many ways as there are worlds for it", () => {
    expect(brokenDatabases.map(({ name }) => name)).toEqual(Object.keys(found));
    for (const { breaks, world } of brokenDatabases) expect(world.properties[0]!.name).toBe(isolated(breaks, { level: "snapshot" }).name);
  });
});
