/**
 * A service under load: what it can promise by arithmetic (availability, queues, fan-out, scaling), and what servers,
 * callers, aggregators and caches do when they run.
 *
 * Formulas are functions of plain numbers, with times in ms and rates per second. Roles run on the simulator; a client's
 * request brings the work that it causes (`exponentialWork`, `mixedWork`), so that two runs with the same seed differ only in
 * the rule that was changed.
 */
export {
  availability, availabilityOf, downMinutesPerYear, failuresPerDay, inParallel, inSeries, mttfOfYearlyRate, unavailability, unavailabilityWithCommonCause,
  type FailureTimes, type Replicas,
} from "./service/availability.js";
export { erlangC, littlesLaw, md1, mg1, mm1, mm1Percentile, mmc, type Load, type QueueFigures } from "./service/queueing.js";
export { medianOfSlowest, quantileOfEach, slowShare } from "./service/fan-out.js";
export { amdahl, fitUniversal, gustafson, peakOf, universalThroughput, type Scalability, type ScalingPoint } from "./service/scaling.js";
export { constantWork, exponentialWork, meanOfMixed, mixedWork, variationOfMixed, type Work } from "./service/work.js";
export { type Answer, type Ask, type CallRequest, type Cancel, type Outcome } from "./service/messages.js";
export { server, serverWith, type Admission, type Fine, type HowAreYou, type Job, type Server, type ServerOptions, type ServerSignature, type SetSpeed } from "./service/server.js";
export { chooseServer, type ChoiceFacts, type ServerChoice } from "./service/choice.js";
export { mayAsk, noteOutcome, spend, waitAfter, type Backoff, type Breaker, type BreakerOptions, type BudgetRule, type RetryBudget, type WaitRule } from "./service/retry.js";
export { caller, callerWith, type Caller, type CallerOptions, type CallerRules, type CallerSignature, type OpenCall } from "./service/caller.js";
export {
  aggregator, type Aggregate, type Aggregator, type AggregatorOptions, type AggregatorSignature, type OpenQuery, type Query,
} from "./service/aggregator.js";
export { lookAside, type Flush, type LookAside, type LookAsideOptions, type LookAsideSignature, type OpenRead, type Read } from "./service/cache.js";
export {
  counter, countingWorker, type Counter, type CounterOptions, type CounterSignature, type CountingSignature, type CountingWorker, type Heard, type Next,
  type Numbered, type Piece, type Seen,
} from "./service/counting.js";
export { rollout, type RolledOut, type RollOut, type RolloutOptions, type RolloutSignature, type RolloutState } from "./service/rollout.js";
export { goodShare, outcomes, responseTimes, type Asked, type OutcomeRow } from "./service/outcomes.js";
export { answeredOnce, budgetKept, queueBounded, workConserving } from "./service/properties.js";
export { boundlessServer, credulousCaller, overdrawnCaller, sleepyServer } from "./service/broken.js";
export {
  always, dailyLoad, elastic, elasticCost, foresighted, reactive, stepwise, type DailyLoadOptions, type ElasticOptions, type ElasticRow, type ElasticSight,
  type ScalingPolicy,
} from "./service/autoscale.js";
export { forecast, holtWinters, learnValue, type Forecast } from "./service/forecast.js";
export {
  channel, doublingWindow, fixedWindow, learnedWindow, type Attempt, type BackoffRule, type ChannelOptions, type ChannelUse,
} from "./service/contention.js";
