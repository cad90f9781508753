import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import * as broken from "./broken.js";
import { logOf } from "./log.js";
import type { Request } from "./messages.js";
import type { ServerOptions } from "./options.js";
import { server } from "./server.js";
import type { Server } from "./state.js";

/** A run with a script: options for `simulate`. */
export interface Scene {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly network: { readonly latency: number };
  readonly requests: readonly { readonly at: number; readonly node: string; readonly request: Request }[];
  readonly faults: readonly (
    | { readonly at: number; readonly kind: "crash"; readonly node: string }
    | { readonly at: number; readonly kind: "cut"; readonly from: readonly string[]; readonly to: readonly string[] }
    | { readonly at: number; readonly kind: "partition"; readonly groups: readonly (readonly string[])[] }
  )[];
  readonly until: number;
}

/** A broken rule without which a cluster waits for ever, and a scene in which it does. */
export interface BrokenScene {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  /** What the scene shows, as a sentence. */
  readonly tells: string;
  /** Of these, one leads at the end of the sound scene, and none at the end of the broken one. */
  readonly successors: readonly string[];
  readonly scene: Scene;
  readonly sound: Scene;
}

const [s1, s2, s3, s4, s5] = ["s1", "s2", "s3", "s4", "s5"] as const;

/** Who has this campaigns first, and everybody else has time. */
const hasty = { electionTimeout: [50, 60], heartbeatInterval: 20 } as const;
const patient = { electionTimeout: [300, 600] } as const;

/**
 * Roles of `broken.ts` that tell nobody anything false and lose nothing, but keep a cluster from ever going on. No world
 * of the explorer ends so, because its timers may always wait a little longer; these are runs of ten seconds at most.
 */
export const brokenScenes: readonly BrokenScene[] = [
  {
    name: "silent server",
    does: "does not answer messages of an earlier term",
    tells: "Of two servers that are left, one has the later term and the other the better log.",
    successors: ["s2"],
    ...both(wedge, broken.silentServer),
  },
  {
    name: "modest learner",
    does: "gives no vote as long as it takes itself for a learner",
    tells: "A learner has not heard of its promotion when the leader dies.",
    successors: ["s2"],
    ...both(promotion, broken.modestLearner),
  },
  {
    name: "busy leader",
    does: "takes commands while it hands over",
    tells: "A leader hands over to s2, and writes keep arriving.",
    successors: ["s2"],
    ...both(handover, broken.busyLeader),
  },
  {
    name: "clinging leader",
    does: "does not look whether it has a quorum",
    tells: "A majority is connected, but one of its voters still hears the old leader.",
    successors: ["s2", "s3", "s4"],
    ...both(bridge, broken.clingingLeader),
  },
];

type MakeServer = (options: ServerOptions) => AnyRole;

function both(scene: (make: MakeServer) => Scene, make: MakeServer): Pick<BrokenScene, "scene" | "sound"> {
  return { scene: scene(make), sound: scene(server) };
}

function wedge(make: MakeServer): Scene {
  const role = make({ servers: ids(s1, s2, s3), preVote: true });
  const begun = (fields: Partial<Server>): AnyRole => ({ ...role, init: (id) => ({ ...role.init(id), ...fields }) });
  return {
    nodes: {
      s1: role,
      s2: begun({ currentTerm: 1, log: logOf([{ index: 1, term: 1, kind: "no-op" }]) }),
      s3: begun({ currentTerm: 2, votedFor: named(s3) }),
    },
    network: { latency: 2 },
    requests: [],
    faults: [{ at: 0, kind: "crash", node: s1 }],
    until: 10_000,
  };
}

function promotion(make: MakeServer): Scene {
  const options = { servers: ids(s1, s2), learners: ids(s3) };
  const role = make({ ...options, ...patient });
  const changes = [{ kind: "add-voter", node: named(s3) }] as const;
  return {
    nodes: { s1: make({ ...options, ...hasty }), s2: role, s3: role },
    network: { latency: 2 },
    requests: [{ at: 500, node: s1, request: { kind: "reconfigure", changes } }],
    faults: [{ at: 490, kind: "cut", from: [s1], to: [s3] }, { at: 600, kind: "crash", node: s1 }],
    until: 10_000,
  };
}

function handover(make: MakeServer): Scene {
  const servers = ids(s1, s2, s3);
  const role = make({ servers, ...patient });
  const write = (command: number): Request => ({ kind: "command", command });
  const writes = Array.from({ length: 600 }, (_, i) => ({ at: 300 + 2 * i, node: s1, request: write(i) }));
  return {
    nodes: { s1: make({ servers, ...hasty }), s2: role, s3: role },
    network: { latency: 5 },
    requests: [...writes, { at: 400, node: s1, request: { kind: "transfer", to: named(s2) } }],
    faults: [],
    until: 1_500,
  };
}

function bridge(make: MakeServer): Scene {
  const options = { servers: ids(s1, s2, s3, s4, s5), checkQuorum: true, preVote: true };
  const role = make({ ...options, ...patient });
  return {
    nodes: { s1: make({ ...options, ...hasty }), s2: role, s3: role, s4: role, s5: role },
    network: { latency: 2 },
    requests: [],
    faults: [{ at: 500, kind: "crash", node: s5 }, { at: 500, kind: "partition", groups: [[s1, s4], [s2, s3, s4]] }],
    until: 10_000,
  };
}

function named(node: string): NodeId {
  return node as NodeId;
}
