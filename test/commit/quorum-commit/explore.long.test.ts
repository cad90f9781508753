import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { commitProperties, quorumCommit } from "../../../lib/commit.js";
import { wish } from "../mortals.js";

it("keeps AC1, AC2 and AC4 in every world of two participants where any node crashes once and any may take over", () => {
  const site = quorumCommit.site();
  const verdict = explore({
    nodes: { c: site, p1: site, p2: site }, requests: [wish("yes", "yes")] as never, properties: commitProperties(),
    crashes: 1, timers: { c: 1, p1: 1, p2: 1 }, reduce: true, maxWorlds: 8_000_000,
  });
  expect(verdict).toMatchObject({ kind: "holds", worlds: 3139632 });
}, 600_000);
