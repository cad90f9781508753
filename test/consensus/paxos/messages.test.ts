import { describe, expect, it } from "vitest";
import { type AnyRole, ids } from "../../../lib/core.js";
import { acceptor, learner, proposer, server, type AcceptorOptions, type ProposerOptions } from "../../../lib/paxos.js";
import { simulate } from "../../../lib/sim.js";
import { only, type TraceEvent } from "../../../lib/trace/event.js";
import { all, names } from "./contests.js";

/** Every message takes this long, so that the time of a decision counts message delays. */
const DELAY = 10;

/** A quiet run in which `node` proposes "x" once. */
function quiet(nodes: Record<string, AnyRole>, node = "p1") {
  const run = simulate({ nodes, network: { latency: DELAY }, requests: [{ at: 0, node, request: { kind: "propose", value: "x" } as never }] });
  expect(run.ended.kind).toBe("quiet");
  return { sent: countByKind(run.trace), total: only(run.trace, "send").length, delays: delaysToDecision(run.trace) };
}

function countByKind(trace: readonly TraceEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { message } of only(trace, "send")) counts[message.kind] = (counts[message.kind] ?? 0) + 1;
  return counts;
}

function delaysToDecision(trace: readonly TraceEvent[]): Record<string, number> {
  return Object.fromEntries(only(trace, "decide").map(({ node, at }) => [node, at / DELAY]));
}

function separate(n: number, proposing: Partial<ProposerOptions> = {}, accepting: AcceptorOptions = {}) {
  const acceptors = names("a", n);
  return { p1: proposer({ acceptors, ...proposing }), ...all(acceptors, acceptor(accepting)) };
}

describe("one proposer without rivals or faults", () => {
  it("sends and gets twelve messages with three acceptors, and knows after four message delays", () => {
    expect(quiet(separate(3))).toEqual({
      sent: { prepare: 3, promised: 3, accept: 3, accepted: 3 },
      total: 12,
      delays: { p1: 4 },
    });
  });

  it.each([1, 2, 3, 4, 5, 7, 25])("needs 2n + 2n messages with n = %i acceptors", (n) => {
    const { sent, total, delays } = quiet(separate(n));
    expect(sent).toEqual({ prepare: n, promised: n, accept: n, accepted: n });
    expect(total).toBe(4 * n);
    expect(delays).toEqual({ p1: 4 });
  });

  it.each([[3, 2], [4, 3], [5, 3], [25, 13]])("needs 4q messages with %i acceptors, if it asks only a quorum of %i", (n, q) => {
    const { total, delays } = quiet(separate(n, { contact: "quorum" }));
    expect(total).toBe(4 * q);
    expect(delays).toEqual({ p1: 4 });
  });

  it("needs 2 q1 + 2 q2 messages with flexible quorums, if it asks only those", () => {
    const { sent, total } = quiet(separate(5, { contact: "quorum", quorums: { prepare: 4, accept: 2 } }));
    expect(sent).toEqual({ prepare: 4, promised: 4, accept: 2, accepted: 2 });
    expect(total).toBe(12);
  });
});

describe("a learner", () => {
  it.each([[3, 1], [3, 3], [5, 2]])("hears the votes of all acceptors: n + n + n + nL messages with n = %i, L = %i, and four delays", (n, count) => {
    const acceptors = names("a", n);
    const learners = names("l", count - 1);
    const nodes = {
      ...separate(n, {}, { learners: [...ids("p1"), ...learners] }),
      ...all(learners, learner({ acceptors })),
    };
    const { sent, total, delays } = quiet(nodes);
    expect(sent).toEqual({ prepare: n, promised: n, accept: n, accepted: n * count });
    expect(total).toBe(3 * n + n * count);
    expect(new Set(Object.values(delays))).toEqual(new Set([4]));
    expect(Object.keys(delays)).toHaveLength(count);
  });

  it("that is distinguished informs the others: n + n + n + n + L messages, and one delay more", () => {
    const acceptors = names("a", 3);
    const nodes = {
      ...separate(3, {}, { learners: ids("l1") }),
      l1: learner({ acceptors, informs: ids("p1", "l2") }),
      l2: learner({ acceptors }),
    };
    expect(quiet(nodes)).toEqual({
      sent: { prepare: 3, promised: 3, accept: 3, accepted: 3, chosen: 2 },
      total: 14,
      delays: { l1: 4, p1: 5, l2: 5 },
    });
  });

  it("may be informed by the proposer, which is the distinguished learner of its ballot", () => {
    const acceptors = names("a", 3);
    const nodes = { ...separate(3, { informs: ids("l1", "l2") }), ...all(names("l", 2), learner({ acceptors })) };
    expect(quiet(nodes)).toMatchObject({ total: 14, delays: { p1: 4, l1: 5, l2: 5 } });
  });
});

describe("servers that play all the parts", () => {
  it.each([1, 2, 3, 4, 5, 25])("need 4(n - 1) messages with n = %i: what a server tells itself costs none", (n) => {
    const servers = names("s", n);
    const { total, delays } = quiet(all(servers, server({ servers })), "s1");
    expect(total).toBe(4 * (n - 1));
    expect(delays).toEqual({ s1: n === 1 ? 0 : 4 });
  });

  it("need 4(q - 1) messages, if the proposing one asks only a quorum, itself among it", () => {
    const servers = names("s", 5);
    expect(quiet(all(servers, server({ servers, contact: "quorum" })), "s4")).toMatchObject({ total: 8, delays: { s4: 4 } });
  });

  it("all know after one more delay and n - 1 more messages, if the proposing one informs them", () => {
    const servers = names("s", 3);
    expect(quiet(all(servers, server({ servers, informs: servers })), "s2")).toEqual({
      sent: { prepare: 2, promised: 2, accept: 2, accepted: 2, chosen: 2 },
      total: 10,
      delays: { s2: 4, s1: 5, s3: 5 },
    });
  });

  it("all know as soon as the proposing one or sooner, if acceptors tell everyone: 3(n - 1) + n(n - 1) messages", () => {
    const servers = names("s", 3);
    const { sent, total, delays } = quiet(all(servers, server({ servers, learners: servers })), "s1");
    expect(sent).toEqual({ prepare: 2, promised: 2, accept: 2, accepted: 6 });
    expect(total).toBe(12);
    // The vote of s1 for its own ballot is under way together with its question, and arrives with it.
    expect(delays).toEqual({ s1: 4, s2: 3, s3: 3 });
  });
});
