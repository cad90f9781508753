import dagre from "@dagrejs/dagre";
import { oneOf, options as checkOptions, show } from "../core/parameters.js";
import { altText, Diagram, document, fill, heading, hue, label, legend, pad, px, stroke, type LegendEntry } from "./diagram.js";
import { text } from "./figure.js";
import { shorten, textWidth } from "./letters.js";

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
 *     graph({ nodes: [{ id: "init" }, { id: "ready" }], edges: [{ from: "init", to: "ready", label: "prepare" }] }, { title: "..." })
 *
 * Nodes that only edges name are added. A graph may have at most 200 nodes.
 */
export function graph({ nodes = [], edges }: { readonly nodes?: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }, options: GraphOptions): Diagram {
  checkOptions("graph", options, ["title", "direction", "note"]);
  text("title", options.title);
  const direction = oneOf("direction", options.direction ?? "right", ["right", "down"]);
  if (!Array.isArray(edges)) throw new TypeError(`edges must be an array of { from, to }, got ${show(edges)}`);
  const boxes = boxesOf(nodes, edges);
  if (boxes.length > maxNodes) throw new RangeError(`a graph must have at most ${maxNodes} nodes, got ${boxes.length}`);

  // Dagre keeps nodes in plain objects, where a name such as "__proto__" would be lost; numbers are safe.
  const numbers = new Map(boxes.map(({ id }, i) => [id, String(i)]));
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({ rankdir: direction === "right" ? "LR" : "TB", nodesep: 28, ranksep: 58, edgesep: 16, marginx: 0, marginy: 0 });
  // Loops are drawn by hand above their box, whose room they widen.
  const loops = new Map<string, GraphEdge[]>();
  for (const edge of edges) if (edge.from === edge.to) loops.set(edge.from, [...(loops.get(edge.from) ?? []), edge]);
  const extents = new Map(boxes.map(({ id, lines }) => [id, {
    width: Math.max(40, ...lines.map((line) => textWidth(line, size, { bold: true }) + 24), ...(loops.get(id) ?? []).map(({ label = "" }) => textWidth(shorten(label, 160, 11), 11) + 8)),
    height: 14 + 16 * lines.length,
  }]));
  for (const [id, { width, height }] of extents) {
    const looped = loops.get(id) ?? [];
    layout.setNode(numbers.get(id)!, {
      width,
      height: height + (looped.length === 0 ? 0 : 2 * (loopHeight + 14 * looped.length)),
    });
  }
  for (const [i, { from, to, label = "" }] of edges.entries()) {
    if (from === to) continue;
    const said = shorten(label, 160, 11);
    layout.setEdge(numbers.get(from)!, numbers.get(to)!, { width: said === "" ? 0 : textWidth(said, 11) + 8, height: said === "" ? 0 : 16, labelpos: "c" }, String(i));
  }
  if (boxes.length > 0) dagre.layout(layout);

  const drawnWidth = boxes.length === 0 ? 0 : (layout.graph().width ?? 0);
  const drawnHeight = boxes.length === 0 ? 0 : (layout.graph().height ?? 0);
  const width = Math.max(480, drawnWidth + 2 * pad + 8);
  const notes = options.note === undefined ? [] : [options.note];
  const head = heading({ title: options.title, notes, width });
  const origin = { x: (width - drawnWidth) / 2, y: head.height + 12 };
  const kinds = [...new Set(boxes.flatMap(({ kind }) => kind ?? []))];
  const paintOf = (kind: string | undefined): string => (kind === undefined ? "quiet" : hue(kinds.indexOf(kind)));

  const arrows: string[] = [];
  const words: string[] = [];
  for (const [i, edge] of edges.entries()) {
    if (edge.from === edge.to) continue;
    const placed = layout.edge(numbers.get(edge.from)!, numbers.get(edge.to)!, String(i));
    const points = (placed.points as readonly { x: number; y: number }[]).map(({ x, y }) => ({ x: x + origin.x, y: y + origin.y }));
    arrows.push(arrow(points, edge.dashed === true));
    if (edge.label !== undefined && edge.label !== "" && placed.x !== undefined) {
      words.push(label(placed.x + origin.x, placed.y! + origin.y + 4, shorten(edge.label, 160, 11), "ink", { size: 11, anchor: "middle", halo: true }));
    }
  }
  const shapes = boxes.map(({ id, kind, lines }) => {
    const { x, y } = layout.node(numbers.get(id)!);
    const { width: w, height: h } = extents.get(id)!;
    const paint = paintOf(kind);
    const top = origin.y + y! - h / 2;
    return [
      ...loopOf(loops.get(id) ?? [], { x: origin.x + x!, y: top }),
      `<rect x="${px(origin.x + x! - w / 2)}" y="${px(top)}" width="${px(w)}" height="${px(h)}" rx="6" class="f-paper s-${paint}" fill="#ffffff" ${stroke(paint).replace(/class="[^"]*" /, "")} stroke-width="${kind === undefined ? 1.3 : 2}"/>`,
      ...lines.map((line, i) => label(origin.x + x!, top + 19 + 16 * i, line, i === 0 ? "ink" : "quiet", { size: i === 0 ? size : 12, bold: i === 0, anchor: "middle" })),
    ].join("\n");
  });
  const entries: LegendEntry[] = kinds.map((kind) => ({ sample: `<rect x="-11" y="-7" width="22" height="14" rx="4" fill="none" ${stroke(paintOf(kind))} stroke-width="2"/>`, words: kind }));
  const under = origin.y + drawnHeight + 14;
  const key = legend(entries, { x: pad, y: under, width: width - 2 * pad });
  const summary = `A graph of ${boxes.length} boxes (${boxes.slice(0, 12).map(({ lines }) => lines[0]).join(", ")}${boxes.length > 12 ? ", …" : ""}) and ${edges.length} arrows`;
  return new Diagram({
    title: options.title,
    alt: altText(options.title, summary),
    notes,
    svg: document({ title: options.title, alt: altText(options.title, summary), width, height: under + key.height + 10, body: [head.svg, ...arrows, ...shapes, ...words, key.svg] }),
    text: [options.title, `${summary}.`, ...notes, "", ...edges.map(({ from, to, label }) => `${from} → ${to}${label === undefined ? "" : `  ${label}`}`)].join("\n"),
  });
}

const size = 13;
const loopHeight = 24;

interface GraphBox {
  readonly id: string;
  readonly kind: string | undefined;
  readonly lines: readonly string[];
}

function boxesOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphBox[] {
  const boxes = new Map<string, GraphBox>();
  const add = ({ id, label = id, kind }: GraphNode): void => {
    boxes.set(id, { id, kind, lines: label.split("\n").slice(0, 6).map((line) => shorten(line, 220, size, { bold: true })) });
  };
  for (const node of nodes) {
    if (boxes.has(node.id)) throw new RangeError(`nodes must have different ids, got ${show(node.id)} twice`);
    add(node);
  }
  for (const { from, to } of edges) for (const id of [from, to]) if (!boxes.has(id)) add({ id });
  return [...boxes.values()];
}

/** One loop for all arrows of a box to itself, with their labels above. */
function loopOf(looped: readonly GraphEdge[], { x, y }: { readonly x: number; readonly y: number }): string[] {
  if (looped.length === 0) return [];
  const top = y - loopHeight;
  return [
    `<path d="M${px(x - 12)} ${px(y)}C${px(x - 20)} ${px(top)} ${px(x + 20)} ${px(top)} ${px(x + 13.5)} ${px(y - 6)}" fill="none" ${stroke("quiet")} stroke-width="1.5"${looped.every(({ dashed }) => dashed === true) ? ` stroke-dasharray="5 4"` : ""}/>`,
    `<polygon points="${px(x + 12)} ${px(y)} ${px(x + 10)} ${px(y - 9.3)} ${px(x + 17.3)} ${px(y - 7.2)}" ${fill("quiet")}/>`,
    ...looped.map(({ label: words = "" }, i) => label(x, top - 14 * i, shorten(words, 160, 11), "ink", { size: 11, anchor: "middle", halo: true })),
  ];
}

/** A smooth line through the points, with a head at its end. */
function arrow(points: readonly { readonly x: number; readonly y: number }[], dashed: boolean): string {
  const last = points.at(-1)!;
  const before = points.at(-2)!;
  const [dx, dy] = [last.x - before.x, last.y - before.y];
  const length = Math.sqrt(dx * dx + dy * dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const corner = (back: number, aside: number): string => `${px(last.x - ux * back - uy * aside)} ${px(last.y - uy * back + ux * aside)}`;
  const path = [`M${px(points[0]!.x)} ${px(points[0]!.y)}`];
  for (let i = 1; i < points.length - 1; i++) {
    const [here, next] = [points[i]!, points[i + 1]!];
    const end = i === points.length - 2 ? corner(6, 0) : `${px((here.x + next.x) / 2)} ${px((here.y + next.y) / 2)}`;
    path.push(`Q${px(here.x)} ${px(here.y)} ${end}`);
  }
  if (points.length === 2) path.push(`L${corner(6, 0)}`);
  return `<path d="${path.join("")}" fill="none" ${stroke("quiet")} stroke-width="1.5"${dashed ? ` stroke-dasharray="5 4"` : ""}/><polygon points="${px(last.x)} ${px(last.y)} ${corner(9, 3.8)} ${corner(9, -3.8)}" ${fill("quiet")}/>`;
}
