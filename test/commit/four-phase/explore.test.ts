import { describe, expect, it } from "vitest";
import { explore, scheduleText } from "../../../lib/check.js";
import { atomicity, commitProperties, fourPhase } from "../../../lib/commit.js";
import { ids } from "../../../lib/core.js";
import { blink, die, everyWorld, fourPhaseNodes, inTheEnd, wish } from "../mortals.js";

describe("every world of four-phase commit with perfect failure detection", () => {
  it("keeps AC1, AC2 and AC4, and nobody blocks, where the coordinator dies, or the first backup as well", () => {
    expect(everyWorld(fourPhaseNodes(1, 2), [wish("yes", "yes"), die("c")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 141 });
    expect(everyWorld(fourPhaseNodes(2, 2), [wish("yes", "yes"), die("c"), die("b1")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 4393 });
    expect(everyWorld(fourPhaseNodes(2, 2), [wish("yes", "no"), die("c"), die("b1")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 4258 });
    expect(everyWorld(fourPhaseNodes(2, 3), [wish("yes", "yes", "yes"), die("c"), die("b1")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 39497 });
  });

  it("keeps AC1, AC2 and AC4 where those who die come back", () => {
    expect(everyWorld(fourPhaseNodes(1, 2), [wish("yes", "yes"), blink("c"), blink("p1")])).toMatchObject({ kind: "holds", worlds: 90081 });
  });

  it("blocks where the coordinator and all backups are dead", () => {
    expect(everyWorld(fourPhaseNodes(1, 2), [wish("yes", "yes"), die("c"), die("b1")], inTheEnd)).toMatchObject({
      kind: "violated", property: "AC5: nobody who lives is in doubt", problem: "nothing is left to do, and it has not come true",
    });
  });

  it("keeps AC3 where nothing fails", () => {
    expect(everyWorld(fourPhaseNodes(1, 2), [wish("yes", "yes")], { properties: commitProperties({ calm: true }) })).toMatchObject({ kind: "holds", worlds: 18 });
  });
});

describe("four-phase commit in a network without a bound on delays", () => {
  const leading = fourPhase.coordinator({ backups: ids("b1") });
  const p = fourPhase.participant();

  it("decides two things at once, though nothing crashes", () => {
    const verdict = explore({ nodes: { c: leading, b1: leading, p1: p }, requests: [wish("yes")] as never, properties: [atomicity], timers: { c: 1, p1: 1 }, reduce: true });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    expect(scheduleText(verdict.schedule)).toMatchInlineSnapshot(`
      "1. request c: commit transaction=t1 work=(yes)
      2. deliver c > b1: enlist transaction=t1 order=[c, b1] participants=[p1]
      3. timer c: silence transaction=t1
      4. deliver c > p1: prepare transaction=t1 order=[c, b1] work=yes
      5. deliver p1 > c: vote transaction=t1 vote=yes
      6. timer p1: silence transaction=t1
      7. deliver p1 > b1: inquiry transaction=t1 attempt=1"
    `);
  });
});
