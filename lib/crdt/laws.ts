import { canonical } from "../core/canonical.js";
import { words } from "../core/words.js";
import type { NodeId, Tagged } from "../core/role.js";
import type { StateType } from "./type.js";

/** Whether the one state has seen no more than the other: merging it changes nothing. */
export function isAtMostState<State>(type: StateType<State>, one: State, other: State): boolean {
  return canonical(type.merge(one, other)) === canonical(other);
}

/** A law that does not hold, with the states that show it. */
export interface BrokenLaw {
  readonly law: "idempotent" | "commutative" | "associative" | "monotonic";
  readonly problem: string;
}

/**
 * Try on these states, and with these updates, what makes a state-based type converge: merging is idempotent, commutative
 * and associative, and an update only adds (report 7506, section 2.3.1). Null where all is well, which is no proof.
 */
export function lawBroken<State, Update extends Tagged>(
  type: StateType<State, Update>,
  states: readonly State[],
  updates: readonly { readonly update: Update; readonly replica: NodeId }[] = [],
): BrokenLaw | null {
  const { merge } = type;
  // A long state is told by what it shows.
  const say = (state: State): string => {
    const whole = words(state);
    return whole.length <= 20 ? whole : `one that shows ${words(type.value(state))}`;
  };
  for (const a of states) {
    if (canonical(merge(a, a)) !== canonical(a)) return { law: "idempotent", problem: `merging ${say(a)} with itself gives ${say(merge(a, a))}` };
    for (const { update, replica } of updates) {
      const after = type.update(a, update, replica);
      if (canonical(merge(a, after)) !== canonical(after))
        return { law: "monotonic", problem: `${words(update)} at ${replica} makes ${say(after)} of ${say(a)}, and merged with what was before that is ${say(merge(a, after))}` };
    }
    for (const b of states) {
      if (canonical(merge(a, b)) !== canonical(merge(b, a)))
        return { law: "commutative", problem: `${say(a)} and ${say(b)} merge to ${say(merge(a, b))}, the other way round to ${say(merge(b, a))}` };
      for (const c of states) {
        const [left, right] = [merge(merge(a, b), c), merge(a, merge(b, c))];
        if (canonical(left) !== canonical(right))
          return { law: "associative", problem: `${say(a)}, ${say(b)} and ${say(c)} merge to ${say(left)} or to ${say(right)}, as one begins` };
      }
    }
  }
  return null;
}
