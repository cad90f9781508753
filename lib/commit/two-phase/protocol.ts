import type { AnyRole, NodeId } from "../../core/role.js";
import { options } from "../../core/parameters.js";
import type { CommitProtocol } from "../protocol.js";
import { coordinator, type CoordinatorOptions } from "./coordinator.js";
import { participant, type ParticipantOptions } from "./participant.js";

/** The options of both roles. */
export interface TwoPhaseOptions extends Omit<CoordinatorOptions, "unasked">, Omit<ParticipantOptions, "resource"> {
  /** The names of the coordinators; by default one, "c". */
  readonly coordinators?: readonly NodeId[];
}

/**
 * Two-phase commit as a store plugs it in.
 *
 * @throws as the roles do
 */
export function protocol(given: TwoPhaseOptions = {}): CommitProtocol {
  options("twoPhase", given, ["form", "votesWithin", "resendAfter", "cooperative", "inquireAfter", "coordinators"]);
  const { coordinators = ["c" as NodeId], cooperative, inquireAfter, ...coordinating } = given;
  const asking = coordinator(coordinating);
  const voting = {
    ...(given.form === undefined ? {} : { form: given.form }),
    ...(cooperative === undefined ? {} : { cooperative }),
    ...(inquireAfter === undefined ? {} : { inquireAfter }),
  };
  return (resources) => {
    const nodes: Record<string, AnyRole> = {};
    for (const name of coordinators) nodes[name] = asking;
    for (const [name, resource] of Object.entries(resources)) nodes[name] = participant({ ...voting, resource });
    return { nodes, coordinators };
  };
}
