import type { SearchOptions } from "../../lib/check.js";

/** The variables of TLA+'s module TwoPhase. */
export interface TwoPhase {
  rmState: Readonly<Record<string, "working" | "prepared" | "committed" | "aborted">>;
  tmState: "init" | "committed" | "aborted";
  tmPrepared: ReadonlySet<string>;
  msgs: ReadonlySet<string>;
}

/**
 * Two-phase commit as a transition system with a shared set of messages, action for action after the module
 * TwoPhase of Gray and Lamport, "Consensus on Transaction Commit" (2006), appendix.
 */
export function twoPhase(managers: number, { hasty = false }: { hasty?: boolean } = {}): SearchOptions<TwoPhase> {
  const all = Array.from({ length: managers }, (_, i) => `r${i + 1}`);
  const next: Record<string, (state: Readonly<TwoPhase>) => Partial<TwoPhase> | null> = {
    TMCommit: (s) =>
      s.tmState === "init" && s.tmPrepared.size >= (hasty ? all.length - 1 : all.length)
        ? { tmState: "committed", msgs: new Set([...s.msgs, "commit"]) }
        : null,
    TMAbort: (s) => (s.tmState === "init" ? { tmState: "aborted", msgs: new Set([...s.msgs, "abort"]) } : null),
  };
  for (const r of all) {
    next[`TMRcvPrepared(${r})`] = (s) =>
      s.tmState === "init" && s.msgs.has(`prepared ${r}`) ? { tmPrepared: new Set([...s.tmPrepared, r]) } : null;
    next[`RMPrepare(${r})`] = (s) =>
      s.rmState[r] === "working"
        ? { rmState: { ...s.rmState, [r]: "prepared" }, msgs: new Set([...s.msgs, `prepared ${r}`]) }
        : null;
    next[`RMChooseToAbort(${r})`] = (s) =>
      s.rmState[r] === "working" ? { rmState: { ...s.rmState, [r]: "aborted" } } : null;
    next[`RMRcvCommitMsg(${r})`] = (s) =>
      s.msgs.has("commit") ? { rmState: { ...s.rmState, [r]: "committed" } } : null;
    next[`RMRcvAbortMsg(${r})`] = (s) => (s.msgs.has("abort") ? { rmState: { ...s.rmState, [r]: "aborted" } } : null);
  }
  return {
    initial: {
      rmState: Object.fromEntries(all.map((r) => [r, "working" as const])),
      tmState: "init",
      tmPrepared: new Set(),
      msgs: new Set(),
    },
    next,
    properties: {
      TCConsistent: ({ rmState }) =>
        !(Object.values(rmState).includes("committed") && Object.values(rmState).includes("aborted")),
    },
  };
}
