import { ticks } from "d3-array";
import type { HistoryOperation } from "../../history/operation.js";
import { altText, heading, legend, pad, type LegendEntry } from "../diagram.js";
import { formatNumber } from "../format.js";
import { shorten, textWidth } from "../letters.js";
import { drawing, label, path, shape } from "../svg.js";

/** What the verdict says of each operation. */
export interface Judgement {
  /** What may be drawn: of a violation, only what is part of it. */
  readonly operations: readonly HistoryOperation[];
  /** The place in the order, from 0. */
  readonly rank: ReadonlyMap<HistoryOperation, number>;
  /** The instant at which it can have taken effect; empty where the order does not keep real time. */
  readonly instant: ReadonlyMap<HistoryOperation, number>;
  readonly culprit: HistoryOperation | null;
  readonly stuck: ReadonlySet<HistoryOperation>;
}

/** What the clock of a history counts. */
export type Unit = "ms" | "steps";

/** From when to when the drawing goes. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const maxLanes = 30;

/** A bar on the paper. */
interface Bar {
  readonly operation: HistoryOperation;
  readonly words: string;
  readonly x1: number;
  readonly x2: number;
  readonly wordsAt: number;
  readonly y: number;
}

const rowHeight = 40;
const barHeight = 10;
const wordSize = 11.5;

/** The drawing of a history as SVG. */
export function draw(
  drawn: readonly HistoryOperation[],
  judged: Judgement,
  window: Window,
  {
    title,
    notes,
    summary,
    unit,
    wording,
  }: {
    readonly title: string;
    readonly notes: readonly string[];
    readonly summary: string;
    readonly unit: Unit;
    readonly wording: (one: HistoryOperation) => string;
  },
): string {
  const clients = [...new Set(drawn.map(({ client }) => client))].sort(byNumbers);
  const lanes = clients.slice(0, maxLanes);
  const nameWidth = Math.min(140, Math.max(30, ...lanes.map((name) => textWidth(name, 12.5, { bold: true }))));
  const left = pad + nameWidth + 16;
  const widest = Math.max(0, ...drawn.map((one) => textWidth(shorten(wording(one), 200, wordSize), wordSize)));
  const busiest = Math.max(0, ...lanes.map((client) => drawn.filter((one) => one.client === client).length));
  const width = Math.min(1100, Math.max(640, left + 60 + busiest * (widest + 10)));
  const right = width - 30;
  const span = window.to - window.from || 1;
  const x = (at: number): number =>
    left + ((Math.min(Math.max(at, window.from), window.to) - window.from) / span) * (right - left);

  const head = heading(title, notes, width);
  const top = head.height + 6;
  let y = top;
  const body: string[] = [];
  const bars: Bar[] = [];
  lanes.forEach((client, i) => {
    const { bars: own, rows } = laneOf(
      drawn.filter((one) => one.client === client),
      { x, left, right, y, wording },
    );
    const height = rows * rowHeight + 6;
    if (i % 2 === 0)
      body.push(
        shape("rect", { x: pad - 6, y, width: width - 2 * pad + 12, height, rx: 4, opacity: "0.45", fill: "shade" }),
      );
    body.push(
      label(pad + 4, y + 28, shorten(client, nameWidth, 12.5, { bold: true }), "ink", { size: 12.5, bold: true }),
    );
    bars.push(...own);
    y += height;
  });
  const bottom = y;
  for (const tick of ticks(window.from, window.to, Math.max(2, Math.floor((right - left) / 110)))) {
    const words = formatNumber(tick);
    body.push(shape("line", { x1: x(tick), y1: top, x2: x(tick), y2: bottom + 4, stroke: "rule" }));
    body.push(label(x(tick), bottom + 18, words, "quiet", { size: 11, anchor: "middle" }));
  }
  body.push(label(right, bottom + 34, unit === "ms" ? "time (virtual ms)" : "steps of the schedule", "quiet", { size: 11, anchor: "end" }));

  const numbered = bars
    .filter(({ operation }) => judged.instant.has(operation))
    .sort((a, b) => judged.rank.get(a.operation)! - judged.rank.get(b.operation)!);
  const points = spread(numbered, judged, x);
  if (points.length > 1 && points.length <= 24) {
    const along = points.flatMap(({ x: at, bar }, i) => [i === 0 ? "M" : "L", at, bar.y + barHeight / 2]);
    body.push(shape("path", { d: path(...along), fill: "none", stroke: "quiet", "stroke-dasharray": "2 3" }));
  }
  for (const bar of bars) body.push(...drawBar(bar, judged));
  for (const { x: at, bar } of points) body.push(point(at, bar.y + barHeight / 2));
  body.push(...numbers(points, judged));
  if (judged.instant.size === 0) {
    for (const bar of bars) {
      const rank = judged.rank.get(bar.operation);
      if (rank !== undefined)
        body.push(
          label(Math.max(bar.x1, left) + 2, bar.y + barHeight + 12, `${rank + 1}`, "c0", { size: 10.5, bold: true }),
        );
    }
  }
  const key = legend(legendOf(drawn, judged), bottom + 42, width);
  const more =
    clients.length > maxLanes
      ? label(pad, bottom + 34, `and ${clients.length - maxLanes} more clients`, "quiet", { size: 11 })
      : "";
  return drawing({ title, alt: altText(title, summary), width, height: bottom + 42 + key.height + 12 }, [
    head.svg,
    ...body,
    more,
    key.svg,
  ]);
}

/** The bars of one client, in as many rows as they and their words need. */
function laneOf(
  operations: readonly HistoryOperation[],
  {
    x,
    left,
    right,
    y,
    wording,
  }: {
    readonly x: (at: number) => number;
    readonly left: number;
    readonly right: number;
    readonly y: number;
    readonly wording: (one: HistoryOperation) => string;
  },
): { readonly bars: readonly Bar[]; readonly rows: number } {
  const ends: number[] = [];
  const bars: Bar[] = [];
  for (const operation of [...operations].sort((a, b) => a.invokedAt - b.invokedAt)) {
    const x1 = x(operation.invokedAt);
    const x2 = operation.returnedAt === null ? right + 14 : Math.max(x(operation.returnedAt), x1 + 4);
    const words = shorten(wording(operation), 200, wordSize);
    const takes = textWidth(words, wordSize) + 4;
    const wordsAt = Math.max(left - 4, Math.min(x1, right + 14 - takes));
    const begin = Math.min(x1, wordsAt);
    let row = ends.findIndex((end) => end <= begin);
    if (row < 0) row = ends.length;
    ends[row] = Math.max(x2, wordsAt + takes) + 4;
    bars.push({ operation, words, x1, x2, wordsAt, y: y + row * rowHeight + 20 });
  }
  return { bars, rows: Math.max(1, ends.length) };
}

/** Points that would lie on each other are moved apart, within their bars, as far as the order lets them. */
function spread(
  bars: readonly Bar[],
  { instant }: Judgement,
  x: (at: number) => number,
): { readonly x: number; readonly bar: Bar }[] {
  let last = -Infinity;
  return bars.map((bar) => {
    const at = Math.min(
      Math.max(x(instant.get(bar.operation)!), bar.x1 + 5, last + 3),
      Math.max(bar.x2 - 5, bar.x1 + 2),
    );
    last = Math.max(last, at);
    return { x: at, bar };
  });
}

/** The numbers of the order, under their points; those of one row keep apart. */
function numbers(points: readonly { readonly x: number; readonly bar: Bar }[], { rank }: Judgement): string[] {
  const taken = new Map<number, number>();
  return points.map(({ x: at, bar }) => {
    const words = `${rank.get(bar.operation)! + 1}`;
    const half = textWidth(words, 10.5, { bold: true }) / 2;
    const free = taken.get(bar.y) ?? -Infinity;
    const middle = Math.max(at, free + half + 3);
    taken.set(bar.y, middle + half);
    return label(middle, bar.y + barHeight + 12, words, "c0", { size: 10.5, bold: true, anchor: "middle", halo: true });
  });
}

function drawBar({ operation, words, x1, x2, wordsAt, y }: Bar, { culprit, stuck }: Judgement): string[] {
  const isCulprit = operation === culprit;
  const paint = isCulprit || stuck.has(operation) ? "alarm" : "quiet";
  const middle = y + barHeight / 2;
  return [
    ...(operation.returnedAt === null
      ? [
          shape("line", { x1, y1: y, x2: x1, y2: y + barHeight, stroke: paint, "stroke-width": 2 }),
          openBar(x1, x2, middle, paint),
        ]
      : [box({ x1, x2, y, inside: isCulprit ? "cut" : "rule", rim: paint })]),
    ...(isCulprit ? [cross((x1 + x2) / 2, middle)] : []),
    label(wordsAt, y - 5, words, paint === "alarm" ? "alarm" : "ink", { size: wordSize, halo: true }),
  ];
}

function box({
  x1,
  x2,
  y,
  inside,
  rim,
}: {
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  readonly inside: string;
  readonly rim: string;
}): string {
  return shape("rect", {
    x: x1,
    y,
    width: x2 - x1,
    height: barHeight,
    rx: 2,
    fill: inside,
    stroke: rim,
    "stroke-width": 1.3,
  });
}

/** A bar without an end: dashes and the tip of an arrow. */
function openBar(x1: number, x2: number, y: number, paint: string): string {
  return [
    shape("line", { x1, y1: y, x2: x2 - 5, y2: y, stroke: paint, "stroke-width": 2, "stroke-dasharray": "6 4" }),
    shape("path", {
      d: path("M", x2 - 7, y - 4, "L", x2, y, "L", x2 - 7, y + 4),
      fill: "none",
      stroke: paint,
      "stroke-width": 1.5,
    }),
  ].join("");
}

function cross(x: number, y: number): string {
  const d = path("M", x - 5, y - 5, "L", x + 5, y + 5, "M", x - 5, y + 5, "L", x + 5, y - 5);
  return shape("path", { d, fill: "none", stroke: "alarm", "stroke-width": 2.5 });
}

function point(x: number, y: number): string {
  return shape("circle", { cx: x, cy: y, r: 4.5, fill: "c0" });
}

function legendOf(drawn: readonly HistoryOperation[], { rank, instant, culprit, stuck }: Judgement): LegendEntry[] {
  const bar = { x1: -12, x2: 12, y: -barHeight / 2 };
  const entries: LegendEntry[] = [
    { sample: box({ ...bar, inside: "rule", rim: "quiet" }), words: "an operation, from call to return" },
  ];
  if (drawn.some(({ returnedAt }) => returnedAt === null)) {
    entries.push({
      sample: openBar(-12, 12, 0, "quiet"),
      words: "no answer: it may take effect at any time, or never",
    });
  }
  if (drawn.some((one) => instant.has(one)))
    entries.push({ sample: point(0, 0), words: "can have taken effect here, in the order of the numbers" });
  else if (rank.size > 0)
    entries.push({
      sample: shape("path", {
        d: path("M", -2, -2, "L", 1, -4, "L", 1, 4),
        fill: "none",
        stroke: "c0",
        "stroke-width": 1.8,
      }),
      words: "its place in an order that explains the answers",
    });
  if (culprit !== null)
    entries.push({
      sample: `${box({ ...bar, inside: "cut", rim: "alarm" })}${cross(0, 0)}`,
      words: "no order explains this answer",
    });
  if (stuck.size > 1)
    entries.push({
      sample: box({ ...bar, inside: "rule", rim: "alarm" }),
      words: "under way beside it, and not in the order",
    });
  return entries;
}

/** "c2" before "c10". */
function byNumbers(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => name.split(/(\d+)/));
  for (let i = 0; i < Math.min(a!.length, b!.length); i++) {
    if (a![i] === b![i]) continue;
    const difference = i % 2 === 1 ? Number(a![i]) - Number(b![i]) : 0;
    return difference !== 0 ? difference : a![i]! < b![i]! ? -1 : 1;
  }
  return a!.length - b!.length;
}
