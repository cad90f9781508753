import { describe, expect, it } from "vitest";
import { ids, stream, type NodeId } from "../../lib/core.js";
import { simulate } from "../../lib/sim.js";
import { actionText } from "../../lib/check.js";
import { Follower } from "../../lib/check/replay.js";
import { scheduleOf } from "../../lib/check/schedule.js";
import { randomRole } from "./random-role.js";
import { counter, watcher } from "./roles.js";

describe("the schedule of a run", () => {
  it("replays to the same decisions and the same states, whatever chance and faults there were", () => {
    const happened = { crash: 0, copies: 0, cutShort: 0, decide: 0 };
    for (let seed = 0; seed < 400; seed++) {
      const chance = stream(seed, "options");
      const names = ids("a", "b", "c").slice(0, 2 + chance.below(2));
      const nodes = Object.fromEntries(names.map((name) => [name, randomRole(seed, name, names)]));
      const run = simulate({
        seed,
        nodes,
        network: { loss: chance.pick([0, 0.2]), duplication: chance.pick([0, 0.3]) },
        requests: [0, 10, 20].map((at) => ({
          at,
          node: chance.pick(names) as string,
          request: { kind: "go" },
        })) as never,
        nemesis: {
          until: 200,
          crashes: chance.pick([0, 10]),
          writeCrashes: chance.pick([0, 20]),
          pauses: 5,
          isolations: 5,
        },
        limits: { time: 300, events: 500 },
      });
      const schedule = scheduleOf(run.trace);
      const follower = new Follower({ nodes }, null, false);
      for (const [i, action] of schedule.entries()) {
        const obstacle = follower.follow(action);
        if (obstacle) throw new Error(`seed ${seed}, action ${i + 1}: ${obstacle}`);
        if ("dies" in action) happened.cutShort++;
        if ("again" in action) happened.copies++;
        if (action.kind === "crash") happened.crash++;
      }
      happened.decide += run.decisions.length;
      expect({ seed, decisions: follower.decisions }).toEqual({
        seed,
        decisions: run.decisions.map(({ node, outcome }) => ({ node, outcome })),
      });
      for (const name of names as readonly NodeId[]) {
        expect({ seed, name, state: follower.state(name) }).toEqual({ seed, name, state: run.simulation.state(name) });
      }
    }
    expect(Object.entries(happened).filter(([, count]) => count < 20)).toEqual([]);
  });

  it("leaves out what a crash undid while it waited for a slow disk", () => {
    const [w] = ids("w");
    const run = simulate({
      nodes: { n1: counter("persist", w!), w: watcher },
      disk: { flush: 10 },
      requests: [0, 20, 22, 24, 60].map((at) => ({ at, node: "n1" as const, request: { kind: "add" as const } })),
      faults: [{ at: 26, kind: "crash", node: "n1", forMs: 10 }],
    });
    const schedule = scheduleOf(run.trace);
    // The first count left the node; the crash came while the second was on its way to the disk.
    expect(schedule.map(actionText)).toEqual([
      "request n1: add",
      "deliver n1 > w: news count=1",
      expect.stringMatching(/^request n1: add, and crashes (before|right after) its write is on disk$/),
      "restart n1",
      "request n1: add",
      expect.stringMatching(/^deliver n1 > w: news count=[23]$/),
    ]);
    const follower = new Follower({ nodes: { n1: counter("persist", w!), w: watcher } }, null, false);
    for (const action of schedule) expect(follower.follow(action)).toBeNull();
    expect(follower.state("n1")).toEqual(run.simulation.state("n1"));
    expect(follower.state("w")).toEqual(run.simulation.state("w"));
  });
});
