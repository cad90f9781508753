import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids } from "../../../lib/core.js";
import { acceptor, decidedStays, keyValueStore, leader, replica, unboundAcceptor } from "../../../lib/multi-paxos.js";
import { duel, servers } from "./small-worlds.js";
import { all } from "./swarm.js";

/*
 * Every world of clusters that take the explorer some minutes. The numbers are exact, as in explore.test.ts.
 */

it("an unbound acceptor undoes what was decided, in eighteen steps", () => {
  const acceptors = ids("a1", "a2", "a3");
  const rivals = (voting: typeof acceptor) => {
    const leading = (voters: readonly string[]) => leader({ acceptors: ids(...voters), replicas: ids("r1"), epochs: true });
    return explore({
      nodes: {
        r1: replica({ machine: keyValueStore, acceptors, leaders: ids("l1") }),
        // l1 asks a majority only, which is enough for it, and makes the world small enough.
        l1: leading(["a1", "a3"]),
        l2: leading(["a1", "a2", "a3"]),
        ...all(acceptors, voting({ acceptors })),
      },
      properties: [decidedStays({ acceptors })],
      timers: { l1: 1 },
      reduce: true,
      maxWorlds: 3_000_000,
    });
  };
  const verdict = rivals(unboundAcceptor);
  if (verdict.kind !== "violated") throw new Error(verdict.summary);
  expect(verdict.schedule).toHaveLength(18);
  expect(verdict.problem).toBe("slot 1 was decided in ballot (1, l2): master (1, l2); but ballot (2, l1) is for master (1, l1)");
}, 300_000);

it.each([
  ["two leaders of two acceptors, of whom one may try again", { ...duel({ acceptors: 2 }), timers: { l1: 1 } }, 144434],
  ["two leaders that enter their mastership in the log, of whom one may try again", { ...duel({ acceptors: 1, epochs: true }), timers: { l1: 1 } }, 329698],
  ["two leaders whose replicas write checkpoints, so that the acceptor forgets", { ...duel({ acceptors: 1 }), timers: { r1: 1, r2: 1, l1: 1 } }, 47820],
  ["two servers, of which the first may crash, and the second take over", { ...servers(2), timers: { s2: 1 }, crashes: { s1: 1 } }, 42210],
  ["two servers that may both lose patience", { ...servers(2), timers: { s1: 1, s2: 1 } }, 597168],
])("every world of %s is safe", (_, options, worlds) => {
  expect(explore(options)).toMatchObject({ kind: "holds", worlds });
}, 600_000);
