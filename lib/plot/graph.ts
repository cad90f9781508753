import dagre from "@dagrejs/dagre";
import { oneOf, options as checkOptions, show } from "../core/parameters.js";
import type { Point } from "./boxes.js";
import { altText, Diagram, heading, legend, pad, type LegendEntry } from "./diagram.js";
import { sentence, text } from "./figure.js";
import { shorten, textWidth } from "./letters.js";
import { arrowHead, direction, drawing, hue, label, path, shape } from "./svg.js";

/** A box of a graph. */
export interface GraphNode {
  readonly id: string;
  /** What stands in the box (default: the id). Lines are parted by "\n". */
  readonly label?: string;
  /** What kind of thing it is, which gives its colour and a line of the legend. */
  readonly kind?: string;
}

/** An arrow of a graph. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** Drawn dashed: a dependency of another sort. */
  readonly dashed?: boolean;
}

/** How a graph is drawn. */
export interface GraphOptions {
  /** The finding, as a sentence. */
  readonly title: string;
  /** The way that most arrows go (default "right"). */
  readonly direction?: "right" | "down";
  /** A remark under the title. */
  readonly note?: string;
}

const maxNodes = 200;

/**
 * Boxes and arrows in layers (after Sugiyama, Tagawa and Toda 1981, as dagre has it): states of a machine, the lineage
 * of a data set, who waits for whom.
 *
 *     graph({ edges: [{ from: "init", to: "ready", label: "prepare" }] }, { title: "A participant waits in ready" })
 *
 * Nodes that only edges name are added. A graph may have at most 200 nodes.
 */
export function graph(
  { nodes = [], edges }: { readonly nodes?: readonly GraphNode[]; readonly edges: readonly GraphEdge[] },
  options: GraphOptions,
): Diagram {
  checkOptions("graph", options, ["title", "direction", "note"]);
  const title = text("title", options.title);
  const way = oneOf("direction", options.direction ?? "right", ["right", "down"]);
  if (!Array.isArray(edges)) throw new TypeError(`edges must be an array of { from, to }, got ${show(edges)}`);
  const boxes = boxesOf(nodes, edges);
  if (boxes.length > maxNodes) throw new RangeError(`a graph must have at most ${maxNodes} nodes, got ${boxes.length}`);

  const placed = place(boxes, edges, way);
  const width = Math.max(480, placed.width + 2 * pad + 8);
  const notes = options.note === undefined ? [] : [options.note];
  const head = heading(title, notes, width);
  const origin = { x: (width - placed.width) / 2, y: head.height + 12 };
  const kinds = [...new Set(boxes.flatMap(({ kind }) => kind ?? []))];
  const paintOf = (kind: string | undefined): string => (kind === undefined ? "quiet" : hue(kinds.indexOf(kind)));
  const moved = ({ x, y }: Point): Point => ({ x: x + origin.x, y: y + origin.y });

  const arrows: string[] = [];
  const words: string[] = [];
  for (const { edge, points, middle } of placed.edges) {
    arrows.push(arrow(points.map(moved), edge.dashed === true));
    if (edge.label === undefined || edge.label === "") continue;
    const { x, y } = moved(middle);
    words.push(label(x, y + 4, shorten(edge.label, maxLabel, 11), "ink", { size: 11, anchor: "middle", halo: true }));
  }
  const shapes = boxes.flatMap((box, i) => {
    const center = moved(placed.centers[i]!);
    const loops = edges.filter(({ from, to }) => from === box.id && to === box.id);
    return [...loopOf(loops, { x: center.x, y: center.y - box.height / 2 }), ...boxAt(box, center, paintOf(box.kind))];
  });
  const entries: LegendEntry[] = kinds.map((kind) => ({
    sample: shape("rect", {
      x: -11,
      y: -7,
      width: 22,
      height: 14,
      rx: 4,
      fill: "none",
      stroke: paintOf(kind),
      "stroke-width": 2,
    }),
    words: kind,
  }));
  const under = origin.y + placed.height + 14;
  const key = legend(entries, under, width);
  const some = boxes.slice(0, 12).map(({ lines }) => lines[0]);
  const which = some.length === 0 ? "" : ` (${some.join(", ")}${boxes.length > 12 ? ", …" : ""})`;
  const summary = sentence(`A graph; boxes: ${boxes.length}${which}, arrows: ${edges.length}`);
  const alt = altText(title, summary);
  const told = edges.map(({ from, to, label }) => `${from} → ${to}${label === undefined ? "" : `  ${label}`}`);
  return new Diagram({
    title,
    alt,
    notes,
    svg: drawing({ title, alt, width, height: under + key.height + 10 }, [
      head.svg,
      ...arrows,
      ...shapes,
      ...words,
      key.svg,
    ]),
    text: [title, summary, ...notes, "", ...told].join("\n"),
  });
}

const size = 13;
const maxLabel = 160;
const loopHeight = 24;

interface Box {
  readonly id: string;
  readonly kind: string | undefined;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

function boxesOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Box[] {
  const given = new Map<string, GraphNode>();
  for (const node of nodes) {
    if (given.has(node.id)) throw new RangeError(`nodes must have different ids, got ${show(node.id)} twice`);
    given.set(node.id, node);
  }
  for (const id of edges.flatMap(({ from, to }) => [from, to])) if (!given.has(id)) given.set(id, { id });
  return Array.from(given.values(), ({ id, kind, label: words = id }) => {
    const lines = words
      .split("\n")
      .slice(0, 6)
      .map((line) => shorten(line, 220, size, { bold: true }));
    const loops = edges.filter(({ from, to }) => from === id && to === id);
    const width = Math.max(
      40,
      ...lines.map((line) => textWidth(line, size, { bold: true }) + 24),
      ...loops.map(({ label = "" }) => textWidth(shorten(label, maxLabel, 11), 11) + 8),
    );
    return { id, kind, lines, width, height: 14 + 16 * lines.length };
  });
}

interface Placed {
  readonly width: number;
  readonly height: number;
  /** The middles of the boxes, in their order. */
  readonly centers: readonly Point[];
  readonly edges: readonly { readonly edge: GraphEdge; readonly points: readonly Point[]; readonly middle: Point }[];
}

/** Layers, as dagre finds them. Loops are left out: they are drawn above their box, for which room is kept. */
function place(boxes: readonly Box[], edges: readonly GraphEdge[], way: "right" | "down"): Placed {
  if (boxes.length === 0) return { width: 0, height: 0, centers: [], edges: [] };
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({ rankdir: way === "right" ? "LR" : "TB", nodesep: 28, ranksep: 58, edgesep: 16 });
  // Dagre keeps nodes in plain objects, where a name such as "__proto__" would be lost; numbers are safe.
  const numbers = new Map(boxes.map(({ id }, i) => [id, String(i)]));
  for (const { id, width, height } of boxes) {
    const loops = edges.filter(({ from, to }) => from === id && to === id).length;
    layout.setNode(numbers.get(id)!, { width, height: height + (loops === 0 ? 0 : 2 * (loopHeight + 14 * loops)) });
  }
  const between = edges.filter(({ from, to }) => from !== to);
  for (const [i, { from, to, label = "" }] of between.entries()) {
    const width = label === "" ? 0 : textWidth(shorten(label, maxLabel, 11), 11) + 8;
    layout.setEdge(
      numbers.get(from)!,
      numbers.get(to)!,
      { width, height: label === "" ? 0 : 16, labelpos: "c" },
      String(i),
    );
  }
  dagre.layout(layout);
  return {
    width: layout.graph().width ?? 0,
    height: layout.graph().height ?? 0,
    centers: boxes.map(({ id }) => {
      const { x, y } = layout.node(numbers.get(id)!);
      return { x: x ?? 0, y: y ?? 0 };
    }),
    edges: between.map((edge, i) => {
      const { points, x, y } = layout.edge(numbers.get(edge.from)!, numbers.get(edge.to)!, String(i));
      return { edge, points: points as readonly Point[], middle: { x: x ?? 0, y: y ?? 0 } };
    }),
  };
}

function boxAt({ lines, width, height, kind }: Box, { x, y }: Point, paint: string): string[] {
  const top = y - height / 2;
  const thickness = kind === undefined ? 1.3 : 2;
  return [
    shape("rect", {
      x: x - width / 2,
      y: top,
      width,
      height,
      rx: 6,
      fill: "paper",
      stroke: paint,
      "stroke-width": thickness,
    }),
    ...lines.map((line, i) =>
      label(x, top + 19 + 16 * i, line, i === 0 ? "ink" : "quiet", {
        size: i === 0 ? size : 12,
        bold: i === 0,
        anchor: "middle",
      }),
    ),
  ];
}

/** One loop for all arrows of a box to itself, above the middle of its upper edge, with their labels. */
function loopOf(loops: readonly GraphEdge[], { x, y }: Point): string[] {
  if (loops.length === 0) return [];
  const top = y - loopHeight;
  const dashes = loops.every(({ dashed }) => dashed === true) ? "5 4" : undefined;
  const bow = path("M", x - 12, y, "C", x - 20, top, x + 20, top, x + 13.5, y - 6);
  return [
    shape("path", { d: bow, fill: "none", stroke: "quiet", "stroke-width": 1.5, "stroke-dasharray": dashes }),
    arrowHead({ x: x + 12, y }, direction({ x: x + 14, y: y - 8 }, { x: x + 12, y }), { fill: "quiet" }),
    ...loops.map(({ label: words = "" }, i) =>
      label(x, top - 14 * i, shorten(words, maxLabel, 11), "ink", { size: 11, anchor: "middle", halo: true }),
    ),
  ];
}

/** A smooth line through the points, with a head at its end. */
function arrow(points: readonly Point[], isDashed: boolean): string {
  const last = points.at(-1)!;
  const along = direction(points.at(-2)!, last);
  const stop = [last.x - along.x * 6, last.y - along.y * 6] as const;
  const parts: (string | number)[] = ["M", points[0]!.x, points[0]!.y];
  for (let i = 1; i < points.length - 1; i++) {
    const [here, next] = [points[i]!, points[i + 1]!];
    const end = i === points.length - 2 ? stop : [(here.x + next.x) / 2, (here.y + next.y) / 2];
    parts.push("Q", here.x, here.y, ...end);
  }
  if (points.length === 2) parts.push("L", ...stop);
  const dashes = isDashed ? "5 4" : undefined;
  return (
    shape("path", {
      d: path(...parts),
      fill: "none",
      stroke: "quiet",
      "stroke-width": 1.5,
      "stroke-dasharray": dashes,
    }) + arrowHead(last, along, { fill: "quiet" })
  );
}
