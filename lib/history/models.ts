/** Sequential specifications of the objects that distributed systems offer most. */
import { canonical } from "../core/canonical.js";
import type { Model } from "./model.js";

/** Requests to a register. */
export type RegisterRequest = { readonly kind: "read" } | { readonly kind: "write"; readonly value: unknown };

/** Requests to a register with compare-and-set, which answers whether it has set. */
export type CasRequest = RegisterRequest | { readonly kind: "cas"; readonly from: unknown; readonly to: unknown };

/** Requests to a first-in-first-out queue. `dequeue` answers null where the queue is empty. */
export type QueueRequest = { readonly kind: "enqueue"; readonly value: unknown } | { readonly kind: "dequeue" };

/** Requests to a set. `contains` answers true or false, `read` all elements, as an array or a set. */
export type SetRequest =
  | { readonly kind: "add"; readonly value: unknown }
  | { readonly kind: "remove"; readonly value: unknown }
  | { readonly kind: "contains"; readonly value: unknown }
  | { readonly kind: "read" };

/**
 * Requests to a lock. `acquire` answers whether the caller holds it now, `release` whether the caller held it. Who
 * asks is named by `owner`; where it is left out, nobody asks who it was.
 */
export type LockRequest =
  { readonly kind: "acquire"; readonly owner?: string } | { readonly kind: "release"; readonly owner?: string };

/** Requests to a counter. */
export type CounterRequest = { readonly kind: "add"; readonly amount: number } | { readonly kind: "read" };

/** Requests to a list that grows at its end; `read` answers all of it. */
export type ListRequest = { readonly kind: "append"; readonly value: unknown } | { readonly kind: "read" };

/** Requests to a map of texts. `append` writes behind what is there. */
export type KeyValueRequest =
  | { readonly kind: "get"; readonly key: unknown }
  | { readonly kind: "put"; readonly key: unknown; readonly value: unknown }
  | { readonly kind: "append"; readonly key: unknown; readonly value: string }
  | { readonly kind: "delete"; readonly key: unknown }
  | { readonly kind: "cas"; readonly key: unknown; readonly from: unknown; readonly to: unknown };

/** A register: a read answers what was written last. */
export function register<Value = unknown>({ initial = null as Value }: { readonly initial?: Value } = {}): Model<
  Value,
  RegisterRequest
> {
  return {
    name: "register",
    initial,
    operations: {
      read: (value) => ({ state: value, result: value }),
      write: (_, { value }) => ({ state: value as Value }),
    },
    isRead: ({ kind }) => kind === "read",
  };
}

/** A register with compare-and-set: `cas` writes `to` if it finds `from`, and answers whether it did. */
export function casRegister<Value = unknown>({ initial = null as Value }: { readonly initial?: Value } = {}): Model<
  Value,
  CasRequest
> {
  return {
    name: "compare-and-set register",
    initial,
    operations: {
      read: (value) => ({ state: value, result: value }),
      write: (_, { value }) => ({ state: value as Value }),
      cas: (value, { from, to }) =>
        equal(value, from) ? { state: to as Value, result: true } : { state: value, result: false },
    },
    isRead: ({ kind }, result) => kind === "read" || (kind === "cas" && result === false),
  };
}

/** A first-in-first-out queue. */
export function queue(): Model<readonly unknown[], QueueRequest> {
  return {
    name: "queue",
    initial: [],
    operations: {
      enqueue: (items, { value }) => ({ state: [...items, value] }),
      dequeue: (items) =>
        items.length === 0 ? { state: items, result: null } : { state: items.slice(1), result: items[0] },
    },
    isRead: ({ kind }, result) => kind === "dequeue" && result === null,
  };
}

/** A set. To add what is there, or to remove what is not, changes nothing. */
export function set(): Model<ReadonlySet<unknown>, SetRequest> {
  return {
    name: "set",
    initial: new Set(),
    operations: {
      add: (elements, { value }) => ({ state: elements.has(value) ? elements : new Set([...elements, value]) }),
      remove: (elements, { value }) => ({
        state: elements.has(value) ? new Set([...elements].filter((one) => one !== value)) : elements,
      }),
      contains: (elements, { value }) => ({ state: elements, result: elements.has(value) }),
      read: (elements) => ({ state: elements, result: elements }),
    },
    isRead: ({ kind }) => kind === "contains" || kind === "read",
    answer: (result, { kind }) => (kind === "read" && Array.isArray(result) ? new Set(result) : result),
  };
}

/** A lock that at most one client holds. It is not reentrant: who holds it does not get it again. */
export function lock(): Model<string | null, LockRequest> {
  return {
    name: "lock",
    initial: null,
    operations: {
      acquire: (holder, { owner = "somebody" }) =>
        holder === null ? { state: owner, result: true } : { state: holder, result: false },
      release: (holder, { owner = "somebody" }) =>
        holder === owner ? { state: null, result: true } : { state: holder, result: false },
    },
    isRead: (_, result) => result === false,
  };
}

/** A counter, from 0. */
export function counter(): Model<number, CounterRequest> {
  return {
    name: "counter",
    initial: 0,
    operations: {
      add: (value, { amount }) => ({ state: value + amount }),
      read: (value) => ({ state: value, result: value }),
    },
    isRead: ({ kind }) => kind === "read",
  };
}

/** A list that only grows: what a read answers tells the order of all appends before it. */
export function appendList(): Model<readonly unknown[], ListRequest> {
  return {
    name: "list",
    initial: [],
    operations: {
      append: (items, { value }) => ({ state: [...items, value] }),
      read: (items) => ({ state: items, result: items }),
    },
    isRead: ({ kind }) => kind === "read",
  };
}

/** A map from keys to values, judged key by key. `initial` is what `get` answers for a key that has no value. */
export function keyValueMap({ initial = null }: { readonly initial?: unknown } = {}): Model<unknown, KeyValueRequest> {
  return {
    name: "key-value map",
    initial,
    operations: {
      get: (value) => ({ state: value, result: value }),
      put: (_, { value }) => ({ state: value }),
      append: (before, { value }) => ({ state: before === null ? value : String(before) + value }),
      delete: () => ({ state: initial }),
      cas: (value, { from, to }) =>
        equal(value, from) ? { state: to, result: true } : { state: value, result: false },
    },
    isRead: ({ kind }, result) => kind === "get" || (kind === "cas" && result === false),
    key: ({ key }) => key,
  };
}

function equal(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && one !== null && canonical(one) === canonical(other));
}
