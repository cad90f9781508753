/**
 * Failure detectors: who is down, when all that can be seen is that nothing comes.
 *
 * A detector suspects, and may be wrong. Chandra and Toueg ("Unreliable Failure Detectors for Reliable Distributed
 * Systems", JACM 43(2), 1996) ask two things of it: completeness, that who crashed is suspected in the end, and accuracy,
 * that who is up is not. The two pull against each other, and a rule of `Patience` is where a detector stands between them:
 * `fixed` and `growing` time-outs, the `expected` arrival and a margin, or the level φ of `accrual`.
 *
 * The roles: `watcher` (heartbeats, and a leader Ω), `asker` (questions and answers) and `swim` (a group that watches itself
 * at a cost that does not grow). `suspicionsIn` reads what they suspected from a run, `classOf` says which class that is
 * worthy of, and `qualityOn` tries a rule on a log of heartbeats.
 */
export { accrual, expected, fixed, gapsOf, growing, phi, type AccrualOptions, type Heard, type Patience } from "./detectors/patience.js";
export { deviationsFor, log10Tail } from "./detectors/normal.js";
export { backedOff, measured, unmeasured, type RoundTrip } from "./detectors/round-trip.js";
export { leaderOf, watcher, type Alive, type Watcher, type WatcherOptions, type WatcherSignature } from "./detectors/heartbeats.js";
export { asker, type Asker, type AskerOptions, type AskerSignature, type Ping, type Pong } from "./detectors/pings.js";
export { swim, type Member, type PingReq, type Rumour, type SwimAck, type SwimOptions, type SwimPing, type SwimSignature } from "./detectors/swim.js";
export {
  classOf, qualityOn, suspicionsIn, suspicionsOn, type DetectorClass, type HeartbeatLog, type Quality, type Suspicion,
} from "./detectors/quality.js";
