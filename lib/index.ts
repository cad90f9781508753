/**
 * Distlab: distributed algorithms as roles on one deterministic simulator. Each area has a door of its own:
 * `distlab/core`, `distlab/sim`, `distlab/check`, `distlab/history`, `distlab/trace`, `distlab/measure`, `distlab/plot`,
 * `distlab/notebook`, and one for each family of algorithms, as `distlab/paxos`.
 */
export { ids } from "./core/role.js";
export { only, type TraceEvent } from "./trace/event.js";
