import { finite, integer, options as checkOptions, show } from "../core/parameters.js";
import { words as inWords } from "../core/words.js";
import type { TraceEvent } from "../trace/event.js";
import { sequence as runText } from "../trace/sequence.js";
import { upright, type Box, type Segment } from "./boxes.js";
import { altText, Diagram, document, fill, heading, hue, hueCount, label, legend, pad, px, stroke, haloed, type LegendEntry } from "./diagram.js";
import { escape } from "./escape.js";
import { sentence, text } from "./figure.js";
import { formatNumber } from "./format.js";
import { shorten, textWidth } from "./letters.js";
import { Labels, type Placed } from "./sequence/labels.js";
import { modelOf, type Arrow, type ArrowEnd, type Mark, type Model } from "./sequence/model.js";
import { scaleOf, type Scale } from "./sequence/scale.js";

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
 *     show(sequence(run.trace, { title: "Twelve messages choose a value" }))
 *
 * Lost messages end in a cross, second copies are dotted, and messages that a cut link, a node that is down or a missing
 * rule stopped have ends of their own; time in which a node is down or paused, or links are cut, is shaded. Long runs are
 * drawn in part, and the diagram says which; long stretches in which nothing happens are cut short. The schedules of the explorer,
 * whose events carry step numbers for times, are drawn in steps.
 *
 * @throws RangeError for nodes of which none is in the trace, or a window that ends before it begins
 */
export function sequence(trace: readonly TraceEvent[], options: SequenceOptions): Diagram {
  checkOptions("sequence", options, ["title", "nodes", "from", "to", "limit", "label", "changes", "change", "clients", "highlight", "note"]);
  text("title", options.title);
  if (!Array.isArray(trace)) throw new TypeError(`trace must be the list of events of a run, got ${show(trace)}`);
  const { limit = 60, changes = false, clients = true, highlight } = options;
  integer("limit", limit, { min: 1, max: 500 });
  const wording = options.label ?? usualLabel;
  const unit = trace.length > 0 && trace.every(({ at, step }) => at === step) ? "step" : "ms";
  const ofChange = options.change ?? ((fields: object) => Object.entries(fields).map(([name, value]) => `${name} = ${inWords(value)}`).join(", "));
  const whole = modelOf(trace, { message: (message) => String(wording(message)), change: (fields, node) => String(ofChange(fields, node)) });
  const names = chosenNodes(whole, options.nodes, clients);
  const window = windowOf(whole, names, limit, options);
  const model = within(whole, names, window, { changes });
  const drawing = draw(model, names, window, unit, { title: options.title, note: options.note, highlight, whole });
  return new Diagram({
    title: options.title,
    alt: drawing.alt,
    notes: drawing.notes,
    svg: drawing.svg,
    text: [options.title, drawing.summary, ...drawing.notes, "", runText(trace.filter(({ at }) => at >= window.from && at <= window.to), { lines: maxLines }).trimEnd()].join("\n"),
  });
}

/** The kind of a message and what it holds: "accept (1, p1) x". */
function usualLabel(message: { readonly kind: string }): string {
  const { kind, ...fields } = message;
  const said = Object.values(fields).filter((value) => value !== null && value !== undefined).map(inWords);
  return shorten([kind, ...said].join(" "), 180, 11.5);
}

interface Window {
  readonly from: number;
  readonly to: number;
}

const maxNodes = 24;

/** How many events stand in the text of a diagram. */
const maxLines = 200;

/** The strip at the left with the times. */
const axisWidth = 58;

/** How wide the words of a mark may be. */
const maxWords = 220;

function chosenNodes(model: Model, wanted: readonly string[] | undefined, withClients: boolean): readonly string[] {
  const all = [...(withClients ? model.clients : []), ...model.nodes];
  if (wanted === undefined) return all.slice(0, maxNodes);
  if (!Array.isArray(wanted) || wanted.length === 0) throw new RangeError(`nodes must name at least one node, got ${show(wanted)}`);
  // A node in which nothing happened is in no trace, but may well be drawn.
  const known = [...model.clients, ...model.nodes];
  if (known.length > 0 && !wanted.some((name) => known.includes(name))) {
    throw new RangeError(`nodes must name nodes of this trace, which has ${known.join(", ")}; got ${show(wanted)}`);
  }
  if (wanted.length > maxNodes) throw new RangeError(`nodes must name at most ${maxNodes} nodes, got ${wanted.length}`);
  return wanted;
}

/** From where the caller says, or the start, until so many messages have been sent and have arrived. */
function windowOf(model: Model, names: readonly string[], limit: number, { from, to }: { readonly from?: number; readonly to?: number }): Window {
  if (from !== undefined) finite("from", from);
  if (to !== undefined) finite("to", to);
  const start = from ?? 0;
  if (to !== undefined) {
    if (to <= start) throw new RangeError(`to must be later than from (${start}), got ${to}`);
    return { from: start, to: Math.min(to, Math.max(model.end, start)) };
  }
  const drawn = model.arrows.filter((arrow) => arrow.sentAt >= start && isBetween(arrow, names));
  const next = drawn[limit];
  if (next === undefined) return { from: start, to: Math.max(model.end, start) };
  // The window ends with what happened last before the first message that has no room.
  const before = [...model.arrows.flatMap(({ sentAt, endsAt }) => [sentAt, endsAt]), ...model.marks.map(({ at }) => at)].filter((at) => at < next.sentAt);
  const last = before.reduce((latest, at) => Math.max(latest, at), start);
  return { from: start, to: last > start ? last : next.sentAt };
}

function isBetween({ from, to }: Arrow, names: readonly string[]): boolean {
  return names.includes(from) && names.includes(to);
}

/** What of the run falls into the window. */
function within(model: Model, names: readonly string[], { from, to }: Window, { changes }: { readonly changes: boolean }): Model {
  const touches = (start: number, end: number): boolean => end >= from && start <= to;
  const slow = model.stretches.some(({ kind }) => kind === "writing");
  return {
    ...model,
    arrows: model.arrows.filter((arrow) => touches(arrow.sentAt, arrow.endsAt) && isBetween(arrow, names)),
    marks: model.marks.filter(
      ({ kind, node, at }) => at >= from && at <= to && names.includes(node) && (changes || kind !== "change") && (slow || kind !== "write"),
    ),
    stretches: model.stretches.filter((stretch) => touches(stretch.from, stretch.to) && names.includes(stretch.node)),
    cuts: model.cuts.filter((cut) => touches(cut.from, cut.to)),
    broken: model.broken.filter(({ at }) => at >= from && at <= to),
  };
}

interface Drawing {
  readonly svg: string;
  readonly summary: string;
  readonly alt: string;
  readonly notes: readonly string[];
}

interface Extras {
  readonly title: string;
  readonly note: string | undefined;
  readonly highlight: readonly number[] | undefined;
  readonly whole: Model;
}

/** Where things stand on the paper. */
interface Layout {
  readonly x: ReadonlyMap<string, number>;
  readonly y: (at: number) => number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

function draw(model: Model, names: readonly string[], window: Window, unit: "ms" | "step", { title, note, highlight, whole }: Extras): Drawing {
  const notes = [...(note === undefined ? [] : [note]), ...windowNotes(model, names, window, unit, whole)];
  const scale = timeScale(model, window, unit);

  // Beside the outer nodes there is room for what is said of them: requests to the left, the rest to the right.
  const left = axisWidth + Math.min(180, Math.max(26, ...wordsAt(model, names[0], ["request", "decide"]).map((takes) => takes + 34)));
  const right = Math.min(240, Math.max(40, ...wordsAt(model, names.at(-1), null).map((takes) => takes + 24)));
  const gaps = Math.max(1, names.length - 1);
  const widest = names.reduce((most, name) => Math.max(most, textWidth(name, 13, { bold: true }) + 20), 44);
  const spacing = Math.max(Math.min(90, widest + 10), widest * 0.9, Math.min(190, (760 - left - right) / gaps));
  const width = Math.max(560, left + right + spacing * (names.length - 1));

  const head = heading({ title, notes, width });
  const top = head.height + 46;
  const layout: Layout = {
    x: new Map(names.map((name, i) => [name, left + (names.length === 1 ? (width - left - right) / 2 : i * spacing)])),
    y: (at) => top + scale.y(at),
    top,
    bottom: top + scale.height,
    left,
    right: width - 12,
    width,
    from: window.from,
    to: window.to,
  };
  const bottom = layout.bottom + 14;

  const kinds = [...new Set(whole.arrows.flatMap(({ kind }) => kind ?? []))];
  const colourOf = (kind: string | null): string => (kind === null ? "quiet" : hue(kinds.indexOf(kind)));
  const labels = new Labels({ left: axisWidth, right: width });
  for (const { y } of scale.breaks) labels.block(upright({ left: 0, right: width, top: top + y - 8, bottom: top + y + 8 }));
  const shades = [...cutBands(model, layout), ...stretchBands(model, layout, labels)];
  const axis = timeAxis(scale, layout, unit);
  const lives = names.map((name) => lifeLine(name, model, layout, bottom));
  for (const name of names) {
    const at = layout.x.get(name)!;
    const half = textWidth(name, 13, { bold: true }) / 2 + 10;
    labels.block(upright({ left: at - half, right: at + half, top: top - 33, bottom: top - 8 }));
  }
  for (const name of names) labels.avoid({ from: { x: layout.x.get(name)!, y: top }, to: { x: layout.x.get(name)!, y: bottom } });

  const lines = model.arrows.map((arrow) => ({ arrow, line: lineOf(arrow, layout, model) }));
  for (const { line } of lines) labels.avoid(line);
  const marks = marksOf(model, layout, labels);
  const cuts = cutWords(model, layout, labels);
  const arrows = lines.map(({ arrow, line }) => drawArrow(arrow, line, colourOf(arrow.kind), emphasis(arrow, highlight)));
  // Short arrows have the fewest places for their labels, so they choose first.
  const inOrder = [...lines].sort((a, b) => span(a.line) - span(b.line));
  const unlabelled = new Set<string>();
  const words = inOrder.map(({ arrow, line }) => {
    const choices = arrow.isCopy ? [] : [arrow.words, ...(arrow.kind === null ? [] : [arrow.kind])];
    const placed = labels.alongArrow(choices, line);
    if (placed === null && arrow.kind !== null) unlabelled.add(arrow.kind);
    return placed === null ? "" : turned(placed, colourOf(arrow.kind), emphasis(arrow, highlight));
  });
  const heads = [nodeHeads(names, model, layout, top - 14), ...(layout.bottom - top > 700 ? [nodeHeads(names, model, layout, bottom + 22)] : [])];
  const under = bottom + (heads.length > 1 ? 40 : 8);

  const alarms = brokenLines(model, layout, under);
  const entries = legendOf(model, labels.homeless > 0 ? [...unlabelled] : [], colourOf);
  const key = legend(entries, { x: pad, y: under + alarms.height + 4, width: width - 2 * pad });
  const summary = sentence(described(model, names, window, unit));
  const alt = altText(title, summary);
  return {
    alt,
    summary,
    notes,
    svg: document({
      title,
      alt,
      width,
      height: under + alarms.height + key.height + 14,
      body: [head.svg, ...shades, axis.ruler, ...lives, axis.breaks, alarms.lines, ...arrows, ...marks.shapes, ...words, ...cuts, ...marks.words, ...heads, alarms.words, key.svg],
    }),
  };
}

/** How wide the words of the marks of one node are. */
function wordsAt(model: Model, node: string | undefined, kinds: readonly Mark["kind"][] | null): number[] {
  return model.marks
    .filter((mark) => mark.node === node && (kinds === null || kinds.includes(mark.kind)))
    .map(({ words, kind }) => textWidth(shorten(words, maxWords, 11.5), 11.5, { bold: kind === "decide" }));
}

function span({ from, to }: Segment): number {
  return Math.abs(to.x - from.x);
}

// Time.

/** About a line of text for every event, and a page and a half at most. */
function timeScale(model: Model, { from, to }: Window, unit: "ms" | "step"): Scale {
  const flight = usualFlight(model);
  const busy = [
    ...model.arrows.map(({ sentAt, endsAt, end }) => [Math.max(from, sentAt), Math.min(to, end === "delivered" ? endsAt : Math.max(endsAt, sentAt + flight))] as const),
    ...model.marks.map(({ at }) => [at, at] as const),
    ...model.stretches.flatMap((stretch) => [[stretch.from, stretch.from] as const, [stretch.to, stretch.to] as const]),
    ...model.stretches.filter(({ kind }) => kind === "writing").map((stretch) => [stretch.from, stretch.to] as const),
    ...model.cuts.flatMap((cut) => [[cut.from, cut.from] as const, [cut.to, cut.to] as const]),
    ...model.broken.map(({ at }) => [at, at] as const),
  ];
  const count = model.arrows.length + model.marks.length;
  const height = unit === "step" ? Math.min(1500, 26 * (to - from + 1)) : Math.min(1300, Math.max(200, 110 + 20 * count));
  return scaleOf({ from, to, busy: unit === "step" ? [[from, to]] : busy, height });
}

function timeAxis(scale: Scale, { top, right }: Layout, unit: "ms" | "step"): { readonly ruler: string; readonly breaks: string } {
  const parts: string[] = [];
  for (const { at, y } of scale.ticks) {
    parts.push(
      `<line x1="${px(axisWidth + 4)}" y1="${px(top + y)}" x2="${px(right)}" y2="${px(top + y)}" ${stroke("rule")} stroke-width="1"/>`,
      label(axisWidth - 2, top + y + 4, unit === "ms" ? `${formatNumber(at)} ms` : formatNumber(at), "quiet", { size: 11, anchor: "end" }),
    );
  }
  if (unit === "step") parts.push(label(axisWidth - 2, top - 12, "step", "quiet", { size: 11, anchor: "end" }));
  const breaks: string[] = [];
  for (const { y, ms } of scale.breaks) {
    breaks.push(
      `<rect x="${px(axisWidth + 4)}" y="${px(top + y - 9)}" width="${px(right - axisWidth - 4)}" height="18" ${fill("paper")}/>`,
      `<line x1="${px(axisWidth + 4)}" y1="${px(top + y)}" x2="${px(right)}" y2="${px(top + y)}" ${stroke("quiet")} stroke-width="1" stroke-dasharray="1 5"/>`,
      label((axisWidth + right) / 2, top + y + 4, `${formatNumber(ms)} ms in which nothing happens`, "quiet", { size: 11, anchor: "middle", halo: true }),
    );
  }
  return { ruler: parts.join("\n"), breaks: breaks.join("\n") };
}

// Nodes.

function nodeHeads(names: readonly string[], model: Model, { x }: Layout, y: number): string {
  return names
    .map((name) => {
      const half = textWidth(name, 13, { bold: true }) / 2 + 9;
      const isClient = model.clients.includes(name);
      return [
        `<rect x="${px(x.get(name)! - half)}" y="${px(y - 17)}" width="${px(2 * half)}" height="22" rx="${isClient ? 11 : 4}" class="f-paper s-quiet" fill="#ffffff" stroke="#59636e" stroke-width="1.2"/>`,
        label(x.get(name)!, y - 1.5, name, "ink", { size: 13, bold: true, anchor: "middle" }),
      ].join("\n");
    })
    .join("\n");
}

/** The line of a node: none where it is down, thin where it is paused. */
function lifeLine(name: string, model: Model, { x, y, top }: Layout, bottom: number): string {
  const at = px(x.get(name)!);
  const parts: string[] = [];
  let reached = top - 9;
  const piece = (to: number, dashes: string): void => {
    if (to > reached) parts.push(`<line x1="${at}" y1="${px(reached)}" x2="${at}" y2="${px(to)}" ${stroke("quiet")} stroke-width="1.4"${dashes}/>`);
    reached = Math.max(reached, to);
  };
  const stretches = model.stretches.filter(({ node, kind }) => node === name && kind !== "writing").sort((a, b) => a.from - b.from);
  for (const { from, to, open, kind } of stretches) {
    piece(Math.max(top, y(from)), "");
    const end = open ? bottom : y(to);
    if (kind === "down") reached = Math.max(reached, end);
    else piece(end, ` stroke-dasharray="2 4"`);
  }
  piece(bottom, "");
  return parts.join("\n");
}

function stretchBands(model: Model, { x, y, top, bottom }: Layout, labels: Labels): string[] {
  return model.stretches.flatMap(({ kind, node, from, to, open }) => {
    const at = x.get(node)!;
    const [start, end] = [Math.max(top, y(from)), open ? bottom + 14 : y(to)];
    if (kind === "writing") {
      labels.block(upright({ left: at - 4, right: at + 4, top: start, bottom: end }));
      return [`<rect x="${px(at - 3)}" y="${px(start)}" width="6" height="${px(Math.max(2, end - start))}" class="f-paper s-quiet" fill="#ffffff" stroke="#59636e" stroke-width="1.2"/>`];
    }
    const band = `<rect x="${px(at - 15)}" y="${px(start)}" width="30" height="${px(Math.max(2, end - start))}" rx="3" ${fill("shade")}/>`;
    const words = kind === "down" ? "down" : "paused";
    const half = textWidth(words, 11) / 2 + 4;
    const boxAt = (middle: number): Box => upright({ left: at - 7, right: at + 7, top: middle - half, bottom: middle + half });
    const middle = [0.5, 0.3, 0.7, 0.15, 0.85].map((share) => start + share * (end - start)).find((y) => y - half > start && y + half < end && labels.isFree(boxAt(y)));
    if (middle === undefined) return [band];
    labels.block(boxAt(middle));
    return [band, `<text transform="translate(${px(at + 4)} ${px(middle)}) rotate(-90)" font-size="11" text-anchor="middle" ${haloed("quiet")}>${words}</text>`];
  });
}

/** A band over all nodes for the time in which links are cut. */
function cutBands(model: Model, { y, top, bottom, right }: Layout): string[] {
  return model.cuts.flatMap(({ from, to, open }) => {
    const [start, end] = [Math.max(top - 4, y(from)), open ? bottom + 14 : y(to)];
    const edge = (at: number): string =>
      `<line x1="${px(axisWidth + 4)}" y1="${px(at)}" x2="${px(right)}" y2="${px(at)}" ${stroke("c1")} stroke-width="1" stroke-dasharray="5 3"/>`;
    return [
      `<rect x="${px(axisWidth + 4)}" y="${px(start)}" width="${px(right - axisWidth - 4)}" height="${px(Math.max(2, end - start))}" ${fill("cut")}/>`,
      edge(start),
      ...(open ? [] : [edge(end)]),
    ];
  });
}

/** The groups that cannot talk, under the upper edge of their band, and "healed" above the lower one: between two nodes. */
function cutWords(model: Model, { x, y, top, right }: Layout, labels: Labels): string[] {
  const columns = [...x.values()];
  const middles = columns.slice(1).map((column, i) => (column + columns[i]!) / 2);
  const places = [...middles.reverse(), (columns.at(-1)! + right) / 2, (axisWidth + columns[0]!) / 2];
  const style = { size: 11, bold: true, anchor: "middle", halo: true } as const;
  return model.cuts.flatMap(({ from, to, open, words }) => {
    const [start, end] = [Math.max(top - 4, y(from)), y(to)];
    const parts: string[] = [];
    const above = labels.atOneOf(words, places, start + 13);
    if (above !== null) parts.push(label(above.at.x, above.at.y, words, "c1", style));
    const below = open || end - start < 30 ? null : labels.atOneOf("healed", places, end - 5);
    if (below !== null) parts.push(label(below.at.x, below.at.y, "healed", "c1", style));
    return parts;
  });
}

// Messages.

/** How an arrow runs: to its receiver, or only part of the way. */
function lineOf({ from, to, sentAt, endsAt, end, kind }: Arrow, { x, y, top, bottom, from: first, to: last }: Layout, model: Model): Segment {
  const [x1, x2] = [x.get(from)!, x.get(to)!];
  const stopped = end === "lost" || end === "partitioned";
  const places = [...x.values()];
  const columns = Math.max(1, Math.abs(places.indexOf(x1) - places.indexOf(x2)));
  if (stopped && endsAt === sentAt) {
    // It was lost at its sending, so the time of its arrival is anybody's guess. It ends between two nodes.
    const y1 = y(sentAt);
    const drop = Math.max(kind === null ? 8 : 14, Math.min(60, y(Math.min(last, sentAt + usualFlight(model))) - y1));
    const share = (Math.floor(columns / 2) + 0.5) / columns;
    return { from: { x: x1, y: y1 }, to: { x: x1 + (x2 - x1) * share, y: y1 + drop * share } };
  }
  const share = (at: number): number => (at - sentAt) / (endsAt - sentAt);
  const reaches = end === "under way" ? 0.55 : stopped ? (columns - 0.4) / columns : 1;
  const [begin, finish] = endsAt === sentAt ? [0, 1] : [Math.max(0, share(first)), Math.min(1, share(last))];
  const clip = { from: begin, to: Math.min(reaches, finish) };
  const at = (part: number): number => (sentAt + part * (endsAt - sentAt) >= last ? bottom : Math.max(top, y(sentAt + part * (endsAt - sentAt))));
  return { from: { x: x1 + (x2 - x1) * clip.from, y: at(clip.from) }, to: { x: x1 + (x2 - x1) * clip.to, y: end === "under way" ? bottom + 12 : at(clip.to) } };
}

/** How long messages are under way in this run, on average. */
function usualFlight(model: Model): number {
  const flights = model.arrows.filter(({ end, kind, from, to }) => end === "delivered" && kind !== null && from !== to).map(({ sentAt, endsAt }) => endsAt - sentAt);
  return flights.length === 0 ? 0 : flights.reduce((sum, one) => sum + one, 0) / flights.length;
}

type Emphasis = "usual" | "strong" | "pale";

function emphasis({ id }: Arrow, highlight: readonly number[] | undefined): Emphasis {
  if (highlight === undefined) return "usual";
  return id !== null && highlight.includes(id) ? "strong" : "pale";
}

function drawArrow({ from, to, end, isCopy, kind }: Arrow, line: Segment, paint: string, weight: Emphasis): string {
  const opacity = weight === "pale" ? ` opacity="0.35"` : "";
  const width = weight === "strong" ? 2.6 : kind === null ? 1 : 1.5;
  const dash = isCopy ? ` stroke-dasharray="1.5 3.5" stroke-linecap="round"` : end === "lost" || end === "partitioned" || end === "under way" ? ` stroke-dasharray="5 4"` : kind === null ? ` stroke-dasharray="7 2"` : "";
  if (from === to) {
    const { x, y } = line.from;
    const low = Math.max(y + 12, line.to.y);
    return `<g${opacity}><path d="M${px(x)} ${px(y)}C${px(x + 26)} ${px(y)} ${px(x + 26)} ${px(low)} ${px(x + 6)} ${px(low)}" fill="none" ${stroke(paint)} stroke-width="${width}"${dash}/>${ending(end, isCopy, { x, y: low }, { x: -1, y: 0 }, paint)}</g>`;
  }
  const [dx, dy] = [line.to.x - line.from.x, line.to.y - line.from.y];
  const length = Math.sqrt(dx * dx + dy * dy) || 1;
  const along = { x: dx / length, y: dy / length };
  const short = end === "delivered" || end === "unhandled" ? 6 : 0;
  const tip = { x: line.to.x - along.x * short, y: line.to.y - along.y * short };
  return `<g${opacity}><line x1="${px(line.from.x)}" y1="${px(line.from.y)}" x2="${px(tip.x)}" y2="${px(tip.y)}" ${stroke(paint)} stroke-width="${width}"${dash}/>${ending(end, isCopy, line.to, along, paint)}</g>`;
}

/** What an arrow ends in: a full head, an empty one, a cross, a bar, a ring, or nothing. */
function ending(end: ArrowEnd, isCopy: boolean, { x, y }: { readonly x: number; readonly y: number }, along: { readonly x: number; readonly y: number }, paint: string): string {
  const corner = (back: number, aside: number): string => `${px(x - along.x * back - along.y * aside)} ${px(y - along.y * back + along.x * aside)}`;
  switch (end) {
    case "delivered": {
      const points = `${px(x)} ${px(y)} ${corner(9, 3.8)} ${corner(9, -3.8)}`;
      return isCopy
        ? `<polygon points="${points}" class="f-paper s-${paint}" fill="#ffffff" ${stroke(paint).replace(/class="[^"]*" /, "")} stroke-width="1.2"/>`
        : `<polygon points="${points}" ${fill(paint)}/>`;
    }
    case "lost":
      return cross(x, y, 5, paint);
    case "crashed":
      return cross(x, y, 5, "alarm");
    case "partitioned":
      return `<path d="M${corner(0, 7)}L${corner(0, -7)}M${corner(-3.5, 7)}L${corner(-3.5, -7)}" ${stroke("c1")} stroke-width="2"/>`;
    case "unhandled":
      return `<circle cx="${px(x - along.x * 4)}" cy="${px(y - along.y * 4)}" r="3.6" class="f-paper s-${paint}" fill="#ffffff" ${stroke(paint).replace(/class="[^"]*" /, "")} stroke-width="1.4"/>`;
    case "under way":
      return "";
  }
}

function cross(x: number, y: number, reach: number, paint: string): string {
  return `<path d="M${px(x - reach)} ${px(y - reach)}L${px(x + reach)} ${px(y + reach)}M${px(x + reach)} ${px(y - reach)}L${px(x - reach)} ${px(y + reach)}" ${stroke(paint)} stroke-width="2"/>`;
}

function turned({ words, at, along }: Placed, paint: string, weight: Emphasis): string {
  const place =
    Math.abs(along.y) < 0.005
      ? `x="${px(at.x)}" y="${px(at.y)}"`
      : `transform="matrix(${[along.x, along.y, -along.y, along.x].map((part) => Math.round(part * 1000) / 1000 + 0).join(" ")} ${px(at.x)} ${px(at.y)})"`;
  return `<text ${place} font-size="11.5" text-anchor="middle"${weight === "pale" ? ` opacity="0.5"` : ""} ${haloed(paint)}>${escape(words)}</text>`;
}

// Marks.

function marksOf(model: Model, { x, y }: Layout, labels: Labels): { readonly shapes: string[]; readonly words: string[] } {
  const shapes: string[] = [];
  const placed: { readonly mark: Mark; readonly at: { x: number; y: number } }[] = [];
  for (const mark of model.marks) {
    const at = { x: x.get(mark.node)!, y: y(mark.at) };
    shapes.push(shapeOf(mark.kind, at));
    if (mark.kind === "decide" || mark.kind === "crash" || mark.kind === "timer") labels.block(upright({ left: at.x - 7, right: at.x + 7, top: at.y - 7, bottom: at.y + 7 }));
    placed.push({ mark, at });
  }
  // What matters most chooses its place first.
  const inOrder = [...placed].sort((a, b) => rankOf[a.mark.kind] - rankOf[b.mark.kind]);
  const words = inOrder.map(({ mark, at }) => {
    if (mark.words === "" || repeats(mark, model)) return "";
    const bold = mark.kind === "decide";
    const said = shorten(mark.words, maxWords, 11.5, { bold });
    const spot = labels.beside(said, at, { gap: mark.kind === "request" ? 26 : 10, bold, sides: mark.kind === "request" ? ["left", "right"] : ["right", "left"] });
    return spot === null ? "" : label(spot.at.x, spot.at.y, said, paintOf[mark.kind], { size: 11.5, bold, anchor: "middle", halo: true });
  });
  return { shapes, words };
}

/** A reply with what the node decides at that moment says nothing new. */
function repeats({ kind, node, at, words }: Mark, model: Model): boolean {
  return kind === "reply" && model.marks.some((other) => other.kind === "decide" && other.node === node && other.at === at && words.endsWith(other.words.replace(/^decides/, "")));
}

const rankOf: Readonly<Record<Mark["kind"], number>> = { decide: 0, crash: 1, request: 2, reply: 3, restart: 4, timer: 5, note: 6, change: 7, write: 8 };
const paintOf: Readonly<Record<Mark["kind"], string>> = {
  decide: "ink", crash: "alarm", request: "ink", reply: "ink", restart: "ink", timer: "quiet", note: "quiet", change: "quiet", write: "quiet",
};

function shapeOf(kind: Mark["kind"], { x, y }: { readonly x: number; readonly y: number }): string {
  switch (kind) {
    case "request":
      return `<path d="M${px(x - 24)} ${px(y)}H${px(x - 8)}" ${stroke("ink")} stroke-width="1.5"/><polygon points="${px(x - 1)} ${px(y)} ${px(x - 9)} ${px(y - 4)} ${px(x - 9)} ${px(y + 4)}" ${fill("ink")}/>`;
    case "reply":
      return `<circle cx="${px(x)}" cy="${px(y)}" r="3.5" ${fill("ink")}/>`;
    case "timer":
      return `<circle cx="${px(x)}" cy="${px(y)}" r="5.5" class="f-paper s-quiet" fill="#ffffff" stroke="#59636e" stroke-width="1.4"/><path d="M${px(x)} ${px(y - 3.5)}V${px(y)}H${px(x + 2.8)}" fill="none" ${stroke("quiet")} stroke-width="1.2"/>`;
    case "decide":
      return `<polygon points="${px(x)} ${px(y - 7)} ${px(x + 7)} ${px(y)} ${px(x)} ${px(y + 7)} ${px(x - 7)} ${px(y)}" class="f-ink s-paper" fill="#1f2328" stroke="#ffffff" stroke-width="1.5"/>`;
    case "write":
      return `<rect x="${px(x - 3)}" y="${px(y - 3)}" width="6" height="6" ${fill("quiet")}/>`;
    case "crash":
      return cross(x, y, 6, "alarm");
    case "restart":
      return `<circle cx="${px(x)}" cy="${px(y)}" r="4.5" class="f-paper s-ink" fill="#ffffff" stroke="#1f2328" stroke-width="1.6"/>`;
    case "change":
    case "note":
      return `<circle cx="${px(x)}" cy="${px(y)}" r="2.4" ${fill("quiet")}/>`;
  }
}

function brokenLines(model: Model, { y, right, width }: Layout, under: number): { readonly lines: string; readonly words: string; readonly height: number } {
  const lines: string[] = [];
  const said: string[] = [];
  let height = 0;
  for (const { at, words } of model.broken) {
    lines.push(`<line x1="${px(axisWidth + 4)}" y1="${px(y(at))}" x2="${px(right)}" y2="${px(y(at))}" ${stroke("alarm")} stroke-width="1.6" stroke-dasharray="8 3"/>`);
    height += 18;
    said.push(label(pad, under + height - 2, shorten(words, width - 2 * pad, 12, { bold: true }), "alarm", { size: 12, bold: true }));
  }
  return { lines: lines.join("\n"), words: said.join("\n"), height: height === 0 ? 0 : height + 8 };
}

// Words about the whole.

function legendOf(model: Model, unlabelled: readonly string[], colourOf: (kind: string) => string): LegendEntry[] {
  const entries: LegendEntry[] = unlabelled.slice(0, 2 * hueCount).map((kind) => ({ sample: sample(colourOf(kind), "delivered", ""), words: kind }));
  const has = (test: (arrow: Arrow) => boolean): boolean => model.arrows.some(test);
  const dashed = ` stroke-dasharray="5 4"`;
  if (has(({ end }) => end === "lost")) entries.push({ sample: sample("quiet", "lost", dashed), words: "lost" });
  if (has(({ isCopy }) => isCopy)) entries.push({ sample: sample("quiet", "delivered", ` stroke-dasharray="1.5 3.5" stroke-linecap="round"`, true), words: "second copy" });
  if (has(({ end }) => end === "partitioned")) entries.push({ sample: sample("quiet", "partitioned", dashed), words: "link is cut" });
  if (has(({ end }) => end === "crashed")) entries.push({ sample: sample("quiet", "crashed", ""), words: "receiver is down" });
  if (has(({ end }) => end === "unhandled")) entries.push({ sample: sample("quiet", "unhandled", ""), words: "receiver has no rule for it" });
  if (has(({ end }) => end === "under way")) entries.push({ sample: sample("quiet", "under way", dashed), words: "still under way" });
  if (has(({ kind }) => kind === null)) entries.push({ sample: sample("quiet", "delivered", ` stroke-dasharray="7 2"`), words: "a client's call" });
  const marks = new Set(model.marks.map(({ kind }) => kind));
  if (marks.has("decide")) entries.push({ sample: shapeOf("decide", { x: 0, y: 0 }), words: "decision" });
  if (marks.has("timer")) entries.push({ sample: shapeOf("timer", { x: 0, y: 0 }), words: "timer" });
  if (marks.has("restart")) entries.push({ sample: shapeOf("restart", { x: 0, y: 0 }), words: "restart" });
  if (model.stretches.some(({ kind }) => kind === "writing")) {
    entries.push({ sample: `<rect x="-3" y="-7" width="6" height="14" class="f-paper s-quiet" fill="#ffffff" stroke="#59636e" stroke-width="1.2"/>`, words: "waits for its disk" });
  }
  return entries;
}

function sample(paint: string, end: ArrowEnd, dash: string, isCopy = false): string {
  const reach = end === "delivered" || end === "unhandled" ? 7 : 9;
  return `<line x1="-14" y1="0" x2="${reach}" y2="0" ${stroke(paint)} stroke-width="1.5"${dash}/>${ending(end, isCopy, { x: end === "delivered" || end === "unhandled" ? 14 : 9, y: 0 }, { x: 1, y: 0 }, paint)}`;
}

function windowNotes(model: Model, names: readonly string[], { from, to }: Window, unit: "ms" | "step", whole: Model): string[] {
  const notes: string[] = [];
  const count = whole.arrows.filter(({ kind }) => kind !== null).length;
  const drawn = model.arrows.filter(({ kind }) => kind !== null).length;
  if (from > 0 || to < whole.end) {
    const range = unit === "ms" ? `${formatNumber(from)}–${formatNumber(to)} ms of ${formatNumber(whole.end)} ms` : `steps ${formatNumber(from)}–${formatNumber(to)} of ${formatNumber(whole.end)}`;
    notes.push(`Showing ${range}, ${formatNumber(drawn)} of ${formatNumber(count)} messages`);
  }
  const hidden = whole.nodes.filter((name) => !names.includes(name));
  if (hidden.length > 0) notes.push(`Not shown: ${hidden.slice(0, 8).join(", ")}${hidden.length > 8 ? ` and ${hidden.length - 8} more nodes` : ""}`);
  return notes;
}

function described(model: Model, names: readonly string[], { from, to }: Window, unit: "ms" | "step"): string {
  if (names.length === 0) return "An empty space-time diagram: the trace has no nodes";
  const messages = model.arrows.filter(({ kind }) => kind !== null);
  const count = (test: (arrow: Arrow) => boolean, words: string): string[] => {
    const many = messages.filter(test).length;
    return many === 0 ? [] : [`${many} ${words}`];
  };
  const details = [
    ...count(({ end }) => end === "lost", "lost"),
    ...count(({ isCopy }) => isCopy, "second copies"),
    ...count(({ end }) => end === "partitioned", "stopped by a cut link"),
    ...count(({ end }) => end === "crashed", "at a node that is down"),
  ];
  const events = model.marks
    .filter(({ kind }) => kind === "decide" || kind === "crash" || kind === "restart")
    .slice(0, 8)
    .map(({ node, words, at }) => `${node} ${words} at ${unit === "ms" ? `${formatNumber(at)} ms` : `step ${at}`}`);
  const range = unit === "ms" ? `from ${formatNumber(from)} to ${formatNumber(to)} ms` : `steps ${from} to ${to}`;
  return [
    `A space-time diagram of ${names.slice(0, 12).join(", ")}${names.length > 12 ? ` and ${names.length - 12} more` : ""}, ${range}, with ${messages.length} messages${details.length === 0 ? "" : ` (${details.join(", ")})`}`,
    ...events,
    ...model.cuts.map(({ words, from: start }) => `${words} from ${formatNumber(start)}`),
    ...model.broken.map(({ words }) => words),
  ].join("; ");
}
