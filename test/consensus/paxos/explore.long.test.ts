import { expect, it } from "vitest";
import type { Verdict } from "../../../lib/check.js";
import { onThreads } from "../../../lib/parallel.js";
import { threads } from "../../support/threads.js";
import { here } from "./larger-worlds.js";

it("two proposers agree in every larger world: where a message to or from three acceptors is doubled, and where one of three servers tries again", async () => {
  const address = { module: here, name: "explored" };
  const [doubled, retried] = await onThreads<Verdict>(address, ["doubled", "retried"], threads);
  expect(doubled).toMatchObject({ kind: "holds", worlds: 2605277 });
  expect(retried).toMatchObject({ kind: "holds", worlds: 2071194 });
}, 300_000);
