import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { listing, listingExample } from "../../../lib/consensus/paxos/article.js";
import { brokenWorlds } from "../../../lib/paxos.js";

describe("the article's listing 4.1", () => {
  it("prints nothing but null: one proposal is not more than three acceptors", () => {
    expect(listingExample()).toBeNull();
  });

  it("P-threshold: chooses nothing with two or three proposers either, though every acceptor has heard of all", () => {
    const { acceptors, Proposer, Learner } = listing();
    for (const [id, value] of [10, 20, 30].entries()) {
      new Proposer(id, value).propose(acceptors);
      const learner = new Learner(0);
      learner.learn(acceptors);
      expect(learner.accepted_value).toBeNull();
    }
    expect(acceptors.map(({ proposals }) => proposals.length)).toEqual([3, 3, 3]);
  });

  it("P-max-value, P-mutable-decision: with five proposers one after another a learner learns 10, then 1000", () => {
    const { acceptors, Proposer, Learner } = listing();
    const learner = new Learner(0);
    const learned = [10, 5, 7, 3, 1000].map((value, id) => {
      new Proposer(id, value).propose(acceptors);
      learner.learn(acceptors);
      return learner.accepted_value;
    });
    expect(learned).toEqual([null, null, null, 10, 1000]);
  });

  it("P-mixed-id: with four proposers it accepts the value of one under the id of another", () => {
    const { acceptors, Proposer, Learner } = listing();
    for (const [id, value] of [10, 20, 99, 30].entries()) new Proposer(id, value).propose(acceptors);
    const learner = new Learner(0);
    learner.learn(acceptors);
    expect(learner).toMatchObject({ accepted_value: 99, accepted_id: 0 });
  });

  it("P-any-acceptor-learner, P-no-ballot: in other orders acceptors hold 40, 50 and null, and learners report 50 and 40", () => {
    const { acceptors, Proposer, Learner } = listing();
    const [first, second, third] = acceptors as [never, never, never];
    const proposers = [10, 20, 30, 40, 50].map((value, id) => new Proposer(id, value));
    // Each acceptor hears of the proposers at its own pace, as it would over a network.
    for (const proposer of proposers.slice(0, 4)) proposer.propose([first]);
    for (const proposer of proposers) proposer.propose([second]);
    for (const proposer of proposers.slice(0, 3)) proposer.propose([third]);
    expect(acceptors.map(({ accepted_value }) => accepted_value)).toEqual([40, 50, null]);
    const learners = [new Learner(0), new Learner(1)] as const;
    learners[0].learn([first, second, third]);
    learners[1].learn([second, first, third]);
    expect(learners.map(({ accepted_value }) => accepted_value)).toEqual([50, 40]);
  });

  it("P-object-reference-instead-of-message: a proposer that changes its mind changes what others have noted", () => {
    const { acceptors, Proposer } = listing();
    const proposers = [10, 20, 30].map((value, id) => new Proposer(id, value));
    for (const proposer of proposers) proposer.propose(acceptors);
    proposers[0]!.value = 77;
    new Proposer(3, 40).propose(acceptors);
    expect(acceptors.map(({ accepted_value }) => accepted_value)).toEqual([77, 77, 77]);
  });
});

/** Two more are not worlds to be searched: P-threshold and P-object-reference-instead-of-message. See broken.test.ts. */
describe("a fault of the listing, alone in a protocol that is sound otherwise", () => {
  it.each([
    ["P-max-value", "greatest-value proposer"],
    ["P-mixed-id", "mixing acceptor"],
    ["P-mutable-decision", "changing learner"],
    ["P-any-acceptor-learner", "hasty learner"],
    ["P-no-ballot", "ballotless proposer"],
  ])("%s: breaks it, as a %s, and nothing breaks without", (_, name) => {
    const { world, sound, inListing } = brokenWorlds.find((each) => each.name === name)!;
    expect([inListing, explore(world).kind, explore(sound).kind]).toEqual([true, "violated", "holds"]);
  });

  it("stands for as many roles as the listing has faults that can be searched", () => {
    expect(brokenWorlds.filter(({ inListing }) => inListing)).toHaveLength(5);
  });
});
