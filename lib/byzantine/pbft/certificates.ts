import type { NodeId } from "../../core/role.js";
import { digestOf, type KeyRing, type Signed } from "../keys.js";
import type { Certificate, Checkpoint, Commit, NewView, PrePrepare, Prepare, Request, ViewChange } from "./messages.js";
import type { Rules } from "./rules.js";

/** Who there is, how many of them may lie, and how their marks are checked. */
export interface Cluster {
  readonly replicas: readonly NodeId[];
  readonly f: number;
  /** How many replicas make a quorum: 2f + 1 of 3f + 1. */
  readonly quorum: number;
  /** How far numbers may run ahead of the last stable checkpoint. */
  readonly window: number;
  readonly keys: KeyRing;
  readonly rules: Rules;
}

/** "The primary of a view is replica p such that p = v mod |R|." (Section 4.) */
export function primaryOf({ replicas }: Pick<Cluster, "replicas">, view: number): NodeId {
  return replicas[view % replicas.length]!;
}

/** What makes a request worth a thought: it is signed by the client that it names. */
export function isAuthentic({ keys }: Cluster, request: Signed<Request>): boolean {
  return request.signer === request.client && keys.verify(request);
}

/** Whether a pre-prepare is the word of its view's primary, and its digest that of its requests, all of them authentic. */
export function isProposal(cluster: Cluster, message: Signed<PrePrepare>): boolean {
  const { view, signer, digest, requests } = message;
  return (
    signer === primaryOf(cluster, view) &&
    digest === digestOf(requests) &&
    requests.every((request) => isAuthentic(cluster, request)) &&
    cluster.keys.verify(message)
  );
}

/**
 * The predicate prepared(m, v, n), by its proof (section 4.2): a pre-prepare, and 2f prepares of different backups that
 * match it in view, number and digest.
 */
export function isPrepared(cluster: Cluster, { prePrepare, prepares }: Certificate): boolean {
  const backups = new Set<NodeId>();
  for (const prepare of prepares) {
    if (!matches(prepare, prePrepare) || prepare.signer === prePrepare.signer) continue;
    if (cluster.replicas.includes(prepare.signer) && cluster.keys.verify(prepare)) backups.add(prepare.signer);
  }
  return isProposal(cluster, prePrepare) && backups.size >= cluster.rules.prepares(cluster);
}

/** The predicate committed(m, v, n), by its proof: a pre-prepare, and 2f + 1 commits of different replicas that match it. */
export function isCommitted(cluster: Cluster, prePrepare: Signed<PrePrepare>, commits: readonly Signed<Commit>[]): boolean {
  const signers = new Set<NodeId>();
  for (const commit of commits) {
    if (matches(commit, prePrepare) && cluster.replicas.includes(commit.signer) && cluster.keys.verify(commit)) signers.add(commit.signer);
  }
  return isProposal(cluster, prePrepare) && signers.size >= cluster.rules.commits(cluster);
}

/** Whether these checkpoints prove that the state after request n is stable: 2f + 1 replicas vouch for one digest (section 4.3). */
export function isStable({ quorum, replicas, keys }: Cluster, n: number, proof: readonly Signed<Checkpoint>[]): boolean {
  if (n === 0) return true;
  const [first] = proof;
  const signers = proof.filter(
    (checkpoint) =>
      checkpoint.n === n && checkpoint.digest === first!.digest && replicas.includes(checkpoint.signer) && keys.verify(checkpoint),
  );
  return new Set(signers.map(({ signer }) => signer)).size >= quorum;
}

/** Whether a view change says nothing that it does not prove: its checkpoint, and everything that it claims was prepared. */
export function isViewChange(cluster: Cluster, message: Signed<ViewChange>): boolean {
  const { view, n, checkpoints, prepared, signer } = message;
  if (!cluster.replicas.includes(signer) || !cluster.keys.verify(message)) return false;
  return (
    isStable(cluster, n, checkpoints) &&
    prepared.every(
      (certificate) =>
        certificate.prePrepare.view < view &&
        certificate.prePrepare.n > n &&
        certificate.prePrepare.n <= n + cluster.window &&
        cluster.rules.isProved(cluster, certificate),
    )
  );
}

/** What a new view must begin with. */
export interface Plan<C = unknown> {
  /** The latest stable checkpoint of those who leave for the view: the paper's min-s. */
  readonly from: number;
  /** The highest number that was prepared with one of them, or `from`: the paper's max-s. */
  readonly to: number;
  /** What stands at each number between: what was prepared in the latest view, or nothing (the null request). */
  readonly slots: readonly { readonly n: number; readonly requests: readonly Signed<Request<C>>[] }[];
}

/**
 * How a new view begins, given the view changes V (section 4.4, the computation of O). A pure function of V, so that every
 * replica can check what the new primary says. What may have been committed stands in the certificate of at least one of
 * 2f + 1 replicas, because 2f + 1 have prepared it and any two such sets share an honest one.
 */
export function planOf<C>(viewChanges: readonly ViewChange<C>[]): Plan<C> {
  const from = Math.max(...viewChanges.map(({ n }) => n));
  const latest = new Map<number, PrePrepare<C>>();
  for (const { prepared } of viewChanges) {
    for (const { prePrepare } of prepared) {
      const known = latest.get(prePrepare.n);
      if (prePrepare.n > from && (!known || known.view < prePrepare.view)) latest.set(prePrepare.n, prePrepare);
    }
  }
  const to = Math.max(from, ...latest.keys());
  const slots = Array.from({ length: to - from }, (_, i) => ({ n: from + i + 1, requests: latest.get(from + i + 1)?.requests ?? [] }));
  return { from, to, slots };
}

/** Whether a new view follows from the view changes that it shows: enough of them, and exactly what they ask for. */
export function isNewView(cluster: Cluster, message: Signed<NewView>): boolean {
  const { view, viewChanges, prePrepares, signer } = message;
  if (signer !== primaryOf(cluster, view) || !cluster.keys.verify(message)) return false;
  const isFrom = new Set(viewChanges.map((change) => change.signer));
  if (isFrom.size < cluster.rules.viewChanges(cluster) || isFrom.size < viewChanges.length) return false;
  if (!viewChanges.every((change) => change.view === view && isViewChange(cluster, change))) return false;
  if (!prePrepares.every((prePrepare) => prePrepare.view === view && isProposal(cluster, prePrepare))) return false;
  if (!cluster.rules.checksNewView) return true;
  const { slots } = cluster.rules.plan(viewChanges);
  return (
    slots.length === prePrepares.length &&
    slots.every(({ n, requests }, i) => prePrepares[i]!.n === n && prePrepares[i]!.digest === digestOf(requests))
  );
}

function matches(vote: Prepare | Commit, { view, n, digest }: PrePrepare): boolean {
  return vote.view === view && vote.n === n && vote.digest === digest;
}
