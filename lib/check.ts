/**
 * Search for what breaks an algorithm.
 *
 * - `explore` looks at every world that a small cluster can reach, with the very roles that the simulator runs, and
 *   gives a shortest schedule to the first bad one.
 * - `search` does the same for a plain transition system: states and actions, as a specification in TLA+ has them.
 * - `searchSeeds` runs a large cluster many times, each time with other chances and faults (`swarm`), and shrinks the
 *   first run that goes wrong (`shrink`).
 * - `valency` tells which decisions are still possible from each world, and `undecided` keeps a protocol from deciding.
 * - `replay` turns a schedule into a trace, to be drawn and measured; `scheduleOf` turns a trace into a schedule.
 */
export { explore, type Explored, type Verdict } from "./check/explore.js";
export { type Ask, type Bound, type ExploreOptions, type Progress } from "./check/options.js";
export { replay, type ReplayOptions } from "./check/replay.js";
export { actionText, scheduleText, type Action, type Dying } from "./check/action.js";
export { scheduleOf } from "./check/schedule.js";
export { searchSeeds, type SeedOptions, type SeedSearch, type SeedsSearched, type SeedVerdict } from "./check/seeds.js";
export { shrink, shrinkSchedule, type Failure, type Shrunk, type ShrinkOptions, type Size } from "./check/shrink.js";
export {
  search,
  type Searched,
  type SearchOptions,
  type SearchVerdict,
  type Situation,
} from "./check/search.js";
export { swarm, type Knob, type Mix } from "./check/swarm.js";
export { undecided, valency, type Stage, type Undecided, type UndecidedOptions, type Valencies, type ValencyRow } from "./check/valency.js";
