import { describe, expect, it } from "vitest";
import { only, record, simulate, Simulation, type ScriptedFault } from "../../lib/sim.js";
import type { Role } from "../../lib/core/role.js";
import { listener, player, server, talker } from "./roles.js";

type Names = "a" | "b" | "c" | "d";
const trio = { a: talker(["b", "c"], { count: 20, every: 10 }), b: listener, c: listener };

/** Notes come at 15, 25, 35, ... ms. */
function trioWith(faults: readonly ScriptedFault<"a" | "b" | "c">[]) {
  return simulate({ nodes: trio, network: { latency: 5 }, faults });
}

const heardBy = (run: ReturnType<typeof trioWith>, name: "b" | "c") => run.simulation.state(name)?.heard.length;

describe("a crash", () => {
  it("drops what arrives while the node is down, and its timers", () => {
    const run = trioWith([{ at: 52, kind: "crash", node: "b" }, { at: 92, kind: "restart", node: "b" }]);
    const drops = only(run.trace, "drop");
    expect(drops.map(({ to, reason, at }) => [to, reason, at])).toEqual([55, 65, 75, 85].map((at) => ["b", "crashed", at]));
    expect(only(run.trace, "restart")).toMatchObject([{ at: 92, node: "b" }]);
    expect(heardBy(run, "b")).toBe(20 - 8);
    expect(heardBy(run, "c")).toBe(20);
    const silent = trioWith([{ at: 52, kind: "crash", node: "a" }]);
    expect(only(silent.trace, "timer").at(-1)!.at).toBe(50);
    expect(silent.ended).toMatchObject({ kind: "quiet", at: 55 });
  });

  it("ends by itself after the time that is given", () => {
    const run = trioWith([{ at: 52, kind: "crash", node: "b", forMs: 40 }]);
    expect(only(run.trace, "restart")).toMatchObject([{ at: 92, node: "b" }]);
  });

  it("strikes whoever fits at that moment", () => {
    const run = trioWith([{ at: 52, kind: "crash", node: ({ role, state }) => role === "listener" && (state as { heard: number[] }).heard.length === 4 }]);
    expect(only(run.trace, "crash")).toMatchObject([{ at: 52, node: "b" }]);
    const nobody = trioWith([{ at: 52, kind: "crash", node: ({ role }) => role === "leader" }]);
    expect(only(nobody.trace, "crash")).toEqual([]);
  });
});

describe("a pause", () => {
  it("lets messages wait, and handles them in order when it ends", () => {
    const run = trioWith([{ at: 52, kind: "pause", node: "b" }, { at: 92, kind: "resume", node: "b" }]);
    expect(only(run.trace, "drop")).toEqual([]);
    const late = only(run.trace, "deliver").filter(({ to, at }) => to === "b" && at === 92);
    expect(late.map(({ message }) => (message as unknown as { n: number }).n)).toEqual([5, 6, 7, 8]);
  });

  it("lets timers fire late", () => {
    const run = trioWith([{ at: 52, kind: "pause", node: "a", forMs: 100 }]);
    expect(only(run.trace, "timer").slice(4, 7).map(({ at }) => at)).toEqual([50, 152, 162]);
  });

  it("that ends in a crash loses what waited", () => {
    const run = trioWith([{ at: 52, kind: "pause", node: "b" }, { at: 80, kind: "crash", node: "b" }]);
    expect(only(run.trace, "drop").slice(0, 3).map(({ reason, at }) => [reason, at])).toEqual([["crashed", 80], ["crashed", 80], ["crashed", 80]]);
  });
});

describe("a slow node", () => {
  it("takes so many times as long for what it sends, until that ends", () => {
    const run = trioWith([{ at: 35, kind: "slow", node: "a", factor: 4, forMs: 20 }]);
    const delays = only(run.trace, "deliver").filter(({ to }) => to === "b").sort((x, y) => x.id - y.id).map(({ at, sentAt }) => at - sentAt);
    expect(delays.slice(0, 7)).toEqual([5, 5, 5, 20, 20, 5, 5]);
    expect(only(run.trace, "slow").map(({ at, factor }) => [at, factor])).toEqual([[35, 4], [55, 1]]);
  });
});

describe("a clock", () => {
  const reader: Role<{ state: { read: number[] }; timers: { kind: "look" } }> = {
    name: "reader",
    durable: [],
    init: () => ({ read: [] }),
    start: (_, out) => out.setTimer({ kind: "look" }, 10),
    receive: {},
    request: {},
    timeout: {
      look(self, _, out) {
        self.read.push(out.clock());
        if (self.read.length < 5) out.setTimer({ kind: "look" }, 10);
      },
    },
  };

  it("shows the true time as long as nobody touches it", () => {
    expect(simulate({ nodes: { r: reader } }).simulation.state("r")!.read).toEqual([10, 20, 30, 40, 50]);
  });

  it("that jumps moves no timer", () => {
    const run = simulate({ nodes: { r: reader }, faults: [{ at: 15, kind: "skew", node: "r", offsetMs: 1000 }] });
    expect(run.simulation.state("r")!.read).toEqual([10, 1020, 1030, 1040, 1050]);
    expect(only(run.trace, "timer").map(({ at }) => at)).toEqual([10, 20, 30, 40, 50]);
  });

  it("that runs fast lets timers fire early, also the one that runs already", () => {
    const run = simulate({ nodes: { r: reader }, faults: [{ at: 15, kind: "skew", node: "r", rate: 2 }] });
    expect(only(run.trace, "timer").map(({ at }) => at)).toEqual([10, 17.5, 22.5, 27.5, 32.5]);
    // From 15 ms on two of its milliseconds pass in one.
    expect(run.simulation.state("r")!.read).toEqual([10, 20, 30, 40, 50]);
  });

  it("comes right again when the fault ends", () => {
    const run = simulate({ nodes: { r: reader }, faults: [{ at: 15, kind: "skew", node: "r", offsetMs: -5, forMs: 20 }] });
    expect(run.simulation.state("r")!.read).toEqual([10, 15, 25, 40, 50]);
  });
});

describe("a partition", () => {
  const four = {
    a: talker(["b", "c", "d"], { count: 10, every: 10 }),
    b: talker(["a", "c", "d"], { count: 10, every: 10 }),
    c: talker(["a", "b", "d"], { count: 10, every: 10 }),
    d: talker(["a", "b", "c"], { count: 10, every: 10 }),
  };
  /** Which links brought nothing after the fault at 50 ms. */
  function deaf(...faults: readonly ScriptedFault<Names>[]): string[] {
    const { trace } = simulate({ nodes: four, network: { latency: 5 }, faults });
    const links = ["a", "b", "c", "d"].flatMap((from) => ["a", "b", "c", "d"].filter((to) => to !== from).map((to) => `${from}>${to}`));
    const heard = new Set(only(trace, "deliver").filter(({ at }) => at > 50).map(({ from, to }) => `${from}>${to}`));
    const lost = only(trace, "drop").map(({ reason }) => reason);
    expect(lost.every((reason) => reason === "partitioned")).toBe(true);
    return links.filter((link) => !heard.has(link));
  }

  it("cuts every link between its groups, both ways", () => {
    expect(deaf({ at: 50, kind: "partition", groups: [["a", "b"], ["c", "d"]] })).toEqual(["a>c", "a>d", "b>c", "b>d", "c>a", "c>b", "d>a", "d>b"]);
  });

  it("leaves a node that is in no group alone", () => {
    expect(deaf({ at: 50, kind: "partition", groups: [["a"], ["b"]] })).toEqual(["a>b", "b>a"]);
  });

  it("leaves a bridge where a node is in two groups", () => {
    expect(deaf({ at: 50, kind: "partition", groups: [["a", "b"], ["b", "c", "d"]] })).toEqual(["a>c", "a>d", "c>a", "d>a"]);
  });

  it("may be one-way", () => {
    expect(deaf({ at: 50, kind: "cut", from: ["a", "b"], to: ["c"] })).toEqual(["a>c", "b>c"]);
  });

  it("may isolate one node, or only its ears or its mouth", () => {
    expect(deaf({ at: 50, kind: "isolate", node: "a" })).toEqual(["a>b", "a>c", "a>d", "b>a", "c>a", "d>a"]);
    expect(deaf({ at: 50, kind: "isolate", node: "a", direction: "in" })).toEqual(["b>a", "c>a", "d>a"]);
    expect(deaf({ at: 50, kind: "isolate", node: "a", direction: "out" })).toEqual(["a>b", "a>c", "a>d"]);
  });

  it("may isolate whoever leads when it strikes", () => {
    const { trace } = simulate({ nodes: four, faults: [{ at: 50, kind: "isolate", node: ({ id }) => id === "c" }] });
    expect(only(trace, "cut")[0]!.links).toContainEqual(["c", "a"]);
  });

  it("loses what was under way when it began", () => {
    const { trace } = simulate({ nodes: four, network: { latency: 5 }, faults: [{ at: 52, kind: "isolate", node: "a" }] });
    expect(only(trace, "drop").filter(({ sentAt }) => sentAt === 50)).toHaveLength(6);
  });

  it("heals: all of it, what has a name, and by itself", () => {
    expect(deaf({ at: 50, kind: "isolate", node: "a" }, { at: 70, kind: "heal" })).toEqual([]);
    expect(deaf({ at: 50, kind: "isolate", node: "a", forMs: 20 })).toEqual([]);
    expect(
      deaf({ at: 50, kind: "isolate", node: "a", name: "one" }, { at: 55, kind: "isolate", node: "b", name: "two" }, { at: 70, kind: "heal", name: "one" }),
    ).toEqual(["a>b", "b>a", "b>c", "b>d", "c>b", "d>b"]);
  });

  it("heals a link only when no other cut lies on it", () => {
    const { trace } = simulate({
      nodes: four,
      faults: [
        { at: 50, kind: "cut", from: ["a"], to: ["b"], name: "one" },
        { at: 51, kind: "cut", from: ["a"], to: ["b", "c"], name: "two" },
        { at: 60, kind: "heal", name: "two" },
        { at: 70, kind: "heal", name: "one" },
      ],
    });
    expect(only(trace, "heal").map(({ links }) => links)).toEqual([[["a", "c"]], [["a", "b"]]]);
  });
});

describe("calm", () => {
  it("puts everything right", () => {
    const run = trioWith([
      { at: 30, kind: "crash", node: "b" },
      { at: 30, kind: "pause", node: "c" },
      { at: 30, kind: "isolate", node: "a" },
      { at: 30, kind: "slow", node: "a", factor: 3 },
      { at: 30, kind: "skew", node: "a", offsetMs: 100, rate: 2 },
      { at: 100, kind: "calm" },
    ]);
    const after = run.trace.filter(({ at, kind }) => at === 100 && !["send", "timer", "deliver", "drop"].includes(kind)).map(({ kind }) => kind);
    expect(after.sort()).toEqual(["heal", "restart", "resume", "skew", "slow"]);
    const last = only(run.trace, "deliver").filter(({ sentAt }) => sentAt > 100);
    expect(last.length).toBeGreaterThan(4);
    expect(last.every(({ at, sentAt }) => Math.abs(at - sentAt - 5) < 1e-9)).toBe(true);
  });
});

describe("a fault by hand", () => {
  const simulation = () => new Simulation({ nodes: trio, network: { latency: 5 } });

  it("strikes at the time that the run has reached", () => {
    const running = simulation();
    const trace = record(running);
    running.run({ until: 52 });
    running.crash("b");
    running.run({ until: 92 });
    running.restart("b");
    running.run();
    const script = trioWith([{ at: 52, kind: "crash", node: "b" }, { at: 92, kind: "restart", node: "b" }]);
    const times = (events: typeof trace) => events.map(({ at, kind }) => [at, kind]);
    expect(times(trace)).toEqual(times([...script.trace]));
  });

  it.each([
    ["a crash of a node that is down", (s) => (s.crash("b"), s.crash("b")), "b is down already (since 0 ms): it cannot crash again before a restart"],
    ["a restart of one that is up", (s) => s.restart("b"), "b is running: only a node that has crashed can restart"],
    ["a pause of one that is paused", (s) => (s.pause("b"), s.pause("b")), "b is paused already: it cannot be paused again before it is resumed"],
    ["a pause of one that is down", (s) => (s.crash("b"), s.pause("b")), "b is down: it cannot be paused"],
    ["a resume of one that runs", (s) => s.resume("b"), "b is not paused: there is nothing to resume"],
    ["healing what is not cut", (s) => s.heal(), "nothing to heal: no link is cut"],
    ["healing a cut of another name", (s) => (s.partition([["a"], ["b"]], "east"), s.heal("west")), 'nothing to heal: there is no cut named "west"; the named cuts are east'],
    ["a node that is not there", (s) => s.crash("z" as "a"), 'fault.node: no node "z" in this cluster: a, b, c'],
  ] satisfies [string, (s: ReturnType<typeof simulation>) => void, string][])("refuses %s", (_, deed, message) => {
    const running = simulation();
    running.run({ until: 0 });
    expect(() => deed(running)).toThrow(message);
  });
});

describe("a busy node", () => {
  it("handles one message after the other, and lets the others wait", () => {
    const run = simulate({ nodes: { t: talker(["a"], { count: 4, every: 1 }), a: listener }, network: { latency: 1 }, processing: { nodes: { a: 5 } } });
    expect(only(run.trace, "deliver").map(({ at }) => at)).toEqual([7, 12, 17, 22]);
  });

  it("works as long as the kind of message takes", () => {
    const run = simulate({ nodes: { p: player("q", true, 4), q: player("p", false) }, network: { latency: 1 }, processing: { each: 100, kinds: { note: 2 } } });
    expect(run.ended.at).toBe(12);
  });

  it("that crashes loses what waited", () => {
    const run = simulate({
      nodes: { t: talker(["a"], { count: 4, every: 1 }), a: listener },
      network: { latency: 1 },
      processing: { nodes: { a: 5 } },
      faults: [{ at: 9, kind: "crash", node: "a" }],
    });
    expect(only(run.trace, "deliver")).toHaveLength(1);
    expect(only(run.trace, "drop").map(({ reason }) => reason)).toEqual(["crashed", "crashed", "crashed"]);
  });

  it("queues requests as well", () => {
    const run = simulate({
      nodes: { s: server },
      processing: 10,
      requests: [0, 1, 2].map((at) => ({ at, node: "s" as const, request: { kind: "ask" as const, n: at } })),
    });
    expect(run.history.map(({ returnedAt }) => returnedAt)).toEqual([10, 20, 30]);
  });
});
