import { describe, expect, it } from "vitest";
import { explore, type ExploreOptions } from "../../../lib/check.js";
import { brokenBroadcasts } from "../../../lib/broadcast.js";

const wide = (world: unknown): ExploreOptions<any> => world as ExploreOptions<any>;

const stuck = "nothing is left to do, and it has not come true";

/** What the search finds in each world, in how many steps, and how many worlds there are with the broadcast that keeps the promise. */
const found: readonly (readonly [name: string, mended: string, problem: string, steps: number, sound: number])[] = [
  ["best-effort broadcast", "reliable broadcast", stuck, 5, 46],
  ["best-effort broadcast", "lazy reliable broadcast", stuck, 5, 16],
  ["echoing broadcast", "reliable broadcast", 'p1 delivers "a" twice', 3, 54],
  ["reliable broadcast", "uniform broadcast", stuck, 4, 6],
  ["reliable broadcast", "uniform broadcast by all", stuck, 4, 6],
  ["reliable broadcast", "FIFO broadcast", 'p2 delivers "b", the post 2 of p1, before its post 1', 3, 11283],
  ["FIFO broadcast", "causal broadcast", 'p3 delivers "b" before "a", which happened before it', 4, 215],
  ["narrow causal broadcast", "causal broadcast", 'p3 delivers "b" before "a", which happened before it', 4, 215],
  ["causal broadcast", "a sequencer", 'as number 1, p1 delivers "a", and p2 "b"', 2, 133],
  ["hasty agreed times", "agreed times", 'as number 1, p2 delivers "b", and p1 "a"', 6, 1030],
  ["Lamport's order over links that reorder", "Lamport's order", 'as number 1, p1 delivers "a", and p3 "b"', 6, 16910],
];

describe("a broadcast that does not keep a promise", () => {
  it.each(brokenBroadcasts.map((one, i) => [one.name, one.breaks, one, i] as const))("is convicted: %s, of %s", (_, __, { world, name, mended }, i) => {
    const verdict = explore(wide(world));
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect([name, mended, verdict.problem, verdict.schedule.length]).toEqual(found[i]?.slice(0, 4));
  });

  it.each(brokenBroadcasts.map((one, i) => [one.breaks, one.mended, one, i] as const))("%s is kept by %s", (_, __, { sound }, i) => {
    expect(explore(wide(sound))).toMatchObject({ kind: "holds", worlds: found[i]?.[4] });
  });
});
