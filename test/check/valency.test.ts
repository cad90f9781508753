import { describe, expect, it } from "vitest";
import { participant } from "../../lib/asynchronous.js";
import { explore, replay, undecided, valency } from "../../lib/check.js";
import { ids, type NodeId, type Role } from "../../lib/core.js";

const three = ids("p1", "p2", "p3");
const [a, b] = ids("a", "b") as [NodeId, NodeId];

function cluster(values: string) {
  return Object.fromEntries(three.map((name, i) => [name, participant({ participants: three, value: values[i]! })]));
}

/** Takes the first message that comes. */
const taker: Role<{ state: { taken: string }; receives: { kind: "take"; value: string }; decides: string }> = {
  name: "taker",
  durable: [],
  init: () => ({ taken: "" }),
  timeout: {},
  request: {},
  receive: {
    take(self, { value }, _, out) {
      if (self.taken !== "") return;
      self.taken = value;
      out.decide(value);
    },
  },
};

const giver = (value: string): Role<{ state: object; sends: { kind: "take"; value: string } }> => ({
  name: "giver",
  durable: [],
  init: () => ({}),
  timeout: {},
  request: {},
  receive: {},
  start: (_, out) => out.send(a, { kind: "take", value }),
});

describe("valency", () => {
  it("tells of two messages on their way to one node that either may decide", () => {
    const found = valency({ nodes: { a: taker, b: giver("x"), c: giver("y") } });
    expect(found).toMatchObject({ worlds: 5, outcomes: ["x", "y"], initial: ["x", "y"], critical: 1, toCritical: [] });
    expect(found.rows).toEqual([
      { depth: 0, valency: "bivalent", worlds: 1 },
      { depth: 1, valency: "x-valent", worlds: 1 },
      { depth: 1, valency: "y-valent", worlds: 1 },
      { depth: 2, valency: "x-valent", worlds: 1 },
      { depth: 2, valency: "y-valent", worlds: 1 },
    ]);
  });

  it("counts each world once, as the explorer does, and each is 0-valent, 1-valent, bivalent or none", () => {
    const nodes = cluster("011");
    const found = valency({ nodes });
    const verdict = explore({ nodes });
    expect([found.worlds, found.transitions]).toEqual([verdict.worlds, verdict.transitions]);
    expect(found.rows.reduce((sum, { worlds }) => sum + worlds, 0)).toBe(found.worlds);
  });

  it("finds the bivalent first worlds of the rotating coordinator, by what they begin with", () => {
    const initial = Object.fromEntries(["000", "001", "010", "011", "100", "101", "110", "111"].map((values) => [values, valency({ nodes: cluster(values) }).initial.join("")]));
    // p2 proposes the least of its own value and the first that comes.
    expect(initial).toEqual({ "000": "0", "001": "0", "010": "0", "011": "01", "100": "0", "101": "0", "110": "01", "111": "1" });
    expect(valency({ nodes: cluster("000") }).summary).toMatch(/^The first world can come to 0\. Of/);
  });

  it("leads to a world where every step settles it", () => {
    const { toCritical, critical } = valency({ nodes: cluster("011"), timers: 1 });
    expect(critical).toBe(2);
    expect(toCritical!.length).toBeGreaterThan(0);
    expect(replay({ nodes: cluster("011") }, toCritical!).some(({ kind }) => kind === "decide")).toBe(false);
  }, 30_000);

  it("says nothing of a search that does not look at everything", () => {
    expect(() => valency({ nodes: cluster("011"), maxWorlds: 100 })).toThrow("valencies need all worlds, but the search stopped at max with 100 worlds");
    expect(() => valency({ nodes: cluster("011"), order: "depth" })).toThrow('order must be "breadth"');
  });
});

describe("undecided", () => {
  const nodes = cluster("011");

  it("serves the oldest message again and again, and leaves both decisions open", () => {
    const found = undecided({ nodes, stages: 60 });
    expect(found).toMatchObject({ stuck: null, stages: { length: 60 } });
    expect(Object.keys(found.ways).sort()).toEqual(["0", "1"]);
    expect(found.schedule.length).toBe(found.stages.reduce((sum, { actions }) => sum + actions, 0));
    // Nobody has decided; and the two ways on are real.
    const decided = (more: typeof found.schedule) =>
      replay({ nodes }, [...found.schedule, ...more]).flatMap((event) => (event.kind === "decide" ? [event.outcome] : []));
    expect(decided([])).toEqual([]);
    for (const [outcome, way] of Object.entries(found.ways)) expect(decided(way)).toEqual([outcome]);
  });

  it("is fair: no message is in flight for long", () => {
    const { schedule } = undecided({ nodes, stages: 40 });
    const trace = replay({ nodes }, schedule);
    const sent = new Map(trace.flatMap((event) => (event.kind === "send" ? [[event.id, event.step] as const] : [])));
    for (const event of trace) if (event.kind === "deliver") sent.delete(event.id);
    // What is still in flight is young.
    expect(Math.min(...sent.values())).toBeGreaterThan(schedule.length - 25);
    expect(trace.some(({ kind }) => kind === "crash")).toBe(false);
  });

  it("gets stuck where a protocol that cannot wait for ever has nothing to postpone", () => {
    const found = undecided({ nodes: { a: taker, b: giver("x"), c: giver("y") }, stages: 5 });
    expect(found).toMatchObject({ stages: [], schedule: [], stuck: expect.stringMatching(/no way was found to deliver [bc] > a: take/) });
  });

  it("refuses a first world that is not bivalent", () => {
    expect(() => undecided({ nodes: cluster("000"), stages: 1 })).toThrow("the first world must be bivalent, but only 0 was decided");
    expect(() => undecided({ nodes, stages: 0 })).toThrow("stages must be a whole number from 1");
    expect(b).toBe("b");
  });
});
