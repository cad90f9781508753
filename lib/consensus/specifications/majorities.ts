import { majority } from "../../core/quorum.js";

/** All sets of just more than half of the members: the least quorums of which any two share a member. */
export function majoritiesOf<Member>(members: readonly Member[]): readonly (readonly Member[])[] {
  return subsetsOf(members, majority(members.length));
}

/** All subsets of one size, in the order of their members. */
function subsetsOf<Member>(members: readonly Member[], size: number): readonly (readonly Member[])[] {
  if (size === 0) return [[]];
  return members.flatMap((first, i) => subsetsOf(members.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}
