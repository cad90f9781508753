import type { AnyRole } from "../../core/role.js";
import type { BrokenWorld, SmallWorld } from "../broken-world.js";
import { atomicity } from "../properties.js";
import * as broken from "./broken.js";
import { site } from "./site.js";

/**
 * Each rule of quorum-based three-phase commit that a role of `broken.ts` breaks, in a world without a bound on delays, in
 * which breadth-first search finds the shortest schedule that it leads astray. There is one transaction, t1; c coordinates,
 * and the participants vote yes.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "minority site",
    does: "decides when one participant is ready",
    inListing: null,
    ...pair(broken.minoritySite, { participants: 3, timers: { p3: 2 } }),
  },
  {
    name: "fickle site",
    does: "is ready for whatever it was asked last",
    inListing: null,
    ...pair(broken.fickleSite, { participants: 2, timers: { p1: 2 } }),
  },
  {
    name: "forgetful site",
    does: "forgets in a crash what it is ready for",
    inListing: null,
    ...pair(broken.forgetfulSite, { participants: 2, timers: { p1: 2 }, crashes: { p2: 1 } }),
  },
];

interface Given {
  readonly participants: 2 | 3;
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes?: Readonly<Record<string, number>>;
}

function pair(role: () => AnyRole, given: Given): Pick<BrokenWorld, "world" | "sound"> {
  return { world: stage(role(), given), sound: stage(site(), given) };
}

function stage(role: AnyRole, { participants, timers, crashes = {} }: Given): SmallWorld {
  const names = ["p1", "p2", "p3"].slice(0, participants);
  const work = Object.fromEntries(names.map((name) => [name, "yes"]));
  return {
    nodes: { c: role, ...Object.fromEntries(names.map((name) => [name, role])) },
    requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work } as never }],
    properties: [atomicity],
    timers,
    crashes,
    duplicates: 0,
  };
}
