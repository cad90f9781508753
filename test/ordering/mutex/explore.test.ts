import { expect, it } from "vitest";
import { lamportMutex, links, ricartAgrawala } from "../../../lib/broadcast.js";
import { everyWorld, nodes } from "./worlds.js";

it.each([
  ["Lamport's contenders, of whom two ask", links(lamportMutex({ nodes })), ["p1", "p2"], 1340],
  ["Ricart and Agrawala's contenders, who all ask", ricartAgrawala({ nodes }), ["p1", "p2", "p3"], 3293],
  ["Ricart and Agrawala's contenders, of whom one asks twice", ricartAgrawala({ nodes }), ["p1", "p1", "p2"], 1087],
] as const)("three of %s take turns in every world", (_, role, askers, worlds) => {
  expect(everyWorld(role, askers)).toMatchObject({ kind: "holds", worlds });
}, 300_000);
