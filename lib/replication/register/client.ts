import { delay, integer, nodeNames, oneOf, options as checkOptions } from "../../core/parameters.js";
import { majority } from "../../core/quorum.js";
import type { Call, Delay, NodeId, Out, Role } from "../../core/role.js";
import { type Copy, isOlder, noWrite, type Query, type RegisterAccess, type RegisterValue, type Store, type Stored, type Told } from "./messages.js";

/** An operation under way. */
export interface Access {
  readonly request: RegisterAccess;
  readonly phase: "query" | "store";
  /** The newest copy that it was told; in the second phase, the one that it stores. */
  readonly newest: Copy;
  /** Who has answered in this phase. */
  readonly heard: ReadonlySet<NodeId>;
  /** How many of those told exactly the newest copy. */
  readonly agreeing: number;
}

/** What a client of the registers knows. Its counter survives a crash, so that it never uses a stamp twice. */
export interface AbdClient {
  readonly id: NodeId;
  counter: number;
  readonly accesses: Map<Call, Access>;
}

export type AbdClientSignature = {
  state: AbdClient;
  requests: RegisterAccess;
  receives: Told | Stored;
  sends: Query | Store;
  timers: { readonly kind: "again"; readonly call: Call };
  replies: RegisterValue;
};

/** How many replicas must answer. */
export interface RegisterQuorums {
  /** How many tell what they have, before a read or a write goes on. */
  readonly read: number;
  /** How many must have a value on disk. */
  readonly write: number;
}

export interface AbdOptions {
  readonly replicas: readonly NodeId[];
  /** Default majorities. Any two numbers do whose sum is greater than the number of replicas (Gifford 1979). */
  readonly quorums?: RegisterQuorums;
  /**
   * Whether a read stores what it found before it answers: "always" (the default, and the paper's); "if needed", only
   * where it does not know of a whole write quorum that has it; "never": then the register is regular (Lamport, On
   * interprocess communication, 1986) and no more: a later read may see an older value.
   */
  readonly writeBack?: "always" | "if needed" | "never";
  /**
   * "many" (the default): a write first asks for the newest stamp (Lynch and Shvartsman, Robust emulation of shared memory
   * using dynamic quorum-acknowledged broadcasts, 1997). "one": there is a single writer, which counts by itself.
   */
  readonly writers?: "one" | "many";
  /** How long it waits before it asks those again who have not answered, in ms (default [100, 200]). */
  readonly again?: Delay;
}

/**
 * A reader and writer of registers that are kept on several replicas, by Attiya, Bar-Noy and Dolev, "Sharing memory robustly
 * in message-passing systems" (1995), section 3. No replica leads, nothing is agreed upon, and nobody waits for a
 * particular node: every operation ends while a majority is up, and the registers are linearizable. A register is all
 * that comes of it: compare-and-set would need consensus (Herlihy, Wait-free synchronization, 1991).
 *
 * A write that its client asks for again at another node is written twice, under two stamps.
 *
 * @throws RangeError for quorums that need not meet, an empty list of replicas, or a negative delay
 */
export function abdClient(given: AbdOptions): Role<AbdClientSignature> {
  const { replicas, quorums } = given;
  if (quorums !== undefined && quorums.read + quorums.write <= replicas.length) {
    throw new RangeError(
      `quorums must meet: read + write must be greater than ${replicas.length}, got ${quorums.read} + ${quorums.write}`,
    );
  }
  return abdClientWith(given);
}

/** The client with whatever quorums, also such as need not meet. Only to show what happens then. */
export function abdClientWith(given: AbdOptions): Role<AbdClientSignature> {
  checkOptions("abdClient", given, ["replicas", "quorums", "writeBack", "writers", "again"]);
  const { replicas, writeBack = "always", writers = "many", again = [100, 200] } = given;
  const n = nodeNames("replicas", replicas).length;
  const { read, write } = checkOptions("quorums", given.quorums ?? { read: majority(n), write: majority(n) }, ["read", "write"]);
  integer("quorums.read", read, { min: 1, max: n });
  integer("quorums.write", write, { min: 1, max: n });
  oneOf("writeBack", writeBack, ["always", "if needed", "never"]);
  oneOf("writers", writers, ["one", "many"]);
  delay("again", again);

  /** Ask all who have not answered in this phase, now and again. */
  function ask(self: AbdClient, call: Call, out: Out<AbdClientSignature>): void {
    const { request, phase, newest, heard } = self.accesses.get(call)!;
    const { key } = request;
    for (const node of replicas) {
      if (!heard.has(node)) out.send(node, phase === "query" ? { kind: "query", call, key } : { kind: "store", call, key, ...newest });
    }
    out.setTimer({ kind: "again", call }, again);
  }

  function begin(self: AbdClient, call: Call, request: RegisterAccess, phase: Access["phase"], newest: Copy, out: Out<AbdClientSignature>): void {
    self.accesses.set(call, { request, phase, newest, heard: new Set(), agreeing: 0 });
    ask(self, call, out);
  }

  // A stamp greater than all that a quorum knows, and than all that this node has used: it must survive a crash first.
  function store(self: AbdClient, call: Call, request: RegisterAccess & { readonly kind: "write" }, known: number, out: Out<AbdClientSignature>): void {
    self.counter = Math.max(self.counter, known) + 1;
    out.persist();
    begin(self, call, request, "store", { stamp: { counter: self.counter, writer: self.id }, value: request.value }, out);
  }

  function finish(self: AbdClient, call: Call, value: RegisterValue, out: Out<AbdClientSignature>): void {
    self.accesses.delete(call);
    out.cancelTimer({ kind: "again", call });
    out.reply(call, value);
  }

  return {
    name: "client",
    durable: ["counter"],
    init: (id) => ({ id, counter: 0, accesses: new Map() }),

    request: {
      read(self, request, call, out) {
        if (!self.accesses.has(call)) begin(self, call, request, "query", { stamp: noWrite, value: null }, out);
      },
      write(self, request, call, out) {
        if (self.accesses.has(call)) return;
        if (writers === "one") return store(self, call, request, 0, out);
        begin(self, call, request, "query", { stamp: noWrite, value: null }, out);
      },
    },

    receive: {
      told(self, { call, stamp, value }, from, out) {
        const access = self.accesses.get(call);
        if (!access || access.phase !== "query" || access.heard.has(from)) return;
        const { newest } = access;
        const isNewer = isOlder(newest.stamp, stamp);
        const isSame = !isNewer && !isOlder(stamp, newest.stamp);
        const now: Access = {
          ...access,
          newest: isNewer ? { stamp, value } : newest,
          heard: new Set([...access.heard, from]),
          agreeing: isNewer ? 1 : access.agreeing + (isSame ? 1 : 0),
        };
        self.accesses.set(call, now);
        if (now.heard.size < read) return;
        const { request } = now;
        if (request.kind === "write") return store(self, call, request, now.newest.stamp.counter, out);
        // The read finishes the write that it found. Without this the next read may meet a quorum that has not heard of it.
        const isKnown = writeBack === "never" || (writeBack === "if needed" && now.agreeing >= write);
        if (isKnown) finish(self, call, now.newest.value, out);
        else begin(self, call, request, "store", now.newest, out);
      },

      stored(self, { call }, from, out) {
        const access = self.accesses.get(call);
        if (!access || access.phase !== "store") return;
        const heard = new Set([...access.heard, from]);
        self.accesses.set(call, { ...access, heard });
        if (heard.size < write) return;
        finish(self, call, access.request.kind === "read" ? access.newest.value : null, out);
      },
    },

    timeout: {
      again(self, { call }, out) {
        if (self.accesses.has(call)) ask(self, call, out);
      },
    },
  };
}
