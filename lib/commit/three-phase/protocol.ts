import { options } from "../../core/parameters.js";
import type { AnyRole, NodeId } from "../../core/role.js";
import type { CommitProtocol } from "../protocol.js";
import { site, type SiteOptions } from "./site.js";

export interface ThreePhaseOptions extends Pick<SiteOptions, "patience"> {
  /** The names of the coordinators; by default one, "c". */
  readonly coordinators?: readonly NodeId[];
}

/**
 * Three-phase commit as a store plugs it in.
 *
 * @throws as `site` does
 */
export function protocol(given: ThreePhaseOptions = {}): CommitProtocol {
  options("threePhase", given, ["patience", "coordinators"]);
  const { coordinators = ["c" as NodeId], ...rest } = given;
  return (resources) => {
    const nodes: Record<string, AnyRole> = {};
    for (const name of coordinators) nodes[name] = site(rest);
    for (const [name, resource] of Object.entries(resources)) nodes[name] = site({ ...rest, resource });
    return { nodes, coordinators };
  };
}
