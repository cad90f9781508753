import { type Colocated, colocate } from "../../core/colocate.js";
import { nodeNames, options, show } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";
import { type AcceptorSignature, acceptor } from "./acceptor.js";
import { type LeaderOptions, type LeaderSignature, leader } from "./leader.js";
import { type ReplicaOptions, type ReplicaSignature, replica } from "./replica.js";

export type ServerSignature<S, C, R> = Colocated<
  readonly [Role<ReplicaSignature<S, C, R>>, Role<LeaderSignature<C>>, Role<AcceptorSignature<C>>]
>;

/** What the servers say by their names. */
type Placed = "acceptors" | "leaders" | "replicas";

/** The options of its parts, except that all of them are the servers. */
export interface ServerOptions<S, C, R>
  extends Omit<ReplicaOptions<S, C, R>, Placed>, Omit<LeaderOptions, Placed> {
  /** The servers that begin, whether or not this one is among them. The first of them opens a ballot as soon as it boots. */
  readonly servers: readonly NodeId[];
}

/** The fields that tell a lost disk from a new one, and that are kept elsewhere ("Paxos Made Live", section 5.1). */
export const markers = ["hasPromised", "hasCampaigned"] as const;

/**
 * A server that plays all the parts, as everybody builds it ("Paxos Made Moderately Complex", section 4.4): replica,
 * leader and acceptor. What a server tells itself costs no message, so a command in steady state takes 2(n - 1)
 * messages, and n - 1 more where notices are not piggy-backed. Only the replica beside the active leader
 * assigns slots; the others send it what they are asked for.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function server<S, C, R>(given: ServerOptions<S, C, R>): Role<ServerSignature<S, C, R>> {
  return serverOf({ replica, leader, acceptor }, given);
}

/** What a server is made of. */
export interface Parts {
  readonly replica: typeof replica;
  readonly leader: typeof leader;
  readonly acceptor: typeof acceptor;
}

/** A server of other parts, such as one that breaks a rule. */
export function serverOf<S, C, R>(parts: Parts, given: ServerOptions<S, C, R>): Role<ServerSignature<S, C, R>> {
  options("server", given, [
    "servers", "machine", "retryAfter", "checkpointAfter", "reads", "first", "window", "heartbeatMs", "patience", "resendAfter", "notices",
    "leaseMs", "drift", "epochs",
  ]);
  const { servers, machine, retryAfter, checkpointAfter, reads, window, leaseMs, heartbeatMs = 50, drift = 0.1, ...leading } = given;
  nodeNames("servers", servers);
  if (reads === "lease" && leaseMs === undefined) throw new RangeError('leaseMs must be given where reads are "lease", got nothing');
  if (leaseMs !== undefined && leaseMs > 0 && leaseMs * (1 - drift) <= heartbeatMs) {
    throw new RangeError(`leaseMs must outlast a heartbeat of ${heartbeatMs} ms at a drift of ${drift}, got ${show(leaseMs)}`);
  }
  const replicating = { machine, acceptors: servers, ...only({ retryAfter, checkpointAfter, reads, window }) };
  const ballots = { first: servers[0]!, epochs: true, heartbeatMs, drift, acceptors: servers, ...leading, ...only({ window, leaseMs }) };
  const voting = { acceptors: servers, ...only({ leaseMs }) };
  return colocate("server", parts.replica(replicating), parts.leader<C>(ballots), parts.acceptor<C>(voting));
}

/** The options that were given. */
function only<T extends object>(given: T): Given<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Given<T>;
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
