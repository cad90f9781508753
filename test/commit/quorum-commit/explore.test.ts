import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { commitProperties, locksGoWithDoubt, quorumCommit, type ScriptedWork, scripted } from "../../../lib/commit.js";
import { participantNames } from "../clusters.js";
import { wish } from "../mortals.js";

const site = quorumCommit.site();
const properties = [...commitProperties(), locksGoWithDoubt(scripted)];

function cluster(...votes: readonly ScriptedWork[]) {
  const names = ["c", ...participantNames(votes.length)];
  return { nodes: Object.fromEntries(names.map((name) => [name, site])), requests: [wish(...votes)] as never, properties, reduce: true };
}

describe("every world of quorum-based three-phase commit, in a network without a bound on delays", () => {
  it("keeps AC1, AC2 and AC4 where the coordinator crashes once anywhere, and a participant takes over", () => {
    expect(explore({ ...cluster("yes", "yes"), crashes: { c: 1 }, timers: { p1: 2 } })).toMatchObject({ kind: "holds", worlds: 21648 });
  });

  it("keeps them where any node crashes once and a message comes twice, with a veto", () => {
    expect(explore({ ...cluster("yes", "no"), crashes: 1, timers: { p1: 2, c: 1 }, duplicates: 1 })).toMatchObject({ kind: "holds", worlds: 48085 });
  });

  it("keeps them with three participants, of whom one takes over though the coordinator lives", () => {
    expect(explore({ ...cluster("yes", "yes", "yes"), timers: { p3: 2 } })).toMatchObject({ kind: "holds" });
  });

  it("keeps AC3 where nothing fails", () => {
    expect(explore({ ...cluster("yes", "yes"), properties: commitProperties({ calm: true }) })).toMatchObject({ kind: "holds", worlds: 22 });
  });

  it("can wait for ever with a majority up and connected, of which one is ready for a commit and one for an abort", () => {
    const { reached } = explore({
      ...cluster("yes", "yes", "yes"),
      properties: [],
      timers: { p3: 2 },
      reach: {
        split: ({ nodes }) => {
          const ready = nodes.map(({ state }) => (state as quorumCommit.QuorumSite).log.get("t1")).map((record) => (record?.kind === "in doubt" ? record.ready : record?.kind));
          return ready[1] === "commit" && ready[2] === null && ready[3] === "abort" && ready[0] === null;
        },
      },
    });
    expect(reached["split"]).not.toBeNull();
  });
});
