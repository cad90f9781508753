import type { Call, NodeId } from "../../core/role.js";

/** What is kept in a register. */
export type RegisterValue = string | number | null;

/** How new a value is: first by its counter, then by the name of who wrote it, so that no two writes are equally new. */
export interface WriteStamp {
  readonly counter: number;
  readonly writer: NodeId;
}

/** What there is before any write. */
export const noWrite: WriteStamp = { counter: 0, writer: "" as NodeId };

/** Whether the one is older than the other. */
export function isOlder(one: WriteStamp, other: WriteStamp): boolean {
  return one.counter < other.counter || (one.counter === other.counter && one.writer < other.writer);
}

/** A value with its stamp, as a replica keeps it. */
export interface Copy {
  readonly stamp: WriteStamp;
  readonly value: RegisterValue;
}

/** Client to replica: what have you? `call` names the operation that asks. */
export interface Query {
  readonly kind: "query";
  readonly call: Call;
  readonly key: string;
}
/** Replica to client: this. */
export interface Told extends Copy {
  readonly kind: "told";
  readonly call: Call;
}
/** Client to replica: keep this, unless you have something newer. */
export interface Store extends Copy {
  readonly kind: "store";
  readonly call: Call;
  readonly key: string;
}
/** Replica to client: it is on my disk, or something newer is. */
export interface Stored {
  readonly kind: "stored";
  readonly call: Call;
}

/** What may be asked of a register's client. The answer to a read is the value, that to a write nothing. */
export type RegisterAccess =
  | { readonly kind: "read"; readonly key: string }
  | { readonly kind: "write"; readonly key: string; readonly value: RegisterValue };
