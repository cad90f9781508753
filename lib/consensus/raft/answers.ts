import type { Tagged } from "../../core/role.js";
import type { Reply, Request } from "./messages.js";

/*
 * What clients saw of the state machine, for the judges of distlab/history, who know the machine and nothing of Raft.
 */

/** An operation as a run's history has it. */
interface Operation {
  readonly request: Tagged;
  readonly result?: unknown;
  /** Null where there was no answer. */
  readonly returnedAt: number | null;
}

/**
 * How requests and answers are put into the machine's words, for `historyOf` and `linearizableAnswers`: a command and a
 * query are what they ask of the machine, and whatever else is asked of a server is left out.
 */
export const machineWords: {
  readonly request: (operation: Operation) => Tagged | null;
  readonly result: (operation: Operation) => unknown;
} = {
  request(operation) {
    const request = operation.request as Request<Tagged>;
    return request.kind === "command" ? request.command : request.kind === "read" ? request.query : null;
  },
  result: ({ result }) => (isResult(result) ? result.result : undefined),
};

/**
 * The operations with a result of the machine as their answer, and all others as without one: who is told that a session
 * is closed does not know whether the command was performed.
 */
export function withResults<O extends Operation>(history: readonly O[]): O[] {
  return history.map((operation) =>
    isResult(operation.result) ? operation : { ...operation, result: undefined, returnedAt: null },
  );
}

function isResult(result: unknown): result is Reply & { readonly kind: "result" } {
  return (result as Reply | undefined)?.kind === "result";
}
