import { describe, expect, it } from "vitest";
import { quorumCommit } from "../../../lib/commit.js";
import { acting } from "../texts.js";

const participants = ["p1", "p2", "p3"];
const commit = { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "yes", p3: "yes" } };
const vote = (word: string) => ({ kind: "vote", transaction: "t1", vote: word });
const prepare = (towards: string) => ({ kind: "prepare", transaction: "t1", towards });
const prepared = (towards: string) => ({ kind: "prepared", transaction: "t1", towards });
const report = (ready: string | null) => ({ kind: "stateReport", transaction: "t1", ready });
const canCommit = { kind: "canCommit", transaction: "t1", participants, work: "yes" };

describe("a coordinator of quorum-based three-phase commit", () => {
  it("commits when a commit quorum is ready, and need not wait for the others", () => {
    const c = acting(quorumCommit.site(), "c");
    expect(c.asked(commit)).toEqual(["force", "canCommit to p1", "canCommit to p2", "canCommit to p3", "set silence"]);
    c.on(vote("yes"), "p1");
    c.on(vote("yes"), "p2");
    expect(c.on(vote("yes"), "p3")).toEqual(["prepare commit to p1", "prepare commit to p2", "prepare commit to p3", "set silence"]);
    expect(c.on(prepared("commit"), "p1")).toEqual([]);
    expect(c.on(prepared("commit"), "p3")).toEqual([
      "cancel silence", "force", "decide commit", "reply commit", "decision commit to p1", "decision commit to p2", "decision commit to p3",
    ]);
  });

  it("aborts at once while nobody can be ready to commit", () => {
    const c = acting(quorumCommit.site(), "c");
    c.asked(commit);
    expect(c.timer("silence")).toContain("decide abort");
  });

  it("asks first, once somebody may be ready", () => {
    const c = acting(quorumCommit.site(), "c");
    c.asked(commit);
    for (const node of participants) c.on(vote("yes"), node);
    expect(c.timer("silence")).toEqual(["stateRequest to p1", "stateRequest to p2", "stateRequest to p3", "set silence"]);
    c.on(report(null), "p1");
    c.on(report("abort"), "p2");
    expect(c.timer("silence")).toEqual(["prepare abort to p1", "set silence"]);
    expect(c.on(prepared("abort"), "p1")).toContain("decide abort");
  });
});

describe("a participant of quorum-based three-phase commit", () => {
  const unsure = (id = "p1") => {
    const p = acting(quorumCommit.site(), id);
    expect(p.on(canCommit)).toEqual(["force", "vote yes to c", "set silence"]);
    return p;
  };

  it("is ready for the first outcome that it is asked for, and for no other", () => {
    const p = unsure();
    expect(p.on(prepare("commit"))).toEqual(["force", "prepared commit to c", "set silence"]);
    expect(p.on(prepare("abort"), "p2")).toEqual([]);
    expect(p.on(prepare("commit"), "p2")).toEqual(["prepared commit to p2", "set silence"]);
    expect(p.on({ kind: "decision", transaction: "t1", outcome: "commit" })).toContain("decide commit");
    expect(p.on(prepare("abort"), "p2")).toEqual(["decision commit to p2"]);
  });

  it("asks when it is alone, and goes on to commit only if somebody is ready to", () => {
    const p = unsure();
    expect(p.timer("silence")).toEqual(["stateRequest to p2", "stateRequest to p3", "set silence"]);
    p.on(report("commit"), "p2");
    expect(p.on(report(null), "p3")).toEqual(["force", "prepare commit to p3", "set silence", "cancel silence", "force", "decide commit", "decision commit to p2", "decision commit to p3"]);
  });

  it("aborts with an abort quorum, and waits without one", () => {
    const p = unsure();
    p.timer("silence");
    p.on(report(null), "p2");
    expect(p.timer("silence")).toEqual(["force", "prepare abort to p2", "set silence"]);
    expect(p.on(prepared("abort"), "p2")).toContain("decide abort");
    const alone = unsure();
    alone.timer("silence");
    expect(alone.timer("silence")).toEqual(["set silence"]);
    expect(alone.timer("silence")).toEqual(["stateRequest to p2", "stateRequest to p3", "set silence"]);
  });

  it("waits where one is ready for a commit and one for an abort, though they are a majority", () => {
    const p = unsure();
    p.on(prepare("abort"), "p3");
    p.timer("silence");
    p.on(report("commit"), "p2");
    expect(p.timer("silence")).toEqual(["set silence"]);
  });

  it("asks when it comes back, and is ready for what it was ready for", () => {
    const p = unsure();
    p.on(prepare("commit"));
    expect(p.boots()).toEqual(["stateRequest to p2", "stateRequest to p3", "set silence"]);
    expect(p.on({ kind: "stateRequest", transaction: "t1", participants }, "p2")).toEqual(["stateReport to p2"]);
    expect(p.self.log.get("t1")).toMatchObject({ ready: "commit" });
  });

  it("aborts for ever if it is asked before it has voted", () => {
    const p = acting(quorumCommit.site(), "p1");
    expect(p.on({ kind: "stateRequest", transaction: "t1", participants }, "p2")).toContain("decide abort");
    expect(p.on(canCommit)).toEqual(["vote no to c"]);
  });
});

it.each([
  [{ commitQuorum: 0 }, "commitQuorum must be a whole number of at least 1, got 0"],
  [{ patience: [5, 1] }, "patience must be a pair [min, max] with min <= max, got [5,1]"],
])("a site refuses %j", (given, message) => {
  expect(() => quorumCommit.site(given as never)).toThrow(message);
});
