import { describe, expect, it, vi } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids } from "../../../lib/core/role.js";
import { electionSafety, leaderAppendOnly, leaderCompleteness, logMatching, server, stateMachineSafety, type ServerOptions } from "../../../lib/raft.js";

vi.setConfig({ testTimeout: 600_000 });

const servers = ids("s1", "s2", "s3");

/** What Figure 3 of the paper promises. */
const figure3 = [electionSafety, leaderAppendOnly, logMatching, leaderCompleteness, stateMachineSafety];
const command = (node: "s1" | "s2", text: string) => ({ node, request: { kind: "command", command: text } }) as const;

function world(options: Partial<ServerOptions>, more: object) {
  const role = server({ servers, sessions: false, noOp: false, ...options });
  return explore({ nodes: { s1: role, s2: role, s3: role }, properties: figure3, reduce: true, maxWorlds: 3_000_000, ...more });
}

describe("in every run of", () => {
  it("two rivals with a command each, nothing committed is lost", () => {
    const requests = [command("s1", "x"), command("s2", "y")];
    expect(world({}, { timers: { s1: 1, s2: 1 }, requests })).toMatchObject({ kind: "holds", worlds: 257_036 });
  });

  it("two rivals while the third server crashes, one leads in a term", () => {
    expect(world({}, { timers: { s1: 1, s2: 1 }, crashes: { s3: 1 } })).toMatchObject({ kind: "holds", worlds: 37_808 });
  });

  it("two rivals of whom one crashes", () => {
    expect(world({}, { timers: { s1: 1, s2: 1 }, crashes: { s1: 1 } })).toMatchObject({ kind: "holds" });
  });
});
