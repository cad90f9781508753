import { options as checkOptions } from "../core/parameters.js";
import { causallyConsistent, type View, type WeakModel } from "./causal.js";
import { linearizable } from "./linearizable.js";
import { byKey } from "./model.js";
import { register } from "./models.js";
import { operationText, type HistoryOperation } from "./operation.js";
import { historyOf } from "./record.js";
import { sequentiallyConsistent } from "./sequential.js";
import { sessionGuarantees, type SessionGuarantee } from "./sessions.js";

/** A model of consistency: the ladder from the strongest down, and what stands beside it. */
export type ConsistencyModel = "linearizable" | "sequential" | WeakModel | SessionGuarantee;

/** What one model says of a history. */
export interface Rung {
  readonly model: ConsistencyModel;
  /** Whether the model allows the history; null where the judge gave up. */
  readonly allowed: boolean | null;
  /** The order or orders that explain it, or why there is none. */
  readonly why: string;
}

/** How a history is judged by all models. */
export interface LadderOptions {
  /** What every key holds before it is written. Default null. */
  readonly initial?: unknown;
}

/**
 * Which models of consistency allow a small history of reads and writes, each with an order that explains it or a
 * reason why there is none. Whatever a rung of the ladder allows, the rungs below it allow:
 *
 *     linearizable ⊂ sequential ⊂ causal memory ⊂ PRAM
 *
 * Between sequential and weak causal stands causal convergence, too, which neither contains causal memory nor is contained in
 * it. The session guarantees are judged each by itself, by real time: a write is newer if it began after the other had
 * returned.
 *
 * @throws RangeError for a value that is written twice to a key, and what `causallyConsistent` refuses
 */
export function consistencyLadder<Operation extends HistoryOperation>(
  history: readonly Operation[],
  options: LadderOptions = {},
): readonly Rung[] {
  const { initial = null } = checkOptions("options of consistencyLadder", options, ["initial"]);
  const weak = (["causal memory", "causal convergence", "weak causal", "PRAM"] as const).map((model): Rung => {
    const verdict = causallyConsistent(history, { model, initial });
    const why = verdict.kind === "holds" && verdict.views.length > 0 ? viewsText(verdict.views) : verdict.reason;
    return { model, allowed: verdict.kind === "holds", why };
  });
  const plain = historyOf(history, {
    request: ({ request }) => {
      const { key, value } = request as { readonly key?: unknown; readonly value?: unknown };
      return request.kind === "write" || request.kind === "put" ? ({ kind: "write", key, value } as { kind: "write" }) : ({ kind: "read", key } as { kind: "read" });
    },
    result: ({ request, result }) => (request.kind === "read" || request.kind === "get" ? result : undefined),
  });
  const model = byKey(register({ initial }));
  const strong = ([["linearizable", linearizable], ["sequential", sequentiallyConsistent]] as const).map(([name, judge]): Rung => {
    const verdict = judge(plain, model);
    const allowed = verdict.kind === "unknown" ? null : verdict.kind === "holds";
    return { model: name, allowed, why: verdict.kind === "holds" ? orderText(verdict.order) : verdict.reason };
  });
  const sessions = weak.some(({ why }) => why.includes("what nobody wrote"))
    ? []
    : sessionGuarantees(history, { initial }).map(({ guarantee, kind, reason }): Rung => ({ model: guarantee, allowed: kind === "holds", why: reason }));
  return [...strong, ...weak, ...sessions];
}

function viewsText(views: readonly View[]): string {
  return views.map(({ client, order }) => (client === null ? "" : `${client}: `) + orderText(order)).join("; ");
}

function orderText(order: readonly HistoryOperation[]): string {
  return order.map((operation) => operationText(operation)).join(", ");
}
