import type { Property } from "../../core/property.js";
import { type AnyRole, ids } from "../../core/role.js";
import { agreement } from "../agreement.js";
import { acceptor } from "./acceptor.js";
import * as broken from "./broken.js";
import { learner } from "./learner.js";
import { chosenStays, oneValuePerBallot, onlyChosenIsLearned } from "./properties.js";
import { proposer } from "./proposer.js";
import type { Quorums } from "./quorums.js";

/** A cluster, what is asked of it, what may happen to it, and what must hold: options for the explorer. */
export interface SmallWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly (Ask | readonly Ask[])[];
  readonly properties: readonly Property[];
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes: Readonly<Record<string, number>>;
  readonly duplicates: number;
}

interface Ask {
  readonly node: string;
  readonly request: { readonly kind: "propose"; readonly value: string };
}

/** A broken rule, and a world just large enough to show what the rule is for. */
export interface BrokenWorld {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  /** Whether the article's listing 4.1 does so, too. */
  readonly inListing: boolean;
  /** With the broken role: `explore(world)` finds a violation. */
  readonly world: SmallWorld;
  /** With the sound role in its place: `explore(sound)` finds none. */
  readonly sound: SmallWorld;
}

/** Flexible quorums of two acceptors: some runs that take three acceptors with majorities take two with these. */
const oneAndTwo: Quorums = { prepare: 1, accept: 2 };
const twoAndOne: Quorums = { prepare: 2, accept: 1 };

/**
 * Each rule of Paxos that a role of `broken.ts` breaks, in the world in which breadth-first search finds the
 * shortest schedule that it leads astray. Two are missing: who wants more votes than there are acceptors does
 * nothing wrong, but nothing at all; and references instead of messages exist in no world, only in programs.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "gullible acceptor",
    does: "votes without a look at its promise",
    inListing: false,
    ...contest({ acceptors: 2 }, { acceptor: broken.gullibleAcceptor }),
  },
  {
    name: "unbound acceptor",
    does: "does not raise its promise when it votes",
    inListing: false,
    ...contest(
      { acceptors: 2, quorums: oneAndTwo, timers: { p1: 1 }, property: "chosen stays" },
      { acceptor: broken.unboundAcceptor },
    ),
  },
  {
    name: "forgetful acceptor",
    does: "has forgotten its promises and its vote after a crash",
    inListing: false,
    ...contest({ acceptors: 3, crashes: { a2: 1 }, property: "chosen stays" }, { acceptor: broken.forgetfulAcceptor }),
  },
  {
    name: "mixing acceptor",
    does: "notes the value of one ballot under the number of another",
    inListing: true,
    ...contest({ acceptors: 3, property: "one value" }, { acceptor: broken.mixingAcceptor }),
  },
  {
    name: "minority proposer",
    does: "is content with less than a majority",
    inListing: false,
    ...contest({ acceptors: 3 }, { proposer: broken.minorityProposer }),
  },
  {
    name: "loose proposer",
    does: "takes quorums of 2 and 1 out of 3, which need not meet",
    inListing: false,
    ...contest({ acceptors: 3 }, { proposer: (options) => broken.looseProposer({ prepare: 2, accept: 1 }, options) }),
  },
  {
    name: "stubborn proposer",
    does: "asks for its own value, whatever it is told",
    inListing: false,
    ...contest({ acceptors: 2 }, { proposer: broken.stubbornProposer }),
  },
  {
    name: "greatest-value proposer",
    does: "asks for the greatest value that it knows instead of the latest",
    inListing: true,
    ...contest({ acceptors: 2 }, { proposer: broken.greatestValueProposer }),
  },
  {
    name: "double-counting proposer",
    does: "counts a promise twice that arrives twice",
    inListing: false,
    ...contest({ acceptors: 2, quorums: twoAndOne, duplicates: 1 }, { proposer: broken.doubleCountingProposer }),
  },
  {
    name: "forgetful proposer",
    does: "uses its first ballot again after a crash",
    inListing: false,
    ...contest({ acceptors: 3, crashes: { p1: 1 }, asks: "one twice" }, { proposer: broken.forgetfulProposer }),
  },
  {
    name: "ballotless proposer",
    does: "asks for votes at once, under the same number as everybody",
    inListing: true,
    ...contest({ acceptors: 2 }, { proposer: broken.ballotlessProposer }),
  },
  {
    name: "double-counting learner",
    does: "counts a vote twice that arrives twice",
    inListing: false,
    ...contest(
      { acceptors: 3, learners: 1, duplicates: 1, asks: "one", property: "only chosen is learned" },
      { learner: broken.doubleCountingLearner },
    ),
  },
  {
    name: "hasty learner",
    does: "believes any single acceptor",
    inListing: true,
    ...contest({ acceptors: 2, quorums: oneAndTwo, learners: 2 }, { learner: broken.hastyLearner }),
  },
  {
    name: "changing learner",
    does: "changes its mind at the next vote for something else",
    inListing: true,
    ...contest({ acceptors: 3, learners: 1 }, { learner: broken.changingLearner }),
  },
];

interface Contest {
  readonly acceptors: 2 | 3;
  /** By default majorities. */
  readonly quorums?: Quorums;
  /** How many learners there are to whom acceptors tell their votes; by default none, and they tell the proposer. */
  readonly learners?: 1 | 2;
  /** Who is asked to propose: two rivals (the default), one proposer, or one twice for different values. */
  readonly asks?: "two" | "one" | "one twice";
  readonly property?: "agreement" | "chosen stays" | "only chosen is learned" | "one value";
  readonly timers?: Readonly<Record<string, number>>;
  readonly crashes?: Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

interface Cast {
  readonly proposer: typeof proposer;
  readonly acceptor: typeof acceptor;
  readonly learner: typeof learner;
}

/** A contest with one part of the cast replaced, and the same contest without. */
function contest(about: Contest, replaced: Partial<Cast>): Pick<BrokenWorld, "world" | "sound"> {
  const sound: Cast = { proposer, acceptor, learner };
  return { world: stage(about, { ...sound, ...replaced }), sound: stage(about, sound) };
}

function stage(about: Contest, cast: Cast): SmallWorld {
  const { quorums = {}, asks = "two", property = "agreement", timers = {}, crashes = {}, duplicates = 0 } = about;
  const acceptors = ids("a1", "a2", "a3").slice(0, about.acceptors);
  const learners = ids("l1", "l2").slice(0, about.learners ?? 0);
  const proposing = cast.proposer({ acceptors, quorums });
  const accepting = cast.acceptor(learners.length > 0 ? { learners } : {});
  const first: Ask = { node: "p1", request: { kind: "propose", value: "x" } };
  const second: Ask = { node: asks === "two" ? "p2" : "p1", request: { kind: "propose", value: "y" } };
  const properties = {
    agreement: agreement,
    "chosen stays": chosenStays({ acceptors, quorums }),
    "only chosen is learned": onlyChosenIsLearned({ acceptors, quorums }),
    "one value": oneValuePerBallot,
  };
  return {
    nodes: {
      p1: proposing,
      ...(asks === "two" ? { p2: proposing } : {}),
      ...Object.fromEntries(acceptors.map((id) => [id, accepting])),
      ...Object.fromEntries(learners.map((id) => [id, cast.learner({ acceptors, quorums })])),
    },
    requests: { two: [first, second], one: [first], "one twice": [[first, second]] }[asks],
    properties: [properties[property]],
    timers,
    crashes,
    duplicates,
  };
}
