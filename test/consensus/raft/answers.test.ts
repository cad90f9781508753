import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { type Call, ids } from "../../../lib/core.js";
import { historyOf, keyValueMap, linearizable, linearizableAnswers } from "../../../lib/history.js";
import { brokenWorlds, machineWords, withResults } from "../../../lib/raft.js";

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
    operation(3, { kind: "command", command: { kind: "delete", key: "x" } }, { kind: "refused", reason: "session 1 is not open any more" }),
    operation(4, { kind: "register" }, { kind: "registered", session: 4 }),
    operation(5, { kind: "read", query: get }, { kind: "result", result: null }),
  ];

  it("is said in the machine's words, and nothing is said of what else was asked", () => {
    expect(historyOf(withResults(history), machineWords).map(({ request, result }) => [request.kind, result])).toEqual([
      ["put", null], ["get", "1"], ["delete", undefined], ["get", null],
    ]);
  });

  it("leaves open whether that is done which was refused because the session is closed", () => {
    expect(linearizable(historyOf(withResults(history), machineWords), keyValueMap()).kind).toBe("holds");
    const without = history.filter(({ call }) => call !== "c#3");
    expect(linearizable(historyOf(withResults(without), machineWords), keyValueMap()).kind).toBe("violated");
  });
});

describe("the judge of all answers", () => {
  const judge = linearizableAnswers(keyValueMap(), machineWords);
  const { world, sound } = brokenWorlds.find(({ name }) => name === "trusting leader")!;

  it("finds a stale one as soon as there can be one, and none else", () => {
    const verdict = explore({ ...world, properties: [judge] });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect([verdict.property, verdict.schedule.length]).toEqual(["linearizable answers", 12]);
    expect(explore({ ...sound, properties: [judge], maxDepth: 12, maxWorlds: 20_000 }).kind).toBe("unfinished");
  });
});
