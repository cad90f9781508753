import { integer } from "../../core/parameters.js";

/**
 * The most liars among n replicas that any protocol can stand in an asynchronous system, even with signatures: ⌊(n − 1) / 3⌋
 * (Bracha and Toueg, "Asynchronous Consensus and Broadcast Protocols", 1985).
 *
 * @throws RangeError unless `n` is a whole number of at least 1
 */
export function mostFaults(n: number): number {
  return Math.floor((integer("n", n, { min: 1 }) - 1) / 3);
}

/**
 * The least number of replicas out of n such that any two sets of that size share one that is honest, although f lie:
 * ⌈(n + f + 1) / 2⌉, which is 2f + 1 for n = 3f + 1.
 *
 * @throws RangeError unless `n` is at least 1 and `f` less than `n`
 */
export function byzantineQuorum(n: number, f: number): number {
  integer("n", n, { min: 1 });
  integer("f", f, { max: n - 1 });
  return Math.floor((n + f) / 2) + 1;
}

/** How many messages PBFT takes between n replicas for one request, in its three phases: (n-1), (n-1)² and n(n-1). */
export function pbftMessages(n: number): { readonly prePrepare: number; readonly prepare: number; readonly commit: number; readonly all: number } {
  integer("n", n, { min: 1 });
  return { prePrepare: n - 1, prepare: (n - 1) ** 2, commit: n * (n - 1), all: 2 * n * (n - 1) };
}
