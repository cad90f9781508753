import { expect, it } from "vitest";
import { byzantineText, client, equivocatingPrimary, executedText, hotStuff, oralGeneral, replica, signingGeneral } from "../../lib/byzantine.js";
import { ids } from "../../lib/core/role.js";
import { keyValueStore } from "../../lib/raft.js";
import { only, simulate } from "../../lib/sim.js";
import { append, cluster, optionsOf, r2, r3, replicas, run } from "./pbft/run.js";

it("every message has a few words that fit on an arrow", () => {
  const requests = [0, 60, 120, 400].map((at, i) => ({ at, node: "c", request: append("abcd"[i]!) }));
  const liar = { r0: equivocatingPrimary(optionsOf({ checkpointEvery: 2 }), [r2, r3]) };
  const faults = [{ at: 30, kind: "isolate", node: "r3", forMs: 900 }];
  const pbft = run({ liars: ids("r0"), nodes: cluster({ checkpointEvery: 2 }, liar), requests, faults });
  const role = hotStuff({ replicas, machine: keyValueStore });
  const other = run({ nodes: { r0: role, r1: role, r2: role, r3: role, c: client({ replicas, contact: "all" }) }, requests, properties: [] });
  const three = { generals: ids("c", "l1", "l2"), m: 1 };
  const battles = [oralGeneral(three), signingGeneral(three)].map((general) =>
    simulate({ nodes: { c: general, l1: general, l2: general }, network: { latency: 5 }, requests: [{ at: 0, node: "c", request: { kind: "command", order: "attack" } }] } as never),
  );
  const said = new Map([pbft, other, ...battles].flatMap(({ trace }) => only(trace, "send").map(({ message }) => [message.kind, byzantineText(message)] as const)));
  for (const [kind, text] of said) {
    expect(`${kind}: ${text}`).not.toMatch(/undefined|object/);
    expect(text.length).toBeLessThan(60);
  }
  expect(said.size).toBeGreaterThanOrEqual(15);
  expect(said.get("order")).toBe("attack (by c, l2)");
  expect(byzantineText({ kind: "status" })).toBe("status");
  expect(replica(optionsOf()).name).toBe("replica");
});

it("a decision is as short", () => {
  expect(executedText({ n: 1, digest: "a563979b", operations: [{ kind: "append", key: "x", value: "a" }] })).toBe("1: a");
  expect(executedText({ n: 2, digest: "b123", operations: [] })).toBe("2: nothing");
  expect(executedText("attack")).toBe("to attack");
});
