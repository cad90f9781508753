import { describe, expect, it } from "vitest";
import { fourPhase, scripted } from "../../../lib/commit.js";
import { ids } from "../../../lib/core.js";
import { acting } from "../texts.js";

const order = ["c", "b1", "b2"];
const backups = ids("b1", "b2");
const commit = { kind: "commit", transaction: "t1", work: { p1: "yes" } };
const about = { transaction: "t1", order, participants: ["p1"] };
const enlist = { kind: "enlist", ...about };
const enlisted = { kind: "enlisted", transaction: "t1" };
const inform = (outcome: string, attempt = 0) => ({ kind: "inform", ...about, outcome, attempt });
const informed = (attempt = 0) => ({ kind: "informed", transaction: "t1", attempt });
const vote = (word: string) => ({ kind: "vote", transaction: "t1", vote: word });
const down = (node: string) => ({ kind: "down", node });

describe("a coordinator of four-phase commit", () => {
  it("enlists its backups, has the participants prepare, informs the backups, and only then decides", () => {
    const c = acting(fourPhase.coordinator({ backups }), "c");
    expect(c.asked(commit)).toEqual(["enlist to b1", "enlist to b2", "set silence"]);
    expect(c.on(enlisted, "b1")).toEqual([]);
    expect(c.on(enlisted, "b2")).toEqual(["force", "prepare to p1", "set silence"]);
    expect(c.on(vote("yes"), "p1")).toEqual(["inform commit 0 to b1", "inform commit 0 to b2", "set silence"]);
    expect(c.on(informed(), "b2")).toEqual([]);
    expect(c.on(informed(), "b1")).toEqual(["cancel silence", "force", "decide commit", "reply commit", "decision commit to p1"]);
  });

  it("goes on without a backup that is silent, and aborts if a participant is", () => {
    const c = acting(fourPhase.coordinator({ backups }), "c");
    c.asked(commit);
    c.on(enlisted, "b2");
    expect(c.timer("silence")).toEqual(["force", "prepare to p1", "set silence"]);
    expect(c.timer("silence")).toEqual(["inform abort 0 to b2", "set silence"]);
    expect(c.timer("silence")).toEqual(["cancel silence", "force", "decide abort", "reply abort", "decision abort to p1"]);
  });

  it("does not tell an abort to who has vetoed", () => {
    const c = acting(fourPhase.coordinator(), "c");
    c.asked(commit);
    expect(c.on(vote("no"), "p1")).toEqual(["set silence", "cancel silence", "force", "decide abort", "reply abort"]);
  });

  it("is two-phase commit without backups", () => {
    const c = acting(fourPhase.coordinator(), "c");
    expect(c.asked(commit)).toEqual(["set silence", "force", "prepare to p1", "set silence"]);
    expect(c.on(vote("yes"), "p1")).toContain("decide commit");
  });

  it("never leads again when it comes back: it asks; but aborts what it had asked nobody", () => {
    const c = acting(fourPhase.coordinator({ backups }), "c");
    c.self.log.set("t1", { kind: "enlisted", order: order as never, participants: ids("p1"), up: order as never, attempt: 0, told: null, asked: true });
    expect(c.boots()).toEqual(["ask to b1", "ask to b2", "ask to p1", "set silence"]);
    expect(c.on({ kind: "inquiry", transaction: "t1", attempt: 0 }, "p1")).toEqual([]);
    expect(c.on({ kind: "decision", transaction: "t1", outcome: "commit" }, "b1")).toContain("decide commit");
    const early = acting(fourPhase.coordinator({ backups }), "c");
    early.self.log.set("t1", { kind: "enlisted", order: order as never, participants: ids("p1"), up: order as never, attempt: 0, told: null, asked: false });
    expect(early.boots()).toEqual(["cancel silence", "force", "decide abort"]);
  });
});

describe("a backup", () => {
  const b1 = () => {
    const b = acting(fourPhase.coordinator({ backups }), "b1");
    expect(b.on(enlist)).toEqual(["force", "enlisted to c"]);
    return b;
  };

  it("aborts when its leader is dead and has told it nothing, after the next backup knows that", () => {
    const b = b1();
    expect(b.on(down("c"), "c")).toEqual(["inform abort 1 to b2", "set silence"]);
    expect(b.on(informed(0), "b2")).toEqual([]);
    expect(b.on(informed(1), "b2")).toEqual(["cancel silence", "force", "decide abort", "decision abort to p1"]);
  });

  it("takes the outcome that it was told", () => {
    const b = b1();
    expect(b.on(inform("commit"))).toEqual(["force", "informed 0 to c"]);
    expect(b.on({ kind: "inquiry", transaction: "t1", attempt: 1 }, "p1")).toEqual(["inform commit 1 to b2", "set silence"]);
  });

  it("waits while anybody before it lives", () => {
    const b2 = acting(fourPhase.coordinator({ backups }), "b2");
    b2.on(enlist);
    expect(b2.on(down("c"), "c")).toEqual([]);
    expect(b2.on(down("b1"), "b1")).toContain("decide abort");
  });

  it("takes no message of an earlier leader, and believes a later one", () => {
    const b2 = acting(fourPhase.coordinator({ backups }), "b2");
    b2.on(enlist);
    expect(b2.on(inform("abort", 1), "b1")).toEqual(["force", "informed 1 to b1"]);
    expect(b2.on(inform("commit", 0), "c")).toEqual([]);
    expect(b2.self.log.get("t1")).toMatchObject({ told: "abort", attempt: 1, up: ["b1", "b2"] });
  });
});

describe("a participant of four-phase commit", () => {
  const prepare = (work: string) => ({ kind: "prepare", transaction: "t1", order, work });

  it("votes when its promise is on disk, holds its locks, and is told", () => {
    const p = acting(fourPhase.participant(), "p1");
    expect(p.on(prepare("yes"))).toEqual(["force", "vote yes to c", "set silence"]);
    expect(scripted.holders(p.self.data as never)).toEqual(["t1"]);
    expect(p.on({ kind: "decision", transaction: "t1", outcome: "commit" })).toEqual(["cancel silence", "force", "decide commit"]);
    expect(p.on({ kind: "decision", transaction: "t1", outcome: "abort" })).toEqual([]);
    expect(p.on({ kind: "ask", transaction: "t1", up: order })).toEqual(["decision commit to c"]);
  });

  it("vetoes, and calls for one coordinator after the other when they are silent", () => {
    expect(acting(fourPhase.participant(), "p1").on(prepare("no"))).toEqual(["cancel silence", "force", "decide abort", "vote no to c"]);
    const p = acting(fourPhase.participant(), "p1");
    p.on(prepare("yes"));
    expect(p.timer("silence")).toEqual(["inquiry 1 to b1", "set silence"]);
    expect(p.timer("silence")).toEqual(["inquiry 2 to b2", "set silence"]);
    expect(p.timer("silence")).toEqual(["ask to c", "ask to b1", "ask to b2", "set silence"]);
    expect(p.boots()).toEqual(["ask to c", "ask to b1", "ask to b2", "set silence"]);
  });
});

it.each([
  [() => fourPhase.coordinator({ backups: ids("b1", "b1") }), 'backups must be different nodes, got "b1" twice'],
  [() => fourPhase.coordinator({ patience: 0 }), "patience must be more than 0 ms, got 0"],
  [() => fourPhase.participant({ patience: 0 }), "patience must be more than 0 ms, got 0"],
  [() => fourPhase.protocol({ backups: -1 }), "backups must be a whole number from 0 to 100, got -1"],
])("refuses what makes no sense", (attempt, message) => {
  expect(attempt).toThrow(message);
});
