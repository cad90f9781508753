import { describe, expect, it } from "vitest";
import { explore, scheduleText } from "../../../lib/check.js";
import { atomicity, commitProperties, threePhase } from "../../../lib/commit.js";
import { blink, die, everyWorld, inTheEnd, threePhaseNodes, wish } from "../mortals.js";

/*
 * Every world of small clusters, within the bounds. The numbers are exact: one more or less is a change of the
 * protocol, of a property's memory or of the explorer, and is to be understood before it is written down here.
 */

const two = threePhaseNodes(2);
const yes = wish("yes", "yes");

describe("every world of three-phase commit with perfect failure detection", () => {
  it("keeps AC1, AC2 and AC4, and nobody blocks, where the coordinator dies anywhere", () => {
    expect(everyWorld(two, [yes, die("c")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 361 });
    expect(everyWorld(threePhaseNodes(3), [wish("yes", "yes", "yes"), die("c")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 13224 });
  });

  it("keeps them where the next in the order dies, too, also right after a write, and with a veto", () => {
    expect(everyWorld(two, [yes, die("c"), die("p1")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 1397 });
    expect(everyWorld(two, [yes, die("c", "at the next write"), die("p1", "at the next write")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 255 });
    expect(everyWorld(two, [wish("yes", "no"), die("c"), die("p1")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 442 });
  });

  it("keeps AC1, AC2 and AC4 where those who die come back", () => {
    expect(everyWorld(two, [yes, blink("c"), die("p1")])).toMatchObject({ kind: "holds", worlds: 28215 });
    expect(everyWorld(two, [yes, blink("c", "at the next write"), blink("p1", "at the next write")])).toMatchObject({ kind: "holds", worlds: 54973 });
  });

  it("keeps them in a total failure of two", () => {
    const one = threePhaseNodes(1);
    expect(everyWorld(one, [wish("yes"), blink("c"), blink("p1")])).toMatchObject({ kind: "holds", worlds: 785 });
    expect(everyWorld(one, [wish("yes"), blink("c", "at the next write"), blink("p1", "at the next write")])).toMatchObject({ kind: "holds", worlds: 328 });
  });

  it("keeps AC3 where nothing fails", () => {
    expect(everyWorld(two, [yes], { properties: commitProperties({ calm: true }), ...inTheEnd })).toMatchObject({ kind: "holds", worlds: 22 });
  });
});

describe("three-phase commit in a network without a bound on delays", () => {
  const site = threePhase.site();
  const world = { nodes: { c: site, p1: site, p2: site }, requests: [yes] as never, properties: [atomicity], reduce: true };

  it("decides two things at once, though nothing crashes: a wrong suspicion or two are enough", () => {
    const verdict = explore({ ...world, timers: { c: 1, p1: 2 } });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(verdict.problem).toBe("c decided to commit t1, but p1 decided to abort it");
    expect(scheduleText(verdict.schedule)).toMatchInlineSnapshot(`
      "1. request c: commit transaction=t1 work=(yes, yes)
      2. deliver c > p1: canCommit transaction=t1 order=[c, p1, p2] work=yes
      3. deliver c > p2: canCommit transaction=t1 order=[c, p1, p2] work=yes
      4. deliver p1 > c: vote transaction=t1 vote=yes
      5. deliver p2 > c: vote transaction=t1 vote=yes
      6. timer c: silence transaction=t1
      7. timer p1: silence transaction=t1
      8. timer p1: silence transaction=t1"
    `);
  });

  it("survives one wrong suspicion, of the coordinator or by it", () => {
    expect(explore({ ...world, timers: { c: 1 } }).kind).toBe("holds");
    expect(explore({ ...world, timers: { p1: 1 } }).kind).toBe("holds");
  });
});
