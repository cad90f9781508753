import type { NodeId, Role } from "../../core/role.js";
import { abdClient, abdClientWith, type AbdClientSignature, type AbdOptions } from "./client.js";
import { type Store } from "./messages.js";
import { abdReplica, type AbdReplicaSignature } from "./replica.js";

/* The registers with one rule broken, a different one in each role. Sections are those of Attiya, Bar-Noy and Dolev (1995). */

/** A reader that answers with what it found, and stores nothing. Breaks the second phase of a read (section 3). */
export function hastyReader(options: AbdOptions): Role<AbdClientSignature> {
  return abdClient({ ...options, writeBack: "never" });
}

/** A reader that is content with one replica. Breaks that two quorums have a replica in common. */
export function lonelyReader(options: AbdOptions): Role<AbdClientSignature> {
  const n = options.replicas.length;
  return abdClientWith({ ...options, quorums: { read: 1, write: Math.floor(n / 2) + 1 } });
}

/** A writer whose stamps have no name: two writes can be equally new, and replicas keep different ones for ever. */
export function namelessWriter(options: AbdOptions): Role<AbdClientSignature> {
  const sound = abdClient(options);
  return {
    ...sound,
    init: (id) => ({ ...sound.init(id), id: "w" as NodeId }),
  };
}

/** A writer among several that does not ask for the newest stamp: what it writes may be older than what is there. */
export function blindWriter(options: AbdOptions): Role<AbdClientSignature> {
  return abdClient({ ...options, writers: "one" });
}

/** A writer that forgets in a crash how far it has counted. It uses a stamp a second time, for another value. */
export function forgetfulWriter(options: AbdOptions): Role<AbdClientSignature> {
  return { ...abdClient(options), durable: [] };
}

/** A replica that keeps nothing on its disk: what it acknowledged is gone after a crash. */
export function forgetfulReplica(): Role<AbdReplicaSignature> {
  return { ...abdReplica(), durable: [] };
}

/** A replica that keeps what came last instead of what is newest. */
export function overwritingReplica(): Role<AbdReplicaSignature> {
  const sound = abdReplica();
  return {
    ...sound,
    receive: {
      ...sound.receive,
      store(self, message: Store, from, out) {
        self.copies.delete(message.key); // as if nothing had been there
        sound.receive.store(self, message, from, out);
      },
    },
  };
}
