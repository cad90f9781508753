/**
 * Measurements: a trace goes in, rows come out. A row is a flat object, so a list of rows is a table
 * (`show(messageCounts(run.trace))`), and what `distlab/plot` draws.
 *
 * Times are in virtual ms. Message delays count messages, not time: the longest chain in which each message was sent
 * after the one before it had arrived.
 */
export { linkCounts, messageCounts, messageTotal, nodeCounts, operationCost, type CostOptions, type LinkCount, type MessageCount, type MessageFilter, type NodeCount, type OperationCost } from "./measure/messages.js";
export { decisionLatencies, operationLatencies, unanswered, type DecisionLatency, type OperationLatency, type Unanswered } from "./measure/latency.js";
export { causality, longestChain, type Causality } from "./measure/causality.js";
export { balance, load, type Balance, type LoadOptions, type NodeLoad } from "./measure/load.js";
export { downtimes, outages, type Downtime, type Outage, type OutageOptions } from "./measure/availability.js";
export { rounds, type RoundCount } from "./measure/rounds.js";
export { timeline, type TimelineRow } from "./measure/timeline.js";
export { distribution, meanInterval, percentile, shareInterval, summary, type DistributionRow, type Estimate, type Summary } from "./measure/statistics.js";
export { averages, type AverageRow, type Averaged, type Measured } from "./measure/averages.js";
export { sweep, sweepRuns, sweepSteps, type Point, type Ranges, type RunRow, type SweepOptions, type SweepProgress, type SweepRow } from "./measure/sweep.js";
