import { canonical } from "../core/canonical.js";
import { Fingerprint } from "../core/hash.js";
import type { TraceEvent } from "./event.js";

/** The fingerprint of a run: equal for equal traces, event for event, on every machine. */
export function traceHash(trace: readonly TraceEvent[]): string {
  const print = new Fingerprint();
  for (const event of trace) print.add(canonical(event)).add("\n");
  return print.digest();
}
