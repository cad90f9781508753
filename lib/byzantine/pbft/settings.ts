import { finite, flag, integer, nodeNames, options } from "../../core/parameters.js";
import type { NodeId } from "../../core/role.js";
import type { StateMachine } from "../../consensus/state-machine.js";
import { keyRing, type KeyRing } from "../keys.js";
import type { Cluster } from "./certificates.js";
import { byzantineQuorum, mostFaults } from "./quorum.js";
import { type Rules, soundRules } from "./rules.js";

/** The switches of a replica. Sections are those of Castro and Liskov 1999. */
export interface ReplicaOptions<S = unknown, C = unknown, R = unknown> {
  readonly replicas: readonly NodeId[];
  /** What the requests are performed on. */
  readonly machine: StateMachine<S, C, R>;
  /** How many replicas may lie. Default: ⌊(n − 1) / 3⌋. */
  readonly f?: number;
  /** How long a backup waits for a request to be executed, in ms, before it asks for another primary; doubled with each view. Default 300. */
  readonly patience?: number;
  /** How often a replica that waits tells how far it is, in ms. Default 100. */
  readonly statusEvery?: number;
  /** A checkpoint is taken after so many numbers: the paper's K (section 4.3). Default 100. */
  readonly checkpointEvery?: number;
  /** How far numbers run ahead of the last stable checkpoint at most: the paper's L, a small multiple of K. Default 2 K. */
  readonly window?: number;
  /** How many numbers the primary has under way at a time; more requests wait. Default: as many as the window holds. */
  readonly inFlight?: number;
  /** How many requests share a number, if so many wait (section 5, "batching"). Default 1. */
  readonly maxBatch?: number;
  /** Execute and answer what is prepared, before it is committed (section 5.1). Default false. */
  readonly tentative?: boolean;
  /**
   * Write down all that it knows before it says anything, and go on from there after a crash. Default false: a replica that has
   * crashed is a faulty one, which may forget its votes.
   */
  readonly durable?: boolean;
  readonly keys?: KeyRing;
}

/** The options, checked and whole. */
export interface Settings extends Cluster {
  readonly machine: StateMachine<any, any, any>;
  readonly patience: number;
  readonly statusEvery: number;
  readonly checkpointEvery: number;
  readonly inFlight: number;
  readonly maxBatch: number;
  readonly tentative: boolean;
  readonly durable: boolean;
}

const KNOWN = [
  "replicas", "machine", "f", "patience", "statusEvery", "checkpointEvery", "window", "inFlight", "maxBatch", "tentative", "durable", "keys",
] as const satisfies readonly (keyof ReplicaOptions)[];

/** Check the options of a replica. @throws RangeError or TypeError for one that is unknown or out of its range */
export function settingsOf(given: ReplicaOptions<any, any, any>, changed: Partial<Rules>): Settings {
  const { replicas, machine, patience = 300, statusEvery = 100, checkpointEvery = 100, maxBatch = 1, tentative = false, durable = false, keys = keyRing() } = options(
    "replica", given, KNOWN,
  );
  nodeNames("replicas", replicas);
  options("machine", machine, ["initial", "apply"]);
  const n = replicas.length;
  const f = integer("f", given.f ?? mostFaults(n), { max: n - 1 });
  finite("patience", patience, { min: 1 });
  finite("statusEvery", statusEvery, { min: 1 });
  integer("checkpointEvery", checkpointEvery, { min: 1 });
  const window = integer("window", given.window ?? 2 * checkpointEvery, { min: checkpointEvery });
  const inFlight = integer("inFlight", given.inFlight ?? window, { min: 1 });
  integer("maxBatch", maxBatch, { min: 1 });
  flag("tentative", tentative);
  flag("durable", durable);
  return {
    replicas, machine, f, quorum: byzantineQuorum(n, f), window, keys, rules: { ...soundRules, ...changed },
    patience, statusEvery, checkpointEvery, inFlight, maxBatch, tentative, durable,
  };
}
