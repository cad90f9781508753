/**
 * What a chapter's cells use to show things: `show` for figures, diagrams and rows, `sweep` with a progress bar,
 * `predict` before a run and compare after it, `attempt` for what should fail. The only part of the library that knows
 * of the notebook's kernel; without one, it prints.
 */
export { show, type Displayable } from "./notebook/show.js";
export { progress, type ProgressBar } from "./notebook/progress.js";
export { sweep, sweepRuns } from "./notebook/sweep.js";
export { attempt } from "./notebook/attempt.js";
export { predict, Prediction, type MeasuredFor, type Predicted } from "./notebook/predict.js";
