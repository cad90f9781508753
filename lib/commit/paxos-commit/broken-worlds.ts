import type { Property } from "../../core/property.js";
import { ids } from "../../core/role.js";
import type { BrokenWorld, SmallWorld } from "../broken-world.js";
import { atomicity, commitNeedsAllVotes } from "../properties.js";
import { accounts, type Resource, scripted } from "../resource.js";
import { acceptor } from "./acceptor.js";
import * as broken from "./broken.js";
import { leader } from "./leader.js";
import { manager } from "./manager.js";
import { commitIsChosen, instancesStayChosen, oneValuePerInstance, voteInBallot0 } from "./properties.js";

const acceptors = ids("a1", "a2", "a3");

const properties: Readonly<Record<"AC1" | "AC2" | "chosen" | "stays" | "one value", Property>> = {
  AC1: atomicity,
  AC2: commitNeedsAllVotes(voteInBallot0),
  chosen: commitIsChosen({ acceptors }),
  stays: instancesStayChosen({ acceptors }),
  "one value": oneValuePerInstance,
};

/**
 * Each rule of Paxos Commit that a role of `broken.ts` breaks, in the world in which breadth-first search finds the
 * shortest schedule that it leads astray. There are three acceptors, and one resource manager is enough.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "presumptuous leader",
    does: 'asks for "prepared" where nobody has voted',
    inListing: null,
    ...contest({ timers: { l1: 1 }, property: "AC2" }, { leader: broken.presumptuousLeader }),
  },
  {
    name: "stubborn leader",
    does: 'asks for "aborted" in its own ballots, whatever it is told',
    inListing: null,
    ...contest({ timers: { l1: 1 }, property: "stays" }, { leader: broken.stubbornLeader }),
  },
  {
    name: "hasty leader",
    does: "believes the first acceptor",
    inListing: null,
    ...contest({ property: "chosen" }, { leader: broken.hastyLeader }),
  },
  {
    name: "double-counting leader",
    does: "counts a vote twice that arrives twice",
    inListing: null,
    ...contest({ duplicates: 1, property: "chosen" }, { leader: broken.doubleCountingLeader }),
  },
  {
    name: "sharing leader",
    does: "numbers its ballots as its rival does",
    inListing: null,
    ...contest(
      { leaders: ["l1", "l2"], asked: "r1", timers: { r1: 2 }, property: "one value" },
      { leader: broken.sharingLeader },
    ),
  },
  {
    name: "forgetful leader",
    does: "uses its first ballot again after a crash",
    inListing: null,
    ...contest(
      { asked: "r1", timers: { r1: 2 }, crashes: { l1: 1 }, property: "one value" },
      { leader: broken.forgetfulLeader },
    ),
  },
  {
    name: "usurping leader",
    does: "decides to abort what it does not know",
    inListing: null,
    ...contest(
      { leaders: ["l1", "l2"], consults: ["l2"], timers: { r1: 1 }, property: "AC1" },
      { leader: broken.usurpingLeader },
    ),
  },
  {
    name: "forgetful acceptor",
    does: "has forgotten its votes after a crash",
    inListing: null,
    ...contest({ timers: { l1: 1 }, crashes: { a1: 1 }, property: "stays" }, { acceptor: broken.forgetfulAcceptor }),
  },
  {
    name: "gullible acceptor",
    does: "votes without a look at its promise",
    inListing: null,
    ...contest({ timers: { l1: 1 }, property: "stays" }, { acceptor: broken.gullibleAcceptor }),
  },
  {
    name: "forgetful resource manager",
    does: "has forgotten its vote after a crash, and votes otherwise",
    inListing: null,
    ...contest(
      { account: true, crashes: { r1: 1 }, duplicates: 1, property: "one value" },
      { manager: broken.forgetfulManager },
    ),
  },
  {
    name: "impatient resource manager",
    does: "aborts when it has waited long enough, although it is prepared",
    inListing: null,
    ...contest({ timers: { r1: 1 }, property: "AC1" }, { manager: broken.impatientManager }),
  },
];

interface Contest {
  /** By default "l1". */
  readonly leaders?: readonly string[];
  /** Whom the resource manager asks when it is in doubt; by default all leaders. */
  readonly consults?: readonly string[];
  /**
   * Who is asked for the transaction: the first leader (the default), or the resource manager, whom the acceptors
   * then tell.
   */
  readonly asked?: "l1" | "r1";
  /** Two transactions want the same money, so that the resource manager votes for the one that it sees first. */
  readonly account?: boolean;
  readonly property: keyof typeof properties;
  readonly timers?: Readonly<Record<string, number>>;
  readonly crashes?: Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

interface Cast {
  readonly manager: typeof broken.forgetfulManager;
  readonly leader: typeof leader;
  readonly acceptor: typeof acceptor;
}

/** A transaction with one part of the cast replaced, and the same without. */
function contest(about: Contest, replaced: Partial<Cast>): Pick<BrokenWorld, "world" | "sound"> {
  const sound: Cast = { manager, leader, acceptor };
  return { world: stage(about, { ...sound, ...replaced }), sound: stage(about, sound) };
}

function stage(about: Contest, cast: Cast): SmallWorld {
  const { leaders: names = ["l1"], consults = names, asked = "l1", account = false, property } = about;
  const { timers = {}, crashes = {}, duplicates = 0 } = about;
  const faster = asked === "r1";
  const resource = (account ? accounts({ x: 10 }) : scripted) as Resource;
  const share = account ? { x: -10 } : "yes";
  const leading = cast.leader({ acceptors, faster });
  return {
    nodes: {
      r1: cast.manager({ acceptors, leaders: ids(...consults), faster, resource }),
      ...Object.fromEntries(names.map((name) => [name, leading])),
      ...Object.fromEntries(acceptors.map((name) => [name, cast.acceptor()])),
    },
    requests: (account ? ["t1", "t2"] : ["t1"]).map((transaction) => ({
      node: asked,
      request: faster
        ? { kind: "begin", transaction, coordinator: "l1", work: { r1: share } }
        : { kind: "commit", transaction, work: { r1: share } },
    })),
    properties: [properties[property]],
    timers,
    crashes,
    duplicates,
  };
}
