import type { NodeId } from "../../core/role.js";
import type { TransactionId } from "../transaction.js";

/** What a local transaction adds to which accounts of its node; less than 0 takes from it. */
export type Changes = Readonly<Record<string, number>>;

/** One transaction of a saga, and the one that undoes it as far as that can be undone. */
export interface SagaStep {
  readonly node: NodeId;
  readonly does: Changes;
  /** The compensating transaction (补偿事务): it is done whatever the balances are, because it must not fail. */
  readonly undoes: Changes;
}

/** What a client asks for: these transactions, one after the other. */
export interface Saga {
  readonly kind: "saga";
  readonly transaction: TransactionId;
  readonly steps: readonly SagaStep[];
}

/** Do step number `index` of a saga, or undo it. From the orchestrator to the step's node. */
export interface Perform {
  readonly kind: "perform";
  readonly transaction: TransactionId;
  readonly index: number;
  readonly way: "forward" | "backward";
  /** Which try it is, from 1: what could not be done may be tried again. */
  readonly attempt: number;
  readonly changes: Changes;
}

/** What was found in an account, and by which transaction it was left; null for what was there before all. */
export interface Found {
  readonly account: string;
  readonly version: string | null;
  /** Whether it was changed, and not only looked at. */
  readonly isChanged: boolean;
}

/** It is done, and committed here; or it could not be done. */
export interface Performed {
  readonly kind: "performed";
  readonly transaction: TransactionId;
  readonly index: number;
  readonly way: "forward" | "backward";
  readonly attempt: number;
  readonly isDone: boolean;
  /** What it found before it changed that; empty if it was not done. */
  readonly found: readonly Found[];
}
