import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { agreement } from "../../../lib/paxos.js";
import { rivals, servers } from "./contests.js";

const MILLIONS = 30_000_000;

describe("every larger world of two proposers", () => {
  it("and three acceptors agrees where one message is doubled", () => {
    const verdict = explore({ ...rivals(3), properties: [agreement], duplicates: 1, maxWorlds: MILLIONS });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 2605277 });
  }, 300_000);

  it("and three servers agrees where one of them tries again", () => {
    const verdict = explore({ ...servers(3), properties: [agreement], timers: 1, maxWorlds: MILLIONS });
    expect(verdict).toMatchObject({ kind: "holds", worlds: 2071194 });
  }, 300_000);
});
