import { expect, it } from "vitest";
import { ids, stream } from "../../lib/core.js";
import { explore, replay } from "../../lib/check.js";
import { naiveExplore, type NaiveOptions } from "./naive.js";
import { corner, randomRole, recent } from "./random-role.js";

it("agrees with the obvious way of doing it, world for world, on random roles", () => {
  const outcomes = { holds: 0, violated: 0, tooLarge: 0, reduced: 0 };
  for (let seed = 0; seed < 240; seed++) {
    const chance = stream(seed, "options");
    const names = ids("a", "b", "c").slice(0, 2 + chance.below(2));
    const nodes = Object.fromEntries(names.map((name) => [name, randomRole(seed, name, names)]));
    const ask = () => ({ node: chance.pick(names), request: { kind: "go" } });
    const options: NaiveOptions = {
      nodes,
      clients: chance.pick([[[ask()]], [[ask(), ask()]], [[ask()], [ask()]]]),
      timers: chance.below(2),
      crashes: chance.below(2),
      duplicates: chance.pick([0, 1, Infinity]),
      properties: chance.pick([[], [corner], [recent], [corner, recent]]),
    };
    const slow = naiveExplore(options, 600);
    if (!slow) {
      outcomes.tooLarge++;
      continue;
    }
    const { clients, ...rest } = options;
    const all = { ...rest, requests: clients } as never;
    const fast = explore(all);
    const reduced = explore({ ...(all as object), reduce: true } as never);
    expect({ seed, kind: reduced.kind }).toEqual({ seed, kind: fast.kind });
    if (fast.kind === "violated" && reduced.kind === "violated")
      expect(reduced.schedule.length).toBe(fast.schedule.length);
    if (reduced.worlds < fast.worlds) outcomes.reduced++;
    expect(reduced.worlds).toBeLessThanOrEqual(fast.worlds);
    if (slow.violatedAfter === null) {
      outcomes.holds++;
      expect({ seed, kind: fast.kind, worlds: fast.worlds, transitions: fast.transitions, depth: fast.depth }).toEqual({
        seed,
        kind: "holds",
        worlds: slow.worlds,
        transitions: slow.transitions,
        depth: slow.depth,
      });
    } else {
      outcomes.violated++;
      if (fast.kind !== "violated") throw new Error(`seed ${seed}: ${fast.summary}`);
      expect({ seed, actions: fast.schedule.length }).toEqual({ seed, actions: slow.violatedAfter });
      expect(fast.trace.at(-1)).toMatchObject({
        kind: "violation",
        at: fast.schedule.length,
        property: fast.property,
        problem: fast.problem,
      });
      expect(replay(all, fast.schedule)).toEqual(fast.trace);
    }
  }
  // A comparison of nothing proves nothing.
  expect(outcomes.holds).toBeGreaterThan(50);
  expect(outcomes.violated).toBeGreaterThan(15);
  expect(outcomes.reduced).toBeGreaterThan(20);
}, 120_000);
