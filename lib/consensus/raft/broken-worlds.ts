import type { Property } from "../../core/property.js";
import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import { type Table, valueAt } from "../../core/table.js";
import { type KeyValueCommand, keyValueStore } from "../key-value-store.js";
import * as broken from "./broken.js";
import { logOf } from "./log.js";
import type { Request } from "./messages.js";
import type { ServerOptions } from "./options.js";
import * as properties from "./properties.js";
import { server } from "./server.js";
import type { Server } from "./state.js";

/** A cluster, what is asked of it, what may happen to it, and what must hold: options for the explorer. */
export interface SmallWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly (Ask | readonly Ask[])[];
  readonly properties: readonly Property[];
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes: Readonly<Record<string, number>>;
  /** Messages that would change nothing are not delivered: that takes away worlds and no schedule. */
  readonly reduce: true;
}

interface Ask {
  readonly node: string;
  readonly request: Request;
}

/** A broken rule, and a world just large enough to show what the rule is for. */
export interface BrokenWorld {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  /** With the broken role: `explore(world)` finds a violation. */
  readonly world: SmallWorld;
  /** With the sound role in its place: no schedule of that length leads to one. */
  readonly sound: SmallWorld;
}

/**
 * Each rule of Raft that a role of `broken.ts` breaks, in the world in which breadth-first search finds the shortest
 * schedule that it leads astray. Of the roles that make no mistake but wait for ever, see `brokenScenes`.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "generous voter",
    does: "votes for whoever asks",
    ...contest({ property: properties.electionSafety, timers: { s1: 1, s3: 1 } }, broken.generousVoter),
  },
  {
    name: "forgetful voter",
    does: "has forgotten its vote after a crash",
    ...contest({ property: properties.electionSafety, timers: { s1: 1, s3: 1 }, crashes: { s2: 1 } }, broken.forgetfulVoter),
  },
  {
    name: "hasty voter",
    does: "answers before its vote is on the disk",
    ...contest({ property: properties.electionSafety, timers: { s1: 1, s3: 1 }, crashes: { s2: 1 } }, broken.hastyVoter),
  },
  {
    name: "forgetful server",
    does: "has forgotten its term after a crash",
    ...contest({ servers: 2, property: properties.termsNeverGoBack, timers: { s1: 1 }, crashes: { s2: 1 } }, broken.forgetfulServer),
  },
  {
    name: "logless server",
    does: "has lost its log after a crash",
    ...contest(
      {
        servers: 1,
        property: properties.stateMachineSafety,
        timers: { s1: 2 },
        crashes: { s1: 1 },
        requests: [put("s1", "x"), put("s1", "y")],
      },
      broken.loglessServer,
    ),
  },
  {
    name: "gullible voter",
    does: "votes without a look at the candidate's log",
    ...contest({ property: properties.leaderCompleteness, timers: { s1: 1, s3: 1 }, requests: [put("s1", "x")] }, broken.gullibleVoter),
  },
  {
    name: "counting leader",
    does: "commits entries of earlier terms because a majority has them",
    // As it is at (b) in Figure 8 of the paper: s1 and s3 have led, and each has an entry that nobody else has.
    ...contest(
      {
        property: properties.leaderCompleteness,
        timers: { s1: 1, s3: 1 },
        before: { s1: { currentTerm: 2, entry: [1, "x"] }, s2: { currentTerm: 2 }, s3: { currentTerm: 2, entry: [2, "y"] } },
      },
      broken.countingLeader,
    ),
  },
  {
    name: "truncating follower",
    does: "cuts off its log where nothing contradicts it",
    ...contest(
      { servers: 2, property: properties.committedStays, timers: { s1: 2 }, requests: [put("s1", "x"), put("s1", "y")] },
      broken.truncatingFollower,
    ),
  },
  {
    name: "lenient follower",
    does: "takes entries after whatever entry it has before them",
    ...contest(
      { property: properties.logMatching, timers: { s1: 1, s3: 1 }, requests: [put("s1", "x"), [put("s3", "y"), put("s3", "z")]] },
      broken.lenientFollower,
    ),
  },
  {
    name: "credulous follower",
    does: "commits what it does not have yet",
    ...contest(
      {
        property: properties.commitNeverGoesBack,
        timers: { s1: 2 },
        requests: [[put("s1", "x"), put("s1", "y")]],
        options: { maxEntries: 1 },
      },
      broken.credulousFollower,
    ),
  },
  {
    name: "wavering follower",
    does: "goes back to an earlier commit index",
    ...contest(
      { servers: 2, property: properties.commitNeverGoesBack, timers: { s1: 3 }, requests: [put("s1", "x")] },
      broken.waveringFollower,
    ),
  },
  {
    name: "rewriting leader",
    does: "replaces its last entry",
    ...contest(
      { servers: 2, property: properties.leaderAppendOnly, timers: { s1: 2 }, requests: [put("s1", "x"), put("s1", "y")] },
      broken.rewritingLeader,
    ),
  },
  {
    name: "rash leader",
    does: "changes the configuration before it has committed anything",
    ...contest(
      {
        servers: 4,
        property: properties.quorumsOverlap,
        timers: { s1: 1, s2: 1 },
        requests: [remove("s1", "s3"), remove("s2", "s4")],
        options: { noOp: true },
      },
      broken.rashLeader,
    ),
  },
  {
    name: "late server",
    does: "goes by a configuration only when it knows it to be committed",
    ...contest(shrinking, broken.lateServer),
  },
  {
    name: "amnesic server",
    does: "has forgotten the configurations in its log after a crash",
    ...contest(shrinking, broken.amnesicServer),
  },
  {
    name: "early leaver",
    does: "leaves a joint configuration before that is committed",
    ...contest(
      {
        property: properties.quorumsOverlap,
        timers: { s1: 1 },
        requests: [remove("s1", "s2", "s3")],
        options: { noOp: true, jointConsensus: true },
      },
      broken.earlyLeaver,
    ),
  },
  {
    name: "learner-counting leader",
    does: "counts learners in its majorities",
    ...contest(
      {
        property: properties.leaderCompleteness,
        timers: { s1: 1, s2: 1 },
        outside: ["s4", "s5"],
        requests: [{ node: "s1", request: { kind: "reconfigure", changes: learners("s4", "s5") } }],
        options: { noOp: true },
      },
      broken.learnerCountingLeader,
    ),
  },
  {
    name: "trusting leader",
    does: "answers reads and asks nobody whether it still leads",
    ...contest(
      {
        property: properties.freshReads,
        timers: { s1: 1, s3: 1 },
        requests: [put("s3", "1"), get("s1")],
        options: { reads: "readIndex" },
      },
      broken.trustingLeader,
    ),
  },
  {
    name: "premature reader",
    does: "answers reads before it knows what is committed",
    ...contest(
      {
        property: properties.freshReads,
        timers: { s1: 1, s3: 1 },
        requests: [put("s1", "1"), get("s3")],
        options: { reads: "readIndex" },
      },
      broken.prematureReader,
    ),
  },
  {
    name: "repeating server",
    does: "performs a command again when the client asks again",
    ...contest(
      {
        servers: 1,
        property: nothingIsDoneTwice(),
        timers: { s1: 1 },
        requests: [[{ node: "s1", request: { kind: "register" } }, append(), append()]],
        options: { sessions: true },
      },
      broken.repeatingServer,
    ),
  },
];

interface Contest {
  /** By default 3. */
  readonly servers?: number;
  /** Nodes that belong to the cluster only when they are added. */
  readonly outside?: readonly string[];
  readonly options?: Partial<ServerOptions>;
  readonly requests?: readonly (Ask | readonly Ask[])[];
  readonly property: Property;
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes?: Readonly<Record<string, number>>;
  /** What servers have on their disks when the world begins: their term, and the first entry with its term. */
  readonly before?: Readonly<Record<string, Before>>;
}

interface Before {
  readonly currentTerm: number;
  readonly entry?: readonly [term: number, value: string];
}

type MakeServer = (options: ServerOptions) => AnyRole;

/** A contest with the broken role, and the same contest without. */
function contest(about: Contest | (() => Contest), make: MakeServer): Pick<BrokenWorld, "world" | "sound"> {
  const contest = typeof about === "function" ? about() : about;
  return { world: stage(contest, make), sound: stage(contest, server) };
}

function stage(contest: Contest, make: MakeServer): SmallWorld {
  const { servers = 3, outside = [], options = {}, requests = [], property, timers, crashes = {}, before = {} } = contest;
  const voters = ids("s1", "s2", "s3", "s4").slice(0, servers);
  // No more than the rule at hand needs: each switch that is off saves messages, and so worlds.
  const role = make({ servers: voters, machine: keyValueStore, noOp: false, sessions: false, reads: "log", ...options });
  const begun: AnyRole = { ...role, init: (id) => begin(role.init(id) as Server, before[id]) };
  return {
    nodes: Object.fromEntries([...voters, ...outside].map((node) => [node, begun])),
    requests,
    properties: [property],
    timers,
    crashes,
    reduce: true,
  };
}

function begin(state: Server, before: Before | undefined): Server {
  if (!before) return state;
  const { currentTerm, entry } = before;
  if (!entry) return { ...state, currentTerm };
  const [term, value] = entry;
  const command: KeyValueCommand = { kind: "put", key: "x", value };
  return { ...state, currentTerm, log: logOf([{ index: 1, term, kind: "command", command, origin: null }]) };
}

/** Two of three servers leave, one after the other; the one that leaves last crashes and does not see it so. */
function shrinking(): Contest {
  return {
    property: properties.quorumsOverlap,
    timers: { s1: 1 },
    crashes: { s2: 1 },
    requests: [[remove("s1", "s3"), remove("s1", "s2")]],
    options: { noOp: true },
  };
}

function put(node: string, value: string): Ask {
  return { node, request: { kind: "command", command: { kind: "put", key: "x", value } } };
}

/** The same command every time: the first one of the first session. */
function append(): Ask {
  const command: KeyValueCommand = { kind: "append", key: "x", value: "1" };
  return { node: "s1", request: { kind: "command", command, session: 1, serial: 1 } };
}

function get(node: string): Ask {
  return { node, request: { kind: "read", query: { kind: "get", key: "x" } } };
}

function remove(node: string, ...others: readonly string[]): Ask {
  return { node, request: { kind: "reconfigure", changes: others.map((other) => ({ kind: "remove", node: other as NodeId })) } };
}

function learners(...nodes: readonly string[]): (Request & { readonly kind: "reconfigure" })["changes"] {
  return nodes.map((node) => ({ kind: "add-learner", node: node as NodeId }));
}

/** Exactly-once effects (section 8), where all that is ever asked for is one append of one letter. */
function nothingIsDoneTwice(): Property<undefined> {
  return {
    name: "nothing is done twice",
    check({ nodes }) {
      for (const { id, state } of nodes) {
        const value = state === null ? undefined : valueAt((state as Server<Table>).machine, "x");
        if (value !== undefined && value.length > 1) return `${id} did twice what was asked for once: x is ${value}`;
      }
      return null;
    },
  };
}
