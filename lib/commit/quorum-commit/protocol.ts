import { options } from "../../core/parameters.js";
import type { AnyRole, NodeId } from "../../core/role.js";
import type { CommitProtocol } from "../protocol.js";
import { site, type QuorumSiteOptions } from "./site.js";

export interface QuorumCommitOptions extends Pick<QuorumSiteOptions, "patience" | "commitQuorum"> {
  /** The names of the coordinators; by default one, "c". */
  readonly coordinators?: readonly NodeId[];
}

/**
 * Quorum-based three-phase commit as a store plugs it in.
 *
 * @throws as `site` does
 */
export function protocol(given: QuorumCommitOptions = {}): CommitProtocol {
  options("quorumCommit", given, ["patience", "commitQuorum", "coordinators"]);
  const { coordinators = ["c" as NodeId], ...rest } = given;
  return (resources) => {
    const nodes: Record<string, AnyRole> = {};
    for (const name of coordinators) nodes[name] = site(rest);
    for (const [name, resource] of Object.entries(resources)) nodes[name] = site({ ...rest, resource });
    return { nodes, coordinators };
  };
}
