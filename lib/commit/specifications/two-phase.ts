import { each, withMessage } from "../../consensus/specifications/names.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";
import { isConsistent, managerNames, type ManagerState } from "./transaction-commit.js";

/** The variables of the module TwoPhase. */
export interface TwoPhaseState {
  readonly rmState: Readonly<Record<string, ManagerState>>;
  /** The transaction manager's state. */
  readonly tmState: "init" | "committed" | "aborted";
  /** The resource managers of which the transaction manager knows that they are prepared. */
  readonly tmPrepared: ReadonlySet<string>;
  /**
   * All messages that were ever sent: "Prepared r1", "Commit", "Abort". One once sent may be received at any time, or
   * never.
   */
  readonly msgs: ReadonlySet<string>;
}

/**
 * Two-phase commit as a specification: the module TwoPhase of Gray and Lamport, "Consensus on Transaction Commit"
 * (2006), appendix, action for action. Resource managers prepare by themselves; that one has aborted shows to the
 * transaction manager only in that it may abort at any time.
 *
 * @param managers how many resource managers there are: `r1`, `r2` and so on
 * @throws RangeError unless it is a whole number of at least 1
 */
export function twoPhaseSpecification({
  managers = 3,
}: { readonly managers?: number } = {}): Specification<TwoPhaseState> {
  const all = managerNames(managers);
  const next: Record<string, SpecificationAction<TwoPhaseState>> = {
    TMCommit: ({ tmState, tmPrepared, msgs }) =>
      tmState === "init" && tmPrepared.size === all.length
        ? { tmState: "committed", msgs: withMessage(msgs, "Commit") }
        : null,
    TMAbort: ({ tmState, msgs }) =>
      tmState === "init" ? { tmState: "aborted", msgs: withMessage(msgs, "Abort") } : null,
  };
  for (const r of all) {
    next[`TMRcvPrepared(${r})`] = ({ tmState, tmPrepared, msgs }) =>
      tmState === "init" && msgs.has(`Prepared ${r}`) ? { tmPrepared: withMessage(tmPrepared, r) } : null;
    next[`RMPrepare(${r})`] = ({ rmState, msgs }) =>
      rmState[r] === "working"
        ? { rmState: { ...rmState, [r]: "prepared" }, msgs: withMessage(msgs, `Prepared ${r}`) }
        : null;
    next[`RMChooseToAbort(${r})`] = ({ rmState }) =>
      rmState[r] === "working" ? { rmState: { ...rmState, [r]: "aborted" } } : null;
    next[`RMRcvCommitMsg(${r})`] = ({ rmState, msgs }) =>
      msgs.has("Commit") ? { rmState: { ...rmState, [r]: "committed" } } : null;
    next[`RMRcvAbortMsg(${r})`] = ({ rmState, msgs }) =>
      msgs.has("Abort") ? { rmState: { ...rmState, [r]: "aborted" } } : null;
  }
  return {
    initial: { rmState: each(all, "working"), tmState: "init", tmPrepared: new Set(), msgs: new Set() },
    next,
    properties: { TCConsistent: isConsistent },
  };
}
