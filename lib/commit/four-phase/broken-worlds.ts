import { type AnyRole, ids } from "../../core/role.js";
import type { BrokenWorld, SmallWorld } from "../broken-world.js";
import { mortal } from "../../core/mortal.js";
import { atomicity } from "../properties.js";
import * as broken from "./broken.js";
import { coordinator, type CoordinatorOptions } from "./coordinator.js";
import { participant } from "./participant.js";

/**
 * Each rule of four-phase commit that a role of `broken.ts` breaks, in a world with a perfect failure detector, in which
 * breadth-first search finds the shortest schedule that it leads astray. There is one transaction, t1; c coordinates, b1
 * and b2 are its backups, and p1 votes yes.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "hasty coordinator",
    does: "tells the participants before its backups know",
    inListing: null,
    ...pair(broken.hastyCoordinator, 1, [[die("c")]]),
  },
  {
    name: "hasty backup",
    does: "takes over and tells the participants what it was told, before the next backup knows",
    inListing: null,
    ...pair(broken.hastyBackup, 2, [[die("c"), die("b1")]]),
  },
  {
    name: "unnumbered backup",
    does: "obeys a dead leader whose successor it has heard",
    inListing: null,
    ...pair(broken.unnumberedBackup, 2, [[die("c"), die("b1")]]),
  },
  {
    name: "returning coordinator",
    does: "leads again when it has come back",
    inListing: null,
    ...pair(broken.returningCoordinator, 1, [[die("c"), rise("c")]]),
  },
];

interface Fate {
  readonly node: string;
  readonly request: { readonly kind: "die" | "rise" };
}

function die(node: string): Fate {
  return { node, request: { kind: "die" } };
}

function rise(node: string): Fate {
  return { node, request: { kind: "rise" } };
}

function pair(
  role: (options: CoordinatorOptions) => AnyRole, backups: number, fates: readonly (readonly Fate[])[],
): Pick<BrokenWorld, "world" | "sound"> {
  return { world: stage(role, backups, fates), sound: stage(coordinator, backups, fates) };
}

function stage(role: (options: CoordinatorOptions) => AnyRole, k: number, fates: readonly (readonly Fate[])[]): SmallWorld {
  const backups = ids("b1", "b2").slice(0, k);
  const order = [...ids("c"), ...backups];
  const leading = mortal(role({ backups }), order);
  return {
    nodes: { ...Object.fromEntries(order.map((name) => [name, leading])), p1: participant() },
    requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "yes" } } as never }, ...fates],
    properties: [atomicity],
    timers: {},
    crashes: {},
    duplicates: 0,
  };
}
