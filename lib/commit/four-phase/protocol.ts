import { integer, options } from "../../core/parameters.js";
import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import type { CommitProtocol } from "../protocol.js";
import { coordinator, type CoordinatorOptions } from "./coordinator.js";
import { participant } from "./participant.js";

export interface FourPhaseOptions extends Pick<CoordinatorOptions, "patience"> {
  /** How many backups there are, "b1" and so on; by default 1. */
  readonly backups?: number;
  /** The names of the coordinators; by default one, "c". They share the backups. */
  readonly coordinators?: readonly NodeId[];
}

/**
 * Four-phase commit, as we reconstruct it, as a store plugs it in.
 *
 * @throws RangeError if `backups` is not a whole number from 0 to 100; otherwise as the roles do
 */
export function protocol(given: FourPhaseOptions = {}): CommitProtocol {
  options("fourPhase", given, ["patience", "backups", "coordinators"]);
  const { coordinators = ["c" as NodeId], backups = 1, ...rest } = given;
  integer("backups", backups, { max: 100 });
  const names = ids(...Array.from({ length: backups }, (_, i) => `b${i + 1}`));
  const leading = coordinator({ ...rest, backups: names });
  return (resources) => {
    const nodes: Record<string, AnyRole> = {};
    for (const name of [...coordinators, ...names]) nodes[name] = leading;
    for (const [name, resource] of Object.entries(resources)) nodes[name] = participant({ ...rest, resource });
    return { nodes, coordinators };
  };
}
