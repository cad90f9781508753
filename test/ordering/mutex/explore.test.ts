import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { type AnyRole, ids } from "../../../lib/core.js";
import { inOrderOfRequests, lamportMutex, links, oneInside, ricartAgrawala, type Contender } from "../../../lib/broadcast.js";

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

it.each([
  ["Lamport's contenders, of whom two ask", links(lamportMutex({ nodes })), ["p1", "p2"], 1340],
  ["Ricart and Agrawala's contenders, who all ask", ricartAgrawala({ nodes }), ["p1", "p2", "p3"], 3293],
  ["Ricart and Agrawala's contenders, of whom one asks twice", ricartAgrawala({ nodes }), ["p1", "p1", "p2"], 1087],
] as const)("three of %s take turns in every world", (_, role, askers, worlds) => {
  expect(everyWorld(role, askers)).toMatchObject({ kind: "holds", worlds });
}, 300_000);
