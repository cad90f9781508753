import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { type Call, ids, type Property } from "../../../lib/core.js";
import { historyOf, keyValueMap, linearizable, linearizableAnswers } from "../../../lib/history.js";
import { brokenWorlds, hearingResults, machineWords, withResults } from "../../../lib/raft.js";

const get = { kind: "get", key: "x" } as const;
const put = { kind: "put", key: "x", value: "1" } as const;

/** An operation of client c, in the order in which they are told. */
function operation(n: number, request: object, result: unknown) {
  const [client] = ids("c");
  return { client: client!, call: `c#${n}` as Call, request: request as typeof get, result, invokedAt: 2 * n, returnedAt: 2 * n + 1 };
}

describe("what clients saw of the machine", () => {
  const history = [
    operation(1, { kind: "command", command: put }, { kind: "result", result: null }),
    operation(2, { kind: "read", query: get }, { kind: "result", result: "1" }),
    operation(3, { kind: "command", command: { kind: "delete", key: "x" } }, { kind: "redirect", to: null }),
    operation(4, { kind: "register" }, { kind: "registered", session: 4 }),
    operation(5, { kind: "read", query: get }, { kind: "result", result: null }),
  ];

  it("is said in the machine's words, and nothing is said of what else was asked", () => {
    expect(historyOf(withResults(history), machineWords).map(({ request, result }) => [request.kind, result])).toEqual([
      ["put", null], ["get", "1"], ["delete", undefined], ["get", null],
    ]);
  });

  it("leaves open whether that is done for which a client was sent elsewhere", () => {
    expect(linearizable(historyOf(withResults(history), machineWords), keyValueMap()).kind).toBe("holds");
    const without = history.filter(({ call }) => call !== "c#3");
    expect(linearizable(historyOf(withResults(without), machineWords), keyValueMap()).kind).toBe("violated");
  });
});

describe("a property that hears results alone", () => {
  const judge = linearizableAnswers(keyValueMap(), machineWords);
  const { world, sound } = brokenWorlds.find(({ name }) => name === "trusting leader")!;

  it("finds a stale answer as soon as there can be one", () => {
    const verdict = explore({ ...world, properties: [hearingResults(judge)] });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect([verdict.property, verdict.schedule.length]).toEqual(["linearizable answers", 12]);
    expect(explore({ ...sound, properties: [hearingResults(judge)], maxDepth: 12, maxWorlds: 20_000 }).kind).toBe("unfinished");
  });

  it("takes nobody's word for an answer who sends the client elsewhere", () => {
    const asked = { kind: "request", node: ids("s1")[0]!, call: "c#1" as Call, request: { kind: "read", query: get } } as const;
    const redirect = { kind: "reply", node: asked.node, call: asked.call, result: { kind: "redirect", to: null } } as const;
    const hearing = hearingResults(judge);
    const memory = hearing.observe!(hearing.memory!, asked);
    expect(hearing.observe!(memory, redirect)).toBe(memory);
    expect(judge.observe!(memory, redirect)).not.toBe(memory);
  });

  it("is the property itself if it hears nothing", () => {
    const deaf: Property = { name: "deaf", check: () => null };
    expect(hearingResults(deaf)).toBe(deaf);
  });
});
