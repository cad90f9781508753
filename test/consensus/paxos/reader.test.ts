import { describe, expect, it } from "vitest";
import { explore, searchSeeds, swarm } from "../../../lib/check.js";
import { type NodeId, ids } from "../../../lib/core/role.js";
import { type Effect, step } from "../../../lib/core/step.js";
import { linearizable } from "../../../lib/history.js";
import { acceptor, agreement, joiningReader, lookingReader, proposer, reader, type ReaderOptions } from "../../../lib/paxos.js";
import { ballot } from "./ballots.js";
import { all } from "./contests.js";
import { decree, readWorld } from "./reads.js";

const acceptors = ids("a1", "a2", "a3");
const [r1, a1, a2, a3] = ids("r1", "a1", "a2", "a3") as unknown as [NodeId, NodeId, NodeId, NodeId];

function make(options: Partial<ReaderOptions> = {}) {
  const role = reader({ acceptors, ...options });
  const self = role.init(r1);
  const said = (effects: readonly Effect[] | null) => effects!.filter(({ kind }) => kind !== "setTimer" && kind !== "cancelTimer");
  const on = (message: object, from: NodeId) => said(step(role, self, { kind: "message", from, message: message as never }));
  return {
    self,
    read: (call: string) => said(step(role, self, { kind: "request", call: call as never, request: { kind: "read" } })),
    promised: (from: NodeId, vote: object | null = null, round = 1) => on({ kind: "promised", ballot: ballot(round, "r1"), vote }, from),
    accepted: (from: NodeId, round = 1) => on({ kind: "accepted", ballot: ballot(round, "r1"), value: "x" }, from),
    nack: (round: number) => on({ kind: "nack", ballot: ballot(1, "r1"), promised: ballot(round, "p1") }, a1),
    retry: () => said(step(role, self, { kind: "timer", timer: { kind: "retry" } })),
  };
}

const prepares = (round: number) => [
  { kind: "write", fields: { round }, flush: true },
  ...acceptors.map((to) => ({ kind: "send", to, message: { kind: "prepare", ballot: ballot(round, "r1") } })),
];

describe("a reader", () => {
  it("opens a ballot that was never used before, written down before anybody hears of it", () => {
    expect(make().read("c#1")).toEqual(prepares(1));
  });

  it("answers that nothing is chosen when a quorum of promises tells of no vote", () => {
    const { read, promised, self } = make();
    read("c#1");
    expect(promised(a1)).toEqual([]);
    expect(promised(a1)).toEqual([]);
    expect(promised(a2)).toEqual([{ kind: "reply", call: "c#1", result: null }]);
    expect(self.phase).toEqual({ kind: "idle" });
  });

  it("finishes the latest vote that it hears of, and answers when a quorum has voted", () => {
    const { read, promised, accepted } = make();
    read("c#1");
    promised(a1, { ballot: ballot(1, "p2"), value: "x" });
    const message = { kind: "accept", ballot: ballot(1, "r1"), value: "x" };
    expect(promised(a3, { ballot: ballot(1, "p1"), value: "y" })).toEqual(acceptors.map((to) => ({ kind: "send", to, message })));
    expect(accepted(a1)).toEqual([]);
    expect(accepted(a3)).toEqual([{ kind: "decide", outcome: "x" }, { kind: "reply", call: "c#1", result: "x" }]);
    expect(accepted(a2)).toEqual([]);
    expect(read("c#2")).toEqual([{ kind: "reply", call: "c#2", result: "x" }]);
  });

  it("lets who asks later wait for a ballot that begins later", () => {
    const { read, promised } = make();
    read("c#1");
    promised(a1);
    expect(read("d#1")).toEqual([]);
    expect(promised(a3)).toEqual([{ kind: "reply", call: "c#1", result: null }, ...prepares(2)]);
    promised(a1, null, 2);
    expect(promised(a2, null, 2)).toEqual([{ kind: "reply", call: "d#1", result: null }]);
  });

  it("asks once more for all of them when a quorum does not answer, above the rounds that it heard of", () => {
    const { self, read, nack, retry, promised } = make();
    read("c#1");
    read("d#1");
    expect(read("c#1")).toEqual([]);
    expect(nack(6)).toEqual([]);
    expect(retry()).toEqual(prepares(7));
    expect(promised(a1)).toEqual([]);
    promised(a1, null, 7);
    expect(promised(a2, null, 7)).toEqual(["c#1", "d#1"].map((call) => ({ kind: "reply", call, result: null })));
    expect(retry()).toEqual([]);
    expect(self).toMatchObject({ round: 7, waiting: new Set() });
  });

  it.each([
    ["a misspelt option", { acceptors, retry: 5 }, 'reader has no option "retry"'],
    ["no acceptors", { acceptors: [] }, "acceptors must name at least 1 node, got none"],
    ["quorums that need not meet", { acceptors, quorums: { prepare: 1, accept: 1 } }, "quorums must meet"],
    ["a delay before now", { acceptors, retryAfter: -1 }, "retryAfter must be a finite number of at least 0, got -1"],
  ])("refuses %s", (_, options, message) => {
    expect(() => reader(options as never)).toThrow(message);
  });
});

describe("what a reader answers", () => {
  it("is linearizable in every world of one proposal and two reads, one after the other", () => {
    expect(explore(readWorld(reader, "after", "p1"))).toMatchObject({ kind: "holds", worlds: 241_176 });
  });

  it("is not, where it answers from the promises alone", () => {
    expect(explore(readWorld(lookingReader, "after", "p1"))).toMatchObject({
      kind: "violated", problem: expect.stringContaining("read() → –"), schedule: { length: 16 },
    });
  });

  it("is not, where a question joins a ballot that is open already", () => {
    expect(explore(readWorld(joiningReader, "beside", "s1"))).toMatchObject({
      kind: "violated", problem: expect.stringContaining("read() → –"), schedule: { length: 15 },
    });
  });

  /** Proposals and reads of four clients, among loss, crashes and doubled messages. */
  const search = (role: typeof reader) =>
    searchSeeds({
      seeds: 200,
      run(seed) {
        const { loss = 0, duplication = 0, crashes = 0 } = swarm(seed, { loss: [0.01, 0.3], duplication: [0.01, 0.3], crashes: [1, 8] });
        const reads = Array.from({ length: 5 }, () => ({ kind: "read" }));
        const patient = { timeoutMs: 300, retries: 100, backoff: [0, 100], load: { kind: "closed", think: [0, 60] } } as const;
        return {
          nodes: { p1: proposer({ acceptors }), r1: role({ acceptors }), r2: role({ acceptors }), ...all(acceptors, acceptor({ nack: true })) },
          network: { latency: [1, 20], loss, duplication },
          clients: {
            c1: { operations: [{ kind: "propose", value: "x" }], to: "p1", ...patient },
            c2: { operations: reads, to: "r1", ...patient },
            c3: { operations: reads, to: "r1", ...patient },
            c4: { operations: reads, to: "r2", ...patient },
          },
          nemesis: { until: 1_000, crashes: { perSecond: crashes, lasts: [2, 50] } },
          properties: [agreement],
          until: 30_000,
        };
      },
      atEnd({ history }) {
        if (history.some(({ returnedAt }) => returnedAt === null)) return "somebody got no answer";
        const verdict = linearizable(history, decree);
        return verdict.kind === "holds" ? null : verdict.reason;
      },
      sometimes: {
        "a read finds nothing": ({ history }) => history.some(({ result }) => result === null),
        "a read finds the value": ({ history }) => history.some(({ request, result }) => request.kind === "read" && result === "x"),
        "a read finds the value before the proposer knows it": ({ history }) => {
          const known = history.find(({ request }) => request.kind === "propose")!.returnedAt!;
          return history.some(({ request, result, returnedAt }) => request.kind === "read" && result === "x" && returnedAt! < known);
        },
      },
    });

  it("is linearizable in 200 runs with faults, and comes once they are over", () => {
    const verdict = search(reader);
    expect(verdict.kind, verdict.report).toBe("passed");
  });

  it("is not in some of them, where it answers from the promises alone", () => {
    expect(search(lookingReader)).toMatchObject({ kind: "failed", failure: { problem: expect.stringContaining("Not linearizable") } });
  });
});
