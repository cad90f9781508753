import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import type { World } from "../../../lib/core.js";
import type { Leader, Performed, Replica } from "../../../lib/multi-paxos.js";
import { duel, servers } from "./small-worlds.js";

/*
 * Every world of small clusters. The numbers are exact, but for deliveries that change nothing: one more or less is a
 * change of the protocol, of a property's memory or of the explorer, and is to be understood before it is written here.
 */

const outcomes = ({ decisions }: World) => decisions.map(({ outcome }) => outcome as Performed<unknown>);
const states = <State>({ nodes }: World, letter: string) => nodes.filter(({ id }) => id.startsWith(letter)).map(({ state }) => state as State | null);

/** What should occur somewhere, so that a verdict "holds" is not an empty one. */
const reach = {
  "both commands are performed": (world: World) => new Set(outcomes(world).map(({ slot }) => slot)).size >= 2,
  "a leader goes on with what another began": (world: World) =>
    states<Leader<unknown>>(world, "l").some((leader) => leader !== null && [...leader.scout.pvalues.values()].some(({ ballot }) => ballot.proposer !== leader.id)),
};

/** Explore, and say how many worlds there are, if all of them are good and all cases occur. */
function worlds(options: object, cases: object = reach): number {
  const verdict = explore({ ...options, reach: cases } as never);
  if (verdict.kind !== "holds") throw new Error(verdict.summary);
  expect(Object.entries(verdict.reached).filter(([, schedule]) => schedule === null).map(([name]) => name)).toEqual([]);
  return verdict.worlds;
}

describe("every world of two leaders that want different things", () => {
  it.each([
    ["of one acceptor", duel({ acceptors: 1 }), 316],
    ["of two acceptors", duel({ acceptors: 2 }), 3809],
    ["and enter their mastership in the log", duel({ acceptors: 1, epochs: true }), 15120],
    ["where one of them may try again", { ...duel({ acceptors: 1 }), timers: { l1: 1 } }, 2605],
    ["where the acceptor may crash", { ...duel({ acceptors: 1 }), crashes: { a1: 1 } }, 1213],
    ["where a message may be doubled", { ...duel({ acceptors: 1 }), duplicates: 1 }, 3889],
  ])("%s is safe", (_, options, count) => {
    expect(worlds(options)).toBe(count);
  });
});

describe("every world of servers that play all the parts", () => {
  const performed = {
    "both commands are performed": ({ nodes }: World) => nodes.some(({ state }) => state !== null && (state as Replica<unknown, unknown, unknown>).slotOut === 3),
  };
  const tookOver = {
    ...performed,
    "the second takes over": ({ nodes }: World) => nodes.some(({ id, state }) => id === "s2" && state !== null && (state as Leader<unknown>).phase === "active"),
  };

  it.each([
    ["two of them", servers(2), 37, { }],
    ["two of them, of which the second may take over", { ...servers(2), timers: { s2: 1 } }, 3908, tookOver],
    ["three of them", servers(3), 14233, { }],
  ])("%s is safe", (_, options, count, cases) => {
    expect(worlds(options, cases)).toBe(count);
  });
});
