import { integer, options as checkOptions, show } from "../core/parameters.js";
import type { TraceEvent } from "../trace/event.js";
import { sequence as runText } from "../trace/sequence.js";
import { upright, type Segment } from "./boxes.js";
import { altText, Diagram, heading, legend, pad } from "./diagram.js";
import { sentence, text } from "./figure.js";
import { inWords } from "./format.js";
import { shorten, wrap } from "./letters.js";
import { drawArrow, lineOf, usualFlight, type Weight } from "./sequence/arrows.js";
import { Labels } from "./sequence/labels.js";
import { axisWidth, columnsOf, layOut, wordSize } from "./sequence/layout.js";
import { drawMarks } from "./sequence/marks.js";
import { modelOf, type Arrow, type Model } from "./sequence/model.js";
import * as nodes from "./sequence/nodes.js";
import { scaleOf, type Scale } from "./sequence/scale.js";
import { legendOf, summaryOf } from "./sequence/summary.js";
import { maxMessages, nodesOf, windowNotes, windowOf, within, type Unit, type Window } from "./sequence/window.js";
import { drawing, hue, label } from "./svg.js";

/** How a run is drawn. */
export interface SequenceOptions {
  /** The finding, as a sentence: "Twelve messages choose a value". */
  readonly title: string;
  /** Only these nodes (and clients), in this order, idle ones too (default: all, clients first, named alike together). */
  readonly nodes?: readonly string[];
  /** Where the drawing begins, in virtual ms or steps (default: at the start). */
  readonly from?: number;
  /** Where it ends (default: so that at most `limit` messages are drawn). */
  readonly to?: number;
  /** How many messages a drawing may hold, 1 to 500 (default 60). */
  readonly limit?: number;
  /**
   * What is written along a message, a timer or a request (default: its kind and its fields, as in "accept (1, p1) x").
   * Where that finds no place, the kind alone is written.
   */
  readonly label?: (message: any) => string;
  /** Whether changes of state are written beside the node; the run must have recorded them (default false). */
  readonly changes?: boolean;
  /** How a change of state is written (default: "field = value, ..."). */
  readonly change?: (fields: any, node: string) => string;
  /** Whether the clients' calls are drawn (default true). */
  readonly clients?: boolean;
  /** Messages to point out by their ids, as `longestChain` finds them; the others are drawn pale. */
  readonly highlight?: readonly number[];
  /** A remark under the title. */
  readonly note?: string;
}

/**
 * The space-time diagram of a run (Lamport 1978): a line for each node, time running down, an arrow for each message.
 *
 *     sequence(run.trace, { title: "Twelve messages choose a value" })
 *
 * Lost messages end in a cross, second copies are dotted, and messages that a cut link, a node that is down or a missing
 * rule stopped have ends of their own; time in which a node is down or paused, or links are cut, is shaded. Long runs
 * are drawn in part, and the diagram says which; long stretches in which nothing happens are cut short. The schedules of
 * the explorer, whose events carry step numbers for times, are drawn in steps.
 *
 * @throws RangeError for nodes of which none is in the trace, or a window that ends before it begins
 */
export function sequence(trace: readonly TraceEvent[], options: SequenceOptions): Diagram {
  checkOptions("sequence", options, OPTIONS);
  text("title", options.title);
  if (!Array.isArray(trace)) throw new TypeError(`trace must be the list of events of a run, got ${show(trace)}`);
  const { title, note, limit = 60, changes = false, clients = true } = options;
  integer("limit", limit, { min: 1, max: maxMessages });

  const unit: Unit = trace.length > 0 && trace.every(({ at, step }) => at === step) ? "step" : "ms";
  const { label: messageWords = usualLabel, change: changeWords = usualChange } = options;
  const read = modelOf(trace, {
    message: (message) => String(messageWords(message)),
    change: (fields, node) => String(changeWords(fields, node)),
  });
  const whole = unit === "step" ? { ...read, arrows: fanned(read.arrows) } : read;
  const names = nodesOf(whole, options.nodes, clients);
  const start = unit === "step" ? whole.begin : 0;
  const window = windowOf(whole, names, { from: options.from ?? start, to: options.to, limit });
  const model = within(whole, names, window, changes);

  const notes = [...(note === undefined ? [] : [note]), ...windowNotes(whole, model, names, window, unit)];
  const summary = sentence(summaryOf(model, names, window, unit));
  const alt = altText(title, summary);
  const seen = trace.filter(({ at }) => at >= window.from && at <= window.to);
  return new Diagram({
    title,
    alt,
    notes,
    svg: draw({ title, alt, notes, whole, model, names, window, unit, highlight: options.highlight }),
    text: [title, summary, ...notes, "", runText(seen, { lines: maxLines }).trimEnd()].join("\n"),
  });
}

const OPTIONS = [
  "title", "nodes", "from", "to", "limit", "label", "changes", "change", "clients", "highlight", "note",
] as const satisfies readonly (keyof SequenceOptions)[];

/** How many events stand in the text of a diagram. */
const maxLines = 200;

/** The kind of a message and what it holds: "accept (1, p1) x". */
function usualLabel({ kind, ...fields }: { readonly kind: string }): string {
  const held = Object.values(fields).filter((value) => value !== null && value !== undefined);
  return shorten([kind, ...held.map(inWords)].join(" "), 180, wordSize);
}

function usualChange(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} = ${inWords(value)}`)
    .join(", ");
}

/**
 * Messages of one step leave one after another. Else those of a schedule, which arrive at whole steps, would often lie
 * on the same line.
 */
function fanned(arrows: readonly Arrow[]): Arrow[] {
  const counts = new Map<string, number>();
  return arrows.map((arrow) => {
    const key = JSON.stringify([arrow.from, arrow.sentAt]);
    const rank = counts.get(key) ?? 0;
    counts.set(key, rank + 1);
    return arrow.endsAt === arrow.sentAt ? arrow : { ...arrow, sentAt: arrow.sentAt + Math.min(0.6, rank * 0.15) };
  });
}

interface Scene {
  readonly title: string;
  readonly alt: string;
  readonly notes: readonly string[];
  /** The whole run; its kinds of messages have the same colours in all its windows. */
  readonly whole: Model;
  /** What of it is drawn. */
  readonly model: Model;
  readonly names: readonly string[];
  readonly window: Window;
  readonly unit: Unit;
  readonly highlight: readonly number[] | undefined;
}

function draw({ title, alt, notes, whole, model, names, window, unit, highlight }: Scene): string {
  const scale = timeScale(model, window, unit);
  const columns = columnsOf(model, names);
  const { width } = columns;
  const head = heading(title, notes, width);
  const layout = layOut(names, columns, scale, head.height + 46);
  const { top, lineEnd, x } = layout;

  const kinds = [...new Set(whole.arrows.flatMap(({ kind }) => kind ?? []))];
  const paintOf = (kind: string | null): string => (kind === null ? "quiet" : hue(kinds.indexOf(kind)));
  const weightOf = ({ id }: Arrow): Weight =>
    highlight === undefined ? "usual" : id !== null && highlight.includes(id) ? "strong" : "pale";
  const flight = usualFlight(model);
  const lines = model.arrows.map((arrow) => ({ arrow, line: lineOf(arrow, layout, window, flight) }));

  // What stands where it stands comes first; then labels find places between.
  const labels = new Labels({ left: axisWidth, right: width });
  for (const { y } of scale.breaks) {
    labels.block(upright({ left: 0, right: width, top: top + y - 8, bottom: top + y + 8 }));
  }
  for (const name of names) {
    const [left, right] = [x(name) - nodes.headHalf(name), x(name) + nodes.headHalf(name)];
    labels.block(upright({ left, right, top: top - 33, bottom: top - 8 }));
    labels.avoid({ from: { x: x(name), y: top }, to: { x: x(name), y: lineEnd } });
  }
  for (const { line } of lines) labels.avoid(line);
  for (const line of nodes.brokenAt(model, layout)) labels.avoid(line);
  const stretches = nodes.stretches(model, layout, labels);
  const marks = drawMarks(model, layout, labels);
  const cuts = nodes.cutWords(model, layout, labels);
  const { words, unnamed } = arrowWords(lines, labels, paintOf, weightOf);

  const isHigh = layout.bottom - top > 700;
  const heads = [
    ...nodes.nodeHeads(layout, model, top - 14),
    ...(isHigh ? nodes.nodeHeads(layout, model, lineEnd + 22) : []),
  ];
  let under = lineEnd + (isHigh ? 40 : 8);
  const alarms = model.broken
    .flatMap(({ words }) => wrap(words, width - 2 * pad, 12, { bold: true }))
    .map((line) => label(pad, (under += 18) - 2, line, "alarm", { bold: true }));
  if (alarms.length > 0) under += 8;
  const key = legend(
    legendOf(
      model,
      unnamed.map((kind) => [kind, paintOf(kind)] as const),
    ),
    under + 4,
    width,
  );
  return drawing({ title, alt, width, height: under + key.height + 14 }, [
    head.svg,
    ...nodes.cutBands(model, layout),
    ...stretches,
    ...nodes.rulers(scale, layout, unit),
    ...names.map((name) => nodes.lifeLine(name, model, layout)),
    ...nodes.breaks(scale, layout),
    ...nodes.brokenLines(model, layout),
    ...lines.map(({ arrow, line }) => drawArrow(arrow, line, paintOf(arrow.kind), weightOf(arrow), window)),
    ...marks.shapes,
    ...words,
    ...cuts,
    ...marks.words,
    ...heads,
    ...alarms,
    key.svg,
  ]);
}

interface Line {
  readonly arrow: Arrow;
  readonly line: Segment;
}

/** The words along the arrows, and the kinds of messages of which none found a place for them. */
function arrowWords(
  lines: readonly Line[],
  labels: Labels,
  paintOf: (kind: string | null) => string,
  weightOf: (arrow: Arrow) => Weight,
): { readonly words: string[]; readonly unnamed: string[] } {
  const span = ({ from, to }: Segment): number => Math.abs(to.x - from.x);
  const named = new Set<string | null>();
  const words: string[] = [];
  // Short arrows have the fewest places for their labels, so they choose first.
  for (const { arrow, line } of [...lines].sort((a, b) => span(a.line) - span(b.line))) {
    if (arrow.isCopy || arrow.end === "under way") continue;
    const placed = labels.alongArrow(arrow.kind === null ? [arrow.words] : [arrow.words, arrow.kind], line);
    if (placed === null) continue;
    named.add(arrow.kind);
    const opacity = weightOf(arrow) === "pale" ? 0.5 : undefined;
    const style = { size: wordSize, anchor: "middle", halo: true, along: placed.along } as const;
    words.push(
      label(
        placed.at.x,
        placed.at.y,
        placed.words,
        paintOf(arrow.kind),
        opacity === undefined ? style : { ...style, opacity },
      ),
    );
  }
  const drawn = new Set(lines.flatMap(({ arrow }) => arrow.kind ?? []));
  return { words, unnamed: [...drawn].filter((kind) => !named.has(kind)) };
}

/** About a line of text for every event, and a page and a half at most. */
function timeScale(model: Model, { from, to }: Window, unit: Unit): Scale {
  if (unit === "step") return scaleOf({ from, to, busy: [[from, to]], height: Math.min(1500, 26 * (to - from + 1)) });
  const flight = usualFlight(model);
  const moments = [
    ...model.marks.map(({ at }) => at),
    ...model.broken.map(({ at }) => at),
    ...model.stretches.flatMap((stretch) => [stretch.from, stretch.to]),
    ...model.cuts.flatMap((cut) => [cut.from, cut.to]),
  ];
  const busy = [
    ...moments.map((at) => [at, at] as const),
    ...model.stretches.filter(({ kind }) => kind === "writing").map((wait) => [wait.from, wait.to] as const),
    ...model.arrows.map(({ sentAt, endsAt, end }) => {
      const drawnTo = end === "delivered" ? endsAt : Math.max(end === "under way" ? sentAt : endsAt, sentAt + flight);
      return [Math.max(from, sentAt), Math.min(to, drawnTo)] as const;
    }),
  ];
  const count = model.arrows.length + model.marks.length;
  return scaleOf({ from, to, busy, height: Math.min(1300, Math.max(200, 110 + 20 * count)) });
}
