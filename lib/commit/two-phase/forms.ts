import type { Outcome } from "../transaction.js";

/**
 * The forms of two-phase commit. They differ in what is written and acknowledged, and so in what it means when a
 * coordinator is asked about a transaction that it does not know.
 *
 * - "basic": both outcomes are logged and acknowledged (Gray, "Notes on Data Base Operating Systems", 1978).
 * - "presumed-abort": nothing is logged or acknowledged for an abort; whoever asks about an unknown transaction is
 *   told that it has aborted. A commit is therefore remembered until all have acknowledged it.
 * - "presumed-commit": nothing is acknowledged for a commit. Now the names of those who are asked to prepare are
 *   forced to the log first, so that a transaction which a crash interrupts is not presumed to have committed.
 *   (Both: Mohan, Lindsay and Obermarck, "Transaction Management in the R* Distributed Database Management
 *   System", 1986.)
 * - "remembering": both outcomes are logged and never forgotten, so nothing is acknowledged. It is the form that
 *   Gray and Lamport count in "Consensus on Transaction Commit" (2006), section 3.
 */
export type Form = "basic" | "presumed-abort" | "presumed-commit" | "remembering";

/** All forms, the plainest first. */
export const forms: readonly Form[] = ["basic", "presumed-abort", "presumed-commit", "remembering"];

/** What a form does about an outcome. */
interface Habits {
  /** The coordinator forces a record of the participants to its log before it asks them. */
  readonly collects: boolean;
  /** The coordinator forces a record of these outcomes before it tells anybody. */
  readonly logs: Readonly<Record<Outcome, boolean>>;
  /** Participants force these outcomes to their logs and acknowledge them; others they write when convenient. */
  readonly acknowledges: Readonly<Record<Outcome, boolean>>;
  /** What a coordinator answers about a transaction that it does not know. */
  readonly presumes: Outcome;
  /** The coordinator keeps what it has logged. */
  readonly remembers: boolean;
}

/** What each form does. */
export const habits: Readonly<Record<Form, Habits>> = {
  "basic": {
    collects: false,
    logs: { commit: true, abort: true },
    acknowledges: { commit: true, abort: true },
    presumes: "abort",
    remembers: false,
  },
  "presumed-abort": {
    collects: false,
    logs: { commit: true, abort: false },
    acknowledges: { commit: true, abort: false },
    presumes: "abort",
    remembers: false,
  },
  "presumed-commit": {
    collects: true,
    logs: { commit: true, abort: false },
    acknowledges: { commit: false, abort: true },
    presumes: "commit",
    remembers: false,
  },
  "remembering": {
    collects: false,
    logs: { commit: true, abort: true },
    acknowledges: { commit: false, abort: false },
    presumes: "abort",
    remembers: true,
  },
};
