import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids } from "../../../lib/core.js";
import { acceptor, decidedStays, keyValueStore, leader, multiPaxosProperties, replica, unboundAcceptor } from "../../../lib/multi-paxos.js";
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

it("two leaders that may each try twice are safe", () => {
  expect(explore({ ...duel({ acceptors: 3 }), properties: multiPaxosProperties, timers: { l1: 1 }, maxWorlds: 6_000_000 } as never)).toMatchObject({ kind: "holds" });
}, 600_000);

it("three servers of which any may take over are safe", () => {
  expect(explore({ ...servers(3), timers: { s2: 1 }, maxWorlds: 6_000_000 } as never)).toMatchObject({ kind: "holds" });
}, 600_000);
