import { expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { brokenWorlds } from "../../../lib/commit/paxos-commit/broken-worlds.js";
import type { ManagerRecord } from "../../../lib/commit/paxos-commit/manager.js";
import type { World } from "../../../lib/core.js";
import { contest } from "./explore.js";

const logOf = ({ nodes }: World, id: string) =>
  (nodes.find((node) => node.id === id)?.state as { log: Map<string, ManagerRecord> } | null)?.log.get("t1")?.kind;

it("is safe for two where the leader opens a ballot of its own", () => {
  const verdict = explore({
    ...contest(2),
    timers: { l1: 1 },
    reach: {
      "the leader aborts, because one is silent": (world: World) => world.decisions.some(({ node }) => node === "l1") && logOf(world, "r2") === undefined,
      "the leader commits although it has opened a ballot": ({ nodes, decisions }: World) =>
        decisions.some(({ node, outcome }) => node === "l1" && (outcome as { outcome: string }).outcome === "commit") &&
        (nodes.find(({ id }) => id === "l1")?.state as { round: number }).round === 1,
    },
  } as never);
  expect(verdict).toMatchObject({ kind: "holds", worlds: 62_742 });
  expect(Object.fromEntries(Object.entries(verdict.reached).map(([name, schedule]) => [name, schedule?.length ?? null]))).toEqual({
    "the leader aborts, because one is silent": 10,
    "the leader commits although it has opened a ballot": 10,
  });
}, 900_000);

it("is safe for three resource managers where the leader opens a ballot of its own", () => {
  expect(explore({ ...contest(3), timers: { l1: 1 }, maxWorlds: 5_000_000 } as never)).toMatchObject({ kind: "holds", worlds: 1_364_019 });
}, 900_000);

it("is safe for two where any node crashes once, and the leader opens a ballot of its own", () => {
  const verdict = explore({ ...contest(2), timers: { l1: 1 }, crashes: 1, reduce: true, maxWorlds: 5_000_000 } as never);
  expect(verdict).toMatchObject({ kind: "holds", worlds: 252_337 });
}, 900_000);

it.each(["sharing leader", "forgetful leader"])("is safe in the world that a %s gets wrong, as far as two million worlds go", (name) => {
  const { sound } = brokenWorlds.find((each) => each.name === name)!;
  expect(explore({ ...sound, maxWorlds: 2_000_000 } as never)).toMatchObject({ kind: "unfinished", worlds: 2_000_000 });
}, 900_000);
