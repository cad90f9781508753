/**
 * Streams: results over data that never ends, that comes out of order, and on machines that crash.
 *
 * - Windows, watermarks, triggers and panes are those of "The Dataflow Model" (Akidau et al., VLDB 2015). `windowed` is the
 *   aggregation as functions; `streamed` runs it over arrivals; `evaluate` works out what should come of it.
 * - `withSnapshots` lets any role take part in a snapshot (Chandy & Lamport, 1985).
 * - `streamJob` is a whole job as roles: sources with logs, window tasks, a sink, and a coordinator of checkpoints with barriers (Carbone et
 *   al., 2015), aligned or not. Channels have credit, so that the slowest task sets the pace.
 * - `oneByOne` and `microBatches` compare what a record waits for.
 *
 * What it gives, if logs can be read again and no event is later than its watermark allows: the results of the sequential evaluation, each once,
 * whatever crashes and whatever the network loses.
 */
export { type Arrival, delayedEvents, type DelayedEventsOptions, type StreamEvent } from "./streams/events.js";
export { type Interval, merged, overlap, session, sliding, tumbling, type Windows, windowsOf } from "./streams/windows.js";
export { type Aggregate, count, join, mean, type Sided, sum } from "./streams/aggregates.js";
export { boundedDelay, END, learnedDelay, perfectWatermark, type WatermarkRule } from "./streams/watermarks.js";
export { type Accumulation, type Pane, windowed, type Windowed, type WindowedOptions, type WindowState } from "./streams/windowed.js";
export { evaluate, type WindowResult } from "./streams/evaluate.js";
export { type Completeness, completenessOf, type Streamed, streamed, type StreamedOptions, type TimedPane } from "./streams/streamed.js";
export { type Letter, type Recorder, type SnapshotOptions, type SnapshotPart, type SnapshotRules, withSnapshotRules, withSnapshots } from "./streams/snapshot.js";
export { account, type Account, type AccountSignature, type Money, type Transfer } from "./streams/bank.js";
export { consistentCut, moneyIn, moneyIsKept, snapshotsOf } from "./streams/snapshot-properties.js";
export { brokenSnapshots, emptyChannels, snapshotWorld, type SnapshotWorld, tardyMarkers } from "./streams/snapshot-broken.js";
export {
  type Committed, type Complete, type Credit, type Data, type Deploy, type Deployed, type Hello, type Item, type Stored, type TaskState, type Trigger,
} from "./streams/job/messages.js";
export { type Alignment, type TaskOptions } from "./streams/job/options.js";
export { type Channels } from "./streams/job/task.js";
export { type Receiver, type Sender } from "./streams/job/channel.js";
export { type Source, source, type SourceOptions, type SourceSignature } from "./streams/job/source.js";
export { type WindowTask, windowTask, type WindowTaskOptions, type WindowTaskSignature } from "./streams/job/window-task.js";
export { type Sink, sink, type SinkOptions, type SinkRules, type SinkSignature, sinkWith, type Writing } from "./streams/job/sink.js";
export {
  type Checkpoint, type CheckpointComplete, type Coordinator, coordinator, type CoordinatorOptions, type CoordinatorSignature,
} from "./streams/job/coordinator.js";
export { exactlyOnce, outputOfSink, streamJob, type StreamJob, type StreamJobOptions } from "./streams/job/job.js";
export { type BrokenStream, brokenStreams, hastySink, impatientCoordinator, onwardSource } from "./streams/job/broken.js";
export { microBatches, oneByOne, type PacedOptions, type PacedSignature } from "./streams/paced.js";
