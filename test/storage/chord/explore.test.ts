import { describe, expect, it } from "vitest";
import { scheduleText } from "../../../lib/check.js";
import type { ChordOptions } from "../../../lib/chord.js";
import { join, runs } from "./runs.js";

describe("every run of the nodes themselves", () => {
  it.each<[string, Parameters<typeof runs>, number]>([
    ["a join, one stabilise and one crash, of anybody, in a ring of three", [[0, 4, 8, 12], 3, {}, { requests: [join("n3", "n0")], timers: 1, crashes: 1 }], 1_934],
    ["a join, two stabilises and one crash", [[0, 4, 8, 12], 3, {}, { requests: [join("n3", "n0")], timers: 2, crashes: 1 }], 17_109],
    ["two joins at once between the same members, three stabilises", [[0, 8, 4, 6], 2, {}, { requests: [join("n2", "n0"), join("n3", "n0")], timers: 3 }], 7_797],
    ["two joins at once in two places, two stabilises", [[0, 4, 8, 12], 2, {}, { requests: [join("n2", "n0"), join("n3", "n1")], timers: 2 }], 2_064],
    ["a node that joins, fails and joins again before anybody has noticed", [[0, 4, 8], 2, {}, { requests: [[join("n2", "n0"), join("n2", "n1")]], timers: 2, crashes: { n2: 1 } }], 7_618],
    ["the same in a ring of three", [[0, 4, 8, 12], 3, {}, { requests: [[join("n3", "n0"), join("n3", "n1")]], timers: 2, crashes: { n3: 1 } }], 14_635],
  ])("is one ordered ring: %s", (_, world, worlds) => {
    const verdict = runs(...world);
    expect([verdict.kind, verdict.worlds]).toEqual(["holds", worlds]);
    expect(verdict.reached["all are members"]).not.toBeNull();
  });

  it.each<Partial<ChordOptions>>([{ rules: "original" }, { without: ["whole list"] }])("loses a newcomer whose one successor fails: %j", (given) => {
    const verdict = runs([0, 4, 8, 12], 3, given, { requests: [join("n3", "n0")], timers: 1, crashes: 1 });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.problem).toBe("n3 has no successor that is up: n0");
    expect(scheduleText(verdict.schedule)).toBe(`
1. request n3: join via=n0
2. deliver n3 > n0: step query=0 id=c avoid=[]
3. deliver n0 > n3: hop query=0 isOwner=false node=n2
4. deliver n3 > n2: step query=1 id=c avoid=[]
5. deliver n2 > n3: hop query=1 isOwner=true node=n0
6. crash n0`.trim());
  });
});
