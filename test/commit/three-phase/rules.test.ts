import { describe, expect, it } from "vitest";
import { scripted, threePhase } from "../../../lib/commit.js";
import { acting } from "../texts.js";

const order = ["c", "p1", "p2"];
const commit = { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "yes" } };
const canCommit = (work = "yes") => ({ kind: "canCommit", transaction: "t1", order, work });
const vote = (word: string) => ({ kind: "vote", transaction: "t1", vote: word });
const preCommit = (attempt = 0) => ({ kind: "preCommit", transaction: "t1", attempt });
const preAck = (attempt = 0) => ({ kind: "preAck", transaction: "t1", attempt });
const decision = (outcome: string) => ({ kind: "decision", transaction: "t1", outcome });
const stateRequest = (attempt: number) => ({ kind: "stateRequest", transaction: "t1", attempt });
const report = (state: string, attempt = 1) => ({ kind: "stateReport", transaction: "t1", attempt, state });
const down = (node: string) => ({ kind: "down", node });
const ask = (state: string, up: string[]) => ({ kind: "ask", transaction: "t1", state, up });

describe("a coordinator of three-phase commit", () => {
  it("asks, tells all that all have voted yes, and commits when all know it", () => {
    const c = acting(threePhase.site(), "c");
    expect(c.asked(commit)).toEqual(["force", "canCommit to p1", "canCommit to p2", "set silence"]);
    expect(c.on(vote("yes"), "p1")).toEqual([]);
    expect(c.on(vote("yes"), "p2")).toEqual(["preCommit 0 to p1", "preCommit 0 to p2", "set silence"]);
    expect(c.on(preAck(), "p1")).toEqual([]);
    expect(c.on(preAck(), "p2")).toEqual(["cancel silence", "force", "decide commit", "reply commit", "decision commit to p1", "decision commit to p2"]);
  });

  it("aborts at the first veto, and when a vote is missing", () => {
    const vetoed = acting(threePhase.site(), "c");
    vetoed.asked(commit);
    expect(vetoed.on(vote("no"), "p1")).toEqual(["cancel silence", "force", "decide abort", "reply abort", "decision abort to p2"]);
    const waiting = acting(threePhase.site(), "c");
    waiting.asked(commit);
    waiting.on(vote("yes"), "p1");
    expect(waiting.timer("silence")).toEqual(["force", "cancel silence", "force", "decide abort", "reply abort", "decision abort to p1", "decision abort to p2"]);
  });

  it("commits without who is dead, once all have voted yes", () => {
    const c = acting(threePhase.site(), "c");
    c.asked(commit);
    c.on(vote("yes"), "p1");
    c.on(vote("yes"), "p2");
    c.on(preAck(), "p1");
    expect(c.on(down("p2"), "p2")).toEqual(["force", "cancel silence", "force", "decide commit", "reply commit", "decision commit to p1", "decision commit to p2"]);
  });

  it("can be a participant, and alone", () => {
    const c = acting(threePhase.site(), "c");
    expect(c.asked({ ...commit, work: { c: "yes" } })).toEqual(["force", "set silence", "set silence", "cancel silence", "force", "decide commit", "reply commit"]);
    const unwilling = acting(threePhase.site(), "c");
    expect(unwilling.asked({ ...commit, work: { c: "no", p1: "yes" } })).toEqual(["cancel silence", "force", "decide abort", "reply abort"]);
  });

  it("commits a transaction without participants", () => {
    expect(acting(threePhase.site(), "c").asked({ ...commit, work: {} })).toContain("decide commit");
  });

  it("answers a name that comes again with what it knows", () => {
    const c = acting(threePhase.site(), "c");
    c.asked(commit);
    expect(c.asked(commit, "client#2")).toEqual([]);
    expect(c.on(vote("no"), "p1").filter((text) => text.startsWith("reply"))).toEqual(["reply abort", "reply abort"]);
    expect(c.asked(commit, "client#3")).toEqual(["reply abort"]);
  });
});

describe("a participant of three-phase commit", () => {
  const uncertain = () => {
    const p = acting(threePhase.site(), "p1");
    expect(p.on(canCommit())).toEqual(["force", "vote yes to c", "set silence"]);
    return p;
  };
  const preCommitted = () => {
    const p = uncertain();
    expect(p.on(preCommit())).toEqual(["set silence", "force", "preAck 0 to c"]);
    return p;
  };

  it("votes, knows, and commits, each on disk first", () => {
    const p = preCommitted();
    expect(scripted.holders(p.self.data as never)).toEqual(["t1"]);
    expect(p.on(decision("commit"))).toEqual(["cancel silence", "force", "decide commit"]);
    expect(scripted.holders(p.self.data as never)).toEqual([]);
  });

  it("vetoes alone, and fails alone", () => {
    for (const work of ["no", "throw"]) expect(acting(threePhase.site(), "p1").on(canCommit(work))).toEqual(["cancel silence", "force", "decide abort", "vote no to c"]);
  });

  it("takes over when its leader is dead: aborts if all who live are uncertain", () => {
    const p = uncertain();
    expect(p.on(down("c"), "c")).toEqual(["force", "stateRequest 1 to p2", "set silence"]);
    expect(p.on(report("uncertain"), "p2")).toEqual(["cancel silence", "force", "decide abort", "decision abort to c", "decision abort to p2"]);
  });

  it("goes on to commit if anybody knows that all have voted yes, after all others do", () => {
    const p = uncertain();
    p.timer("silence");
    expect(p.on(report("preCommitted"), "p2")).toEqual(["force", "set silence", "cancel silence", "force", "decide commit", "decision commit to c", "decision commit to p2"]);
    const knowing = preCommitted();
    knowing.timer("silence");
    expect(knowing.on(report("uncertain"), "p2")).toEqual(["preCommit 1 to p2", "set silence"]);
    expect(knowing.on(preAck(0), "p2")).toEqual([]);
    expect(knowing.on(preAck(1), "p2")).toContain("decide commit");
  });

  it("decides alone if all others are dead", () => {
    const p = preCommitted();
    p.on(down("p2"), "p2");
    expect(p.on(down("c"), "c")).toContain("decide commit");
  });

  it("follows the next in the order, obeys no earlier one, and tells a late-comer", () => {
    const p = acting(threePhase.site(), "p2");
    p.on(canCommit());
    expect(p.on(stateRequest(1), "p1")).toEqual(["force", "set silence", "stateReport uncertain 1 to p1"]);
    expect(p.on(preCommit(0), "c")).toEqual([]);
    expect(p.on(down("p1"), "p1")).toContain("decide abort");
    expect(p.on(stateRequest(1), "p1")).toEqual(["decision abort to p1"]);
    expect(p.on(ask("uncertain", order), "c")).toEqual(["decision abort to c"]);
  });

  it("aborts for ever if it is asked how far it is before it has voted", () => {
    const p = acting(threePhase.site(), "p2");
    expect(p.on(stateRequest(1), "p1")).toEqual(["cancel silence", "force", "decide abort", "decision abort to p1"]);
    expect(p.on(canCommit())).toEqual(["vote no to c"]);
  });
});

describe("a site of three-phase commit that comes back from a crash", () => {
  const back = (state: "uncertain" | "preCommitted", up: string[], id = "p1") => {
    const p = acting(threePhase.site(), id);
    p.self.log.set("t1", { kind: state, order: order as never, up: up as never, attempt: 0, holds: true });
    return p;
  };

  it("asks all others, takes no part, and is told", () => {
    const p = back("uncertain", order);
    expect(p.boots()).toEqual(["ask uncertain to c", "ask uncertain to p2", "set silence"]);
    expect([p.on(preCommit()), p.on(stateRequest(1), "p2"), p.on(down("c"), "c")]).toEqual([[], [], []]);
    expect(p.on(decision("commit"))).toEqual(["cancel silence", "force", "decide commit"]);
  });

  it("decides alone if it was the last to fail", () => {
    expect(back("uncertain", ["p1"]).boots()).toContain("decide abort");
    expect(back("preCommitted", ["p1"]).boots()).toContain("decide commit");
  });

  it("decides when all are back, as the last to fail would, or if anybody knows that all have voted yes", () => {
    const p = back("uncertain", order);
    p.boots();
    expect(p.on(ask("preCommitted", order), "p2")).toEqual(["told uncertain to p2"]);
    expect(p.on({ ...ask("uncertain", order), kind: "told" }, "c")).toContain("decide commit");
    const other = back("uncertain", order);
    other.boots();
    other.on(ask("preCommitted", order), "c");
    expect(other.on(ask("uncertain", ["p2"]), "p2")).toContain("decide abort");
  });

  it("tells again what it had decided", () => {
    const p = acting(threePhase.site(), "p1");
    p.self.log.set("t1", { kind: "commit" });
    expect(p.boots()).toEqual(["decide commit"]);
  });
});

it.each([
  [{ patience: 0 }, "patience must be more than 0 ms, got 0"],
  [{ patience: Infinity }, "patience must be a finite number of at least 0, got Infinity"],
  [{ patient: 1 }, 'site has no option "patient"; it knows "resource", "patience"'],
])("a site refuses %j", (given, message) => {
  expect(() => threePhase.site(given as never)).toThrow(message);
});
