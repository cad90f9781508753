import type { Role } from "../../core/role.js";
import { type ParticipantOptions, type ParticipantSignature, participantWith, soundRules } from "./participant.js";

/*
 * The rotating coordinator with one rule broken, a different one in each role. The explorer finds the run that shows
 * what the rule is for. Figure 6 is that of Chandra and Toueg (1996).
 */

/** A coordinator that proposes its own estimate, whatever the others sent. Breaks phase 2: the largest time stamp of a majority. */
export function selfishCoordinator(options: ParticipantOptions): Role<ParticipantSignature> {
  return participantWith({ ...soundRules, choose: (_, own) => own.value }, options);
}

/** A coordinator that proposes the least estimate, whatever the time stamps. Breaks phase 2 as well. */
export function stamplessCoordinator(options: ParticipantOptions): Role<ParticipantSignature> {
  const choose: typeof soundRules.choose = (estimates) => [...estimates.values()].map(({ value }) => value).sort()[0]!;
  return participantWith({ ...soundRules, choose }, options);
}

/** A participant that acknowledges a proposal and keeps its own estimate. Breaks phase 3: what a majority acknowledged must be locked. */
export function insincereParticipant(options: ParticipantOptions): Role<ParticipantSignature> {
  return participantWith({ ...soundRules, adopts: false }, options);
}

/** A coordinator that decides with one acknowledgement, its own included. Breaks phase 4: a majority. */
export function hastyCoordinator(options: ParticipantOptions): Role<ParticipantSignature> {
  return participantWith({ ...soundRules, decidesOnOneAck: true }, options);
}

/** A participant content with fewer than a majority. Breaks the assumption f < n/2: two rounds pass each other by. */
export function minorityParticipant(options: ParticipantOptions): Role<ParticipantSignature> {
  return participantWith({ ...soundRules, quorum: (n) => Math.max(1, Math.floor(n / 2)) }, options);
}
