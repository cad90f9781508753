import type { AnyRole, NodeId } from "../core/role.js";
import type { Resource } from "./resource.js";

/**
 * A commit protocol as a store or a measurement plugs it in: it is given what the participants guard and says
 * which nodes that takes.
 *
 * 1. The participants have the names of their resources; the protocol adds nodes of its own.
 * 2. A participant's state has a field `data`, which belongs to its resource.
 * 3. A coordinator takes the request `commit`, and answers with the outcome or with a refusal. It takes the same
 *    from another node as a message of the kind `begin`, and tells that node by a message of the kind `decision`.
 * 4. Whoever learns the outcome announces it as `Decided`.
 */
export type CommitProtocol = (resources: Readonly<Record<string, Resource>>) => CommitCluster;

export interface CommitCluster {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  /** Whom clients may ask; each works for itself. */
  readonly coordinators: readonly NodeId[];
}

/** What the roles that guard something have in common, whatever the protocol. */
export interface Guarding<Data extends object = object> {
  data: Data;
}
