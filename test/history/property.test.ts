import { describe, expect, it } from "vitest";
import { explore } from "../../lib/check/explore.js";
import { ids, type NodeId, type Role } from "../../lib/core/role.js";
import { linearizableAnswers, register } from "../../lib/history.js";
import { simulate } from "../../lib/sim/simulate.js";

interface Copy {
  readonly state: { value: number };
  readonly receives: { readonly kind: "copy"; readonly value: number };
  readonly sends: { readonly kind: "copy"; readonly value: number };
  readonly requests: { readonly kind: "read" } | { readonly kind: "write"; readonly value: number };
  readonly replies: number | null;
}

/** A register that answers a write before the other node has its copy. */
function copy(other: NodeId): Role<Copy> {
  return {
    name: "copy",
    durable: ["value"],
    init: () => ({ value: 0 }),
    receive: { copy: (self, { value }) => void (self.value = value) },
    timeout: {},
    request: {
      read: (self, _, call, out) => out.reply(call, self.value),
      write(self, { value }, call, out) {
        self.value = value;
        out.send(other, { kind: "copy", value });
        out.reply(call, null);
      },
    },
  };
}

const [n1, n2] = ids("n1", "n2") as [NodeId, NodeId];
const nodes = { n1: copy(n2), n2: copy(n1) };
const write = { kind: "write", value: 1 } as const;
const read = { kind: "read" } as const;

describe("linearizableAnswers", () => {
  const property = linearizableAnswers(register({ initial: 0 }));

  it("ends a run at the first answer that no order explains", () => {
    const requests = [
      { at: 0, node: "n1", request: write },
      { at: 1, node: "n2", request: read },
      { at: 50, node: "n2", request: read },
    ] as const;
    const run = simulate({ nodes, network: { latency: 10 }, requests, properties: [property] });
    expect(run.violation).toMatchObject({
      property: "linearizable answers",
      problem:
        "Not linearizable: no order explains the answer to outside's read() → 0: whatever the order of the operations before, it would have been 1.",
      at: 1,
    });
    expect(simulate({ nodes, network: { latency: 0.5 }, requests, properties: [property] }).violation).toBe(null);
  });

  it("lets the explorer find the shortest schedule to such an answer", () => {
    const verdict = explore({
      nodes,
      requests: [
        { node: "n1", request: write },
        { node: "n2", request: read },
      ],
      properties: [property],
    });
    expect(verdict).toMatchObject({ kind: "violated", property: "linearizable answers" });
    // The write, and the read before the copy has come.
    expect(verdict.kind === "violated" && verdict.schedule.length).toBe(2);
    expect(
      explore({
        nodes,
        requests: [
          { node: "n1", request: write },
          { node: "n1", request: read },
        ],
        properties: [property],
      }).kind,
    ).toBe("holds");
  });

  it("takes the system's words by the same options as historyOf", () => {
    const odd = linearizableAnswers(register({ initial: "zero" }), {
      request: ({ request }) => (request.kind === "read" ? read : { kind: "write", value: "one" }),
      result: ({ result }) => (result === 1 ? "one" : "zero"),
    });
    const requests = [
      { node: "n1", request: write },
      { node: "n1", request: read },
    ] as const;
    expect(explore({ nodes, requests, properties: [odd] }).kind).toBe("holds");
  });

  it("names misspelt options", () => {
    expect(() => linearizableAnswers(register(), { answer: 1 } as never)).toThrow(
      'options of linearizableAnswers has no option "answer"',
    );
    expect(() => linearizableAnswers(null as never)).toThrow("model must be an object, got null");
  });
});
