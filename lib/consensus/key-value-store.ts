import { show } from "../core/parameters.js";
import { emptyTable, type Table, valueAt, withoutKey, withValue } from "../core/table.js";
import type { StateMachine } from "./state-machine.js";

/** What may be asked of the store; in the words of the model `keyValueMap` of distlab/history. */
export type KeyValueCommand =
  /** Answers the value of the key, null where it has none. Changes nothing: it may be a read. */
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  /** Writes behind what is there: to do it twice is not to do it once, which is what sessions are for. */
  | { readonly kind: "append"; readonly key: string; readonly value: string }
  | { readonly kind: "delete"; readonly key: string }
  /** Compare and set: writes `to` if the value is `from` (null: if there is none), and answers whether it did. */
  | { readonly kind: "cas"; readonly key: string; readonly from: string | null; readonly to: string };

/** Of `get` the value or null; of `cas` whether it has set; null of whatever only writes. */
export type KeyValueResult = string | boolean | null;

/** A key-value store as a state machine: what a replicated log makes of it holds on all its replicas. */
export const keyValueStore: StateMachine<Table, KeyValueCommand, KeyValueResult> = {
  initial: emptyTable,
  apply(table, command) {
    switch (command.kind) {
      case "get":
        return { state: table, result: valueAt(table, command.key) ?? null };
      case "put":
        return { state: withValue(table, command.key, command.value), result: null };
      case "append": {
        const value = (valueAt(table, command.key) ?? "") + command.value;
        return { state: withValue(table, command.key, value), result: null };
      }
      case "delete":
        return { state: withoutKey(table, command.key), result: null };
      case "cas": {
        if ((valueAt(table, command.key) ?? null) !== command.from) return { state: table, result: false };
        return { state: withValue(table, command.key, command.to), result: true };
      }
      default:
        throw new RangeError(`the store knows get, put, append, delete and cas, got ${show(command)}`);
    }
  },
};
