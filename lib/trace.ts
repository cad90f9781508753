/** A run as a list of events: what was sent, delivered, lost, decided, and what was done to the cluster. */
export { only, type At, type DropReason, type Listener, type OnLink, type OnNode, type TraceEvent } from "./trace/event.js";
export { traceHash } from "./trace/hash.js";
export { loadTrace, saveTrace, type SavedTrace, type TraceHeader } from "./trace/file.js";
export { sequence } from "./trace/sequence.js";
