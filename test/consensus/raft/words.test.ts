import { expect, it } from "vitest";
import { arrowText } from "../../../lib/consensus/raft/words.js";
import { server } from "../../../lib/consensus/raft/server.js";
import { ids } from "../../../lib/core/role.js";
import { simulate } from "../../../lib/sim/simulate.js";
import { only } from "../../../lib/trace/event.js";

it("says every message of an eventful run in words that fit on an arrow", () => {
  const servers = ids("s1", "s2", "s3");
  const role = server({ servers, preVote: true, snapshotEvery: 4, snapshotChunk: 20, followerReads: true });
  const commands = Array.from({ length: 20 }, (_, i) => ({ at: 1_000 + 20 * i, node: "s1" as const, request: { kind: "command" as const, command: i } }));
  const run = simulate({
    seed: 3, nodes: { s1: { ...role, start: (self, out) => (role.start?.(self, out), out.setTimer({ kind: "election" }, 20)) }, s2: role, s3: role },
    network: { latency: 5 }, until: 3_000,
    requests: [
      ...commands, { at: 1_900, node: "s2", request: { kind: "read", query: 1 } }, { at: 2_000, node: "s1", request: { kind: "transfer", to: servers[1]! } },
    ],
    faults: [{ at: 1_000, kind: "crash", node: "s3" }, { at: 1_600, kind: "restart", node: "s3" }],
  });
  const said = new Set(only(run.trace, "send").map(({ message }) => arrowText(message).replace(/\d+/g, "n")));
  expect([...said].sort()).toEqual([
    "campaign now", "entries n@n", "from n", "has all", "has n", "heartbeat", "no match", "read up to?", "snapshot to n", "snapshot to n, end", "up to n", "vote? term n",
    "would you vote? term n", "yes",
  ]);
});
