import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { type AnyRole, ids } from "../../../lib/core.js";
import { inOrderOfRequests, lamportMutex, links, oneInside, type Contender } from "../../../lib/broadcast.js";

const nodes = ids("p1", "p2", "p3");

const everyWorld = (role: AnyRole, askers: readonly string[]) =>
  explore({
    nodes: { p1: role, p2: role, p3: role },
    requests: askers.map((node) => ({ node, request: { kind: "enter" } })) as never,
    properties: [oneInside, inOrderOfRequests],
    timers: Infinity,
    eventually: { "everybody has been inside": ({ nodes: all }) => all.every(({ state }) => (state as Contender).phase.kind === "outside") },
    maxWorlds: 4_000_000,
  });

it("three of Lamport's contenders, who all ask, take turns in every world", () => {
  expect(everyWorld(links(lamportMutex({ nodes })), ["p1", "p2", "p3"])).toMatchObject({ kind: "holds", worlds: 290223 });
}, 300_000);
