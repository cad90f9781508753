import { colocate, type Colocated } from "../../core/colocate.js";
import type { Role } from "../../core/role.js";
import { abdClient, type AbdClientSignature, type AbdOptions } from "./client.js";
import { abdReplica, type AbdReplicaSignature } from "./replica.js";

/** A node that keeps a copy and serves clients. */
export type AbdNodeSignature = Colocated<readonly [Role<AbdReplicaSignature>, Role<AbdClientSignature>]>;

/** A server of the registers: a replica, and a client of all replicas for those who ask it. */
export function abdNode(options: AbdOptions): Role<AbdNodeSignature> {
  return colocate("server", abdReplica(), abdClient(options));
}
