import { portable, revive, type AnyFunction, type Portable } from "../portable.js";
import { checkRecord } from "../records.js";
import { Accumulator, Broadcast } from "./accumulator.js";

/** What stands for an accumulator or a broadcast variable in the scope of a function that went to another thread or process. */
export type Packed =
  | { readonly accumulator: number; readonly name: string; readonly zero: unknown; readonly merge: Portable }
  | { readonly broadcast: number };

/**
 * The plain data for an accumulator or a broadcast variable, whose value goes its own way under its number; undefined for any other
 * value.
 */
export function packShared(value: unknown, numberOfBroadcast: (broadcast: Broadcast<unknown>) => number): Packed | undefined {
  if (value instanceof Broadcast) return { broadcast: numberOfBroadcast(value) };
  if (!(value instanceof Accumulator)) return undefined;
  checkRecord(`the zero of the accumulator ${value.name}`, value.zero);
  const merge = portable(value.merge as AnyFunction, { name: `the merge of the accumulator ${value.name}` });
  return { accumulator: value.id, name: value.name, zero: value.zero, merge };
}

/** What such a function finds on the other side: an accumulator to add to, or the broadcast variable. */
export function unpackShared(data: unknown, broadcastOf: (number: number) => unknown): unknown {
  const packed = data as Packed;
  if ("broadcast" in packed) return broadcastOf(packed.broadcast);
  return new Accumulator(packed.accumulator, packed.name, packed.zero, revive(packed.merge) as (sum: unknown, update: unknown) => unknown);
}
