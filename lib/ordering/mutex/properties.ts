import type { Property } from "../../core/property.js";
import { isEarlier } from "../clocks/lamport.js";
import type { Contender, Entry } from "./contender.js";

/** Mutual exclusion: there is never more than one inside. */
export const oneInside: Property<undefined> = {
  name: "mutual exclusion",
  check({ nodes }) {
    const inside = nodes.filter(({ state }) => (state as Contender | null)?.phase.kind === "inside").map(({ id }) => id);
    return inside.length > 1 ? `${inside.join(" and ")} are inside at the same time` : null;
  },
};

/** Fairness: they enter in the total order of their requests' timestamps, so whoever asked causally first is first. */
export const inOrderOfRequests: Property<undefined> = {
  name: "in the order of requests",
  check({ decisions }) {
    for (let i = 1; i < decisions.length; i++) {
      const [one, other] = [decisions[i - 1]!.outcome as Entry, decisions[i]!.outcome as Entry];
      if (isEarlier(other.enters, one.enters)) {
        return `${one.enters.node} entered with the request ${one.enters.time}.${one.enters.node} before ${other.enters.node} with ${other.enters.time}.${other.enters.node}`;
      }
    }
    return null;
  },
};
