import type { Role } from "../../core/role.js";
import { type Copy, isOlder, noWrite, type Query, type Store, type Stored, type Told } from "./messages.js";

/** What a replica keeps: of each key the newest value that it was told. All of it survives a crash. */
export interface Copies {
  readonly copies: Map<string, Copy>;
}

export type AbdReplicaSignature = {
  state: Copies;
  receives: Query | Store;
  sends: Told | Stored;
};

/**
 * A replica (副本) of the registers of Attiya, Bar-Noy and Dolev, "Sharing memory robustly in message-passing systems"
 * (1995), section 3: it answers what it has, and keeps what is newer. It knows nothing of the others.
 */
export function abdReplica(): Role<AbdReplicaSignature> {
  return {
    name: "replica",
    durable: ["copies"],
    init: () => ({ copies: new Map() }),
    timeout: {},
    request: {},

    receive: {
      query(self, { call, key }, from, out) {
        out.send(from, { kind: "told", call, ...(self.copies.get(key) ?? { stamp: noWrite, value: null }) });
      },

      // A value that comes late is acknowledged all the same: what replaced it is newer.
      store(self, { call, key, stamp, value }, from, out) {
        if (isOlder(self.copies.get(key)?.stamp ?? noWrite, stamp)) {
          self.copies.set(key, { stamp, value });
          out.persist(); // before the answer: it counts for the writer's quorum
        }
        out.send(from, { kind: "stored", call });
      },
    },
  };
}
