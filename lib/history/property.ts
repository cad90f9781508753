import { options as checkOptions } from "../core/parameters.js";
import type { Observation, Property } from "../core/property.js";
import { isRedirect } from "../core/role.js";
import { linearizable } from "./linearizable.js";
import { checkModel, type Model } from "./model.js";
import { operationPhrase, operationText, type HistoryOperation } from "./operation.js";
import { clientOf, historyOf, type HistoryOptions, type TracedOperation } from "./record.js";
import { serializable, type TransactionRecord } from "./serializable.js";

/**
 * That the answers of a cluster are those of one object, as a property for the simulator and the explorer: the history
 * so far is linearizable after every answer. A run ends at the first answer that no order explains, so a search over
 * seeds or schedules finds a shortest way to it.
 *
 *     simulate({ ..., properties: [linearizableAnswers(register(), { result: ({ result }) => result.value })] })
 *
 * An answer counts from when it leaves its node, and time is the order of events. The options say how requests and
 * answers are put into the model's words, as those of `historyOf`. Every answer has the whole history judged anew, so this is
 * for histories of some hundreds of operations; a longer one is judged once, at the end, by `linearizable`.
 */
export function linearizableAnswers(
  model: Model,
  options: HistoryOptions<TracedOperation> = {},
): Property<readonly TracedOperation[]> {
  checkModel(model);
  checkOptions("options of linearizableAnswers", options, ["request", "result", "failed"]);
  // Between two answers nothing changes that could be judged.
  const judged = new WeakMap<readonly HistoryOperation[], string | null>();
  return {
    name: "linearizable answers",
    memory: [],
    observe,
    check(_, history) {
      let problem = judged.get(history);
      if (problem === undefined) {
        const verdict = linearizable(historyOf(history, options), model);
        problem = verdict.kind === "violated" ? withoutTimes(verdict.reason, verdict.stuck[0]!) : null;
        judged.set(history, problem);
      }
      return problem;
    },
  };
}

/** How the transactions of a run are known from what happens in it. */
export interface SerializableOptions {
  /** Whether what happens here tells of a transaction. All that does is kept, in its order. */
  readonly sees: (happened: Observation) => boolean;
  /** The transactions that it tells of. */
  readonly recordsOf: (seen: readonly Observation[]) => readonly TransactionRecord[];
  /** For each key, its versions in the order in which they were installed; see the options of `serializable`. */
  readonly versionsOf?: (seen: readonly Observation[]) => Readonly<Record<string, readonly unknown[]>>;
}

/**
 * That the transactions of a cluster are serializable, as a property for the simulator and the explorer: judged anew
 * with everything that tells of one. (By the order of events, not strictly by any clock.)
 *
 *     simulate({ ..., properties: [serializableTransactions({ sees: tellsOfTransaction, recordsOf: transactionsOf, versionsOf })] })
 */
export function serializableTransactions(options: SerializableOptions): Property<readonly Observation[]> {
  const { sees, recordsOf, versionsOf } = checkOptions("options of serializableTransactions", options, ["sees", "recordsOf", "versionsOf"]);
  const judged = new WeakMap<readonly Observation[], string | null>();
  return {
    name: "serializable transactions",
    memory: [],
    observe: (seen, happened) => (sees(happened) ? [...seen, happened] : seen),
    check(_, seen) {
      let problem = judged.get(seen);
      if (problem === undefined) {
        const verdict = serializable(recordsOf(seen), versionsOf ? { versions: versionsOf(seen) } : {});
        problem = verdict.kind === "violated" ? verdict.reason : null;
        judged.set(seen, problem);
      }
      return problem;
    },
  };
}

/** A property sees the order of events, and no clock that a reader could find in the run. */
function withoutTimes(reason: string, operation: TracedOperation): string {
  return reason.replace(operationPhrase(operation), `${operation.client}'s ${operationText(operation)}`);
}

/** The history with what happened now. Its clock counts calls and answers. */
function observe(history: readonly TracedOperation[], happened: Observation): readonly TracedOperation[] {
  if (happened.kind !== "request" && happened.kind !== "reply") return history;
  // Who is sent elsewhere has no answer yet.
  if (happened.kind === "reply" && isRedirect(happened.result)) return history;
  const { call } = happened;
  const row = history.findIndex((operation) => operation.call === call);
  const now = history.reduce((events, { returnedAt }) => events + (returnedAt === null ? 1 : 2), 0);
  if (happened.kind === "request") {
    // A client that tries again asks for the same operation.
    if (row >= 0) return history;
    return [
      ...history,
      { client: clientOf(call), call, request: happened.request, result: undefined, invokedAt: now, returnedAt: null },
    ];
  }
  if (row < 0 || history[row]!.returnedAt !== null) return history;
  return history.map((operation, i) =>
    i === row ? { ...operation, result: happened.result, returnedAt: now } : operation,
  );
}
