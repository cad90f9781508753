import { each, numbered } from "../../consensus/specifications/names.js";
import { integer } from "../../core/parameters.js";
import type { Specification, SpecificationAction } from "../../core/specification.js";

/** What becomes of a resource manager. */
export type ManagerState = "working" | "prepared" | "committed" | "aborted";

/** The variable of the module TCommit. */
export interface TransactionCommitState {
  readonly rmState: Readonly<Record<string, ManagerState>>;
}

/**
 * What atomic commitment is, and nothing about how: the module TCommit of Gray and Lamport, "Consensus on Transaction
 * Commit" (2006), appendix. A resource manager may abort as long as none has committed, and commit once all are prepared.
 *
 * @param managers how many resource managers there are: `r1`, `r2` and so on
 * @throws RangeError unless it is a whole number of at least 1
 */
export function transactionCommitSpecification({
  managers = 3,
}: { readonly managers?: number } = {}): Specification<TransactionCommitState> {
  const all = managerNames(managers);
  const next: Record<string, SpecificationAction<TransactionCommitState>> = {};
  for (const r of all) {
    next[`Prepare(${r})`] = ({ rmState }) =>
      rmState[r] === "working" ? { rmState: { ...rmState, [r]: "prepared" } } : null;
    next[`Decide(${r})`] = ({ rmState }) => {
      const canCommit = all.every((rm) => rmState[rm] === "prepared" || rmState[rm] === "committed");
      const notCommitted = all.every((rm) => rmState[rm] !== "committed");
      const isOpen = rmState[r] === "prepared" || rmState[r] === "working";
      return [
        ...(rmState[r] === "prepared" && canCommit ? [{ rmState: { ...rmState, [r]: "committed" as const } }] : []),
        ...(isOpen && notCommitted ? [{ rmState: { ...rmState, [r]: "aborted" as const } }] : []),
      ];
    };
  }
  return { initial: { rmState: each(all, "working") }, next, properties: { TCConsistent: isConsistent } };
}

/** TCConsistent: no two resource managers have decided differently. */
export function isConsistent({ rmState }: TransactionCommitState): boolean {
  const states = Object.values(rmState);
  return !(states.includes("committed") && states.includes("aborted"));
}

/** `r1`, `r2` and so on. */
export function managerNames(managers: number): readonly string[] {
  return numbered("r", integer("managers", managers, { min: 1, max: 12 }));
}
