import type { Property } from "../../core/property.js";
import { type AnyRole, ids } from "../../core/role.js";
import { agreement } from "../agreement.js";
import { acceptor } from "./acceptor.js";
import * as broken from "./broken.js";
import { learner } from "./learner.js";
import { chosenStays, oneValuePerBallot } from "./properties.js";
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

/**
 * Each rule of Paxos that a role of `broken.ts` breaks, in the world in which breadth-first search finds the
 * shortest schedule that it leads astray. In most of them p1, who wants "x", asks the majority of a1 and a2, and p2,
 * who wants "y", that of a2 and a3: all that keeps them from choosing two values is what a2 tells and does.
 *
 * Some roles are missing: who wants more votes than there are acceptors does nothing wrong, but nothing at all;
 * references instead of messages exist in programs, but in no world of the explorer; and what a reader does wrong
 * shows only in the history of its clients.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "gullible acceptor",
    does: "votes without a look at its promise",
    inListing: false,
    ...contest({}, { acceptor: broken.gullibleAcceptor }),
  },
  {
    name: "unbound acceptor",
    does: "does not raise its promise when it votes",
    inListing: false,
    ...contest(
      // It must be asked to vote in a ballot that it was never asked to join: p2 needs only the promise of a2.
      { acceptors: 2, quorums: { prepare: 1, accept: 2 }, asksAll: "p1", timers: { p1: 1 }, property: "chosen stays" },
      { acceptor: broken.unboundAcceptor },
    ),
  },
  {
    name: "forgetful acceptor",
    does: "has forgotten its promises and its vote after a crash",
    inListing: false,
    ...contest({ crashes: { a2: 1 } }, { acceptor: broken.forgetfulAcceptor }),
  },
  {
    name: "mixing acceptor",
    does: "notes the value of one ballot under the number of another",
    inListing: true,
    ...contest({ asksAll: "p2", property: "one value" }, { acceptor: broken.mixingAcceptor }),
  },
  {
    name: "minority proposer",
    does: "is content with less than a majority",
    inListing: false,
    ...contest({}, { proposer: broken.minorityProposer }),
  },
  {
    name: "loose proposer",
    does: "takes quorums of 2 and 1 out of 3, which need not meet",
    inListing: false,
    ...contest({}, { proposer: (options) => broken.looseProposer({ prepare: 2, accept: 1 }, options) }),
  },
  {
    name: "stubborn proposer",
    does: "asks for its own value, whatever it is told",
    inListing: false,
    ...contest({}, { proposer: broken.stubbornProposer }),
  },
  {
    name: "greatest-value proposer",
    does: "asks for the greatest value that it knows instead of the latest",
    inListing: true,
    ...contest({}, { proposer: broken.greatestValueProposer }),
  },
  {
    name: "double-counting proposer",
    does: "counts a promise twice that arrives twice",
    inListing: false,
    ...contest({ duplicates: 1 }, { proposer: broken.doubleCountingProposer }),
  },
  {
    name: "forgetful proposer",
    does: "uses its first ballot again after a crash",
    inListing: false,
    ...contest({ asksAll: "p1", crashes: { p1: 1 }, asked: "p1 twice" }, { proposer: broken.forgetfulProposer }),
  },
  {
    name: "ballotless proposer",
    does: "asks for votes at once, under the same number as everybody",
    inListing: true,
    ...contest({}, { proposer: broken.ballotlessProposer }),
  },
  {
    name: "double-counting learner",
    does: "counts a vote twice that arrives twice",
    inListing: false,
    ...contest({ learners: ["l1", "p2"], duplicates: 1 }, { learner: broken.doubleCountingLearner }),
  },
  {
    name: "hasty learner",
    does: "believes any single acceptor",
    inListing: true,
    ...contest({ learners: ["l1", "l2"] }, { learner: broken.hastyLearner }),
  },
  {
    name: "changing learner",
    does: "changes its mind at the next vote for something else",
    inListing: true,
    ...contest({ learners: ["l1"] }, { learner: broken.changingLearner }),
  },
];

interface Contest {
  /** By default 3. */
  readonly acceptors?: 2 | 3;
  /** By default majorities. */
  readonly quorums?: Quorums;
  /** Who asks all acceptors. By default each asks no more than it needs: p1 begins with a1, and p2 with a2. */
  readonly asksAll?: "p1" | "p2";
  /** To whom acceptors tell their votes; by default to the proposer. Those whose names begin with l are learners. */
  readonly learners?: readonly string[];
  /** Who is asked to propose: both (the default), or p1 twice, for different values. */
  readonly asked?: "both" | "p1 twice";
  readonly property?: "agreement" | "chosen stays" | "one value";
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
  const { quorums = {}, asked = "both", property = "agreement", timers = {}, crashes = {}, duplicates = 0 } = about;
  const contact = (node: "p1" | "p2"): "all" | "quorum" => (about.asksAll === node ? "all" : "quorum");
  const acceptors = ids("a1", "a2", "a3").slice(0, about.acceptors ?? 3);
  const learners = ids(...(about.learners ?? []));
  const accepting = cast.acceptor(learners.length > 0 ? { learners } : {});
  const learning = learners.filter((id) => id.startsWith("l"));
  const first: Ask = { node: "p1", request: { kind: "propose", value: "x" } };
  const second: Ask = { node: asked === "both" ? "p2" : "p1", request: { kind: "propose", value: "y" } };
  const fromSecond = [...acceptors.slice(1), ...acceptors.slice(0, 1)];
  const properties = {
    agreement: agreement,
    "chosen stays": chosenStays({ acceptors, quorums }),
    "one value": oneValuePerBallot,
  };
  return {
    nodes: {
      p1: cast.proposer({ acceptors, quorums, contact: contact("p1") }),
      ...(asked === "both" ? { p2: cast.proposer({ acceptors: fromSecond, quorums, contact: contact("p2") }) } : {}),
      ...Object.fromEntries(acceptors.map((id) => [id, accepting])),
      ...Object.fromEntries(learning.map((id) => [id, cast.learner({ acceptors, quorums })])),
    },
    requests: asked === "both" ? [first, second] : [[first, second]],
    properties: [properties[property]],
    timers,
    crashes,
    duplicates,
  };
}
