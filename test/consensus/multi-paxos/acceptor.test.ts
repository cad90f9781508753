import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { boot, durableFields } from "../../../lib/core/step.js";
import { acceptor } from "../../../lib/multi-paxos.js";
import { noBallot } from "../../../lib/paxos.js";
import { alone, ballot, command, kinds, letters, sent } from "./part.js";

const acceptors = ids("a1", "a2", "a3");
const first = ballot(1, "l1");
const second = ballot(1, "l2");
const x = command("c1#1");
const y = command("c2#1");
const configurations = [{ from: 1, acceptors }];

describe("phase 1b", () => {
  it("joins a ballot for every slot at once, writes that down, and then tells its last vote in each slot from the one asked for", () => {
    const accepted = new Map([[3, { slot: 3, ballot: first, command: x }], [5, { slot: 5, ballot: first, command: y }]]);
    const a1 = alone(acceptor({ acceptors }), "a1", { promised: first, accepted, hasPromised: true });
    const effects = a1.hears("l2", { kind: "p1a", ballot: second, slot: 4 });
    expect(kinds(effects)).toEqual(["write", "p1b"]);
    expect(sent(effects, "p1b")).toEqual([
      { kind: "p1b", ballot: second, pvalues: [{ slot: 5, ballot: first, command: y }], start: { slot: 1, configurations } },
    ]);
    expect(a1.self.promised).toEqual(second);
  });

  it("repeats a promise that it has given, without another write", () => {
    const a1 = alone(acceptor({ acceptors }), "a1");
    const promise = a1.hears("l1", { kind: "p1a", ballot: first, slot: 1 });
    expect(kinds(a1.hears("l1", { kind: "p1a", ballot: first, slot: 1 }))).toEqual(["p1b"]);
    expect(kinds(promise)).toEqual(["write", "p1b"]);
  });

  it("refuses a ballot before the one that it has joined, in words that nobody can take for a promise", () => {
    const a1 = alone(acceptor({ acceptors }), "a1", { promised: second, hasPromised: true });
    expect(sent(a1.hears("l1", { kind: "p1a", ballot: first, slot: 1 }), "preempted")).toEqual([{ kind: "preempted", ballot: second }]);
    expect(a1.self.promised).toEqual(second);
  });
});

describe("phase 2b", () => {
  it("votes slot by slot, and writes each vote down before it is told", () => {
    const a1 = alone(acceptor({ acceptors }), "a1", { promised: first, hasPromised: true });
    expect(kinds(a1.hears("l1", { kind: "p2a", ballot: first, slot: 2, command: x }))).toEqual(["write", "p2b"]);
    expect(sent(a1.hears("l1", { kind: "p2a", ballot: first, slot: 1, command: y }), "p2b")).toEqual([{ kind: "p2b", ballot: first, slot: 1 }]);
    expect([...a1.self.accepted.values()]).toMatchObject([{ slot: 2, ballot: first, command: x }, { slot: 1, ballot: first, command: y }]);
  });

  it("joins a ballot by a vote in it", () => {
    const a1 = alone(acceptor({ acceptors }), "a1", { promised: first, hasPromised: true });
    a1.hears("l2", { kind: "p2a", ballot: second, slot: 1, command: y });
    expect(a1.self.promised).toEqual(second);
    expect(letters(a1.hears("l1", { kind: "p2a", ballot: first, slot: 1, command: x }))).toEqual(["l1: preempted"]);
    expect(a1.self.accepted.get(1)?.command).toEqual(y);
  });

  it("keeps of each slot the last vote only", () => {
    const a1 = alone(acceptor({ acceptors }), "a1");
    a1.hears("l1", { kind: "p2a", ballot: first, slot: 1, command: x });
    a1.hears("l2", { kind: "p2a", ballot: second, slot: 1, command: y });
    expect([...a1.self.accepted.values()]).toMatchObject([{ slot: 1, ballot: second, command: y }]);
  });
});

describe("what an acceptor forgets", () => {
  const start = { slot: 3, configurations };

  it("are the votes before a slot, and it says so in each promise from then on", () => {
    const a1 = alone(acceptor({ acceptors }), "a1");
    for (const slot of [1, 2, 3]) a1.hears("l1", { kind: "p2a", ballot: first, slot, command: command(`c1#${slot}`) });
    expect(kinds(a1.hears("l1", { kind: "forget", start }))).toEqual(["write"]);
    const [promise] = sent(a1.hears("l2", { kind: "p1a", ballot: second, slot: 1 }), "p1b");
    expect(promise.pvalues.map(({ slot }: { slot: number }) => slot)).toEqual([3]);
    expect(promise.start).toEqual(start);
  });

  it("it does not vote on again, but tells where it starts", () => {
    const a1 = alone(acceptor({ acceptors }), "a1", { retained: start });
    const effects = a1.hears("l1", { kind: "p2a", ballot: first, slot: 2, command: x });
    expect(sent(effects, "p1b")).toEqual([{ kind: "p1b", ballot: first, pvalues: [], start }]);
    expect(a1.self.accepted.size).toBe(0);
  });

  it("it does not remember again, when it is told of an earlier slot late", () => {
    const a1 = alone(acceptor({ acceptors }), "a1", { retained: start });
    expect(a1.hears("l1", { kind: "forget", start: { slot: 2, configurations } })).toEqual([]);
    expect(a1.self.retained).toEqual(start);
  });
});

describe("a lease", () => {
  const leasing = acceptor({ acceptors, leaseMs: 100 });

  it("keeps an acceptor from joining the ballots of others, for as long as its own clock says", () => {
    const a1 = alone(leasing, "a1", { promised: first, hasPromised: true });
    a1.at(10);
    expect(letters(a1.hears("l1", { kind: "heartbeat", ballot: first, decided: 1, sentAt: 5 }))).toEqual(["l1: granted"]);
    a1.at(109);
    expect(a1.hears("l2", { kind: "p1a", ballot: second, slot: 1 })).toEqual([]);
    a1.at(110);
    expect(letters(a1.hears("l2", { kind: "p1a", ballot: second, slot: 1 }))).toEqual(["l2: p1b"]);
  });

  it("lets its holder open another ballot", () => {
    const a1 = alone(leasing, "a1", { promised: first, hasPromised: true });
    a1.hears("l1", { kind: "heartbeat", ballot: first, decided: 1, sentAt: 0 });
    expect(letters(a1.hears("l1", { kind: "p1a", ballot: ballot(2, "l1"), slot: 1 }))).toEqual(["l1: p1b"]);
  });

  it("is not granted to a leader whose ballot is over, nor to a second one while it runs", () => {
    const a1 = alone(leasing, "a1", { promised: second, hasPromised: true });
    expect(a1.hears("l1", { kind: "heartbeat", ballot: first, decided: 1, sentAt: 0 })).toEqual([]);
    expect(letters(a1.hears("l2", { kind: "heartbeat", ballot: second, decided: 1, sentAt: 0 }))).toEqual(["l2: granted"]);
    expect(a1.hears("l3", { kind: "heartbeat", ballot: ballot(2, "l3"), decided: 1, sentAt: 0 })).toEqual([]);
  });

  it("may have been granted before a crash: whoever restarts waits until any lease is over", () => {
    const a1 = alone(leasing, "a1", { promised: first, hasPromised: true });
    a1.at(1_000);
    a1.start();
    a1.at(1_099);
    expect(a1.hears("l1", { kind: "p1a", ballot: first, slot: 1 })).toEqual([]);
    a1.at(1_100);
    expect(letters(a1.hears("l1", { kind: "p1a", ballot: first, slot: 1 }))).toEqual(["l1: p1b"]);
    const fresh = alone(leasing, "a2");
    fresh.start();
    expect(letters(fresh.hears("l1", { kind: "p1a", ballot: first, slot: 1 }))).toEqual(["l1: p1b"]);
  });
});

describe("an acceptor with a lost disk", () => {
  it("knows by its marker that it is not new, and neither promises nor votes nor grants a lease any more", () => {
    const losing = { ...acceptor({ acceptors, leaseMs: 100 }), durable: ["hasPromised"] as const };
    const a1 = alone(losing, "a1");
    a1.hears("l1", { kind: "p1a", ballot: first, slot: 1 });
    const after = alone(losing, "a1", boot(losing, acceptors[0]!, durableFields(losing, a1.self)));
    expect(after.self).toMatchObject({ hasPromised: true, promised: noBallot });
    after.at(5_000);
    expect(after.hears("l2", { kind: "p1a", ballot: second, slot: 1 })).toEqual([]);
    expect(after.hears("l2", { kind: "p2a", ballot: second, slot: 1, command: x })).toEqual([]);
    expect(after.hears("l2", { kind: "heartbeat", ballot: second, decided: 1, sentAt: 0 })).toEqual([]);
  });
});

it("refuses options that make no acceptor", () => {
  expect(() => acceptor({ acceptors: [] })).toThrow("acceptors must name at least 1 node, got none");
  expect(() => acceptor({ acceptors, leaseMs: -1 })).toThrow("leaseMs must be a finite number of at least 0, got -1");
  expect(() => acceptor({ acceptors, lease: 5 } as never)).toThrow('acceptor has no option "lease"');
});
