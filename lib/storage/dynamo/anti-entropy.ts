import type { NodeId } from "../../core/role.js";
import { branchDigest, childrenOf, DEPTH, enter, keysAt } from "./merkle.js";
import type { Branch, Compare, Exchange, List } from "./messages.js";
import type { Settings } from "./options.js";
import { recordEntries, recordOf } from "./records.js";
import { type DynamoNode, type DynamoOut, keep } from "./state.js";
import { noVersions, type Siblings } from "./versions.js";

/**
 * Replica synchronization (DeCandia et al. 2007, section 4.7): two nodes compare the roots of the trees of the ranges that
 * they share; where they differ, the children, down to the leaves; and send each other only keys that differ. So the costs
 * grow with the difference, and with the depth of the trees, and not with the data.
 */
export function antiEntropyRules({ compareEvery, nodes, rangeOf, ...rest }: Settings): {
  readonly start: (self: DynamoNode, out: DynamoOut) => void;
  readonly begin: (self: DynamoNode, out: DynamoOut) => void;
  readonly compare: (self: DynamoNode, message: Compare, from: NodeId, out: DynamoOut) => void;
  readonly list: (self: DynamoNode, message: List, from: NodeId, out: DynamoOut) => void;
  readonly exchange: (self: DynamoNode, message: Exchange, from: NodeId, out: DynamoOut) => void;
} {
  const settings: Settings = { compareEvery, nodes, rangeOf, ...rest };

  return {
    // Trees are made from what is on disk.
    start(self, out) {
      for (const [key, siblings] of recordEntries(self.stored)) enter(self.trees, rangeOf(key), key, siblings);
      if (compareEvery !== null) out.setTimer({ kind: "compare" }, compareEvery);
    },

    // Compare with the nodes in turn, the roots first.
    begin(self, out) {
      const others = nodes.filter((node) => node !== self.id);
      if (others.length === 0) return;
      const peer = others[self.turn % others.length]!;
      self.turn = (self.turn + 1) % others.length;
      const shared = [...self.trees.keys()].filter((range) => isIn(range, peer)).sort();
      const branches = shared.map((range): Branch => ({ range, path: "", digest: branchDigest(self.trees, range, "") }));
      if (branches.length > 0) out.send(peer, { kind: "compare", branches });
      out.setTimer({ kind: "compare" }, compareEvery ?? 0);
    },

    // "The nodes determine if they have any differences", and look closer where they do.
    compare(self, { branches }, from, out) {
      const differing = branches.filter(({ range, path, digest }) => isIn(range, self.id) && branchDigest(self.trees, range, path) !== digest);
      const inner = differing.filter(({ path }) => path.length < DEPTH);
      const children = inner.flatMap(({ range, path }) =>
        childrenOf(path).map((child): Branch => ({ range, path: child, digest: branchDigest(self.trees, range, child) })),
      );
      if (children.length > 0) out.send(from, { kind: "compare", branches: children });
      const leaves = differing.filter(({ path }) => path.length === DEPTH);
      if (leaves.length === 0) return;
      out.send(from, { kind: "list", leaves: leaves.map(({ range, path }) => ({ range, path, keys: keysAt(self.trees, range, path) })) });
    },

    // Tell what one has of the keys that differ, and ask for what the other has.
    list(self, { leaves }, from, out) {
      const entries = new Map<string, Siblings>();
      const wanted: string[] = [];
      for (const { range, path, keys } of leaves) {
        const own = keysAt(self.trees, range, path);
        for (const [key, digest] of keys) if (own.get(key) !== digest) wanted.push(key);
        for (const [key, digest] of own) if (keys.get(key) !== digest) entries.set(key, recordOf(self.stored, key));
      }
      if (entries.size > 0 || wanted.length > 0) out.send(from, { kind: "exchange", entries, wanted });
    },

    exchange(self, { entries, wanted }, from, out) {
      let isNews = false;
      for (const [key, siblings] of entries) isNews = keep(self, key, siblings, settings) || isNews;
      if (isNews) out.persist();
      const answer = new Map<string, Siblings>();
      for (const key of wanted) {
        const siblings = recordOf(self.stored, key);
        if (siblings !== noVersions) answer.set(key, siblings);
      }
      if (answer.size > 0) out.send(from, { kind: "exchange", entries: answer, wanted: [] });
    },
  };
}

function isIn(range: string, node: NodeId): boolean {
  return range.split(" ").includes(node);
}
