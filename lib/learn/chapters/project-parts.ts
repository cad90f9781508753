/** The parts of the final project's store as the chapter's solution has them, and each mistake that its checks must find. */
import type { Call, NodeId, Out } from "../../core/role.js";
import { murmur } from "../../storage/hash/hash.js";
import { jumpHash } from "../../storage/placement/jump.js";
import type { CoordinatorMaker, CoordinatorTalk, PlaceRule, ShardMaker, ShardTalk, StoreAnswer, StoreParts, StoreStep } from "./project-store.js";

export const place: PlaceRule = (key, shards) => shards[jumpHash(murmur.word(key), shards.length)]!;

interface Share {
  readonly reads: Readonly<Record<string, number>>;
  readonly writes: ReadonlyMap<string, number>;
  readonly keys: ReadonlySet<string>;
}

interface Shard {
  readonly values: Map<string, number>;
  readonly prepared: Map<string, Share>;
  readonly over: Set<string>;
}

/** What can be done wrongly in a shard. */
export type ShardFlaw = "no locks" | "forgets outcomes" | "no write to disk" | "writes at once" | "never frees" | "reads are not locked" | "blind to its own writes";

/** The share of a transaction, done on the side; or why it cannot be done. */
function attempt({ values, prepared }: Shard, steps: readonly StoreStep[], flaw?: ShardFlaw): Share | string {
  const writes = new Map<string, number>();
  const reads: Record<string, number> = {};
  const busy = (key: string, step: StoreStep): boolean =>
    [...prepared.values()].some((share) => (flaw === "reads are not locked" ? share.writes.has(key) && step.kind !== "read" : share.keys.has(key)));
  for (const step of steps) {
    const { key } = step;
    if (flaw !== "no locks" && busy(key, step)) return `${key} is in use`;
    const value = (flaw === "blind to its own writes" ? undefined : writes.get(key)) ?? values.get(key) ?? 0;
    if (step.kind === "read") reads[key] = value;
    else if (step.kind === "write") writes.set(key, step.value);
    else if (step.atLeast !== undefined && value + step.amount < step.atLeast) return `${key} has only ${value}`;
    else writes.set(key, value + step.amount);
  }
  return { reads, writes, keys: new Set(steps.map(({ key }) => key)) };
}

export function shardWith(flaw?: ShardFlaw): ShardMaker {
  return (values) => ({
    name: "shard",
    durable: ["values", "prepared", "over"],
    init: (): Shard => ({ values: new Map(Object.entries(values)), prepared: new Map(), over: new Set() }),
    receive: {
      prepare(self: Shard, { transaction, steps }, from, out: Out<ShardTalk<Shard>>) {
        if (self.over.has(transaction)) return; // a late copy
        if (!self.prepared.has(transaction)) {
          const share = attempt(self, steps, flaw);
          if (typeof share === "string") return out.send(from, { kind: "vote", transaction, yes: false, reads: {}, reason: share });
          self.prepared.set(transaction, share);
          if (flaw === "writes at once") for (const [key, value] of share.writes) self.values.set(key, value);
          if (flaw !== "no write to disk") out.persist();
        }
        out.send(from, { kind: "vote", transaction, yes: true, reads: self.prepared.get(transaction)!.reads, reason: "" });
      },
      outcome(self: Shard, { transaction, outcome }, from, out: Out<ShardTalk<Shard>>) {
        const share = self.prepared.get(transaction);
        if (share && outcome === "commit") for (const [key, value] of share.writes) self.values.set(key, value);
        if (flaw !== "never frees" || outcome === "commit") self.prepared.delete(transaction);
        if (flaw !== "forgets outcomes") self.over.add(transaction);
        out.persist();
        out.send(from, { kind: "done", transaction });
      },
    },
    timeout: {},
    request: {},
  });
}

export const shard: ShardMaker = shardWith();

interface Open {
  readonly call: Call;
  readonly shares: ReadonlyMap<NodeId, readonly StoreStep[]>;
  readonly votes: Map<NodeId, Readonly<Record<string, number>>>;
  outcome: "commit" | "abort" | null;
  readonly told: Set<NodeId>;
}

interface Coordinator {
  readonly id: NodeId;
  serial: number;
  readonly calls: Map<Call, string>;
  readonly answers: Map<Call, StoreAnswer>;
  readonly open: Map<string, Open>;
}

/** What can be done wrongly in a coordinator. */
export type CoordinatorFlaw =
  | "decides at the first yes" | "answers before it writes" | "asks once" | "tells once" | "does each call anew" | "forgets at a crash" | "one name for all" | "asks only the first shard";

export function coordinatorWith(flaw?: CoordinatorFlaw): CoordinatorMaker {
  return (shardOf) => {
    type Effects = Out<CoordinatorTalk<Coordinator>>;

    function again(self: Coordinator, transaction: string, out: Effects): void {
      const { shares, votes, outcome, told } = self.open.get(transaction)!;
      for (const [node, steps] of shares) {
        if (outcome === null && !votes.has(node)) out.send(node, { kind: "prepare", transaction, steps });
        if (outcome !== null && !told.has(node)) out.send(node, { kind: "outcome", transaction, outcome });
      }
      const isLast = (flaw === "asks once" && outcome === null) || (flaw === "tells once" && outcome !== null);
      if (!isLast) out.setTimer({ kind: "again", transaction }, 200);
    }

    function decide(self: Coordinator, transaction: string, answer: StoreAnswer, out: Effects): void {
      const open = self.open.get(transaction)!;
      open.outcome = answer.outcome;
      self.answers.set(open.call, answer);
      if (flaw === "answers before it writes") out.reply(open.call, answer);
      out.persist();
      if (flaw !== "answers before it writes") out.reply(open.call, answer);
      again(self, transaction, out);
    }

    return {
      name: "coordinator",
      durable: flaw === "forgets at a crash" ? ["serial"] : ["serial", "calls", "answers", "open"],
      init: (id): Coordinator => ({ id, serial: 0, calls: new Map(), answers: new Map(), open: new Map() }),
      start(self: Coordinator, out: Effects) {
        for (const transaction of self.open.keys()) again(self, transaction, out);
      },
      request: {
        transact(self: Coordinator, { steps }, call, out: Effects) {
          const answer = self.answers.get(call);
          if (answer && flaw !== "does each call anew") return out.reply(call, answer);
          if (self.calls.has(call) && flaw !== "does each call anew") return;
          self.serial += 1;
          const transaction = flaw === "one name for all" ? self.id : `${self.id}.${self.serial}`;
          const shares = new Map<NodeId, StoreStep[]>();
          for (const step of steps) {
            const node = shardOf(step.key);
            shares.set(node, [...(shares.get(node) ?? []), step]);
          }
          if (flaw === "asks only the first shard") for (const node of [...shares.keys()].slice(1)) shares.delete(node);
          self.calls.set(call, transaction);
          self.open.set(transaction, { call, shares, votes: new Map(), outcome: null, told: new Set() });
          out.persist();
          again(self, transaction, out);
        },
      },
      receive: {
        vote(self: Coordinator, { transaction, yes, reads, reason }, from, out: Effects) {
          const open = self.open.get(transaction);
          if (!open || open.outcome !== null) return;
          if (!yes) return decide(self, transaction, { outcome: "abort", reason }, out);
          open.votes.set(from, reads);
          if (open.votes.size < open.shares.size && flaw !== "decides at the first yes") return;
          decide(self, transaction, { outcome: "commit", reads: Object.assign({}, ...open.votes.values()) as Record<string, number> }, out);
        },
        done(self: Coordinator, { transaction }, from, out: Effects) {
          const open = self.open.get(transaction);
          if (!open || open.outcome === null) return;
          open.told.add(from);
          if (open.told.size < open.shares.size) return;
          self.open.delete(transaction);
          self.calls.delete(open.call);
          out.persist();
          out.cancelTimer({ kind: "again", transaction });
        },
      },
      timeout: {
        again(self: Coordinator, { transaction }, out: Effects) {
          if (self.open.has(transaction)) again(self, transaction, out);
        },
      },
    };
  };
}

export const coordinator: CoordinatorMaker = coordinatorWith();

/** The parts of a store that gets all points, for those who want to see one run before theirs does. */
export const courseParts: StoreParts = { place, shard, coordinator };
