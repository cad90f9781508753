import type { NodeId } from "../../core/role.js";

/** What a participant wants to be decided. */
export type Value = string;

/** An estimate and the round in which it was last adopted; 0 stands for the participant's own proposal. */
export interface Estimate {
  readonly value: Value;
  /** The paper's ts. */
  readonly stamp: number;
}

/** Phase 1. "In round r I stand here." From each participant to the coordinator of the round. */
export interface Estimated extends Estimate {
  readonly kind: "estimate";
  readonly round: number;
}

/** Phase 2. "In round r, adopt v." From the coordinator to all. */
export interface Proposed {
  readonly kind: "proposal";
  readonly round: number;
  readonly value: Value;
}

/** Phase 3. "I have adopted it." */
export interface Ack {
  readonly kind: "ack";
  readonly round: number;
}

/** Phase 3. "I suspect you, and go on to the next round." */
export interface Nack {
  readonly kind: "nack";
  readonly round: number;
}

/** Phase 4. "v is decided." Whoever hears it for the first time tells all: that makes it a reliable broadcast. */
export interface Decide {
  readonly kind: "decide";
  readonly value: Value;
}

/** The coordinator of a round: each participant in turn, the second one first, as the paper's (r mod n) + 1 has it. */
export function coordinatorOf(participants: readonly NodeId[], round: number): NodeId {
  return participants[round % participants.length]!;
}
