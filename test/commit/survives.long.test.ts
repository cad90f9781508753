import { expect, it } from "vitest";
import { survives } from "../../lib/learn.js";

it("says what each protocol survives, at every moment of a run, and in every order of events", () => {
  const rows = survives().map(({ protocol, coordinatorGone, coordinatorBack, twoGone, participantBack, cut, lateMessages }) =>
    [protocol, coordinatorGone, coordinatorBack, twoGone, participantBack, cut, lateMessages]);
  expect(rows).toEqual([
    ["2PC", "waits", "decides", "waits", "decides", "decides", "agrees"],
    ["2PC, cooperative", "waits", "decides", "waits", "decides", "decides", "agrees"],
    ["3PC", "decides", "decides", "decides", "decides", "disagrees", "disagrees"],
    ["3PC with quorums", "decides", "decides", "decides", "decides", "decides", "agrees"],
    ["4PC, one backup", "decides", "decides", "waits", "decides", "disagrees", "disagrees"],
    ["Paxos Commit, F = 1", "decides", "decides", "waits", "decides", "decides", "not settled"],
  ]);
}, 120_000);
