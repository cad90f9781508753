import { describe, expect, it } from "vitest";
import { type Scripted, scripted, twoPhase } from "../../../lib/commit.js";
import { type Call, ids, step } from "../../../lib/core.js";
import { texts } from "../texts.js";

const [c, p1, p2] = ids("c", "p1", "p2") as [never, never, never];
const call = "client#1" as Call;
type Form = twoPhase.Form;

/** One coordinator and what it does with what comes in, as short texts. */
function coordinating(given: twoPhase.CoordinatorOptions = {}) {
  const role = twoPhase.coordinator(given);
  const self = role.init(c);
  return {
    self,
    asked: (work: Record<string, unknown>, transaction = "t1", as = call) => texts(step(role, self, { kind: "request", call: as, request: { kind: "commit", transaction, work } as never })),
    on: (message: { readonly kind: string; readonly [field: string]: unknown }, from = p1) => texts(step(role, self, { kind: "message", from, message })),
    timer: (kind: "votes" | "resend") => texts(step(role, self, { kind: "timer", timer: { kind, transaction: "t1" } as never })),
    boots: () => texts(step(role, self, { kind: "start" })),
    role,
  };
}

function participating(given: twoPhase.ParticipantOptions = {}) {
  const role = twoPhase.participant(given);
  const self = role.init(p1);
  return {
    self,
    on: (message: { readonly kind: string; readonly [field: string]: unknown }, from = c) => texts(step(role, self, { kind: "message", from, message })),
    timer: () => texts(step(role, self, { kind: "timer", timer: { kind: "inquire", transaction: "t1" } as never })),
    boots: () => texts(step(role, self, { kind: "start" })),
  };
}

const both = { p1: "yes", p2: "yes" };
const yes = { kind: "vote", transaction: "t1", vote: "yes" };
const no = { kind: "vote", transaction: "t1", vote: "no" };
const ack = { kind: "ack", transaction: "t1" };
const inquiry = { kind: "inquiry", transaction: "t1" };
const prepare = (work: string) => ({ kind: "prepare", transaction: "t1", participants: [p1, p2], work });
const decision = (outcome: string) => ({ kind: "decision", transaction: "t1", outcome });

describe("a coordinator of two-phase commit", () => {
  it.each<[Form, string[], string[], string[]]>([
    ["basic", [], ["force"], ["force"]],
    ["presumed-abort", [], ["force"], []],
    ["presumed-commit", ["force"], ["force"], []],
    ["remembering", [], ["force"], ["force"]],
  ])("%s: writes what its form says before it tells anybody", (form, before, commit, abort) => {
    const given = coordinating({ form });
    expect(given.asked(both)).toEqual([...before, "set votes", "prepare to p1", "prepare to p2"]);
    expect(given.on(yes)).toEqual([]);
    const acknowledged = form === "basic" || form === "presumed-abort" ? ["set resend"] : [];
    expect(given.on(yes, p2)).toEqual(["cancel votes", ...commit, "decide commit", "reply commit", "decision commit to p1", "decision commit to p2", ...acknowledged]);

    const vetoed = coordinating({ form });
    vetoed.asked(both);
    vetoed.on(yes);
    const awaited = form === "basic" || form === "presumed-commit" ? ["set resend"] : [];
    expect(vetoed.on(no, p2)).toEqual(["cancel votes", ...abort, "decide abort", "reply abort", "decision abort to p1", ...awaited]);
  });

  it("aborts when a vote does not come in time, and takes no notice of it when it comes after all", () => {
    const given = coordinating();
    given.asked(both);
    given.on(yes);
    expect(given.timer("votes")).toEqual(["cancel votes", "force", "decide abort", "reply abort", "decision abort to p1", "decision abort to p2", "set resend"]);
    expect(given.on(yes, p2)).toEqual([]);
    expect(given.timer("votes")).toEqual([]);
  });

  it("counts the votes of participants, each once", () => {
    const given = coordinating();
    given.asked(both);
    expect([...given.on(yes), ...given.on(yes), ...given.on(yes, "stranger" as never)]).toEqual([]);
    expect(given.on(yes, p2)).toContain("decide commit");
  });

  it("tells its decision until all have acknowledged it, and then forgets it", () => {
    const given = coordinating();
    given.asked(both);
    given.on(yes);
    given.on(yes, p2);
    expect(given.on(ack)).toEqual([]);
    expect(given.timer("resend")).toEqual(["decision commit to p2", "set resend"]);
    expect(given.on(ack, p2)).toEqual(["cancel resend", "write"]);
    expect(given.on(ack, p2)).toEqual([]);
    expect(given.self.ledger).toEqual(new Map([["t1", { kind: "end" }]]));
  });

  it.each<[Form, string]>([["basic", "abort"], ["presumed-abort", "abort"], ["presumed-commit", "commit"]])(
    "%s: presumes that a transaction which it does not know has ended in %s", (form, outcome) => {
      expect(coordinating({ form }).on(inquiry)).toEqual([`decision ${outcome} to p1`]);
    });

  it("remembering: writes down that it has said a transaction aborted, which it does not know", () => {
    const given = coordinating({ form: "remembering" });
    expect(given.on(inquiry)).toEqual(["force", "decide abort", "decision abort to p1"]);
    expect(given.on({ kind: "begin", transaction: "t1", work: both, vote: "yes" })).toEqual(["decision abort to p1"]);
  });

  it("does not answer who asks while the outcome is open", () => {
    const given = coordinating({ form: "presumed-commit" });
    given.asked(both);
    expect(given.on(inquiry)).toEqual([]);
  });

  it("commits a transaction without participants, because nobody objects", () => {
    expect(coordinating().asked({})).toEqual(["set votes", "cancel votes", "force", "decide commit", "reply commit"]);
    expect(coordinating({ form: "presumed-abort" }).asked({})).toEqual(["set votes", "cancel votes", "decide commit", "reply commit"]);
  });

  it("answers a name that comes again with the outcome, as long as it knows it, and refuses it afterwards", () => {
    const given = coordinating();
    given.asked({ p1: "yes" });
    expect(given.asked({ p1: "yes" }, "t1", "client#2" as Call)).toEqual([]);
    expect(given.on(yes).filter((text) => text.startsWith("reply"))).toEqual(["reply commit", "reply commit"]);
    expect(given.asked({ p2: "yes" })).toEqual(["reply commit"]);
    given.on(ack);
    expect(given.asked({ p1: "yes" })).toEqual(["reply t1 is over, and how it ended is forgotten; a new transaction needs a new name"]);
  });

  it("keeps transactions apart", () => {
    const given = coordinating();
    given.asked(both, "t1");
    given.asked(both, "t2");
    given.on(no);
    given.on({ ...yes, transaction: "t2" });
    expect(given.on({ ...yes, transaction: "t2" }, p2)).toContain("decide commit");
    expect(given.self.ledger.get("t1")).toMatchObject({ kind: "abort" });
  });

  it.each<[string, twoPhase.CoordinatorRecord, string[]]>([
    ["aborts what it had begun", { kind: "collecting", participants: [p1, p2] }, ["decide abort", "decision abort to p1", "decision abort to p2", "set resend"]],
    ["tells nobody about an end", { kind: "end" }, []],
  ])("presumed-commit: after a crash %s", (_, record, effects) => {
    const given = coordinating({ form: "presumed-commit" });
    given.self.ledger.set("t1", record);
    expect(given.boots()).toEqual(effects);
  });

  it("after a crash tells again what it had decided", () => {
    const given = coordinating();
    given.self.ledger.set("t1", { kind: "commit", participants: [p2] });
    expect(given.boots()).toEqual(["decide commit", "decision commit to p2", "set resend"]);
  });

  it.each([
    [{ form: "presumed" }, 'form must be one of "basic", "presumed-abort", "presumed-commit", "remembering", got "presumed"'],
    [{ votesWithin: -1 }, "votesWithin must be a finite number of at least 0, got -1"],
    [{ unasked: true }, 'unasked needs the form "remembering", got "basic"'],
    [{ forms: "basic" }, 'coordinator has no option "forms"'],
  ])("refuses %j", (given, message) => {
    expect(() => twoPhase.coordinator(given as never)).toThrow(message);
  });
});

describe("a participant of two-phase commit", () => {
  it("votes yes when its promise is on disk, and holds its locks from then on", () => {
    const given = participating();
    expect(given.on(prepare("yes"))).toEqual(["force", "set inquire", "vote yes to c"]);
    expect(scripted.holders(given.self.data)).toEqual(["t1"]);
  });

  it("votes no when its veto is on disk, holds nothing, and has decided", () => {
    const given = participating();
    expect(given.on(prepare("no"))).toEqual(["force", "decide abort", "vote no to c"]);
    expect(given.on(decision("commit"))).toEqual(["ack to c"]);
    expect(scripted.holders(given.self.data)).toEqual([]);
  });

  it("votes no if its resource fails, and gives back what that had taken", () => {
    const given = participating();
    expect(given.on(prepare("throw"))).toEqual(["force", "decide abort", "vote no to c"]);
    expect(scripted.holders(given.self.data)).toEqual([]);
  });

  it("is done when it only reads", () => {
    const given = participating();
    expect(given.on(prepare("read-only"))).toEqual(["vote read-only to c"]);
    expect([scripted.holders(given.self.data), given.on(decision("abort"))]).toEqual([[], ["ack to c"]]);
  });

  it("forces its vote to read, where others may consult it", () => {
    expect(participating({ cooperative: true }).on(prepare("read-only"))).toEqual(["force", "vote read-only to c"]);
  });

  it.each<[Form, string[], string[]]>([
    ["basic", ["force", "ack"], ["force", "ack"]],
    ["presumed-abort", ["force", "ack"], ["write"]],
    ["presumed-commit", ["write"], ["force", "ack"]],
    ["remembering", ["write"], ["write"]],
  ])("%s: forces what it acknowledges, and acknowledges what it has forced", (form, commit, abort) => {
    for (const [outcome, expected] of [["commit", commit], ["abort", abort]] as const) {
      const given = participating({ form });
      given.on(prepare("yes"));
      const effects = given.on(decision(outcome));
      const [kind, ...rest] = expected;
      expect(effects).toEqual(["cancel inquire", kind, `decide ${outcome}`, ...rest.map((text) => `${text} to c`)]);
      expect(scripted.holders(given.self.data)).toEqual([]);
    }
  });

  it("does nothing twice, and answers every time", () => {
    const given = participating();
    given.on(prepare("yes"));
    expect(given.on(prepare("no"))).toEqual(["vote yes to c"]);
    given.on(decision("commit"));
    expect(given.on(decision("commit"))).toEqual(["ack to c"]);
    expect(given.on(decision("abort"))).toEqual(["ack to c"]);
    expect(given.on(prepare("yes"))).toEqual([]);
  });

  it("remembers an abort that overtakes the question", () => {
    const given = participating();
    expect(given.on(decision("abort"))).toEqual(["cancel inquire", "force", "decide abort", "ack to c"]);
    expect(given.on(prepare("yes"))).toEqual(["vote no to c"]);
  });

  it("acknowledges a commit that it knows nothing of: it was done, and forgotten", () => {
    expect(participating().on(decision("commit"))).toEqual(["ack to c"]);
  });

  it("asks, while it is in doubt, and after a crash at once; the others too, if they cooperate", () => {
    const given = participating();
    expect([given.timer(), given.on(prepare("yes")).length, given.timer()]).toEqual([[], 3, ["inquiry to c", "set inquire"]]);
    expect(given.boots()).toEqual(["inquiry to c", "set inquire"]);
    const cooperative = participating({ cooperative: true });
    cooperative.on(prepare("yes"));
    expect(cooperative.timer()).toEqual(["inquiry to c", "consult to p2", "set inquire"]);
    given.on(decision("commit"));
    expect(given.boots()).toEqual(["decide commit"]);
  });

  it("helps another one in doubt, if it has decided or has not voted; else it is silent", () => {
    const consult = { kind: "consult", transaction: "t1" };
    const fresh = participating({ cooperative: true });
    expect(fresh.on(consult, p2)).toEqual(["force", "decide abort", "advice abort to p2"]);
    expect(fresh.on(prepare("yes"))).toEqual(["vote no to c"]);
    const unsure = participating({ cooperative: true });
    unsure.on(prepare("yes"));
    expect(unsure.on(consult, p2)).toEqual([]);
    unsure.on({ kind: "advice", transaction: "t1", outcome: "commit" }, p2);
    expect(unsure.on(consult, p2)).toEqual(["advice commit to p2"]);
    expect(participating().on(consult, p2)).toEqual([]);
  });

  it("says what is wrong with a resource that votes neither", () => {
    const resource = { ...scripted, prepare: () => "maybe" } as never;
    const role = twoPhase.participant<Scripted>({ resource });
    expect(() => step(role, role.init(p1), { kind: "message", from: c, message: prepare("yes") }))
      .toThrow('a resource\'s vote must be one of "yes", "no", "read-only", got "maybe"');
  });
});
