import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { ids, type AnyRole } from "../../../lib/core.js";
import { keyValueMap, linearizableAnswers } from "../../../lib/history.js";
import { acknowledgedKept, chain, master, primaryBackup, updatePropagation } from "../../../lib/replication.js";
import { get, m, put } from "./groups.js";

const two = ids("r1", "r2");
const pair = { members: two, master: m, check: "confirm" } as const;

describe("every world with a write, a read elsewhere, and a master that suspects one of two at any time", () => {
  it.each([
    ["a primary and a backup", primaryBackup(pair), "star", 881_152],
    ["a chain", chain(pair), "chain", 885_508],
  ] as const)("of %s answers as a map does", (_, role, shape, worlds) => {
    const verdict = explore({
      nodes: { m: master({ members: two }), r1: role, r2: role } as Record<"m" | "r1" | "r2", AnyRole>,
      requests: [put("r1", "a"), get("r2")],
      timers: { m: 1 },
      properties: [acknowledgedKept, updatePropagation({ shape }), linearizableAnswers(keyValueMap())],
      reduce: true,
    });
    expect(verdict).toMatchObject({ kind: "holds", worlds });
  }, 120_000);
});
