import type { NodeId } from "../../core/role.js";
import type { Fetch, Repair, Store } from "./messages.js";
import type { Settings } from "./options.js";
import { allOf, type DynamoNode, type DynamoOut, keep } from "./state.js";
import { keepFor } from "./handoff.js";

/** The rules of a replica (DeCandia et al. 2007, sections 4.5 and 5): it keeps what it is given and tells what it has. */
export function replicaRules(settings: Settings): {
  readonly store: (self: DynamoNode, message: Store, from: NodeId, out: DynamoOut) => void;
  readonly fetch: (self: DynamoNode, message: Fetch, from: NodeId, out: DynamoOut) => void;
  readonly repair: (self: DynamoNode, message: Repair, from: NodeId, out: DynamoOut) => void;
} {
  return {
    // Keep it, for oneself or for the node of the hint, and say so.
    store(self, { call, dot, key, siblings, hint }, from, out) {
      if (hint !== null) keepFor(self, { target: hint, key, siblings, settings }, out);
      else if (keep(self, key, siblings, settings)) out.persist(); // before the answer: W answers are W disks
      out.send(from, { kind: "stored", call, dot, key, hint });
    },

    fetch(self, { call, key }, from, out) {
      out.send(from, { kind: "fetched", call, siblings: allOf(self, key, settings) });
    },

    repair(self, { key, siblings }, _, out) {
      if (keep(self, key, siblings, settings)) out.persist();
    },
  };
}
