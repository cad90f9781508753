import { show } from "../../core/parameters.js";
import type { NodeList, Placement } from "./placement.js";
import { keyCounts, keyNames, movement, ownersOf } from "./study.js";

/** How a placement under test is made. */
export type MakePlacement = (nodes: NodeList) => Placement;

/** What must be true of a placement, whatever its scheme. */
export interface PlacementProperty {
  readonly name: string;
  /** Null, or what is wrong, in a sentence. `keys` are many texts; `nodes` at least three names. */
  readonly check: (make: MakePlacement, nodes: readonly string[], keys: readonly string[]) => string | null;
}

/** Every key has a node, and it is one of those that are there: also the keys behind the last point of a ring. */
export const complete: PlacementProperty = {
  name: "every key has a node",
  check(make, nodes, keys) {
    const placement = make(nodes);
    for (const key of keys) {
      const node: unknown = placement.lookup(key);
      if (!nodes.includes(node as string)) return `${show(key)} is on ${show(node)}, which is none of the nodes`;
    }
    return null;
  },
};

/** A key is where it was, as long as the nodes do not change: whoever stores it can find it again. */
export const stable: PlacementProperty = {
  name: "a key stays where it is",
  check(make, nodes, keys) {
    const placement = make(nodes);
    const before = ownersOf(placement, keys);
    // In another order: to be looked up is no change, so the order of lookups must not matter.
    for (let i = keys.length - 1; i >= 0; i--) {
      const now = placement.lookup(keys[i]!);
      if (now !== before[i]) return `nothing has changed, and ${show(keys[i])} is looked for on ${show(now)} and was on ${show(before[i])}`;
    }
    return null;
  },
};

/** Monotonicity (Karger et al. 1997, section 4): a node that joins takes keys, and none moves between the others. */
export const monotone: PlacementProperty = {
  name: "a join moves keys to the new node only",
  check(make, nodes, keys) {
    for (const [i, last] of nodes.entries()) {
      const placement = make(nodes.filter((node) => node !== last));
      const { strays, moved } = movement(placement, keys, () => placement.add(last));
      if (strays > 0) return `${show(last)} joins, and ${strays} of the ${moved} keys that move go from an old node to another`;
      if (i === 2) break; // three joins say enough
    }
    return null;
  },
};

/** A node that leaves gives its keys away, and no other key moves. */
export const faithful: PlacementProperty = {
  name: "a leave moves the keys of that node only",
  check(make, nodes, keys) {
    for (const node of nodes.slice(-3)) {
      const placement = make([...nodes.filter((other) => other !== node), node]);
      const { strays, moved } = movement(placement, keys, () => placement.remove(node));
      if (strays > 0) return `${show(node)} leaves, and ${strays} of the ${moved} keys that move were not on it`;
    }
    return null;
  },
};

/** A node that joins and leaves again leaves no trace. */
export const reversible: PlacementProperty = {
  name: "a join and a leave undo each other",
  check(make, nodes, keys) {
    for (const guest of keyNames(3, "guest ")) {
      const placement = make(nodes);
      const before = ownersOf(placement, keys);
      placement.add(guest);
      placement.remove(guest);
      const other = keys.findIndex((key, i) => placement.lookup(key) !== before[i]);
      if (other >= 0) return `${show(guest)} came and went, and ${show(keys[other])} is on ${show(placement.lookup(keys[other]!))} and was on ${show(before[other])}`;
    }
    return null;
  },
};

/** Balance (Karger et al. 1997, section 4): no node has more than `most` times the mean, and none less than `least` times. */
export function balanced({ least, most }: { readonly least: number; readonly most: number }): PlacementProperty {
  return {
    name: `every node has from ${least} to ${most} times the mean`,
    check(make, nodes, keys) {
      const mean = keys.length / nodes.length;
      for (const { node, keys: count } of keyCounts(make(nodes), keys)) {
        if (count < least * mean || count > most * mean) return `${show(node)} has ${count} keys, where the mean is ${mean}`;
      }
      return null;
    },
  };
}

/** A join moves at most `most` times as many keys as it must. */
export function thrifty(most: number): PlacementProperty {
  return {
    name: `a join moves at most ${most} times the least possible`,
    check(make, nodes, keys) {
      const [last, ...others] = [...nodes].reverse();
      const { share, ideal } = movement(make(others.reverse()), keys, (placement) => placement.add(last!));
      return share <= most * ideal ? null : `${show(last)} joins, and ${(100 * share).toFixed(1)} % of the keys move, where ${(100 * ideal).toFixed(1)} % would do`;
    },
  };
}

/** Replicas are on different nodes, the first of them is the one that holds the key, and a shorter list begins a longer one. */
export const apart: PlacementProperty = {
  name: "replicas are on different nodes",
  check(make, nodes, keys) {
    const placement = make(nodes);
    for (const key of keys.slice(0, 500)) {
      const first = placement.lookup(key);
      const all = placement.replicas(key, nodes.length);
      if (new Set(all).size !== nodes.length) return `the replicas of ${show(key)} are ${all.join(", ")}`;
      if (all[0] !== first) return `${show(key)} is on ${show(first)}, and its first replica on ${show(all[0])}`;
      const three = placement.replicas(key, Math.min(3, nodes.length));
      if (three.some((node, i) => node !== all[i])) return `three replicas of ${show(key)} are ${three.join(", ")}, and all begin with ${all.slice(0, 3).join(", ")}`;
    }
    return null;
  },
};

/** When the node that holds a key leaves, the second of its order of preference takes over, which has a replica already. */
export const inherited: PlacementProperty = {
  name: "the second replica inherits",
  check(make, nodes, keys) {
    for (const key of keys.slice(0, 50)) {
      const placement = make(nodes);
      const [first, second] = placement.replicas(key, 2);
      placement.remove(first!);
      if (placement.lookup(key) !== second) return `${show(first)} leaves, and ${show(key)} goes to ${show(placement.lookup(key))} where its second replica was on ${show(second)}`;
    }
    return null;
  },
};

/** Who knows the same nodes finds the same, whatever the order in which it heard of them. */
export const unordered: PlacementProperty = {
  name: "the order of the nodes does not matter",
  check(make, nodes, keys) {
    const [one, other] = [make(nodes), make([...nodes].reverse())];
    const key = keys.find((name) => one.lookup(name) !== other.lookup(name));
    return key === undefined ? null : `${show(key)} is on ${show(one.lookup(key))}, or on ${show(other.lookup(key))} if the nodes come in the opposite order`;
  },
};
