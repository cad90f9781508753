import { packed, unpacked } from "../core/packed.js";
import { show } from "../core/parameters.js";
import type { TraceEvent } from "./event.js";
import { traceHash } from "./hash.js";

/** What a saved trace says about the run that it comes from. */
export interface TraceHeader {
  /** The seed of the run. */
  readonly seed: number | string;
  /** The options of the run, as text for readers: roles by name, functions by their own. */
  readonly options: string;
}

/** A trace that was loaded, with its header and its hash. */
export interface SavedTrace extends TraceHeader {
  readonly trace: readonly TraceEvent[];
  readonly hash: string;
}

const FORMAT = "distlab trace";
const VERSION = 1;

/**
 * A trace as text: one line of JSON with the header, then one for each event. Maps, sets and all else that a
 * message may hold come back as they were.
 */
export function saveTrace(trace: readonly TraceEvent[], { seed, options }: TraceHeader): string {
  const header = { format: FORMAT, version: VERSION, seed, options, events: trace.length, hash: traceHash(trace) };
  return [header, ...trace].map((line) => `${JSON.stringify(packed(line))}\n`).join("");
}

/**
 * The trace that `saveTrace` made this text of.
 *
 * @throws Error if the text is no saved trace, was made by another version, was cut off, or was changed
 */
export function loadTrace(text: string): SavedTrace {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const [first, ...events] = lines.map((line, i) => {
    try {
      return unpacked(JSON.parse(line));
    } catch {
      throw new Error(`this is no saved trace: line ${i + 1} is not JSON: ${show(line)}`);
    }
  });
  const header = first as Partial<TraceHeader & { format: string; version: number; events: number; hash: string }> | undefined;
  if (header?.format !== FORMAT) throw new Error(`this is no saved trace: its first line must say "${FORMAT}"`);
  if (header.version !== VERSION) throw new Error(`this trace has version ${show(header.version)}; this library reads version ${VERSION}`);
  if (events.length !== header.events) throw new Error(`this trace is cut off: it has ${events.length} of ${show(header.events)} events`);
  const trace = events as readonly TraceEvent[];
  const hash = traceHash(trace);
  if (hash !== header.hash) throw new Error(`this trace was changed: its hash is ${hash}, and should be ${show(header.hash)}`);
  return { seed: header.seed!, options: header.options!, trace, hash };
}
