import type { NodeId } from "../../core/role.js";
import { stream, type Stream } from "../../core/random.js";
import { count } from "../../streams/aggregates.js";
import type { StreamEvent } from "../../streams/events.js";
import { brokenStreams } from "../../streams/job/broken.js";
import { outputOfSink, streamJob } from "../../streams/job/job.js";
import type { Item } from "../../streams/job/messages.js";
import type { WindowTask } from "../../streams/job/window-task.js";
import type { Pane } from "../../streams/windowed.js";
import { session, sliding, tumbling, type Windows } from "../../streams/windows.js";
import type { TraceEvent } from "../../trace/event.js";
import { choice, number, type Settings } from "../knob.js";
import { numbered, type Protocol, type Waits } from "../protocol.js";

/** Options of a job that breaks exactly once, by the words for them in an address. */
const breaks = Object.fromEntries(brokenStreams.map(({ name, options }) => [name.replaceAll(" ", "-"), options]));

const streamsJob: Protocol = {
  name: "streams",
  title: "A streaming job",
  about: "Sources read logs of events, tasks count them by key and window of event time, a sink shows each result once; barriers cut checkpoints, from which all begin again after a crash.",
  chapter: "5.3-real-time",
  until: 2_000,
  fails: { at: 250, for: 200 },
  knobs: [
    number("sources", "sources, each with a log", { min: 1, max: 4, value: 2 }),
    number("tasks", "tasks that share the keys", { min: 1, max: 6, value: 2 }),
    number("events", "events in each log", { min: 1, max: 200, value: 40 }),
    number("every", "time between two events", { unit: "ms", min: 1, max: 200, value: 10 }),
    number("late", "events are late by up to", { unit: "ms", min: 0, max: 500, value: 40 }),
    number("bound", "the watermark keeps behind the latest event by", { unit: "ms", min: 0, max: 500, value: 40 }),
    choice("windows", "windows", { tumbling: "one after the other", sliding: "twice as long as their distance", session: "sessions, as long as no gap is so long" }),
    number("size", "distance of windows, or gap between sessions", { unit: "ms", min: 5, max: 1_000, value: 100 }),
    number("work", "work on one event", { unit: "ms", min: 0, max: 100, value: 0 }),
    number("credit", "places in a channel", { min: 1, max: 64, value: 8 }),
    number("checkpoint", "time between checkpoints", { unit: "ms", min: 10, max: 2_000, value: 100 }),
    choice("alignment", "where the barrier has come on one input", { aligned: "that input waits for the others", unaligned: "the barrier overtakes what is under way" }),
    choice("writing", "the sink shows a result", { transactional: "when its checkpoint is complete", idempotent: "at once, under its window's name" }),
    choice("broken", "what is left out", {
      none: "nothing", "no-alignment": "nobody waits at a barrier", "appending-sink": "the sink appends, whatever was there",
      "hasty-sink": "the sink shows before the checkpoint is complete", "impatient-coordinator": "a checkpoint may lack one state",
      "onward-source": "sources read on where they were",
    }),
  ],
  cluster(settings) {
    const [sources, tasks] = [numbered("source", Number(settings["sources"])), numbered("window", Number(settings["tasks"]))];
    const size = Number(settings["size"]);
    const windows: Readonly<Record<string, Windows>> = { tumbling: tumbling(size), sliding: sliding(2 * size, size), session: session(size) };
    const { nodes, expected, properties } = streamJob({
      logs: sources.map((source) => logOf(settings, stream(Number(settings["seed"]), `log of ${source}`))),
      windows: windows[String(settings["windows"])]!,
      aggregate: count,
      bound: Number(settings["bound"]),
      tasks: tasks.length,
      every: Number(settings["every"]),
      workMs: Number(settings["work"]),
      credit: Number(settings["credit"]),
      checkpointEvery: Number(settings["checkpoint"]),
      alignment: settings["alignment"] as "aligned",
      writing: settings["writing"] as "transactional",
      ...breaks[String(settings["broken"])],
    });
    return {
      nodes,
      properties,
      servers: [...tasks, ...sources, "coordinator" as NodeId, "sink" as NodeId],
      leads: ({ role }) => role === "coordinator",
      fields: ["epoch", "checkpoint", "position", "latest", "watermarks", "windows", "tooLate", "pending", "prepared", "output"],
      waits,
      tells({ simulation, trace }) {
        const sink = simulation.state("sink");
        const late = tasks.reduce((sum, task) => sum + ((simulation.state(task) as WindowTask | null)?.tooLate.length ?? 0), 0);
        const checkpoints = trace.filter((event) => event.kind === "decide" && event.node === "coordinator").length;
        return [
          `${sink === null ? 0 : outputOfSink({ simulation: simulation as never }).length} of ${expected.length} results are shown, after ${checkpoints} complete checkpoints.`,
          ...(late === 0 ? [] : [`${late === 1 ? "1 event" : `${late} events`} came too late for the window.`]),
        ];
      },
    };
  },
};

/** Events as a log has them: in the order in which they came, some of them late. */
function logOf({ events, every, late }: Settings, chance: Stream): readonly StreamEvent[] {
  return Array.from({ length: Number(events) }, (_, i) => {
    const at = i * Number(every) + chance.below(Number(every));
    return { key: chance.pick(["red", "green", "blue"]), value: 1, at, seen: at + chance.double() * Number(late) };
  })
    .sort((a, b) => a.seen - b.seen)
    .map(({ seen: _, ...event }) => event);
}

/** From the moment when the last event of a window has first left its source to the moment when the result can be seen. */
function waits(trace: readonly TraceEvent[]): Waits {
  // By key and time, because after a recovery the same event is read again.
  const read = new Map<string, { readonly event: StreamEvent; readonly at: number }>();
  const rows: { ms: number }[] = [];
  for (const event of trace) {
    if (event.kind === "send" && event.message.kind === "data") {
      const { item } = event.message as unknown as { readonly item: Item };
      if (item.kind !== "event") continue;
      const name = `${item.event.key} ${item.event.at}`;
      if (!read.has(name)) read.set(name, { event: item.event, at: event.at });
    } else if (event.kind === "decide" && event.node === "sink") {
      const { key, start, end } = event.outcome as Pane;
      let last = 0;
      for (const { event: one, at } of read.values()) if (one.key === key && one.at >= start && one.at < end) last = Math.max(last, at);
      rows.push({ ms: event.at - last });
    }
  }
  return { what: "result", label: "from the reading of a window's last event to its result", rows };
}

/** Results over data that does not end. */
export const streams: readonly Protocol[] = [streamsJob];
