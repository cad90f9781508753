import { describe, expect, it } from "vitest";
import { explore } from "../../../lib/check.js";
import { type AnyRole, canonical, ids, type Property } from "../../../lib/core.js";
import {
  acceptor, agreement, chosenStays, forgetfulAcceptor, forgetfulProposer, gullibleAcceptor, hastyLearner, learner, minorityProposer,
  mixingAcceptor, noVoteBelowPromise, oneValuePerBallot, onlyChosenIsLearned, paxosProperties, promisesKept, proposer, safeProposals,
  stubbornProposer, validity,
} from "../../../lib/paxos.js";

const acceptors = ids("a1", "a2", "a3");
const electorate = { acceptors };

interface Cast {
  readonly proposer?: typeof proposer;
  readonly acceptor?: typeof acceptor;
  readonly learner?: typeof learner;
}

/** Two rivals, three acceptors and a learner, where the roles are those of the cast. */
function contest(cast: Cast) {
  const rival = (cast.proposer ?? proposer)({ acceptors });
  const voter = (cast.acceptor ?? acceptor)(cast.learner ? { learners: ids("l1") } : {});
  const nodes: Record<string, AnyRole> = { p1: rival, p2: rival, a1: voter, a2: voter, a3: voter };
  if (cast.learner) nodes["l1"] = cast.learner({ acceptors });
  return {
    nodes,
    requests: [
      { node: "p1", request: { kind: "propose", value: "x" } },
      { node: "p2", request: { kind: "propose", value: "y" } },
    ],
  };
}

/** A proposer that asks for something else than it was asked for. */
const inventiveProposer: typeof proposer = (options) => {
  const sound = proposer(options);
  return {
    ...sound,
    request: { propose: (self, { value }, call, out) => sound.request.propose(self, { kind: "propose", value: `${value}!` }, call, out) },
  };
};

describe("each property of Paxos is broken by a role", () => {
  it.each<[string, Property, Cast, string, number, { readonly crashes?: Record<string, number> }?]>([
    ["agreement", agreement, { proposer: minorityProposer }, 'p1 decided "x", but p2 decided "y"', 10],
    ["validity", validity, { proposer: inventiveProposer }, 'p1 decided "x!", but proposed was "x"', 9],
    ["promises kept", promisesKept, { acceptor: forgetfulAcceptor }, "a1 promised ballot (1, p1), and now knows of none", 4, { crashes: { a1: 1 } }],
    ["no vote below a promise", noVoteBelowPromise, { acceptor: gullibleAcceptor }, "a1 voted in ballot (1, p1) after it had joined (1, p2)", 8],
    ["one value per ballot", oneValuePerBallot, { acceptor: mixingAcceptor }, 'ballot (1, p1) has two values, "x" and "y"', 12],
    [
      "what is chosen stays chosen", chosenStays(electorate), { proposer: stubbornProposer },
      '"x" was chosen in ballot (1, p1), but ballot (1, p2) is for "y"', 12,
    ],
    [
      "every proposal is safe", safeProposals(electorate), { proposer: stubbornProposer },
      'ballot (1, p2) asks for "y", but the votes that any quorum has cast before it do not allow that', 12,
    ],
    [
      "only what is chosen is learned", onlyChosenIsLearned(electorate), { learner: hastyLearner },
      'l1 learned "x", which no quorum has voted for', 7,
    ],
  ])("%s", (name, property, cast, problem, steps, faults = {}) => {
    expect(property.name).toBe(name);
    const verdict = explore({ ...contest(cast), ...faults, properties: [property] });
    if (verdict.kind !== "violated") throw new Error(verdict.summary);
    const { property: broken, problem: seen, schedule } = verdict;
    expect({ broken, seen, steps: schedule.length }).toEqual({ broken: name, seen: problem, steps });
  });
});

describe("all properties of Paxos", () => {
  const all = paxosProperties(electorate);

  it("have a name each", () => {
    expect(all.map(({ name }) => name)).toEqual([
      "agreement", "validity", "promises kept", "no vote below a promise", "one value per ballot", "what is chosen stays chosen",
      "every proposal is safe", "only what is chosen is learned",
    ]);
    expect(paxosProperties({ servers: acceptors }).map(({ name }) => name)).toEqual(all.slice(0, 6).map(({ name }) => name));
  });

  it("never change a memory, but replace it", () => {
    let observations = 0;
    const watched = all.map((property): Property => {
      if (!property.observe) return property;
      return {
        ...property,
        observe(memory, happened) {
          const before = canonical(memory);
          const after: unknown = property.observe!(memory, happened);
          expect(canonical(memory)).toBe(before);
          observations += 1;
          return after;
        },
      };
    });
    const { kind } = explore({ ...contest({ proposer: forgetfulProposer, acceptor: mixingAcceptor }), properties: watched, maxWorlds: 2_000 });
    expect([kind, observations > 1_000]).toEqual(["unfinished", true]);
  });

  it("ask for quorums that meet", () => {
    expect(() => chosenStays({ acceptors, quorums: { prepare: 1, accept: 1 } })).toThrow("quorums must meet");
  });
});
