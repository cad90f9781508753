import { canonical } from "../../core/canonical.js";
import { show } from "../../core/parameters.js";
import { stream, type Stream } from "../../core/random.js";
import type { Run } from "../../sim/simulate.js";
import type { Nodes } from "../../sim/options.js";
import type { SeedOptions } from "../../check/seeds.js";
import { sum } from "../../streams/aggregates.js";
import { evaluate } from "../../streams/evaluate.js";
import { outputOfSink, streamJob, type StreamJob } from "../../streams/job/job.js";
import { sinkWith } from "../../streams/job/sink.js";
import { session, tumbling } from "../../streams/windows.js";
import type { TraceEvent } from "../../trace/event.js";
import { Exercise } from "../exercise.js";
import { manyCases, manySeeds, oneRun, type Trial } from "../trial.js";

const chapter = "5.3";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------------------------ sessions

/** The sessions of one key: events in any order, and sessions as [start, end) in order, with end = last event + gap. */
export type GapRule = (times: readonly number[], gap: number) => readonly { readonly start: number; readonly end: number }[];

/** Sessions as the chapter writes them: "[5, 15), [15, 25)"; what has another shape, as it is. */
function stretches(sessions: unknown): string {
  const isStretch = (one: any): boolean => typeof one?.start === "number" && typeof one?.end === "number";
  if (!Array.isArray(sessions) || !sessions.every(isStretch)) return show(sessions);
  return sessions.length === 0 ? "none" : sessions.map(({ start, end }) => `[${start}, ${end})`).join(", ");
}

const sessionTrial = (name: string, look: string, draw: (chance: Stream) => readonly number[]): Trial<GapRule> =>
  manyCases<GapRule, readonly number[]>(name, {
    cases: 150,
    draw,
    judge(rule, times) {
      const events = times.map((at) => ({ key: "a", value: 1, at }));
      const right = evaluate(events, { windows: session(10), aggregate: sum }).map(({ start, end }) => ({ start, end }));
      const got = rule(times, 10);
      return canonical(got) === canonical(right) ? null : `of events at ${times.join(", ")} with a gap of 10 it makes ${stretches(got)}, and the sessions are ${stretches(right)}`;
    },
    look,
  });

const climbing = (chance: Stream, steps: readonly number[]): number[] => {
  let at = 0;
  return Array.from({ length: 2 + chance.below(5) }, () => (at += chance.pick(steps)));
};

const sessionRule: Exercise<GapRule> = new Exercise({
  chapter,
  name: "sessionRule",
  task: "Part the events of a key into sessions.",
  hints: [
    "Sort the events first: an event that is seen late may join two sessions that had nothing to do with each other.",
    "An event belongs to the session before it if it comes before that one's end. Then the end moves to the event's time plus the gap.",
    "for (const at of [...times].sort((a, b) => a - b)) { const last = found[found.length - 1]; if (last && at < last.end) last.end = at + gap; else found.push({ start: at, end: at + gap }); }",
  ],
  shape: isFunction,
  trials: [
    sessionTrial("events in order", "A session goes on as long as the next event is less than the gap away from the last one, not from the first.", (chance) => climbing(chance, [3, 6, 25])),
    sessionTrial("gaps that are exact", "A window ends before its end: an event at that very time begins another session.", (chance) => climbing(chance, [5, 10, 10, 15])),
    sessionTrial("events in any order", "Events come in the order in which they are seen.", (chance) => chance.shuffle(climbing(chance, [3, 6, 10, 25]))),
  ],
});

// ----------------------------------------------------------------------------------------------------------------- watermarks

/** An input as a task sees it: its watermark, and whether it has been silent for so long that it counts as idle. */
export interface InputSeen {
  readonly watermark: number;
  readonly isIdle: boolean;
}

/** The task's watermark: `before` is what it said last. */
export type WatermarkOfTask = (inputs: readonly InputSeen[], before: number) => number;

const watermarkTrial = (name: string, look: string, kind: { readonly idle: boolean; readonly back: boolean }): Trial<WatermarkOfTask> =>
  manyCases<WatermarkOfTask, { readonly inputs: readonly InputSeen[]; readonly before: number }>(name, {
    cases: 200,
    draw: (chance) => ({
      inputs: Array.from({ length: 1 + chance.below(4) }, () => ({ watermark: chance.below(100), isIdle: kind.idle && chance.chance(0.4) })),
      before: kind.back ? chance.below(80) : 0,
    }),
    judge(rule, { inputs, before }) {
      const awake = inputs.filter(({ isIdle }) => !isIdle).map(({ watermark }) => watermark);
      const right = awake.length === 0 ? before : Math.max(before, Math.min(...awake));
      const got = rule(inputs, before);
      return got === right ? null : `inputs at ${inputs.map(({ watermark, isIdle }) => `${watermark}${isIdle ? " (idle)" : ""}`).join(", ")} after a watermark of ${before}: it says ${show(got)}, and may say ${right}`;
    },
    look,
  });

const watermarkRule: Exercise<WatermarkOfTask> = new Exercise({
  chapter,
  name: "watermarkRule",
  task: "Work out a task's watermark from those of its inputs.",
  hints: [
    "A watermark promises that nothing older will come. Which input can break the promise?",
    "Take the least of the inputs that are awake. If an input wakes up that is far behind, the promise that was given before still stands.",
    "const awake = inputs.filter(({ isIdle }) => !isIdle).map(({ watermark }) => watermark); return awake.length === 0 ? before : Math.max(before, Math.min(...awake));",
  ],
  shape: isFunction,
  trials: [
    watermarkTrial("inputs that are awake", "The slowest input says how far all of it is.", { idle: false, back: false }),
    watermarkTrial("inputs of which some are idle", "An idle input does not count; and if all are idle, nothing moves.", { idle: true, back: false }),
    watermarkTrial("inputs that wake up behind", "A watermark never falls.", { idle: true, back: true }),
  ],
});

// ------------------------------------------------------------------------------------------------------------ a channel's state

/** What comes in on one channel, in order; "record" is where the process records its own state, because a marker came elsewhere. */
export type ChannelRule = (coming: readonly string[]) => readonly string[];

function letters(recorded: unknown): string {
  if (!Array.isArray(recorded)) return show(recorded);
  return recorded.length === 0 ? "nothing" : recorded.join(" ");
}

const channelTrial = (name: string, look: string, recordsFirst: boolean): Trial<ChannelRule> =>
  manyCases<ChannelRule, readonly string[]>(name, {
    cases: 150,
    draw(chance) {
      const sent = Array.from({ length: 3 + chance.below(5) }, (_, i) => `m${i + 1}`);
      const at = [chance.below(sent.length), chance.below(sent.length)].sort((a, b) => a - b);
      return sent.flatMap((letter, i) => [
        ...(recordsFirst && i === at[0] ? ["record"] : []),
        ...(i === at[1] ? ["marker"] : []),
        letter,
      ]);
    },
    judge(rule, coming) {
      const from = coming.indexOf("record");
      const right = from < 0 ? [] : coming.slice(from + 1, coming.indexOf("marker"));
      const got = rule(coming);
      return canonical(got) === canonical(right) ? null : `of ${coming.join(" ")} it records ${letters(got)}, and the channel's state is ${letters(right)}`;
    },
    look,
  });

const channelRule: Exercise<ChannelRule> = new Exercise({
  chapter,
  name: "channelRule",
  task: "Find the state of a channel: what was under way on it when the snapshot was taken.",
  hints: [
    "What is before \"record\" is in the process's own state. What is behind the marker was sent after the sender's part of the snapshot.",
    "If the marker is the first that the process hears of the snapshot, there is no \"record\": it records its state at the marker, and the channel is empty.",
    'const from = coming.indexOf("record"); return from < 0 ? [] : coming.slice(from + 1, coming.indexOf("marker"));',
  ],
  shape: isFunction,
  trials: [
    channelTrial("a process that has recorded its state before the marker", "Messages between the two belong to the channel, and only those.", true),
    channelTrial("a process that hears of the snapshot by this marker", "Then it records its state now, and the channel's state is empty.", false),
  ],
});

// ------------------------------------------------------------------------------------------------------------ committing a sink

/** Of the checkpoints for which results are prepared (in order), those to show when `complete` is the last complete one. */
export type CommitCheckpoints = (prepared: readonly number[], complete: number) => readonly number[];

/** A small job whose sink follows the answer. */
function jobWith(commits: CommitCheckpoints): StreamJob {
  const chance = stream("commits", "log");
  const logs = [0, 1].map((s) => Array.from({ length: 12 }, (_, i) => ({ key: "ab"[chance.below(2)]!, value: 1 + chance.below(9), at: i * 10 + s })));
  return streamJob({
    logs, windows: tumbling(30), aggregate: sum, checkpointEvery: 25, every: [3, 9], roles: { sink: (options) => sinkWith({ commits: (prepared, complete) => [...commits(prepared, complete)] }, options) },
  });
}

const { expected: rightResults } = jobWith((prepared) => prepared);

function missing(run: Run<Nodes>): string | null {
  const shown = outputOfSink(run).length;
  return shown === rightResults.length ? null : `${shown} of ${rightResults.length} results can be seen in the end`;
}

function trouble(answer: CommitCheckpoints, faults: Pick<SeedOptions, "faults" | "nemesis" | "network">): SeedOptions {
  const { nodes, properties } = jobWith(answer);
  return { nodes, properties, limits: { time: 5_000 }, ...faults };
}

/**
 * What the sink gets, says and shows. The rest of the job, and the credit that keeps it going, would fill the picture
 * before anything is lost.
 */
function aboutSink(trial: Trial<CommitCheckpoints>): Trial<CommitCheckpoints> {
  const quiet = ["credit", "hello", "deploy", "deployed"];
  const isTold = (event: TraceEvent): boolean => {
    if ("message" in event && "to" in event) return (event.from === "sink" || event.to === "sink") && !quiet.includes((event.message as { kind: string }).kind);
    return event.kind === "decide" ? event.node === "sink" : ["crash", "restart", "violation"].includes(event.kind);
  };
  return {
    name: trial.name,
    run(answer, firstSeed) {
      const result = trial.run(answer, firstSeed);
      return result.kind === "seen" ? result : { ...result, trace: result.trace.filter(isTold) };
    },
  };
}

type Shown = { readonly key: string; readonly start: number; readonly end: number; readonly result: number };
const paneText = ({ key, start, end, result }: Shown): string => `${key} [${start}, ${end}) = ${result}`;

/** A message of the job in a word or two: "barrier 3", "complete 3". */
function sinkText(message: { readonly kind: string; readonly checkpoint?: number; readonly item?: { readonly kind: string; readonly checkpoint?: number; readonly pane?: Shown } }): string {
  const { kind, item, checkpoint } = message;
  if (item?.pane) return paneText(item.pane);
  if (item) return item.checkpoint === undefined ? item.kind : `${item.kind} ${item.checkpoint}`;
  return checkpoint === undefined ? kind : `${kind} ${checkpoint}`;
}

const commitRule: Exercise<CommitCheckpoints> = new Exercise({
  chapter,
  name: "commitRule",
  task: "Say which prepared results a sink shows when it hears that a checkpoint is complete.",
  hints: [
    "What is prepared for a checkpoint that never becomes complete is computed again after the recovery. What happens if it is shown now?",
    "The news that a checkpoint is complete may be lost. Then the next news stands for it, too: a later checkpoint includes the earlier ones.",
    "return prepared.filter((id) => id <= complete);",
  ],
  shape: isFunction,
  words: { message: sinkText, decision: paneText },
  trials: [
    manySeeds<CommitCheckpoints>("no faults", {
      seeds: 5,
      options: (answer) => trouble(answer, { network: { latency: [1, 5] } }),
      atEnd: missing,
      look: "Results are prepared at the barrier, and must be shown some day.",
    }),
    manySeeds<CommitCheckpoints>("news that is lost", {
      seeds: 40,
      options: (answer) => trouble(answer, { network: { latency: [1, 5], kinds: { complete: { loss: 0.7 } } } }),
      atEnd: missing,
      look: "Follow the news that a checkpoint is complete: of which ones does the sink never hear? What has become of the results that it prepared for them?",
    }),
    oneRun<CommitCheckpoints>("a task that crashes while results are prepared", {
      options: (answer) => {
        const { nodes, properties } = jobWith(answer);
        return {
          nodes, properties, limits: { time: 5_000 }, network: { latency: 2, kinds: { stored: { latency: 30 } } },
          faults: [{ at: 90, kind: "crash", node: "window1", forMs: 10 }],
        };
      },
      atEnd: missing,
      look: "After a recovery, what came after the last complete checkpoint comes again. Look at what the sink had prepared for later ones.",
    }),
    manySeeds<CommitCheckpoints>("tasks that crash at any time", {
      seeds: 40,
      options: (answer) => trouble(answer, { network: { latency: [1, 5], loss: 0.1 }, nemesis: { until: 300, crashes: 3 } }),
      atEnd: missing,
      look: "After a recovery, what came after the last complete checkpoint comes again.",
    }),
  ].map(aboutSink),
});

/** The exercises of chapter 5.3, by name. */
export const realTimeExercises: {
  readonly sessionRule: Exercise<GapRule>;
  readonly watermarkRule: Exercise<WatermarkOfTask>;
  readonly channelRule: Exercise<ChannelRule>;
  readonly commitRule: Exercise<CommitCheckpoints>;
} = { sessionRule, watermarkRule, channelRule, commitRule };
