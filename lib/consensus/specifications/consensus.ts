import { integer } from "../../core/parameters.js";
import type { Specification } from "../../core/specification.js";
import { numbered } from "./names.js";

/** The variable of the module Consensus. */
export interface ConsensusState {
  /** The values that have been chosen. */
  readonly chosen: ReadonlySet<string>;
}

/**
 * What consensus is, and nothing about how: the module Consensus of Lamport's Paxos specifications (the collection
 * "TLA+ Examples", folder Paxos). Its one action is that a value is chosen where none was.
 *
 * @param values how many values there are to choose from: `v1`, `v2` and so on
 * @throws RangeError unless it is a whole number of at least 1
 */
export function consensusSpecification({
  values = 3,
}: { readonly values?: number } = {}): Specification<ConsensusState> {
  const all = numbered("v", integer("values", values, { min: 1, max: 100 }));
  return {
    initial: { chosen: new Set() },
    next: {
      Next: ({ chosen }) => (chosen.size === 0 ? all.map((value) => ({ chosen: new Set([value]) })) : null),
    },
    properties: {
      TypeOK: ({ chosen }) => [...chosen].every((value) => all.includes(value)),
      AtMostOne: ({ chosen }) => chosen.size <= 1,
    },
  };
}
