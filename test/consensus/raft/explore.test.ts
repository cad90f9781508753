import { describe, expect, it, vi } from "vitest";
import { explore } from "../../../lib/check.js";
import type { World } from "../../../lib/core/property.js";
import { ids } from "../../../lib/core/role.js";
import { electionSafety, leaderAppendOnly, leaderCompleteness, logMatching, server, serverWith, stateMachineSafety, type Rules, type Server, type ServerOptions } from "../../../lib/raft.js";

vi.setConfig({ testTimeout: 60_000 });

const servers = ids("s1", "s2", "s3");

/** What Figure 3 of the paper promises. */
const figure3 = [electionSafety, leaderAppendOnly, logMatching, leaderCompleteness, stateMachineSafety];
const command = (node: "s1" | "s2" | "s3", text: string) => ({ node, request: { kind: "command", command: text } }) as const;

/** What should occur somewhere, so that "holds" says something. */
const reach = {
  "a leader": ({ nodes }: World) => nodes.some(({ state }) => (state as Server | null)?.role === "leader"),
  "two leaders, of different terms": ({ nodes }: World) => nodes.filter(({ state }) => (state as Server | null)?.role === "leader").length > 1,
  "a committed entry": ({ nodes }: World) => nodes.some(({ state }) => ((state as Server | null)?.commitIndex ?? 0) > 0),
};

function world(options: Partial<ServerOptions>, more: object, changed: Partial<Rules> = {}) {
  const role = serverWith(changed, { servers, sessions: false, ...options });
  return explore({ nodes: { s1: role, s2: role, s3: role }, properties: figure3, reach, ...more });
}

const reached = (verdict: ReturnType<typeof world>): readonly string[] =>
  Object.entries((verdict as { readonly reached: object }).reached).flatMap(([name, way]) => (way === null ? [] : [name]));

/** Every run of three servers, whatever is lost or late, with so many elections. The numbers of worlds are exact. */
describe("in every run of", () => {
  it("one election, one server leads", () => {
    const verdict = world({ noOp: false }, { timers: { s1: 1 } });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 50, depth: 9 });
    expect(reached(verdict)).toEqual(["a leader"]);
  });

  it("two rivals, each leads in a term of its own", () => {
    const verdict = world({ noOp: false }, { timers: { s1: 1, s2: 1 } });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 10_842, depth: 18 });
    expect(reached(verdict)).toEqual(["a leader", "two leaders, of different terms"]);
  });

  it("two rivals who begin with no-ops, the logs keep what is committed", () => {
    const verdict = world({}, { timers: { s1: 1, s2: 1 }, reduce: true });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 16_018 });
    expect(reached(verdict)).toEqual(Object.keys(reach));
  });

  it("a leader with a command, it is performed in the same place everywhere", () => {
    expect(world({ noOp: false }, { timers: { s1: 1 }, requests: [command("s1", "x")], reduce: true })).toMatchObject({ kind: "holds", worlds: 236 });
  });

  it("two rivals of whom one has lost its vote in a crash, two lead in one term: the search can tell", () => {
    const sound = server({ servers, noOp: false });
    const forgetful = { ...sound, durable: ["currentTerm", "log", "snapshot"] } as typeof sound;
    const nodes = { s1: sound, s2: sound, s3: forgetful };
    const bounds = { timers: { s1: 1, s2: 1 }, crashes: { s3: 1 }, properties: [electionSafety], reduce: true } as const;
    expect(explore({ nodes, ...bounds })).toMatchObject({ kind: "violated", property: electionSafety.name });
  });
});
