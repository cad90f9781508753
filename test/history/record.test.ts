import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check/explore.js";
import type { NodeId, Role } from "../../lib/core/role.js";
import { historyOf, linearizable, linearizableAnswers, register, sessionGuarantees } from "../../lib/history.js";
import { simulate } from "../../lib/sim/simulate.js";
import type { TraceEvent } from "../../lib/trace/event.js";

interface Store {
  readonly state: { value: number };
  readonly receives: { readonly kind: "copy"; readonly value: number };
  readonly sends: { readonly kind: "copy"; readonly value: number };
  readonly requests: { readonly kind: "get" } | { readonly kind: "set"; readonly to: number };
  readonly replies: { readonly kind: "value"; readonly value: number } | { readonly kind: "done" };
}

/** A store that answers at once and copies to the other node later: not linearizable, and it loses no session's own order. */
function store(other: NodeId): Role<Store> {
  return {
    name: "store",
    durable: ["value"],
    init: () => ({ value: 0 }),
    receive: { copy: (self, { value }) => void (self.value = value) },
    timeout: {},
    request: {
      get: (self, _, call, out) => out.reply(call, { kind: "value", value: self.value }),
      set: (self, { to }, call, out) => {
        self.value = to;
        out.send(other, { kind: "copy", value: to });
        out.reply(call, { kind: "done" });
      },
    },
  };
}

const run = simulate({
  seed: 3,
  nodes: { n1: store("n2" as NodeId), n2: store("n1" as NodeId) },
  network: { latency: [1, 3], kinds: { copy: { latency: 20 } } },
  clients: {
    writer: {
      operations: [1, 2, 3].map((to) => ({ kind: "set", to }) as const),
      to: "n1",
      choice: "fixed",
      load: { kind: "closed", think: 30 },
    },
    reader: {
      operations: () => ({ kind: "get" }),
      count: 20,
      to: "n2",
      choice: "fixed",
      load: { kind: "closed", think: 2 },
    },
    late: { operations: [{ kind: "set", to: 9 }], from: 200, timeoutMs: 1, retries: 2 },
  },
});

const words = {
  request: ({ request }: { readonly request: { readonly kind: string } }) =>
    request.kind === "get" ? { kind: "read" } : { kind: "write", value: (request as { to?: number }).to },
  result: ({ result }: { readonly result?: unknown }) => (result as { value?: number }).value ?? null,
};

describe("historyOf", () => {
  it("gives the same history from a run's trace as from its operations, in the words of a model", () => {
    const traced = historyOf(run.trace, words);
    expect(historyOf(run.history, words)).toMatchObject(traced);
    expect(traced.length).toBe(24);
    expect(traced.filter(({ returnedAt }) => returnedAt === null)).toMatchObject([
      { client: "late", request: { kind: "write", value: 9 } },
    ]);
  });

  it("names who asked, also where a schedule or a script did", () => {
    const nodes = { n1: store("n2" as NodeId), n2: store("n1" as NodeId) };
    const get = { node: "n2", request: { kind: "get" } } as const;
    const verdict = explore({
      nodes,
      requests: [get, [get, get]],
      properties: [{ name: "silence", memory: 0, observe: (n, { kind }) => n + (kind === "reply" ? 1 : 0), check: (_, n) => (n < 3 ? null : "three answers") }],
    });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(historyOf(verdict.trace).map(({ client }) => client).sort()).toEqual(["client1", "client2", "client2"]);
    expect(historyOf(simulate({ nodes, requests: [{ at: 0, ...get }] }).trace)).toMatchObject([{ client: "outside", returnedAt: 0 }]);
  });

  it("hands a run to the judges, who see what its replication does", () => {
    const history = historyOf(run.history, words);
    const verdict = linearizable(history, register({ initial: 0 }));
    expect(verdict.kind).toBe("violated");
    expect(verdict.reason).toMatch(/^Not linearizable: no order explains the answer to reader's read\(\) → 0/);
    expect(sessionGuarantees(history, { initial: 0 }).map(({ kind }) => kind)).toEqual([
      "holds",
      "holds",
      "holds",
      "holds",
    ]);
  });

  it("leaves out what was not asked of the object, and what says that it had no effect", () => {
    const reads = historyOf(run.history, {
      request: ({ request }) => (request.kind === "get" ? { kind: "read" } : null),
    });
    expect(reads.length).toBe(20);
    const failed = historyOf(run.history, {
      ...words,
      failed: ({ result }) => (result as { kind: string }).kind === "done",
    });
    expect(failed.map(({ client }) => client)).not.toContain("writer");
    // Nobody knows of an operation without an answer whether it had an effect.
    expect(failed.map(({ client }) => client)).toContain("late");
  });

  it("takes requests from a script, too", () => {
    const scripted = simulate({
      nodes: { n1: store("n1" as NodeId) },
      requests: [
        { at: 1, node: "n1", request: { kind: "set", to: 5 } },
        { at: 2, node: "n1", request: { kind: "get" } },
      ],
    });
    expect(historyOf(scripted.trace, words)).toMatchObject(
      historyOf(scripted.history, words).map(({ client, request, result, invokedAt, returnedAt }) => ({
        client,
        request,
        result,
        invokedAt,
        returnedAt,
      })),
    );
    expect(linearizable(historyOf(scripted.trace, words), register({ initial: 0 })).kind).toBe("holds");
  });

  const event = (kind: string, at: number, call: string): TraceEvent =>
    ({
      kind,
      at,
      step: 1,
      client: "c",
      call,
      node: "n",
      attempt: 1,
      request: { kind: "get" },
      result: 1,
    }) as unknown as TraceEvent;

  it.each<readonly [string, readonly TraceEvent[], string]>([
    ["a return without a call", [event("return", 1, "c#1")], 'trace[0]: a return without a call: "c#1" never began'],
    [
      "a call that begins twice",
      [event("invoke", 1, "c#1"), event("invoke", 2, "c#1")],
      'trace[1]: the call "c#1" begins a second time',
    ],
    [
      "a clock that goes backward",
      [event("invoke", 2, "c#1"), event("return", 1, "c#1")],
      "trace[1]: the clock goes backward, from 2 ms to 1 ms",
    ],
  ])("names %s", (_, trace, message) => {
    expect(() => historyOf(trace)).toThrow(message);
  });

  it("names what is no list", () => {
    expect(() => historyOf({} as never)).toThrow("source must be a trace or a history, got {}");
    expect(historyOf([])).toEqual([]);
  });
});

describe("an answer that only says whom to ask", () => {
  const to = { kind: "redirect", to: "n2" as NodeId } as const;
  const sending: Role<{ state: object; requests: { readonly kind: "get" }; replies: unknown }> = {
    name: "sending node", durable: [], init: () => ({}), receive: {}, timeout: {},
    request: { get: (_, __, call, out) => out.reply(call, to) },
  };
  const asked = { at: 0, node: "n1", request: { kind: "get" } } as const;

  it("leaves the operation open: it is no answer", () => {
    const { history, trace } = simulate({ nodes: { n1: sending }, requests: [asked] });
    for (const operations of [historyOf(history), historyOf(trace)]) expect(operations).toMatchObject([{ result: undefined, returnedAt: null }]);
    expect(linearizable(historyOf(history, { request: () => ({ kind: "read" }) }), register()).kind).toBe("holds");
  });

  it("is not judged while a run goes on", () => {
    const run = simulate({ nodes: { n1: sending }, requests: [asked], properties: [linearizableAnswers(register(), { request: () => ({ kind: "read" }) })] });
    expect(run.violation).toBe(null);
  });
});
