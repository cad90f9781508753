import { explore, type Verdict } from "../../../lib/check.js";
import { type AnyRole, ids } from "../../../lib/core.js";
import { inOrderOfRequests, oneInside, type Contender } from "../../../lib/broadcast.js";

export const nodes = ids("p1", "p2", "p3");

/** Every world in which these three ask: one at a time is inside, in the order of requests, and everybody gets in and out. */
export const everyWorld = (role: AnyRole, askers: readonly string[]): Verdict =>
  explore({
    nodes: { p1: role, p2: role, p3: role },
    requests: askers.map((node) => ({ node, request: { kind: "enter" } })) as never,
    properties: [oneInside, inOrderOfRequests],
    timers: Infinity,
    eventually: { "everybody has been inside": ({ nodes: all }) => all.every(({ state }) => (state as Contender).phase.kind === "outside") },
    maxWorlds: 4_000_000,
  });
