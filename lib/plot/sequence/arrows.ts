import type { Point, Segment } from "../boxes.js";
import { arrowHead, direction, path, shape, type Attributes } from "../svg.js";
import type { Layout } from "./layout.js";
import type { Arrow, ArrowEnd, Model } from "./model.js";
import type { Window } from "./window.js";

/** How much an arrow catches the eye. */
export type Weight = "usual" | "strong" | "pale";

/** How an arrow runs: to its receiver, or only part of the way. */
export function lineOf(arrow: Arrow, { x, y, columns }: Layout, window: Window, flight: number): Segment {
  const { from, to, sentAt, endsAt, end, kind } = arrow;
  const [x1, x2, y1] = [x(from), x(to), y(sentAt)];
  const span = columns(from, to);
  const isStopped = end === "lost" || end === "partitioned";
  if (end === "under way") {
    // It arrives nowhere, so a stub will do: drawn to the end of the run it would be in the way of those that arrive.
    return { from: { x: x1, y: y1 }, to: { x: x1 + ((x2 - x1) * 0.36) / span, y: y1 + 13 } };
  }
  if (isStopped && endsAt === sentAt) {
    // It was lost at its sending, so the time of its arrival is anybody's guess. It ends between two nodes.
    const share = (Math.floor(span / 2) + 0.5) / span;
    const fall = Math.max(kind === null ? 8 : 14, Math.min(60, y(Math.min(window.to, sentAt + flight)) - y1));
    return { from: { x: x1, y: y1 }, to: { x: x1 + (x2 - x1) * share, y: y1 + fall * share } };
  }
  const whole = isStopped ? (span - 0.4) / span : 1;
  const share = (time: number): number => (time - sentAt) / (endsAt - sentAt);
  const [begin, finish] =
    endsAt === sentAt ? [0, whole] : [Math.max(0, share(window.from)), Math.min(whole, share(window.to))];
  const at = (part: number): Point => ({ x: x1 + (x2 - x1) * part, y: y(sentAt + part * (endsAt - sentAt)) });
  return { from: at(begin), to: at(finish) };
}

/** How long messages are under way in this run, on average. */
export function usualFlight(model: Model): number {
  let [sum, count] = [0, 0];
  for (const { end, kind, from, to, sentAt, endsAt } of model.arrows) {
    if (end !== "delivered" || kind === null || from === to) continue;
    sum += endsAt - sentAt;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** An arrow with its end. */
export function drawArrow(arrow: Arrow, line: Segment, paint: string, weight: Weight, window: Window): string {
  const { from, to, endsAt, isCopy, kind } = arrow;
  // What arrives after the window has no end in it.
  const end = endsAt > window.to ? "under way" : arrow.end;
  const style = {
    stroke: paint,
    "stroke-width": weight === "strong" ? 2.6 : kind === null ? 1 : 1.5,
    "stroke-dasharray": isCopy ? dots : kind === null && arrow.end === "delivered" ? calls : dashesOf[arrow.end],
    "stroke-linecap": isCopy ? "round" : undefined,
  };
  const drawn = from === to ? loop(line, style, end, isCopy, paint) : straight(line, style, end, isCopy, paint);
  return shape("g", { opacity: weight === "pale" ? "0.35" : undefined }, drawn);
}

const dots = "1.5 3.5";
const calls = "7 2";
const dashesOf: Readonly<Record<ArrowEnd, string | undefined>> = {
  delivered: undefined,
  crashed: undefined,
  unhandled: undefined,
  lost: "5 4",
  partitioned: "5 4",
  "under way": "2 3",
};

function straight({ from, to }: Segment, style: Attributes, end: ArrowEnd, isCopy: boolean, paint: string): string {
  const along = direction(from, to);
  // Under a head the line would show at its sides.
  const short = end === "delivered" || end === "unhandled" ? 6 : 0;
  const [x2, y2] = [to.x - along.x * short, to.y - along.y * short];
  return shape("line", { x1: from.x, y1: from.y, x2, y2, ...style }) + ending(end, isCopy, to, along, paint);
}

/** What a node sends to itself. */
function loop(
  { from: { x, y }, to }: Segment,
  style: Attributes,
  end: ArrowEnd,
  isCopy: boolean,
  paint: string,
): string {
  const low = Math.max(y + 12, to.y);
  const bow = path("M", x, y, "C", x + 26, y, x + 26, low, x + 6, low);
  return shape("path", { d: bow, fill: "none", ...style }) + ending(end, isCopy, { x, y: low }, { x: -1, y: 0 }, paint);
}

/** What an arrow ends in: a full head, an empty one, a cross, a double bar, a ring, or nothing. */
function ending(end: ArrowEnd, isCopy: boolean, { x, y }: Point, along: Point, paint: string): string {
  const corner = (back: number, aside: number): [number, number] => [
    x - along.x * back - along.y * aside,
    y - along.y * back + along.x * aside,
  ];
  switch (end) {
    case "delivered":
      return arrowHead(
        { x, y },
        along,
        isCopy ? { fill: "paper", stroke: paint, "stroke-width": 1.2 } : { fill: paint },
      );
    case "lost":
      return cross({ x, y }, 5, paint);
    case "crashed":
      return cross({ x, y }, 5, "alarm");
    case "partitioned": {
      const d = path("M", ...corner(0, 7), "L", ...corner(0, -7), "M", ...corner(-3.5, 7), "L", ...corner(-3.5, -7));
      return shape("path", { d, stroke: "c1", "stroke-width": 2 });
    }
    case "unhandled": {
      const [cx, cy] = corner(4, 0);
      return shape("circle", { cx, cy, r: 3.6, fill: "paper", stroke: paint, "stroke-width": 1.4 });
    }
    case "under way":
      return "";
  }
}

/** A cross around a point. */
export function cross({ x, y }: Point, reach: number, paint: string): string {
  const [left, right, top, bottom] = [x - reach, x + reach, y - reach, y + reach];
  return shape("path", {
    d: path("M", left, top, "L", right, bottom, "M", right, top, "L", left, bottom),
    stroke: paint,
    "stroke-width": 2,
  });
}

/** An arrow as it stands in a legend. */
export function sampleArrow(end: ArrowEnd, paint: string, of: "message" | "copy" | "call" = "message"): string {
  const to = { x: end === "delivered" || end === "unhandled" ? 14 : 9, y: 0 };
  const style = {
    stroke: paint,
    "stroke-width": of === "call" ? 1 : 1.5,
    "stroke-dasharray": of === "copy" ? dots : of === "call" ? calls : dashesOf[end],
    "stroke-linecap": of === "copy" ? "round" : undefined,
  };
  return straight({ from: { x: -14, y: 0 }, to }, style, end, of === "copy", paint);
}
