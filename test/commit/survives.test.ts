import { expect, it } from "vitest";
import { candidates, survives } from "../../lib/learn.js";

it("says what two and three phases survive, at every moment of a run, and in every order of events", () => {
  const { "2PC": two, "3PC": three } = candidates;
  const rows = survives({ "2PC": two!, "3PC": three! }).map(({ protocol, coordinatorGone, coordinatorBack, twoGone, participantBack, cut, lateMessages }) =>
    [protocol, coordinatorGone, coordinatorBack, twoGone, participantBack, cut, lateMessages]);
  expect(rows).toEqual([
    ["2PC", "waits", "decides", "waits", "decides", "decides", "agrees"],
    ["3PC", "decides", "decides", "decides", "decides", "disagrees", "disagrees"],
  ]);
});
