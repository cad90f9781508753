import type { LegendEntry } from "../diagram.js";
import { formatNumber } from "../format.js";
import { hueCount } from "../svg.js";
import { sampleArrow } from "./arrows.js";
import { shapeOf } from "./marks.js";
import type { Arrow, ArrowEnd, Model } from "./model.js";
import { diskWait } from "./nodes.js";
import type { Unit, Window } from "./window.js";

/** What the signs mean that the drawing uses; `colours` are kinds of messages of which none has a label. */
export function legendOf(model: Model, colours: readonly (readonly [kind: string, paint: string])[]): LegendEntry[] {
  const entries: LegendEntry[] = colours
    .slice(0, 2 * hueCount)
    .map(([kind, paint]) => ({ sample: sampleArrow("delivered", paint), words: kind }));
  const has = (test: (arrow: Arrow) => boolean): boolean => model.arrows.some(test);
  for (const [end, words] of endings) {
    if (has((arrow) => arrow.end === end)) entries.push({ sample: sampleArrow(end, "quiet"), words });
  }
  if (has(({ isCopy }) => isCopy))
    entries.push({ sample: sampleArrow("delivered", "quiet", "copy"), words: "second copy" });
  if (has(({ kind }) => kind === null))
    entries.push({ sample: sampleArrow("delivered", "quiet", "call"), words: "a client's call" });
  const here = { x: 0, y: 0 };
  for (const [kind, words] of [
    ["decide", "decision"],
    ["timer", "timer"],
    ["restart", "restart"],
  ] as const) {
    if (model.marks.some((mark) => mark.kind === kind)) entries.push({ sample: shapeOf(kind, here), words });
  }
  if (model.stretches.some(({ kind }) => kind === "writing")) {
    entries.push({ sample: diskWait(0, -7, 14), words: "waits for its disk" });
  }
  return entries;
}

const endings: readonly (readonly [ArrowEnd, string])[] = [
  ["lost", "lost"],
  ["partitioned", "link is cut"],
  ["crashed", "receiver is down"],
  ["unhandled", "receiver has no rule for it"],
  ["under way", "still under way"],
];

/** What is drawn, in a sentence for those who do not see it. */
export function summaryOf(model: Model, names: readonly string[], { from, to }: Window, unit: Unit): string {
  if (names.length === 0) return "An empty space-time diagram: the trace has no nodes";
  const messages = model.arrows.filter(({ kind }) => kind !== null);
  const count = (test: (arrow: Arrow) => boolean, words: string): string[] => {
    const many = messages.filter(test).length;
    return many === 0 ? [] : [`${many} ${words}`];
  };
  const fates = [
    ...count(({ end }) => end === "lost", "lost"),
    ...count(({ isCopy }) => isCopy, "second copies"),
    ...count(({ end }) => end === "partitioned", "stopped by a cut link"),
    ...count(({ end }) => end === "crashed", "at a node that is down"),
  ];
  const fate = fates.length === 0 ? "" : ` (${fates.join(", ")})`;
  const when = (at: number): string => (unit === "ms" ? `${formatNumber(at)} ms` : `step ${at}`);
  const who = `${names.slice(0, 12).join(", ")}${names.length > 12 ? ` and ${names.length - 12} more` : ""}`;
  const range = unit === "ms" ? `from ${formatNumber(from)} to ${formatNumber(to)} ms` : `steps ${from} to ${to}`;
  return [
    `A space-time diagram of ${who}, ${range}, with ${messages.length} messages${fate}`,
    ...model.marks
      .filter(({ kind }) => kind === "decide" || kind === "crash" || kind === "restart")
      .slice(0, 8)
      .map(({ node, words, at }) => `${node} ${words} at ${when(at)}`),
    ...model.cuts.slice(0, 4).map((cut) => `${cut.words} from ${when(cut.from)}`),
    ...model.broken.map(({ words }) => words),
  ].join("; ");
}
