/**
 * A cluster in virtual time: roles on a network that delays, loses, doubles and reorders, with disks, clocks
 * and clients, and everything that can go wrong with them. All chance comes from one seed: the same options
 * give the same run, event for event.
 */
export { simulate, type Run, type SimulateOptions } from "./sim/simulate.js";
export { record, Simulation, type ForkChange } from "./sim/simulation.js";
export {
  type AnyRequest,
  type Ended,
  type NameOf,
  type Nodes,
  type Operation,
  type PlaceOf,
  type ProcessingOptions,
  type Progress,
  type ScriptedRequest,
  type SimulationOptions,
  type TimedDecision,
  type Until,
  type Violation,
} from "./sim/options.js";
export { type Choice, type ClientOptions } from "./sim/clients.js";
export { nemesisScript, type FaultRate, type NemesisOptions } from "./sim/nemesis.js";
export { type LinkOptions, type NetworkOptions } from "./sim/network.js";
export { type Latency } from "./sim/latency.js";
export { type Fault, type ScriptedFault, type Victim } from "./sim/faults.js";
export { only, type TraceEvent } from "./trace/event.js";
export { ids } from "./core/role.js";
