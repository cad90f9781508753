/**
 * What a replicated log drives: a deterministic state machine (确定性状态机). Replicas that begin in the same state
 * and perform the same commands in the same order end in the same state and give the same answers.
 * Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978; Schneider, "Implementing
 * Fault-Tolerant Services Using the State Machine Approach", 1990.
 */
export interface StateMachine<S, C, R> {
  /** The state before the first command. */
  readonly initial: S;
  /**
   * Performs one command: the state after it, and what the client is told.
   * A pure function: it reads nothing but its arguments and leaves the given state as it is.
   */
  apply(state: S, command: C): { readonly state: S; readonly result: R };
}
