import { expect, it } from "vitest";
import { lamportMutex, links } from "../../../lib/broadcast.js";
import { everyWorld, nodes } from "./worlds.js";

it("three of Lamport's contenders, who all ask, take turns in every world", () => {
  expect(everyWorld(links(lamportMutex({ nodes })), ["p1", "p2", "p3"])).toMatchObject({ kind: "holds", worlds: 290223 });
}, 300_000);
