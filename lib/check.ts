/**
 * Search for what breaks an algorithm. `explore` looks at every world that a small cluster can reach and gives
 * a shortest schedule to the first bad one; `replay` turns a schedule into a trace, to be drawn and measured.
 */
export { explore, type Explored, type Verdict } from "./check/explore.js";
export { type Ask, type Bound, type ExploreOptions, type Progress } from "./check/options.js";
export { replay, type ReplayOptions } from "./check/replay.js";
export { actionText, scheduleText, type Action, type Dying } from "./check/action.js";
