import { upright, type Box, type Segment } from "../boxes.js";
import { formatNumber } from "../format.js";
import { textWidth } from "../letters.js";
import { label, path, shape } from "../svg.js";
import type { Labels } from "./labels.js";
import { axisWidth, type Layout } from "./layout.js";
import type { Model } from "./model.js";
import type { Scale } from "./scale.js";
import type { Unit } from "./window.js";

const rulerStart = axisWidth + 4;

/** Times at the left, with a thin line for each across the drawing. */
export function rulers(scale: Scale, { top, right }: Layout, unit: Unit): string[] {
  const parts = scale.ticks.flatMap(({ at, y }) => [
    shape("line", { x1: rulerStart, y1: top + y, x2: right, y2: top + y, stroke: "rule" }),
    label(axisWidth - 2, top + y + 4, unit === "ms" ? `${formatNumber(at)} ms` : formatNumber(at), "quiet", axisStyle),
  ]);
  return unit === "ms" ? parts : [...parts, label(axisWidth - 2, top - 12, "step", "quiet", axisStyle)];
}

const axisStyle = { size: 11, anchor: "end" } as const;

/** A gap across the drawing for each stretch of time that was cut short. */
export function breaks(scale: Scale, { top, right }: Layout): string[] {
  return scale.breaks.flatMap(({ y, ms }) => {
    const words = `${formatNumber(ms)} ms in which nothing happens`;
    return [
      shape("rect", { x: rulerStart, y: top + y - 9, width: right - rulerStart, height: 18, fill: "paper" }),
      shape("line", {
        x1: rulerStart,
        y1: top + y,
        x2: right,
        y2: top + y,
        stroke: "quiet",
        "stroke-dasharray": "1 5",
      }),
      label((rulerStart + right) / 2, top + y + 4, words, "quiet", { size: 11, anchor: "middle", halo: true }),
    ];
  });
}

/** The names of the nodes in boxes; those of clients are rounder. */
export function nodeHeads({ names, x }: Layout, model: Model, y: number): string[] {
  return names.flatMap((name) => {
    const half = headHalf(name);
    const rx = model.clients.includes(name) ? 11 : 4;
    return [
      shape("rect", {
        x: x(name) - half,
        y: y - 17,
        width: 2 * half,
        height: 22,
        rx,
        fill: "paper",
        stroke: "quiet",
        "stroke-width": 1.2,
      }),
      label(x(name), y - 1.5, name, "ink", { size: 13, bold: true, anchor: "middle" }),
    ];
  });
}

/** Half the width of a node's box. */
export function headHalf(name: string): number {
  return textWidth(name, 13, { bold: true }) / 2 + 9;
}

/** The line of a node: none where it is down, dotted where it is paused. */
export function lifeLine(name: string, model: Model, { x, y, top, lineEnd }: Layout): string {
  const parts: string[] = [];
  let reached = top - 9;
  const piece = (to: number, isPaused: boolean): void => {
    if (to <= reached) return;
    const dashes = isPaused ? "2 4" : undefined;
    parts.push(
      shape("line", {
        x1: x(name),
        y1: reached,
        x2: x(name),
        y2: to,
        stroke: "quiet",
        "stroke-width": 1.4,
        "stroke-dasharray": dashes,
      }),
    );
    reached = to;
  };
  const stretches = model.stretches
    .filter(({ node, kind }) => node === name && kind !== "writing")
    .sort((a, b) => a.from - b.from);
  for (const { from, to, open, kind } of stretches) {
    piece(Math.max(top, y(from)), false);
    const end = open ? lineEnd : y(to);
    if (kind === "down") reached = Math.max(reached, end);
    else piece(end, true);
  }
  piece(lineEnd, false);
  return parts.join("\n");
}

/** Shades where nodes are down or paused, and boxes where they wait for their disks. */
export function stretches(model: Model, { x, y, top, lineEnd }: Layout, labels: Labels): string[] {
  return model.stretches.flatMap(({ kind, node, from, to, open }) => {
    const at = x(node);
    const [start, end] = [Math.max(top, y(from)), open ? lineEnd : y(to)];
    const height = Math.max(2, end - start);
    if (kind === "writing") {
      labels.block(upright({ left: at - 4, right: at + 4, top: start, bottom: end }));
      return [diskWait(at, start, height)];
    }
    const band = shape("rect", { x: at - 15, y: start, width: 30, height, rx: 3, fill: "shade" });
    const words = kind === "down" ? "down" : "paused";
    const half = textWidth(words, 11) / 2 + 4;
    const boxAt = (middle: number): Box =>
      upright({ left: at - 7, right: at + 7, top: middle - half, bottom: middle + half });
    const middle = [0.5, 0.3, 0.7, 0.15, 0.85]
      .map((share) => start + share * (end - start))
      .find((one) => one - half > start && one + half < end && labels.isFree(boxAt(one)));
    if (middle === undefined) return [band];
    labels.block(boxAt(middle));
    return [
      band,
      label(at + 4, middle, words, "quiet", { size: 11, anchor: "middle", halo: true, along: { x: 0, y: -1 } }),
    ];
  });
}

/** A node that waits for its disk. */
export function diskWait(x: number, y: number, height: number): string {
  return shape("rect", { x: x - 3, y, width: 6, height, fill: "paper", stroke: "quiet", "stroke-width": 1.2 });
}

/** A band over all nodes for the time in which links are cut. */
export function cutBands(model: Model, { y, top, lineEnd, right }: Layout): string[] {
  return model.cuts.flatMap(({ from, to, open }) => {
    const [start, end] = [Math.max(top - 4, y(from)), open ? lineEnd : y(to)];
    const edge = (at: number): string =>
      shape("path", { d: path("M", rulerStart, at, "H", right), stroke: "c1", "stroke-dasharray": "5 3" });
    const height = Math.max(2, end - start);
    return [
      shape("rect", { x: rulerStart, y: start, width: right - rulerStart, height, fill: "cut" }),
      edge(start),
      ...(open ? [] : [edge(end)]),
    ];
  });
}

/** The groups that cannot talk, under the upper edge of their band, and "healed" above the lower one: between nodes. */
export function cutWords(model: Model, { names, x, y, top, right }: Layout, labels: Labels): string[] {
  const columns = names.map(x);
  const middles = columns.slice(1).map((column, i) => (column + columns[i]!) / 2);
  const places = [...middles.reverse(), (columns.at(-1)! + right) / 2, (axisWidth + columns[0]!) / 2];
  const say = (words: string, at: number): string => {
    const spot = labels.atOneOf(words, places, at);
    if (spot === null) return "";
    return label(spot.at.x, spot.at.y, words, "c1", { size: 11, bold: true, anchor: "middle", halo: true });
  };
  return model.cuts.flatMap(({ from, to, open, words }) => {
    const [start, end] = [Math.max(top - 4, y(from)), y(to)];
    return [say(words, start + 13), open || end - start < 30 ? "" : say("healed", end - 5)];
  });
}

/** Where a property failed, across the drawing. */
export function brokenAt(model: Model, { y, right }: Layout): Segment[] {
  return model.broken.map(({ at }) => ({ from: { x: rulerStart, y: y(at) }, to: { x: right, y: y(at) } }));
}

/** A line across the drawing where a property failed. */
export function brokenLines(model: Model, layout: Layout): string[] {
  return brokenAt(model, layout).map(({ from, to }) =>
    shape("path", {
      d: path("M", from.x, from.y, "H", to.x),
      stroke: "alarm",
      "stroke-width": 1.6,
      "stroke-dasharray": "8 3",
    }),
  );
}
