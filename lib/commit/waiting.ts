import type { Call, NodeId, Out } from "../core/role.js";
import type { Answer, Outcome, TransactionId } from "./transaction.js";

/** Who waits for the outcome of a transaction: clients, and nodes that asked in the place of one. */
export interface Waiting {
  readonly calls: Set<Call>;
  readonly askers: Set<NodeId>;
}

/** Those who wait for this transaction, to which more may be added. */
export function waitingFor(waiting: Map<TransactionId, Waiting>, transaction: TransactionId): Waiting {
  const known = waiting.get(transaction) ?? { calls: new Set<Call>(), askers: new Set<NodeId>() };
  waiting.set(transaction, known);
  return known;
}

interface Decision {
  readonly kind: "decision";
  readonly transaction: TransactionId;
  readonly outcome: Outcome;
}

/** Tell them the outcome; nobody waits any more. */
export function answerAll(
  waiting: Map<TransactionId, Waiting>,
  { transaction, outcome }: { readonly transaction: TransactionId; readonly outcome: Outcome },
  out: Pick<Out<{ state: object; sends: Decision; replies: Answer }>, "send" | "reply">,
): void {
  const { calls, askers } = waitingFor(waiting, transaction);
  for (const call of calls) out.reply(call, outcome);
  for (const asker of askers) out.send(asker, { kind: "decision", transaction, outcome });
  waiting.delete(transaction);
}
