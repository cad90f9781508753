import { describe, expect, it } from "vitest";
import { blink, die, everyWorld, inTheEnd, rise, threePhaseNodes, wish } from "../mortals.js";

describe("every world of three-phase commit with perfect failure detection", () => {
  const three = threePhaseNodes(3);
  const yes = wish("yes", "yes", "yes");

  it("does not block where any two of four die, or three one after another", () => {
    expect(everyWorld(three, [yes, die("c"), die("p1")], inTheEnd)).toMatchObject({ kind: "holds", worlds: 235311 });
    expect(everyWorld(three, [yes, [die("c"), die("p1"), die("p2")]], inTheEnd)).toMatchObject({ kind: "holds", worlds: 666357 });
  }, 300_000);

  it("keeps AC1, AC2 and AC4 where two of three die and come back", () => {
    expect(everyWorld(threePhaseNodes(2), [wish("yes", "yes"), blink("c"), blink("p1")])).toMatchObject({ kind: "holds", worlds: 724031 });
  }, 300_000);

  it("keeps them in a total failure of three, of whom the coordinator stays away", () => {
    const verdict = everyWorld(threePhaseNodes(2), [wish("yes", "yes"), [die("c"), die("p1"), die("p2"), rise("p2"), rise("p1")]]);
    expect(verdict).toMatchObject({ kind: "holds", worlds: 22823 });
  }, 300_000);

  it("keeps them in the first four million worlds of a total failure of three who all come back", () => {
    const fates = [die("c"), die("p1"), die("p2"), rise("p2"), rise("p1"), rise("c")];
    expect(everyWorld(threePhaseNodes(2), [wish("yes", "yes"), fates], { maxWorlds: 4_000_000 }).kind).not.toBe("violated");
  }, 600_000);
});
