import { ids, type AnyRole, type NodeId, type Role } from "../../core/role.js";
import { membersOf, replicated } from "../../transactions/replicated.js";
import type { Model } from "../../history/model.js";
import { linearizable } from "../../history/linearizable.js";
import type { Operation } from "../../sim/options.js";

/*
 * The store of the final project: its parts, which the learner writes, the cluster that is made of them, and the object
 * that it must look like from outside.
 */

/** One step of a transaction. `add` with `atLeast` refuses to leave less than that. */
export type StoreStep =
  | { readonly kind: "read"; readonly key: string }
  | { readonly kind: "write"; readonly key: string; readonly value: number }
  | { readonly kind: "add"; readonly key: string; readonly amount: number; readonly atLeast?: number };

/** What clients ask the coordinator for. */
export interface StoreRequest {
  readonly kind: "transact";
  readonly steps: readonly StoreStep[];
}

/** What they are told: with a commit, what the steps of kind `read` have found, by key. */
export type StoreAnswer =
  | { readonly outcome: "commit"; readonly reads: Readonly<Record<string, number>> }
  | { readonly outcome: "abort"; readonly reason: string };

/** The coordinator asks a shard to get ready for its share of a transaction. */
export interface PrepareShare {
  readonly kind: "prepare";
  readonly transaction: string;
  readonly steps: readonly StoreStep[];
}

/** The shard's vote. A yes is a promise: whatever happens, it can commit and it can abort. */
export interface ShareVote {
  readonly kind: "vote";
  readonly transaction: string;
  readonly yes: boolean;
  /** What its steps of kind `read` have found. */
  readonly reads: Readonly<Record<string, number>>;
  /** Why not; empty with a yes. */
  readonly reason: string;
}

/** How the transaction ended. */
export interface ShareOutcome {
  readonly kind: "outcome";
  readonly transaction: string;
  readonly outcome: "commit" | "abort";
}

/** The shard has heard how it ended. */
export interface ShareDone {
  readonly kind: "done";
  readonly transaction: string;
}

/** What a shard's role takes and sends; its state is the learner's affair. */
export interface ShardTalk<State extends object> {
  readonly state: State;
  readonly receives: PrepareShare | ShareOutcome;
  readonly sends: ShareVote | ShareDone;
}

/** What a coordinator's role takes and sends. Its timers name a transaction. */
export interface CoordinatorTalk<State extends object> {
  readonly state: State;
  readonly requests: StoreRequest;
  readonly receives: ShareVote | ShareDone;
  readonly timers: { readonly kind: "again"; readonly transaction: string };
  readonly sends: PrepareShare | ShareOutcome;
  readonly replies: StoreAnswer;
}

/** Which of the shards holds a key: the same answer whoever asks. */
export type PlaceRule = (key: string, shards: readonly string[]) => string;

/** A shard that begins with these values. */
export type ShardMaker = (values: Readonly<Record<string, number>>) => Role<ShardTalk<any>>;

/** A coordinator that knows where keys are. */
export type CoordinatorMaker = (shardOf: (key: string) => NodeId) => Role<CoordinatorTalk<any>>;

/** The three parts of the store. */
export interface StoreParts {
  readonly place: PlaceRule;
  readonly shard: ShardMaker;
  readonly coordinator: CoordinatorMaker;
}

/** How large the store is, and with what it begins. */
export interface ProjectOptions {
  /** By default s1, s2 and s3. */
  readonly shards?: readonly string[];
  /** The keys and their first values. */
  readonly values: Readonly<Record<string, number>>;
  /** How many servers stand for each shard and for the coordinator; 1 leaves the roles bare. By default 3. */
  readonly replicas?: number;
}

/**
 * The cluster that the parts make: a coordinator `c` and the shards, each of them a group of servers that replicate the
 * role by Raft (`c.1`, `c.2`, … `s1.1`, …); with one replica the roles stand alone, as `c`, `s1` and so on.
 *
 * @returns the nodes, and those that clients may ask
 */
export function storeOf(
  { place, shard, coordinator }: StoreParts,
  { shards = ["s1", "s2", "s3"], values, replicas = 3 }: ProjectOptions,
): { readonly nodes: Record<string, AnyRole>; readonly entries: readonly NodeId[] } {
  const placed = (key: string): NodeId => {
    const name = place(key, shards);
    if (!shards.includes(name)) throw new RangeError(`place must answer one of ${shards.join(", ")}, got ${String(name)} for the key "${key}"`);
    return name as NodeId;
  };
  const own = (name: string) => Object.fromEntries(Object.entries(values).filter(([key]) => placed(key) === name));
  const bare: Record<string, AnyRole> = { c: coordinator(placed), ...Object.fromEntries(shards.map((name) => [name, shard(own(name))])) };
  if (replicas === 1) return { nodes: bare, entries: ids("c") };
  return { nodes: replicated(bare, Object.keys(bare), { replicas, heartbeatInterval: 100, electionTimeout: [300, 600] }), entries: membersOf("c", replicas) };
}

type Values = ReadonlyMap<string, number>;

/** One object that does whole transactions, one at a time. To answer "abort" and change nothing is always allowed. */
export function storeModel(values: Readonly<Record<string, number>>): Model<Values, StoreRequest> {
  return {
    name: "transactional store",
    initial: new Map(Object.entries(values)),
    operations: {
      transact(before, { steps }) {
        const after = new Map(before);
        const reads: Record<string, number> = {};
        for (const step of steps) {
          const value = after.get(step.key) ?? 0;
          if (step.kind === "read") reads[step.key] = value;
          else if (step.kind === "write") after.set(step.key, step.value);
          else if (step.atLeast !== undefined && value + step.amount < step.atLeast) return { state: before, result: "refused" };
          else after.set(step.key, value + step.amount);
        }
        return { state: after, result: sorted(reads) };
      },
    },
    answer: (result) => sorted((result as { readonly reads?: Readonly<Record<string, number>> }).reads ?? {}),
  };
}

const sorted = (reads: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
  Object.entries(reads).sort(([a], [b]) => (a < b ? -1 : 1));

/** Whether the store has said that nothing came of it. */
export function isAbort({ result }: { readonly result?: unknown }): boolean {
  return (result as Partial<StoreAnswer> | null | undefined)?.outcome === "abort";
}

/**
 * Whether what clients were told can have come from one store that did whole transactions one at a time, each between
 * its call and its answer: strict serializability, judged as linearizability of that one object.
 *
 * @returns null, or what is wrong
 */
export function judgeStore(history: readonly Operation[], values: Readonly<Record<string, number>>): string | null {
  for (const { call, result, returnedAt } of history) {
    if (returnedAt === null) continue;
    const { outcome, reads } = (result ?? {}) as { readonly outcome?: unknown; readonly reads?: unknown };
    const isCommit = outcome === "commit" && typeof reads === "object" && reads !== null;
    if (!isCommit && outcome !== "abort") return `${call} was answered with ${JSON.stringify(result)}, which is no { outcome: "commit", reads } and no { outcome: "abort", reason }`;
  }
  const effective = history.filter((operation) => operation.returnedAt === null || !isAbort(operation));
  const verdict = linearizable(effective, storeModel(values), { steps: 2_000_000 });
  return verdict.kind === "violated" ? `no order of whole transactions explains what clients were told: ${verdict.reason}` : null;
}
