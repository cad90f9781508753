import { describe, expect, it } from "vitest";
import {
  emptyHandedFollower, equivocatingLeader, generousLiar, puppet, restlessServer, twoFacedAcceptor,
} from "../../lib/byzantine.js";
import { explore } from "../../lib/check.js";
import { type AnyRole, ids } from "../../lib/core/role.js";
import { acceptor, agreement, proposer } from "../../lib/paxos.js";
import { server, stateMachineSafety } from "../../lib/raft.js";
import { simulate } from "../../lib/sim.js";

const servers = ids("s1", "s2", "s3");
const honest = server({ servers });

function raftWith(s3: AnyRole) {
  return explore({
    nodes: { s1: honest, s2: honest, s3 }, properties: [stateMachineSafety], timers: { s1: 1, s2: 1 }, maxWorlds: 60_000, reduce: true,
  });
}

describe("one liar among three servers of Raft", () => {
  it.each([
    ["who votes for everybody", generousLiar({ servers }), 10],
    ["who keeps nothing of what it says it has", emptyHandedFollower({ servers }), 10],
  ])("%s has two servers apply different entries", (_, liar, actions) => {
    const verdict = raftWith(liar);
    expect(verdict).toMatchObject({ kind: "violated", property: "state machine safety" });
    if (verdict.kind === "violated") expect(verdict.schedule).toHaveLength(actions);
  });

  it("and without a liar they do not", () => {
    expect(raftWith(honest).kind).toBe("holds");
  });

  it("who leads, and tells two stories, has both of them applied", () => {
    const run = (leader: AnyRole) =>
      simulate({
        seed: 1, nodes: { s1: leader, s2: server({ servers, electionTimeout: [300, 600] }), s3: server({ servers, electionTimeout: [300, 600] }) } as Record<string, AnyRole>,
        requests: [{ at: 200, node: "s1", request: { kind: "command", command: "pay Ann" } }] as never,
        network: { latency: 5 }, properties: [stateMachineSafety], until: 1_000,
      });
    const given = { servers, electionTimeout: [50, 60] as const, heartbeatInterval: 20 };
    expect(run(equivocatingLeader(given, ids("s3"), "pay Eve")).violation?.property).toBe("state machine safety");
    expect(run(server(given)).violation).toBeNull();
  });

  it("who answers with later terms keeps everybody from leading", () => {
    const terms = (s3: AnyRole) => {
      const { simulation } = simulate({ seed: 1, nodes: { s1: honest, s2: honest, s3 }, network: { latency: 5 }, until: 5_000 });
      return (simulation.state("s1") as { currentTerm: number }).currentTerm;
    };
    expect(terms(honest)).toBeLessThan(5);
    expect(terms(restlessServer({ servers }))).toBeGreaterThan(20);
  });
});

describe("one liar among three acceptors of Paxos", () => {
  const [a1, a2, a3] = ids("a1", "a2", "a3") as [never, never, never];
  const search = (shared: AnyRole) =>
    explore({
      nodes: {
        p1: proposer({ acceptors: [a1, a2, a3], contact: "quorum" }), p2: proposer({ acceptors: [a2, a3, a1], contact: "quorum" }),
        a1: acceptor(), a2: shared, a3: acceptor(),
      } as Record<string, AnyRole>,
      requests: [{ node: "p1", request: { kind: "propose", value: "x" } }, { node: "p2", request: { kind: "propose", value: "y" } }] as never,
      properties: [agreement],
    });

  it("has two values chosen", () => {
    expect(search(twoFacedAcceptor())).toMatchObject({ kind: "violated", property: "agreement" });
    expect(search(acceptor()).kind).toBe("holds");
  });
});

describe("a puppet", () => {
  it("says what it is told, and under the explorer each thing once or never", () => {
    const [p, q] = ids("p", "q") as [never, never];
    const listener: AnyRole = {
      name: "listener", durable: [], init: () => ({ heard: "" }), timeout: {}, request: {},
      receive: { word: (self: { heard: string }, message: { word: string }) => void (self.heard += message.word) },
    };
    const say = (word: string) => ({ node: p, request: { kind: "say", to: q, message: { kind: "word", word } } });
    const heard = (text: string) => ({ nodes }: { nodes: readonly { state: object | null }[] }) => (nodes[1]!.state as { heard: string }).heard === text;
    const verdict = explore({
      nodes: { p: puppet(), q: listener } as Record<string, AnyRole>, requests: [say("a"), say("b")] as never,
      reach: { "": heard(""), ab: heard("ab"), ba: heard("ba"), b: heard("b") },
    });
    expect(Object.values(verdict.reached).every((way) => way !== null)).toBe(true);
  });
});
