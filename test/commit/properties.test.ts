import { describe, expect, it } from "vitest";
import {
  abortNeedsCause, accounts, atomicity, commitNeedsAllVotes, type Decided, irrevocability, locksGoWithDoubt, type Outcome, participantsOf, scripted, undecided,
} from "../../lib/commit.js";
import type { Decision, NodeId, NodeView, Observation, Property } from "../../lib/core.js";

const decided = (node: string, outcome: Outcome, transaction = "t1"): Decision => ({ node: node as NodeId, outcome: { transaction, outcome } satisfies Decided });

/** What the property says after all this has happened. */
function judged(property: Property, happened: readonly unknown[], decisions: readonly Decision[] = [], nodes: readonly NodeView[] = []): string | null {
  const memory = (happened as readonly Observation[]).reduce((before, each) => property.observe?.(before, each) ?? before, property.memory);
  return property.check({ nodes, decisions }, memory);
}

const asked = { kind: "request", node: "c", request: { kind: "commit", transaction: "t1", work: { p1: 1, p2: 1 } } };
const cast = (from: string, vote: string) => ({ kind: "send", from, to: "c", message: { kind: "vote", transaction: "t1", vote } });

describe("AC1", () => {
  it("holds while all decide the same of each transaction", () => {
    expect(judged(atomicity, [], [decided("p1", "commit"), decided("p2", "commit"), decided("p1", "abort", "t2")])).toBeNull();
  });

  it("names the first two who differ", () => {
    expect(judged(atomicity, [], [decided("p1", "abort", "t2"), decided("p1", "commit"), decided("p2", "abort")])).toBe("p1 decided to commit t1, but p2 decided to abort it");
  });

  it("looks at a list that grows, each time at what is new", () => {
    const decisions = [decided("p1", "commit")];
    expect(judged(atomicity, [], decisions)).toBeNull();
    decisions.push(decided("p2", "abort"));
    expect(judged(atomicity, [], decisions)).toBe("p1 decided to commit t1, but p2 decided to abort it");
  });
});

describe("AC2", () => {
  const property = commitNeedsAllVotes();

  it("holds of a commit for which all have voted", () => {
    expect(judged(property, [asked, cast("p1", "yes"), cast("p2", "read-only")], [decided("c", "commit")])).toBeNull();
  });

  it("fails if somebody has vetoed, or has not voted; whatever was decided before", () => {
    expect(judged(property, [asked, cast("p1", "yes"), cast("p2", "no")], [decided("p2", "abort"), decided("c", "commit")])).toBe("c decided to commit t1, but p2 voted no");
    expect(judged(property, [asked, cast("p1", "yes")], [decided("c", "commit")])).toBe("c decided to commit t1, but p2 has not voted");
  });

  it("takes the first vote of a participant, and sees a vote in the message that begins a transaction", () => {
    expect(judged(property, [asked, cast("p1", "yes"), cast("p2", "no"), cast("p2", "yes")], [decided("c", "commit")])).toBe("c decided to commit t1, but p2 voted no");
    const begin = { kind: "send", from: "p1", to: "c", message: { kind: "begin", transaction: "t1", work: { p1: 1, p2: 1 }, vote: "yes" } };
    expect(judged(property, [begin, cast("p2", "yes")], [decided("c", "commit")])).toBeNull();
  });

  it("can be told what a vote looks like", () => {
    const other = commitNeedsAllVotes((happened) => (happened.kind === "send" && happened.message.kind === "ballot" ? { transaction: "t1", node: happened.from, vote: "yes" } : null));
    const ballot = (from: string) => ({ kind: "send", from, to: "c", message: { kind: "ballot" } });
    expect(judged(other, [asked, ballot("p1"), ballot("p2")], [decided("c", "commit")])).toBeNull();
    expect(judged(other, [asked, cast("p1", "yes"), ballot("p2")], [decided("c", "commit")])).toBe("c decided to commit t1, but p1 has not voted");
  });
});

describe("AC3", () => {
  it("holds of an abort that somebody has caused", () => {
    expect(judged(abortNeedsCause(), [cast("p2", "no")], [decided("c", "abort")])).toBeNull();
    expect(judged(abortNeedsCause(), [{ kind: "crash", node: "p1" }], [decided("c", "abort")])).toBeNull();
  });

  it("fails if nobody has", () => {
    expect(judged(abortNeedsCause(), [cast("p1", "yes")], [decided("c", "abort")])).toBe("c decided to abort t1, though nobody voted no and nothing crashed");
  });
});

describe("AC4", () => {
  it("fails if one node decides both", () => {
    expect(judged(irrevocability, [], [decided("p1", "commit"), decided("p1", "commit"), decided("p2", "abort")])).toBeNull();
    expect(judged(irrevocability, [], [decided("p1", "commit"), decided("p1", "abort")])).toBe("p1 had decided to commit t1, and now decides to abort it");
  });
});

describe("AC5", () => {
  it("names whom it has not happened to", () => {
    expect(undecided([decided("p1", "commit"), decided("c", "commit")], { t1: ["p1", "p2"], t2: ["p1"] })).toEqual([
      { transaction: "t1", node: "p2" }, { transaction: "t2", node: "p1" },
    ]);
  });
});

describe("locks", () => {
  const holding = (id: string): NodeView => ({ id: id as NodeId, role: "participant", state: { data: { held: new Set(["t1"]) } } });
  const decision = { kind: "decide", node: "p1", outcome: { transaction: "t1", outcome: "abort" } };

  it("are not held by who has decided since it last booted", () => {
    const property = locksGoWithDoubt(scripted);
    expect(judged(property, [decision], [], [holding("p1")])).toBe("p1 decided to abort t1, and still holds its locks");
    expect(judged(property, [decision, { kind: "crash", node: "p1" }], [], [holding("p1")])).toBeNull();
    expect(judged(property, [decision], [], [holding("p2")])).toBeNull();
    expect(judged(locksGoWithDoubt(scripted, ["p2"]), [decision], [], [holding("p1")])).toBeNull();
  });
});

describe("the participants of a transaction", () => {
  it("are the names in its work, in order", () => {
    expect(participantsOf({ p2: "yes", p1: "no" })).toEqual(["p2", "p1"]);
  });

  it.each([[null, "null"], [["p1"], '["p1"]'], ["p1", '"p1"'], [undefined, "nothing"]])("cannot be read from %j", (work, shown) => {
    expect(() => participantsOf(work as never)).toThrow(`work must be an object with a share for each participant, got ${shown}`);
  });
});

describe("bank accounts", () => {
  const bank = accounts({ a: 100, b: 0 });

  it("change when a transaction commits, and not when it aborts", () => {
    const data = bank.init();
    expect([bank.prepare(data, "t1", { a: -60 }), bank.prepare(data, "t2", { b: 10 })]).toEqual(["yes", "yes"]);
    bank.commit(data, "t1");
    bank.abort(data, "t2");
    expect([...data.balances]).toEqual([["a", 40], ["b", 0]]);
    expect(bank.holders(data)).toEqual([]);
  });

  it("are locked by a transaction that is in doubt", () => {
    const data = bank.init();
    bank.prepare(data, "t1", { a: -60 });
    expect([bank.prepare(data, "t2", { a: 1 }), bank.prepare(data, "t3", { a: 0 }), bank.prepare(data, "t4", { b: 0 })]).toEqual(["no", "no", "read-only"]);
    expect(bank.holders(data)).toEqual(["t1"]);
  });

  it("refuse what they cannot pay, and who has no account", () => {
    const data = bank.init();
    expect([bank.prepare(data, "t1", { a: -101 }), bank.prepare(data, "t2", { z: 1 }), bank.prepare(data, "t3", {})]).toEqual(["no", "no", "read-only"]);
  });
});
