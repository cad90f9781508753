import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { commitProperties, locksGoWithDoubt, scripted, twoPhase, undecided } from "../../../lib/commit.js";
import { everyWorld } from "./explore.js";

/*
 * Every world of small clusters, within the bounds. The numbers are exact: one more or less is a change of the
 * protocol, of a property's memory or of the explorer, and is to be understood before it is written down here.
 */

const properties = [...commitProperties(), locksGoWithDoubt(scripted)];

describe("every world of two-phase commit", () => {
  it.each([
    ["basic", 12699, 29316],
    ["presumed-abort", 5144, 10663],
    ["presumed-commit", 11046, 30005],
    ["remembering", 835, 1745],
  ] as const)("%s: keeps AC1, AC2 and AC4 where the coordinator crashes once anywhere: %i worlds, with cooperation %i", (form, alone, together) => {
    const trouble = { crashes: { c: 1 }, timers: { c: 1, p1: 1 } };
    expect(everyWorld({ form, votes: ["yes", "yes"], ...trouble })).toMatchObject({ kind: "holds", worlds: alone });
    expect(everyWorld({ form, votes: ["yes", "yes"], cooperative: true, ...trouble })).toMatchObject({ kind: "holds", worlds: together });
  });

  it.each([
    ["basic", 3496, 1687],
    ["presumed-abort", 1722, 1682],
    ["presumed-commit", 8641, 3674],
    ["remembering", 1862, 962],
  ] as const)("%s: keeps them where any node crashes once and a message comes twice: with a veto %i worlds, with a reader %i", (form, veto, reader) => {
    const trouble = { crashes: 1, timers: { p1: 1 }, duplicates: 1 };
    expect(everyWorld({ form, votes: ["yes", "no"], ...trouble })).toMatchObject({ kind: "holds", worlds: veto });
    expect(everyWorld({ form, votes: ["yes", "read-only"], ...trouble })).toMatchObject({ kind: "holds", worlds: reader });
  });

  it("keeps them with three participants where the coordinator crashes once anywhere", () => {
    expect(everyWorld({ form: "presumed-abort", votes: ["yes", "yes", "yes"], crashes: { c: 1 }, timers: { c: 1 } })).toMatchObject({ kind: "holds", worlds: 46834 });
  });

  it("keeps them, and AC3, where nothing fails", () => {
    const nodes = { c: twoPhase.coordinator(), p1: twoPhase.participant(), p2: twoPhase.participant() };
    const requests = [{ node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "yes" } } }] as const;
    expect(explore({ nodes, requests, properties: commitProperties({ calm: true }) })).toMatchObject({ kind: "holds", worlds: 22 });
    expect(explore({ nodes, requests, properties: commitProperties({ calm: true }), timers: { c: 1 } })).toMatchObject({
      kind: "violated", property: "AC3: abort needs a cause", problem: "c decided to abort t1, though nobody voted no and nothing crashed",
    });
  });
});

describe("every world of two-phase commit in a tree", () => {
  it.each([["basic", 56101], ["presumed-abort", 20358]] as const)("%s: keeps AC1, AC2 and AC4 where the node in the middle crashes once anywhere: %i worlds", (form, worlds) => {
    const participant = twoPhase.participant({ form });
    expect(explore({
      nodes: { c: twoPhase.coordinator({ form }), m: twoPhase.intermediate({ form }), p1: participant, p2: participant },
      requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work: { m: { own: "yes", below: { p1: "yes", p2: "yes" } } } } }],
      properties, timers: { m: 1, p1: 1 }, crashes: { m: 1 }, reduce: true,
    })).toMatchObject({ kind: "holds", worlds });
  });
});

describe("every world of two-phase commit that a participant begins", () => {
  const begin = (node: "p1" | "p2") => ({ node, request: { kind: "begin", transaction: "t1", coordinator: "c" as never, work: { p1: "yes", p2: "yes" } } }) as const;
  const p = twoPhase.participant({ form: "remembering" });
  const trouble = { timers: { c: 1, p1: 1, p2: 1 }, crashes: 1, duplicates: 1, reduce: true };

  it("keeps AC1, AC2 and AC4, asked or unasked", () => {
    const asking = twoPhase.coordinator({ form: "remembering" });
    expect(explore({ nodes: { c: asking, p1: p, p2: p }, requests: [begin("p1")], properties, ...trouble })).toMatchObject({ kind: "holds", worlds: 14269 });
    const silent = twoPhase.coordinator({ form: "remembering", unasked: true });
    expect(explore({ nodes: { c: silent, p1: p, p2: p }, requests: [begin("p1"), begin("p2")], properties, ...trouble })).toMatchObject({ kind: "holds", worlds: 27773 });
  });
});

describe("blocking", () => {
  const stuck = (cooperative: boolean) => everyStuck(cooperative).reached["all in doubt, and nobody to ask"];
  function everyStuck(cooperative: boolean) {
    const p = twoPhase.participant({ cooperative });
    return explore({
      nodes: { c: twoPhase.coordinator(), p1: p, p2: p },
      requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work: { p1: "yes", p2: "yes" } } }],
      crashes: { c: 1 }, restarts: false, timers: { p1: 1, p2: 1 }, reduce: true,
      reach: {
        "all in doubt, and nobody to ask": ({ nodes, decisions }) =>
          nodes.every(({ id, state }) => (id === "c" ? state === null : (state as twoPhase.Participant).log.get("t1")?.kind === "prepared"))
          && undecided(decisions, { t1: ["p1", "p2"] }).length === 2,
      },
    });
  }

  it("takes one crash of the coordinator, after the last vote and before the first decision has come", () => {
    expect(stuck(false)).toHaveLength(4);
  });

  it("is not prevented by cooperative termination: if all are in doubt, nobody knows", () => {
    expect(stuck(true)).toHaveLength(4);
  });
});
