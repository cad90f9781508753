import { finite } from "../core/parameters.js";

/** What is known of the round trips to a node, in ms. Plain data: a rule replaces it. */
export interface RoundTrip {
  /** The smoothed round trip, SRTT; null before the first. */
  readonly smoothed: number | null;
  /** The smoothed distance from it, RTTVAR. */
  readonly deviation: number;
  /** How long to wait for an answer, RTO. */
  readonly timeout: number;
}

/** Before anything was measured: wait for so many ms (RFC 6298 says 1,000). */
export function unmeasured(timeout: number = 1_000): RoundTrip {
  return { smoothed: null, deviation: 0, timeout: finite("timeout", timeout) };
}

/**
 * Learn from a round trip: SRTT moves an eighth of the way to it, RTTVAR a quarter of the way to its distance, and the
 * time-out is SRTT + 4 RTTVAR (Jacobson and Karels, "Congestion Avoidance and Control", 1988, appendix A; RFC 6298,
 * section 2). Of an answer that may belong to an earlier try, learn nothing (Karn and Partridge 1987).
 *
 * @param least the least time-out, in ms: RFC 6298 says 1,000, Linux 200
 */
export function measured(known: RoundTrip, ms: number, least: number = 0): RoundTrip {
  finite("ms", ms);
  const { smoothed } = known;
  if (smoothed === null) return { smoothed: ms, deviation: ms / 2, timeout: Math.max(least, 3 * ms) };
  const deviation = known.deviation + (Math.abs(ms - smoothed) - known.deviation) / 4;
  const next = smoothed + (ms - smoothed) / 8;
  return { smoothed: next, deviation, timeout: Math.max(least, next + 4 * deviation) };
}

/** Wait twice as long after a time-out, up to `most` ms, until a fresh measurement says better (Karn and Partridge 1987; RFC 6298, section 5.5). */
export function backedOff(known: RoundTrip, most: number = 60_000): RoundTrip {
  return { ...known, timeout: Math.min(most, 2 * known.timeout) };
}
