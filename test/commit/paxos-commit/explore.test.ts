import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { abortNeedsCause } from "../../../lib/commit/properties.js";
import { voteInBallot0 } from "../../../lib/commit/paxos-commit/properties.js";
import { contest, properties } from "./explore.js";

/*
 * Every world of small clusters. The numbers are exact: one more or less is a change of the protocol, of a property's
 * memory or of the explorer, and is to be understood before it is written down here.
 */

describe("every world of Paxos Commit with three acceptors", () => {
  it.each([
    { what: "two who agree", about: contest(2), worlds: 39 },
    { what: "three who agree", about: contest(3), worlds: 158 },
    { what: "two of whom one vetoes", about: contest(2, { votes: ["yes", "no"] }), worlds: 149 },
    { what: "two of whom one only reads", about: contest(2, { votes: ["yes", "read-only"] }), worlds: 39 },
    { what: "two of whom one fails", about: contest(2, { votes: ["throw", "yes"] }), worlds: 149 },
    { what: "two in Faster Paxos Commit", about: contest(2, { faster: true }), worlds: 145 },
    { what: "two who tell all acceptors", about: contest(2, { contact: "all" }), worlds: 195 },
  ])("is safe for $what", ({ about, worlds }) => {
    expect(explore({ ...about, properties: [...properties, abortNeedsCause(voteInBallot0)] } as never)).toMatchObject({ kind: "holds", worlds });
  });

  it("is safe for one where the leader opens a ballot of its own, however late any message is", () => {
    expect(explore({ ...contest(1), timers: { l1: 1 } } as never)).toMatchObject({ kind: "holds", worlds: 6030 });
  });

  it("is safe for two where a resource manager or an acceptor crashes, before or after anything that it does", () => {
    expect(explore({ ...contest(2), crashes: { r1: 1 } } as never)).toMatchObject({ kind: "holds", worlds: 142 });
    expect(explore({ ...contest(2), crashes: { a1: 1 } } as never)).toMatchObject({ kind: "holds", worlds: 151 });
  });

  it("is safe for two where the leader crashes, and one who is in doubt makes it open a ballot after its restart", () => {
    const verdict = explore({ ...contest(2), crashes: { l1: 1 }, timers: { r1: 1 }, reduce: true } as never);
    expect(verdict).toMatchObject({ kind: "holds", worlds: 16_843 });
  });

  it("is safe for one where two leaders open ballots", () => {
    const about = contest(1, { leaders: ["l2", "l1"] });
    expect(explore({ ...about, timers: { r1: 1 }, reduce: true } as never)).toMatchObject({ kind: "holds", worlds: 3_006 });
  });
});
