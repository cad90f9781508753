import { type Cluster, isPrepared, type Plan, planOf } from "./certificates.js";
import type { Certificate, ViewChange } from "./messages.js";

/**
 * The rules that PBFT's safety rests on. A replica can be made with another of them (`replicaWith`), to see what it is
 * for. Sections are those of Castro and Liskov 1999.
 */
export interface Rules {
  /** How many prepares of backups, beside the pre-prepare, make requests prepared: 2f (section 4.2). */
  prepares(cluster: Cluster): number;
  /** How many commits make them committed: 2f + 1. */
  commits(cluster: Cluster): number;
  /** How many view changes begin a view: 2f + 1 (section 4.4). */
  viewChanges(cluster: Cluster): number;
  /** Whether a backup refuses a second pre-prepare for a number and view with another digest. */
  readonly refusesSecond: boolean;
  /** Whether a certificate in a view change proves that its requests were prepared (section 4.2). */
  isProved(cluster: Cluster, certificate: Certificate): boolean;
  /** What a new view must begin with, given the view changes (section 4.4). */
  plan(viewChanges: readonly ViewChange[]): Plan;
  /** Whether a backup computes for itself what a new view must begin with. */
  readonly checksNewView: boolean;
}

/** The rules as they are written. */
export const soundRules: Rules = {
  prepares: ({ quorum }) => quorum - 1,
  commits: ({ quorum }) => quorum,
  viewChanges: ({ quorum }) => quorum,
  refusesSecond: true,
  isProved: isPrepared,
  plan: planOf,
  checksNewView: true,
};
