import type { Role } from "../../core/role.js";
import { soundVoterRules, type VoterOptions, type VoterSignature, voterWith } from "./voter.js";

/*
 * Ben-Or's protocol with one rule broken, a different one in each role; the sentences are those of protocol A (1983).
 */

/** A process that takes more than half of the reports that came for more than half of all. Breaks "more than N/2": D-messages for both bits. */
export function looseVoter(options: VoterOptions): Role<VoterSignature> {
  return voterWith({ ...soundVoterRules, ratifies: (reports, came) => 2 * reports >= came }, options);
}

/** A process that decides with a single D-message. Breaks "more than t D-messages": others may have seen none. */
export function hastyVoter(options: VoterOptions): Role<VoterSignature> {
  return voterWith({ ...soundVoterRules, decidesWith: () => 1 }, options);
}

/** A process that flips its coin although it saw a D-message. Breaks "if there is at least one D-message, x := v". */
export function deafVoter(options: VoterOptions): Role<VoterSignature> {
  return voterWith({ ...soundVoterRules, follows: false }, options);
}
