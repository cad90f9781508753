import { oneOf, options } from "../../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../../core/role.js";
import { valueAt } from "../../core/table.js";
import type { Update } from "../group/messages.js";
import {
  answer, append, commitUpTo, DURABLE, GROUP_OPTIONS, type GroupOptions, groupRules, groupSettings, type GroupSignature, holdsLease, isOf, isWhole, known,
  lastSeq, newReplica, redirect, type Replica, take, trimTo, valueAfter, watch,
} from "../group/replica.js";

export interface ChainOptions extends GroupOptions {
  /**
   * Who answers reads: the "tail" (the default), as in chain replication, or "any" node, as in CRAQ: at once where the key is clean,
   * and otherwise after asking the tail which version is committed.
   */
  readonly reads?: "tail" | "any";
}

/** "Up to which update have you committed?" From a node with a dirty key to the tail. */
export interface AskVersion {
  readonly kind: "ask-version";
  readonly epoch: number;
  readonly call: Call;
  readonly key: string;
}

/** The tail's answer, with the call of the read that asked. */
export interface Version {
  readonly kind: "version";
  readonly epoch: number;
  readonly call: Call;
  readonly key: string;
  readonly seq: number;
}

export interface ChainSignature extends Omit<GroupSignature, "receives" | "sends"> {
  readonly receives: GroupSignature["receives"] | AskVersion | Version;
  readonly sends: GroupSignature["sends"] | AskVersion | Version;
}

/**
 * A node of a chain: "Chain Replication for Supporting High Throughput and Availability" (链式复制; van Renesse and Schneider, 2004),
 * and with `reads: "any"` of "Object Storage on CRAQ" (Terrace and Freedman, 2009).
 *
 * - Writes go to the head, which numbers them, and from each node to the next (section 2: "update propagation invariant": a node has all
 *   that its successor has). The tail commits what comes to it and answers the client.
 * - What is sent and not known to be at the tail stays in the log (the paper's Sent list), until the tail's word comes back up.
 * - A node leaves: its neighbours are joined, and the one behind gets what it lacks of the other's log (section 3). A node comes as the new tail.
 * - Reads: the tail's word is the chain's. In CRAQ a node has two sorts of keys, clean and dirty (section 2.3): of a clean
 *   one it has no write that is not known to be committed. We have the tail name the last update that it has committed at all; the
 *   paper's names the version of the key.
 *
 * The papers assume fail-stop: who is replaced has stopped. Where it may be only cut off, `check` keeps it from answering.
 *
 * @throws RangeError for options out of their ranges
 */
export function chain(given: ChainOptions): Role<ChainSignature> {
  const { reads = "tail" } = options("chain", given, [...GROUP_OPTIONS, "reads"]);
  const settings = groupSettings(given);
  const { members } = settings;
  oneOf("reads", reads, ["tail", "any"]);

  const headOf = (self: Replica): NodeId | null => self.configuration.members[0] ?? null;
  const tailOf = (self: Replica): NodeId | null => self.configuration.members.at(-1) ?? null;
  const neighbour = (self: Replica, by: 1 | -1): NodeId | null => {
    const place = self.configuration.members.indexOf(self.id);
    return place < 0 ? null : (self.configuration.members[place + by] ?? null);
  };

  const shared = groupRules(settings, { sourceOf: (self) => neighbour(self, -1), begun: pass });

  /** Hand on what is in the log; at the end of the chain it is committed. */
  function pass(self: Replica, out: Out<any>, updates: readonly Update[] = self.log): void {
    const { epoch } = self.configuration;
    const next = neighbour(self, 1);
    if (next !== null) {
      if (updates.length > 0) {
        out.send(next, { kind: "update", epoch, updates, committed: self.committed, stable: self.committed });
        watch(self, settings, out);
      }
      return;
    }
    const fresh = commitUpTo(self, lastSeq(self));
    trimTo(self, self.committed);
    if (fresh.length > 0) out.write();
    for (const { call } of fresh) out.reply(call, null);
    const before = neighbour(self, -1);
    if (before !== null) out.send(before, { kind: "ack", epoch, seq: self.committed, committed: self.committed });
  }

  return {
    name: "replica",
    durable: DURABLE,
    init: (id) => newReplica(id, members),
    start: shared.start,

    request: {
      put(self, request, call, out) {
        if (headOf(self) !== self.id) return redirect(call, headOf(self), out);
        if (!isWhole(self)) return redirect(call, null, out);
        const seen = known(self, call);
        if (seen === "done") return out.reply(call, null);
        if (seen === "under way") return;
        const update = append(self, call, request);
        out.persist();
        pass(self, out, [update]);
      },

      get(self, { key }, call, out) {
        const tail = tailOf(self);
        if (!isWhole(self)) return redirect(call, tail === self.id ? null : tail, out);
        const isClean = !self.log.some((update) => update.seq > self.committed && update.key === key);
        if (tail === self.id || (reads === "any" && isClean)) {
          return answer(self, settings, { call, key, value: valueAt(self.table, key) ?? null }, out);
        }
        if (reads === "tail") return redirect(call, tail, out);
        out.send(tail!, { kind: "ask-version", epoch: self.configuration.epoch, call, key });
      },
    },

    timeout: {
      alive: (self, _, out) => shared.alive(self, out),
      ship() {},
      resend(self, _, out) {
        self.isWatching = false;
        if (!isWhole(self)) shared.resume(self, out);
        else if (neighbour(self, 1) !== null) pass(self, out);
      },
    },

    receive: {
      ...shared.receive,

      update(self, { epoch, updates, committed }, from, out) {
        if (!isOf(self, epoch) || !isWhole(self)) return;
        const taken = take(self, updates);
        commitUpTo(self, committed);
        trimTo(self, committed);
        if (taken.length > 0) out.persist(); // before the next node or a client hears of it
        // Who sends again what was committed long ago has not got the tail's word.
        if (taken.length > 0 || neighbour(self, 1) === null) pass(self, out, taken);
        else if ((updates.at(-1)?.seq ?? 0) <= self.committed) out.send(from, { kind: "ack", epoch, seq: self.committed, committed: self.committed });
      },

      // On its way up from the tail: everybody behind has it.
      ack(self, { epoch, seq }, _, out) {
        if (!isOf(self, epoch) || !isWhole(self) || seq <= self.stable) return;
        commitUpTo(self, seq);
        trimTo(self, seq);
        out.write();
        const before = neighbour(self, -1);
        if (before !== null) out.send(before, { kind: "ack", epoch, seq: self.committed, committed: self.committed });
      },

      "ask-version"(self, { epoch, call, key }, from, out) {
        if (!isOf(self, epoch) || !isWhole(self) || tailOf(self) !== self.id || !holdsLease(self, settings, out)) return;
        out.send(from, { kind: "version", epoch, call, key, seq: self.committed });
      },

      version(self, { epoch, call, key, seq }, _, out) {
        if (isOf(self, epoch) && isWhole(self)) answer(self, settings, { call, key, value: valueAfter(self, key, seq) }, out);
      },
    },
  };
}
