import { expect, it } from "vitest";
import type { Verdict } from "../../../lib/check.js";
import { onThreads } from "../../../lib/parallel.js";
import { threads } from "../../support/threads.js";
import { here } from "./larger-worlds.js";

/** What must hold in each world, and how many worlds there are. */
const expected = {
  doubled: 2_605_277, // two proposers and three acceptors agree, where one message is doubled
  retried: 2_071_194, // two of three servers agree, where one of them tries again
  read: 2_663_176, // reads at any time are linearizable
};

it("Paxos keeps its promises in every larger world", async () => {
  const worlds = Object.keys(expected);
  const verdicts = await onThreads<Verdict>({ module: here, name: "explored" }, worlds, threads);
  expect(verdicts.map(({ kind, worlds: count }, i) => [worlds[i], kind, count])).toEqual(
    Object.entries(expected).map(([name, count]) => [name, "holds", count]),
  );
}, 300_000);
