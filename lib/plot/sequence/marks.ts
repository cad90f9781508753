import { upright, type Point } from "../boxes.js";
import { shorten } from "../letters.js";
import { label, path, shape } from "../svg.js";
import { cross } from "./arrows.js";
import type { Labels } from "./labels.js";
import { maxWords, wordSize, type Layout } from "./layout.js";
import type { Mark, Model } from "./model.js";

/** The marks on the lines of the nodes, and the words beside them. */
export function drawMarks(
  model: Model,
  layout: Layout,
  labels: Labels,
): { readonly shapes: string[]; readonly words: string[] } {
  const placed = model.marks.map((mark) => ({ mark, at: layout.at(mark.node, mark.at) }));
  for (const { mark, at } of placed) {
    if (!isLarge[mark.kind]) continue;
    labels.block(upright({ left: at.x - 7, right: at.x + 7, top: at.y - 7, bottom: at.y + 7 }));
  }
  // What matters most chooses its place first.
  const inOrder = [...placed].sort((a, b) => order.indexOf(a.mark.kind) - order.indexOf(b.mark.kind));
  return {
    shapes: placed.map(({ mark, at }) => shapeOf(mark.kind, at)),
    words: inOrder.map(({ mark, at }) => (mark.words === "" || repeats(mark, model) ? "" : wordsOf(mark, at, labels))),
  };
}

const order: readonly Mark["kind"][] = [
  "decide",
  "crash",
  "request",
  "reply",
  "restart",
  "timer",
  "note",
  "change",
  "write",
];
const isLarge: Partial<Record<Mark["kind"], true>> = { decide: true, crash: true, timer: true };

function wordsOf({ kind, words }: Mark, at: Point, labels: Labels): string {
  const bold = kind === "decide";
  const said = shorten(words, maxWords, wordSize, { bold });
  const isRequest = kind === "request";
  const spot = labels.beside(said, at, {
    gap: isRequest ? 26 : 10,
    bold,
    sides: isRequest ? ["left", "right"] : ["right", "left"],
  });
  if (spot === null) return "";
  const paint = kind === "crash" ? "alarm" : kind === "timer" || kind === "note" || kind === "change" ? "quiet" : "ink";
  return label(spot.at.x, spot.at.y, said, paint, { size: wordSize, bold, anchor: "middle", halo: true });
}

/** A reply with what the node decides at that moment says nothing new. */
function repeats({ kind, node, at, words }: Mark, model: Model): boolean {
  if (kind !== "reply") return false;
  return model.marks.some(
    (other) =>
      other.kind === "decide" &&
      other.node === node &&
      other.at === at &&
      words.endsWith(other.words.replace(/^decides/, "")),
  );
}

/** The mark itself, around a point. */
export function shapeOf(kind: Mark["kind"], { x, y }: Point): string {
  switch (kind) {
    case "request":
      return (
        shape("path", { d: path("M", x - 24, y, "H", x - 8), stroke: "ink", "stroke-width": 1.5 }) +
        shape("path", { d: path("M", x - 1, y, "L", x - 9, y - 4, x - 9, y + 4, "Z"), fill: "ink" })
      );
    case "reply":
      return shape("circle", { cx: x, cy: y, r: 3.5, fill: "ink" });
    case "timer":
      return (
        shape("circle", { cx: x, cy: y, r: 5.5, fill: "paper", stroke: "quiet", "stroke-width": 1.4 }) +
        shape("path", {
          d: path("M", x, y - 3.5, "V", y, "H", x + 2.8),
          fill: "none",
          stroke: "quiet",
          "stroke-width": 1.2,
        })
      );
    case "decide": {
      const d = path("M", x, y - 7, "L", x + 7, y, x, y + 7, x - 7, y, "Z");
      return shape("path", { d, fill: "ink", stroke: "paper", "stroke-width": 1.5 });
    }
    case "write":
      return shape("rect", { x: x - 3, y: y - 3, width: 6, height: 6, fill: "quiet" });
    case "crash":
      return cross({ x, y }, 6, "alarm");
    case "restart":
      return shape("circle", { cx: x, cy: y, r: 4.5, fill: "paper", stroke: "ink", "stroke-width": 1.6 });
    case "change":
    case "note":
      return shape("circle", { cx: x, cy: y, r: 2.4, fill: "quiet" });
  }
}
