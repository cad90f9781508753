import { delay, nodeNames, oneOf, options as checkOptions } from "../../core/parameters.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import type { RegisterAccess, RegisterValue } from "../register/messages.js";

/** A write on its way to the other nodes. */
export interface MemoryUpdate {
  readonly kind: "update";
  readonly key: string;
  readonly value: RegisterValue;
  /** Which of its sender's updates it is, from 1. */
  readonly serial: number;
  /** How many updates of each node the sender had applied before it; only where the order is causal. */
  readonly past: Readonly<Record<string, number>>;
  /** A Lamport time, which orders writes for the last writer to win; ties go by the name of the writer. */
  readonly time: number;
  readonly writer: NodeId;
  /** Who waits for it, where the order is total. */
  readonly call: Call | null;
}

/** Receiver to sender: your updates up to this one are here. */
export interface MemorySeen {
  readonly kind: "seen";
  readonly serial: number;
}

/** What a key holds, and the write that put it there. */
export interface MemoryCell {
  readonly value: RegisterValue;
  readonly time: number;
  readonly writer: NodeId;
}

/** What a node of the memory knows. A crash loses all of it: the papers' processors do not stop. */
export interface Memory {
  readonly id: NodeId;
  readonly cells: Map<string, MemoryCell>;
  time: number;
  /** How many updates of each node are applied, without a gap. */
  readonly applied: Map<NodeId, number>;
  /** Updates that came early, by sender and serial. */
  readonly early: Map<string, { readonly from: NodeId; readonly update: MemoryUpdate }>;
  serial: number;
  /** For each node what it has not acknowledged, oldest first. */
  readonly outbox: Map<NodeId, readonly MemoryUpdate[]>;
}

export type MemorySignature = {
  state: Memory;
  requests: RegisterAccess;
  receives: MemoryUpdate | MemorySeen;
  sends: MemoryUpdate | MemorySeen;
  timers: { readonly kind: "resend" };
  replies: RegisterValue;
};

export interface MemoryOptions {
  /** All nodes; each keeps everything. */
  readonly nodes: readonly NodeId[];
  /**
   * In which order a node applies the others' writes:
   *
   * - "total": in one order for all, which the first node gives; a write is acknowledged when it comes back in its place, a
   *   read is local. Sequentially consistent (Attiya and Welch, Sequential consistency versus linearizability, 1994, fast
   *   reads).
   * - "causal": after everything that its writer had applied. Reads and writes are local. A causal memory (Ahamad and
   *   others 1995, section 4).
   * - "fifo": in its writer's order. PRAM consistent (Lipton and Sandberg 1988).
   * - "any": as it comes. What one client did in an order, others may see in another.
   */
  readonly order: "total" | "causal" | "fifo" | "any";
  /**
   * What a key holds after concurrent writes: what was applied last ("arrival", the default), and then nodes may differ for
   * ever; or what has the later Lamport time ("last writer wins"), and then nodes agree once they have seen the same. With a
   * causal order that is causal convergence (Lloyd and others, Don't settle for eventual: COPS, 2011, call it causal+).
   */
  readonly conflicts?: "arrival" | "last writer wins";
  /** How long it waits for an acknowledgement before it sends again, in ms (default [100, 200]). */
  readonly resendAfter?: Delay;
}

/**
 * A replicated memory of registers in which a read asks nobody: each node has a copy of all, and the order in which it
 * applies writes is what clients may rely on. Compare `abdNode`, which asks a majority each time.
 *
 * Updates that are lost are sent again, so that a cut only delays them.
 *
 * @throws RangeError for an order or a way with conflicts that there is not, no nodes, or a negative delay
 */
export function sharedMemory(given: MemoryOptions): Role<MemorySignature> {
  const { nodes, order, conflicts = "arrival", resendAfter = [100, 200] } = checkOptions("sharedMemory", given, ["nodes", "order", "conflicts", "resendAfter"]);
  nodeNames("nodes", nodes);
  oneOf("order", order, ["total", "causal", "fifo", "any"]);
  oneOf("conflicts", conflicts, ["arrival", "last writer wins"]);
  delay("resendAfter", resendAfter);
  const sequencer = nodes[0]!;
  type Post = Pick<MemoryUpdate, "key" | "value" | "time" | "writer" | "call">;

  function post(self: Memory, to: readonly NodeId[], what: Post, out: Out<MemorySignature>): void {
    self.serial += 1;
    const past = order === "causal" ? Object.fromEntries([...self.applied].filter(([node]) => node !== self.id)) : {};
    const update: MemoryUpdate = { kind: "update", ...what, serial: self.serial, past };
    for (const node of to) {
      self.outbox.set(node, [...(self.outbox.get(node) ?? []), update]);
      out.send(node, update);
    }
    if (to.length > 0) out.setTimer({ kind: "resend" }, resendAfter);
  }

  const others = (self: Memory): readonly NodeId[] => nodes.filter((node) => node !== self.id);

  function apply(self: Memory, { key, value, time, writer }: Post): void {
    self.time = Math.max(self.time, time);
    const cell = self.cells.get(key);
    const isLater = !cell || cell.time < time || (cell.time === time && cell.writer < writer);
    if (conflicts === "arrival" || isLater) self.cells.set(key, { value, time, writer });
  }

  // The sequencer gives a write its place by sending it on; whoever asked for it knows then that it is done.
  function place(self: Memory, what: Post, out: Out<MemorySignature>): void {
    post(self, others(self), what, out);
    apply(self, what);
    if (what.writer === self.id && what.call !== null) out.reply(what.call, null);
  }

  function take(self: Memory, update: MemoryUpdate, out: Out<MemorySignature>): void {
    if (order !== "total") return apply(self, update);
    if (self.id === sequencer) return place(self, update, out);
    apply(self, update);
    if (update.writer === self.id && update.call !== null) out.reply(update.call, null);
  }

  function isNext(self: Memory, from: NodeId, { serial, past }: MemoryUpdate): boolean {
    if (serial !== (self.applied.get(from) ?? 0) + 1) return false;
    return Object.entries(past).every(([node, count]) => node === self.id || node === from || (self.applied.get(node as NodeId) ?? 0) >= count);
  }

  return {
    name: "memory",
    durable: [],
    init: (id) => ({ id, cells: new Map(), time: 0, applied: new Map(), early: new Map(), serial: 0, outbox: new Map() }),

    request: {
      read(self, { key }, call, out) {
        out.reply(call, self.cells.get(key)?.value ?? null);
      },
      write(self, { key, value }, call, out) {
        self.time += 1;
        const what: Post = { key, value, time: self.time, writer: self.id, call: order === "total" ? call : null };
        if (order === "total") {
          if (self.id === sequencer) return place(self, what, out);
          return post(self, [sequencer], what, out);
        }
        apply(self, what);
        post(self, others(self), what, out);
        out.reply(call, null);
      },
    },

    receive: {
      update(self, update, from, out) {
        const name = `${from} ${update.serial}`;
        const isNew = update.serial > (self.applied.get(from) ?? 0) && !self.early.has(name);
        if (isNew) {
          self.early.set(name, { from, update });
          if (order === "any") take(self, update, out);
        }
        // One that is applied may be what others waited for.
        for (let found = true; found; ) {
          found = false;
          for (const [key, one] of [...self.early].sort(([a], [b]) => (a < b ? -1 : 1))) {
            if (!(order === "any" ? one.update.serial === (self.applied.get(one.from) ?? 0) + 1 : isNext(self, one.from, one.update))) continue;
            self.early.delete(key);
            self.applied.set(one.from, one.update.serial);
            if (order !== "any") take(self, one.update, out);
            found = true;
          }
        }
        out.send(from, { kind: "seen", serial: self.applied.get(from) ?? 0 });
      },

      seen(self, { serial }, from, out) {
        const left = (self.outbox.get(from) ?? []).filter((update) => update.serial > serial);
        if (left.length > 0) self.outbox.set(from, left);
        else self.outbox.delete(from);
        if (self.outbox.size === 0) out.cancelTimer({ kind: "resend" });
      },
    },

    timeout: {
      resend(self, _, out) {
        if (self.outbox.size === 0) return;
        for (const [node, updates] of self.outbox) for (const update of updates) out.send(node, update);
        out.setTimer({ kind: "resend" }, resendAfter);
      },
    },
  };
}
