import { type AnyRole, ids } from "../../core/role.js";
import { type KeyValueCommand, keyValueStore } from "../key-value-store.js";
import { acceptor } from "./acceptor.js";
import * as broken from "./broken.js";
import { leader } from "./leader.js";
import { replica, type ReplicaRequest } from "./replica.js";
import { type Parts, serverOf } from "./server.js";

/** A cluster, what is asked of it, and what goes wrong, each at its time in ms: options for the simulator. */
export interface LogRun {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly network: { readonly latency: number; readonly kinds?: Readonly<Record<string, { readonly latency: number }>> };
  readonly requests: readonly {
    readonly at: number;
    readonly node: string;
    readonly request: ReplicaRequest<KeyValueCommand>;
  }[];
  readonly faults: readonly LogFault[];
  readonly until: number;
}

type LogFault =
  | { readonly at: number; readonly kind: "crash"; readonly node: string }
  | { readonly at: number; readonly kind: "isolate"; readonly node: string; readonly forMs: number };

/** A broken rule that takes a run of some length, or clocks, to be seen. */
export interface BrokenLogRun {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  readonly breaks: string;
  /** In "silence": a request is never answered. In "answers": they are not those of one key-value store. */
  readonly isSeenIn: "silence" | "answers";
  readonly run: LogRun;
  /** The same with the sound role in its place. */
  readonly sound: LogRun;
}

const put = (value: string): ReplicaRequest<KeyValueCommand> => ({ kind: "command", operation: { kind: "put", key: "x", value } });
const get: ReplicaRequest<KeyValueCommand> = { kind: "read", operation: { kind: "get", key: "x" } };

/** Liveness, and what rests on clocks: each rule in a run of the simulator that differs by that rule alone. */
export const brokenLogRuns: readonly BrokenLogRun[] = [
  {
    name: "impatient leader",
    does: "opens another ballot as soon as it is beaten",
    breaks: "two leaders beat each other for ever",
    isSeenIn: "silence",
    run: duel(broken.impatientLeader),
    sound: duel(leader),
  },
  {
    name: "holey server",
    does: "leaves a slot open that nobody wants any more",
    breaks: "nothing behind the hole is ever performed",
    isSeenIn: "silence",
    run: hole({ replica: broken.holeyReplica, leader: broken.holeyLeader, acceptor }),
    sound: hole({ replica, leader, acceptor }),
  },
  {
    name: "careless acceptor",
    does: "grants a lease, and joins another ballot while it runs",
    breaks: "the old leader answers a read with what is no longer so",
    isSeenIn: "answers",
    run: lease({ replica, leader, acceptor: broken.carelessAcceptor }),
    sound: lease({ replica, leader, acceptor }),
  },
];

/** Two leaders that begin at once, where a question for votes takes longer than the rest, as it carries the command. */
function duel(leading: typeof leader): LogRun {
  const [acceptors, leaders, replicas] = [ids("a1", "a2", "a3"), ids("l1", "l2"), ids("r1")];
  const role = leading({ acceptors, leaders, replicas });
  const accepting = acceptor({ acceptors });
  return {
    nodes: {
      r1: replica({ machine: keyValueStore, acceptors, leaders, replicas }),
      l1: role, l2: role, a1: accepting, a2: accepting, a3: accepting,
    },
    network: { latency: 10, kinds: { p2a: { latency: 25 } } },
    requests: [{ at: 0, node: "r1", request: put("1") }],
    faults: [],
    until: 10_000,
  };
}

/**
 * The leader asks for votes in a slot while it is cut off, and in the next when it is not; then it crashes. The second
 * slot is known to the others, the first to nobody.
 */
function hole(parts: Parts): LogRun {
  const servers = ids("s1", "s2", "s3");
  const role = serverOf(parts, { machine: keyValueStore, servers });
  return {
    nodes: { s1: role, s2: role, s3: role },
    network: { latency: 10 },
    requests: [
      { at: 50, node: "s1", request: put("1") },
      { at: 52, node: "s1", request: put("2") },
      { at: 1_000, node: "s2", request: put("3") },
    ],
    faults: [{ at: 49, kind: "isolate", node: "s1", forMs: 2 }, { at: 63, kind: "crash", node: "s1" }],
    until: 10_000,
  };
}

/** The leader is cut off, and another one takes over, if it can, before the lease of the first is over. */
function lease(parts: Parts): LogRun {
  const servers = ids("s1", "s2", "s3");
  const role = serverOf(parts, { machine: keyValueStore, servers, reads: "lease", leaseMs: 200, patience: [60, 1_000] });
  return {
    nodes: { s1: role, s2: role, s3: role },
    network: { latency: 5 },
    requests: [
      { at: 100, node: "s1", request: put("1") },
      { at: 230, node: "s2", request: put("2") },
      { at: 330, node: "s1", request: get },
    ],
    faults: [{ at: 200, kind: "isolate", node: "s1", forMs: 500 }],
    until: 2_000,
  };
}
