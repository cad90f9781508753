import { finite, integer, options } from "../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../core/role.js";
import type { Answer, Ask, Outcome } from "./messages.js";

/** A client reads a key. */
export interface Read {
  readonly kind: "read";
  readonly key: number;
  /** How long the database takes for it, in ms, where the cache does not have it. */
  readonly work: number;
}

/** The cache is lost, as by a restart. */
export interface Flush {
  readonly kind: "flush";
}

/** A read that waits for the database. */
export interface OpenRead {
  readonly key: number;
  readonly work: number;
  /** How often the database was asked for this read. */
  attempts: number;
}

/** What a front with a look-aside cache knows. A crash loses all of it. */
export interface LookAside {
  /** When each key was stored, by the own clock, in ms. */
  stored: Map<number, number>;
  open: Map<Call, OpenRead>;
  /** With leases: when the database was last asked for a key, and which call asked for which key. */
  leased: Map<number, number>;
  asked: Map<Call, number>;
  hits: number;
  misses: number;
  /** How often the database was asked. */
  asks: number;
}

export type LookAsideSignature = {
  state: LookAside;
  receives: Answer;
  requests: Read | Flush;
  timers: { kind: "patience"; call: Call };
  sends: Ask;
  replies: Outcome;
};

export interface LookAsideOptions {
  readonly database: NodeId;
  /** How long a key stays in the cache, in ms. Default: for ever. */
  readonly lifetimeMs?: number;
  /** How long it waits for the database, in ms. Default 1000. */
  readonly patience?: number;
  /** How often it asks the database for one read, 1 and up. Default 1. */
  readonly attempts?: number;
  /**
   * Ask the database for the same key at most once in so many ms, let the others wait for that answer, and store it even if
   * it comes after all have given up (leases, Nishtala et al. 2013, section 3.2.1). Default: every miss asks, and an answer
   * that is too late is thrown away.
   */
  readonly leaseMs?: number;
  /** How many keys, from 0 up, are in the cache at the beginning, with ages spread over the lifetime. Default 0. */
  readonly warm?: number;
}

/**
 * A front with a look-aside cache (旁路缓存): it looks into the cache, asks the database where the cache has nothing, and
 * stores what it is told. A database behind a good cache is built for a fraction of the reads; that is what makes the pair
 * metastable (Bronson et al. 2021, section 2.2): a cold cache overloads the database, and answers that come too late fill
 * no cache.
 *
 * @throws RangeError for an option outside its range
 */
export function lookAside(given: LookAsideOptions): Role<LookAsideSignature> {
  options("lookAside", given, ["database", "lifetimeMs", "patience", "attempts", "leaseMs", "warm"]);
  const { database, lifetimeMs = Infinity, patience = 1000, attempts = 1, leaseMs, warm = 0 } = given;
  if (lifetimeMs !== Infinity) finite("lifetimeMs", lifetimeMs);
  if (leaseMs !== undefined) finite("leaseMs", leaseMs);
  finite("patience", patience);
  integer("attempts", attempts, { min: 1 });
  integer("warm", warm);

  function ask(self: LookAside, call: Call, out: Out<LookAsideSignature>): void {
    const read = self.open.get(call)!;
    read.attempts += 1;
    out.setTimer({ kind: "patience", call }, patience);
    if (leaseMs !== undefined) {
      const before = self.leased.get(read.key);
      if (before !== undefined && out.clock() - before < leaseMs) return; // somebody else's answer will do
      self.leased.set(read.key, out.clock());
      self.asked.set(call, read.key);
    }
    self.asks += 1;
    out.send(database, { kind: "ask", call, attempt: read.attempts, work: read.work, patience, twin: null });
  }

  /** With leases, an answer is for everybody who waits for the key, and late ones count. */
  function share(self: LookAside, call: Call, ok: boolean, out: Out<LookAsideSignature>): void {
    const key = self.asked.get(call);
    if (key === undefined) return;
    self.asked.delete(call);
    self.leased.delete(key);
    if (!ok) return;
    self.stored.set(key, out.clock());
    for (const [waiting, read] of self.open) if (read.key === key) end(self, waiting, { ok: true }, out);
  }

  function end(self: LookAside, call: Call, outcome: Outcome, out: Out<LookAsideSignature>): void {
    self.open.delete(call);
    out.cancelTimer({ kind: "patience", call });
    out.reply(call, outcome);
  }

  return {
    name: "look-aside cache",
    durable: [],
    init: () => ({
      // Keys that were stored one after the other also expire one after the other.
      stored: new Map(Array.from({ length: warm }, (_, key) => [key, lifetimeMs === Infinity ? 0 : (-lifetimeMs * key) / warm])),
      open: new Map(), leased: new Map(), asked: new Map(), hits: 0, misses: 0, asks: 0,
    }),

    receive: {
      answer(self, { call, attempt, ok }, _from, out) {
        if (leaseMs !== undefined) return share(self, call, ok, out);
        const read = self.open.get(call);
        if (read === undefined || attempt !== read.attempts) return; // nobody waits for it any more
        if (ok) self.stored.set(read.key, out.clock());
        end(self, call, ok ? { ok } : { ok, why: "refused" }, out);
      },
    },

    request: {
      read(self, { key, work }, call, out) {
        if (self.open.has(call)) return;
        const storedAt = self.stored.get(key);
        if (storedAt !== undefined && out.clock() - storedAt < lifetimeMs) {
          self.hits += 1;
          out.reply(call, { ok: true });
          return;
        }
        self.misses += 1;
        self.open.set(call, { key, work, attempts: 0 });
        ask(self, call, out);
      },

      flush(self, _request, call, out) {
        self.stored.clear();
        out.reply(call, { ok: true });
      },
    },

    timeout: {
      patience(self, { call }, out) {
        if (self.open.get(call)!.attempts < attempts) ask(self, call, out);
        else end(self, call, { ok: false, why: "timed out" }, out);
      },
    },
  };
}
