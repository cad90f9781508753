import type { Property } from "../../core/property.js";
import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import { type KeyValueCommand, keyValueStore } from "../key-value-store.js";
import { acceptor } from "./acceptor.js";
import * as broken from "./broken.js";
import { client } from "./client.js";
import { leader, type LeaderOptions } from "./leader.js";
import { ballotsRise, epochsKept, exactlyOnce, noSlotSkipped, oneCommandPerBallot, oneCommandPerSlot } from "./properties.js";
import { replica, type ReplicaOptions, type ReplicaRequest } from "./replica.js";
import { serverOf } from "./server.js";

/** A cluster, what is asked of it, what may happen to it, and what must hold: options for the explorer. */
export interface SmallLogWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly (Ask | readonly Ask[])[];
  readonly properties: readonly Property[];
  readonly timers: Readonly<Record<string, number>>;
  readonly crashes: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly reduce: boolean;
}

interface Ask {
  readonly node: string;
  readonly request: ReplicaRequest<KeyValueCommand>;
}

/** A broken rule, and a world just large enough to show what the rule is for. */
export interface BrokenLogWorld {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  /** What goes wrong in the end. */
  readonly breaks: string;
  /** Whether it is the clients' answers that give it away: to be judged as a history of a key-value store. */
  readonly isSeenInAnswers: boolean;
  /** With the broken role: `explore(world)` finds a violation. */
  readonly world: SmallLogWorld;
  /** With the sound role in its place: `explore(sound)` finds none. */
  readonly sound: SmallLogWorld;
}

const put = (value: string): ReplicaRequest<KeyValueCommand> => ({ kind: "command", operation: { kind: "put", key: "x", value } });
const get: ReplicaRequest<KeyValueCommand> = { kind: "read", operation: { kind: "get", key: "x" } };

/**
 * Safety, rule by rule: each in a world in which breadth-first search finds the shortest schedule that the broken role
 * leads astray. Many need one acceptor only, which is a majority of one. What needs a run of some length, or clocks,
 * is in `brokenRuns`.
 */
export const brokenLogWorlds: readonly BrokenLogWorld[] = [
  {
    name: "gullible acceptor",
    does: "votes in whatever ballot it is asked to",
    breaks: "two commands are decided in one slot",
    isSeenInAnswers: false,
    ...stage({ property: oneCommandPerSlot }, { acceptor: broken.gullibleAcceptor }),
  },
  {
    name: "unbound acceptor",
    does: "does not raise its ballot when it votes",
    breaks: "its ballot falls, so that its last vote is not its latest",
    isSeenInAnswers: false,
    // It must be asked to vote in a ballot that it was never asked to join: the leader has the promises of the two others.
    ...stage(
      { acceptors: 3, leaders: ["l1"], replicas: ["r1"], epochs: true, asks: "nothing", property: ballotsRise },
      { acceptor: broken.unboundAcceptor },
    ),
  },
  {
    name: "amnesiac acceptor",
    does: "forgets slots, and forgets that it did",
    breaks: "a slot that was decided long ago is decided again",
    isSeenInAnswers: false,
    ...stage({ property: oneCommandPerSlot, timers: { r1: 1 } }, { acceptor: broken.amnesiacAcceptor }),
  },
  {
    name: "forgetful acceptor",
    does: "has lost its disk, and votes again at once",
    breaks: "two commands are decided in one slot",
    isSeenInAnswers: false,
    ...stage({ property: oneCommandPerSlot, crashes: { a1: 1 } }, { acceptor: broken.forgetfulAcceptor }),
  },
  {
    name: "stubborn leader",
    does: "asks for what replicas want, whatever the promises tell",
    breaks: "two commands are decided in one slot",
    isSeenInAnswers: false,
    ...stage({ property: oneCommandPerSlot }, { leader: broken.stubbornLeader }),
  },
  {
    name: "forgetful leader",
    does: "uses its first ballot again after a crash",
    breaks: "one ballot has two commands for a slot",
    isSeenInAnswers: false,
    ...stage({ leaders: ["l1"], property: oneCommandPerBallot, crashes: { l1: 1 }, timers: { l1: 1 } }, { leader: broken.forgetfulLeader }),
  },
  {
    name: "hasty replica",
    does: "performs what it hears of, and not slot by slot",
    breaks: "a slot is skipped",
    isSeenInAnswers: false,
    ...stage({ replicas: ["r1"], leaders: ["l1"], property: noSlotSkipped, asks: "r1 twice" }, { replica: broken.hastyReplica }),
  },
  {
    name: "forgetful replica",
    does: "does not remember which calls it has carried out",
    breaks: "a command that was decided in two slots is carried out twice",
    isSeenInAnswers: false,
    ...stage({ leaders: ["l1"], property: exactlyOnce, asks: "a client and r1" }, { replica: broken.forgetfulReplica }),
  },
  {
    name: "timeless replica",
    does: "does not ask in which epoch a command was made",
    breaks: "a client works on under a master that it does not know of",
    isSeenInAnswers: false,
    ...stage({ replicas: ["r1"], epochs: true, property: epochsKept, asks: "r1 in epoch 1" }, { replica: broken.timelessReplica }),
  },
  {
    name: "hasty leader",
    does: "lets a new configuration count from the next slot on",
    breaks: "the old acceptors and the new decide one slot",
    isSeenInAnswers: false,
    world: change(broken.hastyLeader),
    sound: change(leader),
  },
  {
    name: "local reader",
    does: "answers reads at once from what it knows",
    breaks: "a read does not see a write that was answered before",
    isSeenInAnswers: true,
    ...stage({ leaders: ["l1"], property: null, asks: "put, then get" }, { replica: broken.localReader }),
  },
];

interface Stage {
  /** By default one. */
  readonly acceptors?: 1 | 3;
  /** By default l1, who serves r1, and l2, who serves r2. A leader that is alone serves all replicas. */
  readonly leaders?: readonly string[];
  readonly replicas?: readonly string[];
  readonly epochs?: boolean;
  /** Null where the answers are judged. */
  readonly property: Property | null;
  /** By default r1 and r2 are asked for one command each, which want the same slot. */
  readonly asks?: "r1 and r2" | "r1 twice" | "a client and r1" | "r1 in epoch 1" | "put, then get" | "nothing";
  readonly timers?: Readonly<Record<string, number>>;
  readonly crashes?: Readonly<Record<string, number>>;
}

interface Cast {
  readonly acceptor: typeof acceptor;
  readonly leader: typeof leader;
  readonly replica: typeof replica;
}

/** A stage with one part of the cast replaced, and the same stage without. */
function stage(about: Stage, replaced: Partial<Cast>): Pick<BrokenLogWorld, "world" | "sound"> {
  const sound: Cast = { acceptor, leader, replica };
  return { world: set(about, { ...sound, ...replaced }), sound: set(about, sound) };
}

function set(about: Stage, cast: Cast): SmallLogWorld {
  const { leaders = ["l1", "l2"], replicas = ["r1", "r2"], epochs = false, property, asks = "r1 and r2" } = about;
  const acceptors = ids("a1", "a2", "a3").slice(0, about.acceptors ?? 1);
  const isAlone = leaders.length === 1 || replicas.length === 1;
  const partnersOf = (node: string, all: readonly string[]): readonly NodeId[] =>
    ids(...(isAlone ? all : all.filter((other) => other.slice(1) === node.slice(1))));
  const leading = (id: string): Omit<LeaderOptions, "acceptors"> => ({ replicas: partnersOf(id, replicas), epochs, window: 2 });
  const replicating = (id: string): ReplicaOptions<any, KeyValueCommand, any> => ({
    machine: keyValueStore, acceptors, leaders: partnersOf(id, leaders), replicas: ids(...replicas), window: 2,
  });
  return {
    nodes: {
      ...(asks === "a client and r1" ? { c: client({ replicas: ids(...replicas) }) } : {}),
      ...Object.fromEntries(replicas.map((id) => [id, cast.replica(replicating(id))])),
      ...Object.fromEntries(leaders.map((id) => [id, cast.leader({ acceptors, ...leading(id) })])),
      ...Object.fromEntries(acceptors.map((id) => [id, cast.acceptor({ acceptors })])),
    },
    requests: requestsOf(asks),
    properties: property ? [property] : [],
    timers: about.timers ?? {},
    crashes: about.crashes ?? {},
    duplicates: 0,
    reduce: true,
  };
}

function requestsOf(asks: NonNullable<Stage["asks"]>): SmallLogWorld["requests"] {
  const first: Ask = { node: "r1", request: put("1") };
  switch (asks) {
    case "r1 and r2":
      return [first, { node: "r2", request: put("2") }];
    case "r1 twice":
      return [first, { node: "r1", request: put("2") }];
    case "a client and r1":
      return [{ node: "c", request: put("1") }, { node: "r1", request: put("2") }];
    case "r1 in epoch 1":
      return [{ node: "r1", request: { ...put("1"), epoch: 1 } as Ask["request"] }];
    case "nothing":
      return []; // to lead is to ask for something, where masters are entered in the log
    case "put, then get":
      return [[first, { node: "r2", request: get }]];
  }
}

/** s1 and s2 decide, then s3 alone: s1 is asked for that change, and for a command beside it; s3 for another one. */
function change(leading: typeof leader): SmallLogWorld {
  const servers = ids("s1", "s2");
  const role = serverOf({ replica, leader: leading, acceptor }, { machine: keyValueStore, servers, window: 2, epochs: false });
  return {
    nodes: { s1: role, s2: role, s3: role },
    requests: [
      { node: "s1", request: { kind: "reconfigure", acceptors: ids("s3") } },
      { node: "s1", request: put("1") },
      { node: "s3", request: put("2") },
    ],
    properties: [oneCommandPerSlot],
    timers: { s3: 1 },
    crashes: {},
    duplicates: 0,
    reduce: true,
  };
}
