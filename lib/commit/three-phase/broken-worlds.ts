import { type AnyRole, ids } from "../../core/role.js";
import type { BrokenWorld, SmallWorld } from "../broken-world.js";
import { mortal } from "../../core/mortal.js";
import { atomicity } from "../properties.js";
import * as broken from "./broken.js";
import { site } from "./site.js";

/** What becomes of a node: each entry is a list of its fates, one after the other. */
type Fates = readonly (readonly { readonly node: string; readonly request: { readonly kind: string; readonly when?: string } }[])[];

/**
 * Each rule of three-phase commit that a role of `broken.ts` breaks, in a world with a perfect failure detector, in which
 * breadth-first search finds the shortest schedule that it leads astray. There is one transaction, t1; c coordinates, p1
 * and p2 vote yes.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "naive site",
    does: "goes by itself when its coordinator is dead: on, if it was told that all have voted yes; else back",
    inListing: null,
    ...pair(broken.naiveSite, [[die("c")]]),
  },
  {
    name: "forgetful site",
    does: "forgets in a crash that all have voted yes",
    inListing: null,
    ...pair(broken.forgetfulSite, [[die("c"), die("p1"), die("p2", "at the next write"), rise("p2")]]),
  },
  {
    name: "unnumbered site",
    does: "obeys a dead leader whose successor it has joined",
    inListing: null,
    ...pair(broken.unnumberedSite, [[die("c"), die("p1")]]),
  },
  {
    name: "hasty site",
    does: "commits before the others know that all have voted yes",
    inListing: null,
    ...pair(broken.hastySite, [[die("c")]]),
  },
  {
    name: "selfish site",
    does: "takes over without a look at what the others know",
    inListing: null,
    ...pair(broken.selfishSite, [[die("c"), die("p1")]]),
  },
  {
    name: "independent site",
    does: "comes back from a crash and decides without asking",
    inListing: null,
    ...pair(broken.independentSite, [[die("p1"), rise("p1")]]),
  },
];

function die(node: string, when: "now" | "at the next write" = "now"): Fates[number][number] {
  return { node, request: { kind: "die", when } };
}

function rise(node: string): Fates[number][number] {
  return { node, request: { kind: "rise" } };
}

function pair(role: () => AnyRole, fates: Fates): Pick<BrokenWorld, "world" | "sound"> {
  return { world: stage(role(), fates), sound: stage(site(), fates) };
}

function stage(role: AnyRole, fates: Fates): SmallWorld {
  const names = ids("c", "p1", "p2");
  const each = mortal(role, names);
  const asked = { node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "yes" } } };
  return {
    nodes: Object.fromEntries(names.map((name) => [name, each])),
    requests: [asked, ...fates],
    properties: [atomicity],
    timers: {},
    crashes: {},
    duplicates: 0,
  };
}
