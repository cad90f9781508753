import { describe, expect, it } from "vitest";
import { ids } from "../../../lib/core.js";
import { leader, type LeaderOptions, type PValue } from "../../../lib/multi-paxos.js";
import { alone, ballot, command, letters, sent } from "./part.js";

const acceptors = ids("a1", "a2", "a3");
const replicas = ids("r1", "r2");
const configurations = [{ from: 1, acceptors }];
const mine = ballot(1, "l1");
const theirs = ballot(1, "l2");
const x = command("c1#1");
const y = command("c2#1");

/** A leader that has just booted, and has asked for promises. */
function scouting(options: Partial<LeaderOptions> = {}) {
  const l1 = alone(leader({ acceptors, replicas, leaders: ids("l2"), ...options }), "l1");
  const effects = l1.start();
  return { ...l1, effects };
}

function promise(pvalues: readonly PValue<unknown>[] = [], slot = 1) {
  return { kind: "p1b", ballot: mine, pvalues, start: { slot, configurations } } as const;
}

/** A leader that a1 and a2 have promised to join. */
function leading(options: Partial<LeaderOptions> = {}, pvalues: readonly PValue<unknown>[] = []) {
  const l1 = scouting(options);
  l1.hears("a1", promise());
  return { ...l1, effects: l1.hears("a2", promise(pvalues)) };
}

const asked = (effects: Parameters<typeof sent>[0]) => sent(effects, "p2a").map(({ slot, command: { call, kind } }) => `${slot}: ${call ?? kind}`);
const once = (list: readonly string[]) => [...new Set(list)];

describe("phase 1", () => {
  it("asks every acceptor once, for all slots from the first that is not known to be decided, in a ballot that is on disk", () => {
    const { effects } = scouting();
    expect(effects[0]).toMatchObject({ kind: "write", flush: true, fields: { round: 1, hasCampaigned: true } });
    expect(letters(effects)).toEqual(["a1: p1a", "a2: p1a", "a3: p1a"]);
    expect(sent(effects, "p1a")[0]).toEqual({ kind: "p1a", ballot: mine, slot: 1 });
  });

  it("is over when a quorum has promised, whatever the number of messages", () => {
    const l1 = scouting();
    l1.hears("a1", promise());
    l1.hears("a1", promise());
    expect(l1.self.phase).toBe("scouting");
    l1.hears("a3", promise());
    expect(l1.self.phase).toBe("active");
  });

  it("goes on with what the promises tell, each slot with its latest vote, and fills what lies between with no-ops", () => {
    // "Paxos Made Simple", section 3, in small: nothing is known but votes for slots 1 and 4, and two for slot 2.
    const l1 = scouting();
    l1.hears("a1", promise([{ slot: 2, ballot: ballot(0, "l9"), command: x }, { slot: 4, ballot: ballot(0, "l9"), command: y }]));
    const effects = l1.hears("a2", promise([
      { slot: 1, ballot: ballot(0, "l9"), command: command("c3#1") },
      { slot: 2, ballot: ballot(0, "m9"), command: command("c4#1") },
    ]));
    expect(once(asked(effects))).toEqual(["1: c3#1", "2: c4#1", "3: no-op", "4: c2#1"]);
  });

  it("heeds the latest vote of a slot, whichever promise comes first", () => {
    const votes = [{ slot: 1, ballot: ballot(0, "m9"), command: y }, { slot: 1, ballot: ballot(0, "l9"), command: x }];
    for (const [first, second] of [votes, [...votes].reverse()]) {
      const l1 = scouting();
      l1.hears("a1", promise([first!]));
      expect(once(asked(l1.hears("a2", promise([second!]))))).toEqual(["1: c2#1"]);
    }
  });

  it("does not touch slots that it knows to be decided: 1 to 134, 138 and 139, as in the paper's example", () => {
    const l1 = alone(leader({ acceptors, replicas, window: 20 }), "l1", { floor: 135 });
    for (const slot of [138, 139]) l1.hears("l9", { kind: "decision", slot, command: command(`c9#${slot}`) });
    expect(sent(l1.start(), "p1a")[0].slot).toBe(135);
    l1.hears("a1", promise([{ slot: 135, ballot: ballot(0, "l9"), command: x }]));
    const effects = l1.hears("a2", promise([{ slot: 140, ballot: ballot(0, "l9"), command: y }]));
    expect(once(asked(effects))).toEqual(["135: c1#1", "136: no-op", "137: no-op", "140: c2#1"]);
  });

  it("fills the holes below what it knows to be decided, though no promise tells of a vote there", () => {
    const l1 = scouting();
    l1.hears("l9", { kind: "decision", slot: 3, command: x });
    l1.hears("a1", promise());
    expect(once(asked(l1.hears("a2", promise())))).toEqual(["1: no-op", "2: no-op"]);
  });

  it("is never opened again by a leader that has lost its disk, and with it which ballots it has used", () => {
    const l1 = alone(leader({ acceptors, replicas }), "l1", { hasCampaigned: true, round: 0 });
    expect(letters(l1.start())).toEqual([]);
    expect(letters(l1.fires("election"))).toEqual([]);
  });

  it("takes slots that an acceptor has forgotten for decided, and never asks for votes there", () => {
    const l1 = scouting();
    l1.hears("r1", { kind: "propose", slot: 2, command: x });
    l1.hears("a1", promise());
    const effects = l1.hears("a2", promise([{ slot: 5, ballot: ballot(0, "l9"), command: y }], 4));
    expect(once(asked(effects))).toEqual(["4: no-op", "5: c2#1"]);
    expect(l1.self.floor).toBe(4);
  });

  it("does not heed promises for an earlier ballot of its own", () => {
    const l1 = scouting();
    l1.fires("election");
    expect(l1.self.ballot).toEqual(ballot(2, "l1"));
    l1.hears("a1", promise());
    l1.hears("a2", promise());
    expect(l1.self.phase).toBe("scouting");
  });

  it("does not take a refusal of an old question for an answer to a new one", () => {
    const l1 = scouting();
    l1.fires("election");
    for (const from of ["a1", "a2"]) l1.hears(from, { kind: "preempted", ballot: ballot(2, "l1") });
    expect(l1.self.phase).toBe("scouting");
  });
});

describe("phase 2", () => {
  it("asks for votes at once for what a replica proposes, and tells all replicas when a quorum has voted", () => {
    const l1 = leading();
    expect(letters(l1.hears("r1", { kind: "propose", slot: 1, command: x }))).toEqual(["a1: p2a", "a2: p2a", "a3: p2a"]);
    expect(l1.hears("a1", { kind: "p2b", ballot: mine, slot: 1 })).toEqual([]);
    expect(l1.hears("a1", { kind: "p2b", ballot: mine, slot: 1 })).toEqual([]);
    expect(letters(l1.hears("a3", { kind: "p2b", ballot: mine, slot: 1 }))).toEqual(["r1: decision", "r2: decision"]);
  });

  it("heeds the first proposal for a slot, and tells who comes later what was decided", () => {
    const l1 = leading();
    l1.hears("r1", { kind: "propose", slot: 1, command: x });
    expect(l1.hears("r2", { kind: "propose", slot: 1, command: y })).toEqual([]);
    for (const from of ["a1", "a2"]) l1.hears(from, { kind: "p2b", ballot: mine, slot: 1 });
    expect(sent(l1.hears("r2", { kind: "propose", slot: 1, command: y }), "decision")).toEqual([{ kind: "decision", slot: 1, command: x }]);
  });

  it("works at as many slots at a time as the window has, in whatever order they are decided", () => {
    const l1 = leading({ window: 2 });
    for (const slot of [1, 2, 3]) l1.hears("r1", { kind: "propose", slot, command: command(`c1#${slot}`) });
    expect([...l1.self.commanders.keys()]).toEqual([1, 2]);
    for (const from of ["a1", "a2"]) l1.hears(from, { kind: "p2b", ballot: mine, slot: 2 });
    expect([...l1.self.commanders.keys()]).toEqual([1]);
    l1.hears("a1", { kind: "p2b", ballot: mine, slot: 1 });
    expect(once(asked(l1.hears("a2", { kind: "p2b", ballot: mine, slot: 1 })))).toEqual(["3: c1#3"]);
  });

  it("asks again only those who have not voted, and only after a while", () => {
    const l1 = leading();
    l1.hears("r1", { kind: "propose", slot: 1, command: x });
    l1.hears("a2", { kind: "p2b", ballot: mine, slot: 1 });
    expect(letters(l1.fires("resend"))).toEqual([]);
    expect(letters(l1.fires("resend"))).toEqual(["a1: p2a", "a3: p2a"]);
  });

  it("tells with the next question what is decided, where notices are piggy-backed", () => {
    const servers = ids("s1", "s2", "s3");
    const s1 = alone(leader({ acceptors: servers, notices: "piggy-backed" }), "s1");
    s1.start();
    for (const from of ["s1", "s2"]) s1.hears(from, promise());
    // What it would send to itself is what it says to its own parts.
    s1.self.ballot = mine;
    s1.hears("s1", { kind: "propose", slot: 1, command: x });
    s1.hears("s1", { kind: "p2b", ballot: s1.self.ballot, slot: 1 });
    expect(letters(s1.hears("s2", { kind: "p2b", ballot: s1.self.ballot, slot: 1 }))).toEqual([]);
  });
});

describe("a leader that is beaten", () => {
  it("waits, with twice the patience, and opens a later ballot if nobody shows that it leads", () => {
    const l1 = leading({ patience: [100, 300] });
    const effects = l1.hears("a1", { kind: "preempted", ballot: ballot(7, "l2") });
    expect(l1.self).toMatchObject({ phase: "passive", patience: 200 });
    expect(effects).toContainEqual({ kind: "setTimer", timer: { kind: "election" }, after: [200, 400] });
    l1.hears("l2", { kind: "heartbeat", ballot: ballot(7, "l2"), decided: 1, sentAt: 0 });
    expect(l1.self.patience).toBe(200);
    l1.fires("election");
    expect(l1.self.ballot).toEqual(ballot(8, "l1"));
    l1.hears("a1", { kind: "preempted", ballot: ballot(9, "l2") });
    expect(l1.self.patience).toBe(300);
  });

  it("has its patience back after a hundred slots", () => {
    const l1 = leading({ patience: [100, 300] });
    l1.self.patience = 200;
    for (let slot = 1; slot <= 101; slot++) {
      l1.hears("r1", { kind: "propose", slot, command: command(`c1#${slot}`) });
      for (const from of ["a1", "a2"]) l1.hears(from, { kind: "p2b", ballot: mine, slot });
    }
    expect(l1.self.patience).toBe(100);
  });

  it("does not count votes for the ballot that it has given up", () => {
    const l1 = leading();
    l1.hears("r1", { kind: "propose", slot: 1, command: x });
    l1.hears("a3", { kind: "preempted", ballot: theirs });
    for (const from of ["a1", "a2"]) expect(l1.hears(from, { kind: "p2b", ballot: mine, slot: 1 })).toEqual([]);
  });

  it("follows a heartbeat of a later ballot, and not that of an earlier one", () => {
    const l1 = leading();
    l1.hears("l9", { kind: "heartbeat", ballot: ballot(0, "l9"), decided: 1, sentAt: 0 });
    expect(l1.self.phase).toBe("active");
    l1.hears("l2", { kind: "heartbeat", ballot: theirs, decided: 1, sentAt: 0 });
    expect(l1.self).toMatchObject({ phase: "passive", heard: theirs });
    // A heartbeat of one that was beaten, and does not know it yet, is no reason to wait longer.
    expect(l1.hears("l1", { kind: "heartbeat", ballot: mine, decided: 1, sentAt: 0 })).toEqual([]);
    expect(l1.hears("l9", { kind: "heartbeat", ballot: ballot(0, "l9"), decided: 1, sentAt: 0 })).toEqual([]);
    expect(l1.hears("l2", { kind: "heartbeat", ballot: theirs, decided: 1, sentAt: 0 })).toHaveLength(1);
  });
});

describe("a leader that others have gone past without its knowing", () => {
  // Its replicas take for decided what it asked for and says is decided: it must not say so of what another decided.
  it("leads no more, when it hears that slots are decided in which it still waits for votes", () => {
    const l1 = leading();
    l1.hears("r1", { kind: "propose", slot: 1, command: x });
    l1.hears("l2", { kind: "forget", start: { slot: 2, configurations } });
    expect(l1.self).toMatchObject({ phase: "passive", floor: 2 });
  });

  it("leads no more, when it hears that another command got a slot of its own", () => {
    const l1 = leading();
    l1.hears("r1", { kind: "propose", slot: 1, command: x });
    l1.hears("l2", { kind: "decision", slot: 1, command: y });
    expect(l1.self.phase).toBe("passive");
    const same = leading();
    same.hears("r1", { kind: "propose", slot: 1, command: x });
    same.hears("l2", { kind: "decision", slot: 1, command: x });
    expect(same.self.phase).toBe("active");
  });

  it("leads no more, when a later ballot asks the acceptor beside it for a vote", () => {
    const l1 = leading();
    l1.hears("l2", { kind: "p2a", ballot: theirs, slot: 1, command: y });
    expect(l1.self).toMatchObject({ phase: "passive", heard: theirs });
  });
});

describe("a new configuration", () => {
  const change = { kind: "reconfigure", call: "c9#1" as never, acceptors: ids("b1"), replaces: 1 } as const;

  it("counts once the window is past; no-ops bring that about, and the new acceptors are asked for promises", () => {
    const l1 = leading({ window: 2 });
    l1.hears("r1", { kind: "propose", slot: 1, command: change });
    l1.hears("a1", { kind: "p2b", ballot: mine, slot: 1 });
    const decided = l1.hears("a2", { kind: "p2b", ballot: mine, slot: 1 });
    expect(letters(decided)).toEqual(["b1: p1a", "a1: p2a", "a2: p2a", "a3: p2a", "r1: decision", "r2: decision"]);
    expect(asked(decided)[0]).toBe("2: no-op");
    // Slot 3 belongs to b1, who has not promised yet.
    l1.hears("r1", { kind: "propose", slot: 3, command: x });
    expect(l1.self.commanders.has(3)).toBe(false);
    expect(letters(l1.hears("b1", promise()))).toEqual(["b1: p2a"]);
    expect(letters(l1.hears("b1", { kind: "p2b", ballot: mine, slot: 3 }))).toEqual(["r1: decision", "r2: decision"]);
  });

  it("that another change has overtaken is none: it says which one it was to replace", () => {
    const l1 = leading({ window: 4 });
    // The third is the first once more.
    [change, { ...change, call: "c8#1", acceptors: ids("b2"), replaces: 5 }, change].forEach((command, i) => {
      l1.hears("r1", { kind: "propose", slot: i + 1, command });
    });
    for (const slot of [1, 2, 3]) for (const from of ["a1", "a2"]) l1.hears(from, { kind: "p2b", ballot: mine, slot });
    expect(l1.self.electorates).toEqual([...configurations, { from: 5, acceptors: ids("b1") }, { from: 6, acceptors: ids("b2") }]);
  });

  it("that names nobody is no configuration", () => {
    const l1 = leading({ window: 2 });
    l1.hears("r1", { kind: "propose", slot: 1, command: { ...change, acceptors: [] } });
    for (const from of ["a1", "a2"]) l1.hears(from, { kind: "p2b", ballot: mine, slot: 1 });
    expect(l1.self.electorates).toEqual(configurations);
  });
});

describe("a lease of the leader", () => {
  const leasing = { leaseMs: 100, drift: 0.1 };
  const granted = (sentAt: number) => ({ kind: "granted", ballot: mine, sentAt }) as const;

  it("runs from the sending of the heartbeat, shorter by what clocks may drift, once a quorum has granted it", () => {
    const l1 = leading(leasing);
    const ask = () => sent(l1.hears("r1", { kind: "ask", call: "c#1" }), "serve")[0].slot;
    expect(ask()).toBeNull();
    l1.hears("a1", granted(50));
    expect(ask()).toBeNull();
    l1.hears("a2", granted(60));
    l1.at(139);
    expect(ask()).toBe(1);
    l1.at(140);
    expect(ask()).toBeNull();
    l1.hears("a1", granted(70));
    expect(ask()).toBe(1);
  });

  it("lets nothing be read until what earlier leaders left is decided", () => {
    const l1 = leading(leasing, [{ slot: 1, ballot: ballot(0, "l9"), command: x }]);
    for (const from of ["a1", "a2"]) l1.hears(from, granted(0));
    const ask = () => sent(l1.hears("r1", { kind: "ask", call: "c#1" }), "serve")[0].slot;
    expect(ask()).toBeNull();
    for (const from of ["a1", "a2"]) l1.hears(from, { kind: "p2b", ballot: mine, slot: 1 });
    expect(ask()).toBe(2);
  });
});

describe("what a leader lets acceptors forget", () => {
  const start = (slot: number) => ({ slot, configurations });

  it("is what a majority of the replicas have on disk", () => {
    const l1 = leading();
    expect(l1.hears("r1", { kind: "checkpoint", start: start(3) })).toEqual([]);
    const effects = l1.hears("r2", { kind: "checkpoint", start: start(5) });
    expect(sent(effects, "forget")[0].start.slot).toBe(3);
    expect(letters(effects).filter((letter) => letter.includes("forget"))).toEqual(["a1: forget", "a2: forget", "a3: forget"]);
    expect(l1.hears("r2", { kind: "checkpoint", start: start(6) })).toEqual([]);
  });

  it("is decided for itself, too: it does not fill such slots with no-ops", () => {
    const l1 = scouting();
    l1.hears("a1", promise([{ slot: 1, ballot: ballot(0, "l9"), command: x }]));
    for (const from of ["r1", "r2"]) l1.hears(from, { kind: "checkpoint", start: start(3) });
    const effects = l1.hears("a2", promise([{ slot: 3, ballot: ballot(0, "l9"), command: y }]));
    expect(once(asked(effects))).toEqual(["3: c2#1"]);
  });
});

it("refuses options that make no leader", () => {
  expect(() => leader({ acceptors, replicas: [] })).toThrow("replicas must name at least 1 node, got none");
  expect(() => leader({ acceptors, window: 0 })).toThrow("window must be a whole number of at least 1, got 0");
  expect(() => leader({ acceptors, patience: [200, 100] })).toThrow("patience[1] must be a finite number of at least 200, got 100");
  expect(() => leader({ acceptors, patience: 200 as never })).toThrow("patience must be a pair [least, most] in ms, got 200");
  expect(() => leader({ acceptors, drift: 2 })).toThrow("drift must be a finite number from 0 to 1, got 2");
  expect(() => leader({ acceptors, notices: "never" as never })).toThrow("notices must be one of");
});
