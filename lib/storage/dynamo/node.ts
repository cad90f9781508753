import type { Role } from "../../core/role.js";
import { antiEntropyRules } from "./anti-entropy.js";
import { coordinatorRules } from "./coordinator.js";
import { handoffRules } from "./handoff.js";
import { type DynamoOptions, type Settings, settingsOf } from "./options.js";
import { noRecords } from "./records.js";
import { replicaRules } from "./replica.js";
import type { DynamoSignature } from "./state.js";

/**
 * A node of "Dynamo: Amazon's Highly Available Key-value Store" (DeCandia, Hastorun, Jampani, Kakulapati, Lakshman, Pilchin,
 * Sivasubramanian, Vosshall and Vogels, SOSP 2007). It is a replica of the keys whose preference lists it is in, and
 * coordinates the requests that come to it.
 *
 *     const [a, b, c, d, e] = ids("a", "b", "c", "d", "e");
 *     const node = dynamo({ nodes: [a, b, c, d, e], n: 3, r: 2, w: 2 });
 *     simulate({ nodes: { a: node, b: node, c: node, d: node, e: node }, clients: { c1: { operations: [...] } }, until: 5_000 });
 *
 * A node that has lost its disk must come back under a new name: it would give numbers to its writes a second time.
 *
 * A client that asks again after a time-out may have its value written twice, by two coordinators: as siblings with one value,
 * or, where somebody has replaced the first in between, as a value that comes back. What is written should bear that, as the
 * lists of a `cart` do.
 *
 * Left out: members that join and leave (the ring stands), deletion (a `put` of null leaves a version), and failure
 * detection by gossip.
 *
 * @throws RangeError if R or W are greater than N, or N is greater than the number of nodes
 */
export function dynamo(options: DynamoOptions): Role<DynamoSignature> {
  return dynamoWith(settingsOf(options));
}

/** The same by settings that are not checked: how broken ones are made. */
export function dynamoWith(settings: Settings): Role<DynamoSignature> {
  const replica = replicaRules(settings);
  const coordinator = coordinatorRules(settings);
  const handoff = handoffRules(settings);
  const antiEntropy = antiEntropyRules(settings);
  return {
    name: "dynamo",
    durable: ["writes", "stored", "hints"],
    init(id) {
      const { nodes } = settings;
      if (!nodes.includes(id)) throw new RangeError(`nodes must name all nodes of the store: ${id} is not among ${nodes.join(", ")}`);
      return {
        id, writes: 0, stored: noRecords, hints: new Map(), puts: new Map(), gets: new Map(), sentOn: new Set(), trees: new Map(), turn: 0,
      };
    },

    start(self, out) {
      antiEntropy.start(self, out);
      handoff.start(self, out);
    },

    request: {
      get: (self, request, call, out) => coordinator.get(self, { request, call, asker: null }, out),
      put: (self, request, call, out) => coordinator.put(self, { request, call, asker: null }, out),
    },

    receive: {
      ...replica,
      stored: coordinator.stored,
      fetched: coordinator.fetched,
      handoff: handoff.handoff,
      handed: handoff.handed,
      compare: antiEntropy.compare,
      list: antiEntropy.list,
      exchange: antiEntropy.exchange,
      ask(self, { call, request }, from, out) {
        if (request.kind === "get") coordinator.get(self, { request, call, asker: from }, out);
        else coordinator.put(self, { request, call, asker: from }, out);
      },
    },

    timeout: {
      patience: (self, { call }, out) => coordinator.patience(self, call, out),
      sentOn: (self, { call }) => void self.sentOn.delete(call),
      handoff: (self, _, out) => handoff.tryAgain(self, out),
      compare: (self, _, out) => antiEntropy.begin(self, out),
    },
  };
}
