import type { Property } from "../../core/property.js";
import { finite, integer, oneOf, options } from "../../core/parameters.js";
import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import { byKeyAndTime, evaluate, type WindowResult } from "../evaluate.js";
import type { StreamEvent } from "../events.js";
import type { Pane, WindowedOptions } from "../windowed.js";
import { coordinator, type CoordinatorOptions } from "./coordinator.js";
import type { Alignment, TaskOptions } from "./options.js";
import { sink, type Sink, type SinkOptions, type Writing } from "./sink.js";
import { source, type SourceOptions } from "./source.js";
import { windowTask } from "./window-task.js";

export interface StreamJobOptions<V = any, T = any, R = any> extends WindowedOptions<V, T, R> {
  /** What each source reads: a list of events in the order of its log, for each source. */
  readonly logs: readonly (readonly StreamEvent<V>[])[];
  /** How far behind the latest event the watermark of a source is, in ms. Default 0. */
  readonly bound?: number;
  /** How many tasks share the keys. Default 2. */
  readonly tasks?: number;
  /** A source reads an event every so many ms: one number for all, or one each. Default 5. */
  readonly every?: number | readonly number[];
  /** How long a window task works on an event, in ms. Default 0. */
  readonly workMs?: number;
  /** A checkpoint every so many ms. Default 100. */
  readonly checkpointEvery?: number;
  /** Default "aligned". */
  readonly alignment?: Alignment;
  /** Default "transactional". */
  readonly writing?: Writing;
  /** How many items a channel may hold. Default 8. */
  readonly credit?: number;
  /** Roles to take in place of the sound ones. */
  readonly roles?: {
    readonly source?: (options: SourceOptions) => AnyRole;
    readonly sink?: (options: SinkOptions) => AnyRole;
    readonly coordinator?: (options: CoordinatorOptions) => AnyRole;
  };
}

/** A streaming job as a cluster: sources, window tasks, a sink, and the coordinator of checkpoints. */
export interface StreamJob {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  /** What the windows hold when everything is known. */
  readonly expected: readonly WindowResult[];
  /** Nothing is seen twice, and nothing that is wrong, at any time. */
  readonly properties: readonly Property[];
}

/**
 * The nodes of a streaming job, for `simulate`: `coordinator`, `source1`, `window1`, ..., `sink`. The job comes to rest when all logs
 * are read and the last checkpoint is complete. Results are exact as long as no event is later than `bound` allows.
 *
 * @throws RangeError or TypeError for an option out of its range
 */
export function streamJob<V, T, R>(given: StreamJobOptions<V, T, R>): StreamJob {
  const {
    logs, bound = 0, tasks = 2, every = 5, workMs = 0, checkpointEvery = 100, alignment = "aligned", writing = "transactional", credit = 8, roles = {}, ...how
  } = options("streamJob", given, [
    "logs", "bound", "tasks", "every", "workMs", "checkpointEvery", "alignment", "writing", "credit", "roles", "windows", "aggregate", "lateness", "accumulation",
  ]);
  if (!Array.isArray(logs) || logs.length === 0) throw new RangeError("logs must have the events of at least one source, got none");
  finite("bound", bound);
  integer("tasks", tasks, { min: 1, max: 1_000 });
  finite("workMs", workMs);
  finite("checkpointEvery", checkpointEvery, { min: 1 });
  oneOf("alignment", alignment, ["aligned", "unaligned", "none"]);
  oneOf("writing", writing, ["append", "idempotent", "transactional"]);
  integer("credit", credit, { min: 1, max: 1_000_000 });
  const paces = typeof every === "number" ? logs.map(() => every) : every;
  if (paces.length !== logs.length) throw new RangeError(`every must have a pace for each of the ${logs.length} logs, got ${paces.length}`);
  for (const pace of paces) finite("every", pace, { min: 0.001 });

  const sources = ids(...logs.map((_, i) => `source${i + 1}`));
  const windows = ids(...Array.from({ length: tasks }, (_, i) => `window${i + 1}`));
  const common: TaskOptions = { coordinator: "coordinator" as NodeId, credit, alignment, resendAfter: [60, 90] };
  const sinkId = "sink" as NodeId;
  const newSource = roles.source ?? source;
  const nodes: Record<string, AnyRole> = {
    coordinator: (roles.coordinator ?? coordinator)({ sources, windows, sinks: [sinkId], every: checkpointEvery, resendAfter: [60, 90] }),
  };
  sources.forEach((id, i) => (nodes[id] = newSource({ ...common, log: logs[i]!, every: paces[i]!, bound, outputs: windows })));
  for (const id of windows) nodes[id] = windowTask({ ...common, ...how, inputs: sources, output: sinkId, workMs });
  nodes[sinkId] = (roles.sink ?? sink)({ ...common, inputs: windows, writing });
  const expected = evaluate(logs.flat(), how);
  return { nodes, expected, properties: [exactlyOnce(expected)] };
}

/** What can be seen at the sink of a run, sorted by key and time: what `expected` is compared with. */
export function outputOfSink(run: { readonly simulation: { state(node: "sink"): object | null } }): readonly WindowResult[] {
  const { output } = run.simulation.state("sink") as Sink;
  return output.map(resultOf).sort(byKeyAndTime);
}

const resultOf = ({ key, start, end, result }: Pane): WindowResult => ({ key, start, end, result });

/** Whatever the sink shows is a right result of a window, and no window is shown twice. Asked at every step; the end is another question. */
export function exactlyOnce(expected: readonly WindowResult[]): Property {
  const nameOf = ({ key, start, end }: WindowResult): string => `${key} ${start} ${end}`;
  const right = new Map(expected.map((each) => [nameOf(each), JSON.stringify(each.result)]));
  return {
    name: "exactly once",
    check({ nodes }) {
      for (const { role, state } of nodes) {
        if (role !== "sink" || state === null) continue;
        const seen = new Set<string>();
        for (const pane of (state as Sink).output) {
          const name = nameOf(pane);
          const window = `the window [${pane.start}, ${pane.end}) of ${pane.key}`;
          const wanted = right.get(name);
          if (seen.has(name)) return `${window} is shown twice`;
          if (wanted === undefined) return `${window} is shown, and is none`;
          if (wanted !== JSON.stringify(pane.result)) return `${window} is shown as ${JSON.stringify(pane.result)}, and is ${wanted}`;
          seen.add(name);
        }
      }
      return null;
    },
  };
}
