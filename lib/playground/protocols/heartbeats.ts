import type { Property } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import { watcher, type Watcher } from "../../detectors/heartbeats.js";
import { accrual, expected, fixed, growing, type Patience } from "../../detectors/patience.js";
import { classOf, suspicionsIn, type Suspicion } from "../../detectors/quality.js";
import { formatNumber } from "../../plot/format.js";
import type { TraceEvent } from "../../trace/event.js";
import { choice, number, type Settings } from "../knob.js";
import { all, numbered, type Cluster, type Protocol } from "../protocol.js";

/** When a node is suspected. */
const rules: Readonly<Record<string, (settings: Settings) => Patience>> = {
  fixed: ({ silence }) => fixed({ ms: Number(silence) }),
  growing: ({ silence }) => growing({ ms: Number(silence), step: Number(silence) / 4 }),
  expected: ({ every, margin }) => expected({ every: Number(every), alpha: Number(margin) }),
  accrual: ({ threshold }) => accrual({ threshold: Number(threshold) }),
};

/** Strong accuracy, as an observer sees it at any moment: nobody suspects who is up. */
const accuracy: Property = {
  name: "nobody who is up is suspected",
  check({ nodes }) {
    for (const { id, state } of nodes) {
      const wrong = nodes.find((other) => other.state !== null && (state as Watcher | null)?.suspects.has(other.id));
      if (wrong) return `${id} suspects ${wrong.id}, which is up`;
    }
    return null;
  },
};

const heartbeat: Protocol = {
  name: "heartbeats",
  title: "Heartbeats",
  about: "Nodes tell each other that they are up, and suspect whom they have not heard for too long. How long that is, is the question: the sooner, the more often in vain.",
  chapter: "2.1.3-limits",
  until: 5_000,
  fails: { at: 2_000, for: 1_000, first: "stop" },
  knobs: [
    number("nodes", "nodes", { min: 2, max: 9, value: 4 }),
    number("every", "time between two heartbeats", { unit: "ms", min: 20, max: 1_000, value: 100 }),
    choice("rule", "a node is suspected", {
      fixed: "after a fixed silence", growing: "after a silence that grows by a quarter with each mistake", expected: "when its next heartbeat is overdue by a margin",
      accrual: "when φ says that none will come",
    }),
    number("silence", "the silence", { unit: "ms", min: 20, max: 3_000, value: 300 }),
    number("margin", "the margin", { unit: "ms", min: 0, max: 1_000, value: 50 }),
    number("threshold", "φ: of 10 to the power of φ suspicions one may be wrong", { min: 0.5, max: 16, step: 0.5, value: 8 }),
    choice("must", "it must be that", { nothing: "nothing is asked for", accurate: "nobody who is up is ever suspected" }),
  ],
  cluster(settings) {
    const names = numbered("n", Number(settings["nodes"]));
    return {
      nodes: all(names, watcher({ nodes: names, every: Number(settings["every"]), patience: rules[String(settings["rule"])]!(settings) })) as Cluster["nodes"],
      properties: settings["must"] === "accurate" ? [accuracy] : [],
      servers: names,
      leads: ({ id, state }) => (state as Watcher | null)?.leader === id,
      fields: ["suspects", "leader", "mistakes"],
      waits(trace) {
        const failed = trace.find(({ kind }) => kind === "crash" || kind === "pause" || kind === "cut")?.at ?? 0;
        const first = new Map<NodeId, number>();
        for (const { by, from } of suspicionsIn(trace)) if (from >= failed && !first.has(by)) first.set(by, from - failed);
        return { what: "suspicion", label: "from the failure to a node's first suspicion", rows: [...first.values()].map((ms) => ({ ms })) };
      },
      tells({ trace, simulation }) {
        const crashedAt = crashes(trace);
        const suspicions = suspicionsIn(trace);
        const wrong = suspicions.filter(({ of, from }) => from < (crashedAt[of] ?? Infinity));
        const up = names.filter((name) => simulation.state(name) !== null);
        const leaders = [...new Set(up.map((name) => (simulation.state(name) as Watcher).leader))];
        const { name } = classOf(suspicions, { nodes: names, crashedAt });
        return [
          ...Object.entries(crashedAt).map(([node, at]) => detection(node, at, suspicions, up.length)),
          wrong.length === 0 ? "Nobody who was up was suspected." : `Suspicions of nodes that had not crashed for good: ${wrong.length}${duration(wrong)}.`,
          name === "none" ? "Not everybody suspects who crashed, so that this is no detector of any class." : `This run is worthy of a detector of the class ${name}.`,
          leaders.length === 1 ? `In the end all follow ${leaders[0]}${up.includes(leaders[0]!) ? "" : ", who is down"}.` : `In the end they do not agree who leads: ${leaders.join(", ")}.`,
        ];
      },
    };
  },
};

/** When each node crashed that did not come back. */
function crashes(trace: readonly TraceEvent[]): Readonly<Record<string, number>> {
  const at: Record<string, number> = {};
  for (const event of trace) {
    if (event.kind === "crash") at[event.node] ??= event.at;
    if (event.kind === "restart") delete at[event.node];
  }
  return at;
}

function detection(node: string, at: number, suspicions: readonly Suspicion[], up: number): string {
  // Who suspected it by mistake when it crashed has lost no time.
  const after = suspicions.filter(({ of, to }) => of === node && to === null).map(({ from }) => Math.max(0, from - at));
  if (after.length === 0) return `${node} crashed, and nobody has noticed.`;
  const [least, most] = [Math.min(...after), Math.max(...after)].map(formatNumber) as [string, string];
  const who = after.length === up ? "all others have" : `${after.length} of ${up} have`;
  return `${node} crashed, and ${who} suspected it ${least === most ? least : `${least} to ${most}`} ms later.`;
}

function duration(wrong: readonly Suspicion[]): string {
  const ended = wrong.flatMap(({ from, to }) => (to === null ? [] : [to - from]));
  return ended.length < wrong.length ? ", not all of which came to an end" : `, the longest of ${formatNumber(Math.max(...ended))} ms`;
}

/** Who is there, by heartbeats. */
export const heartbeats: readonly Protocol[] = [heartbeat];
