import { finite, options as checkOptions, show } from "../core/parameters.js";
import type { Point } from "./boxes.js";
import { onCircle } from "./circle.js";
import { altText, Diagram, heading, legend, type LegendEntry } from "./diagram.js";
import { sentence, text } from "./figure.js";
import { formatNumber } from "./format.js";
import { shorten, textWidth } from "./letters.js";
import { arrowHead, direction, drawing, hue, hueCount, label, path, shape } from "./svg.js";
import { tableText } from "./table.js";

/** A place on the ring that a node holds; a node may hold many, as virtual nodes do. */
export interface RingPlace {
  readonly node: string;
  /** From 0 to below `size`. */
  readonly at: number;
}

/** A key on the ring. */
export interface RingKey {
  readonly key: string;
  /** From 0 to below `size`. */
  readonly at: number;
  /** Who stores it, which gives its colour (default: the first place clockwise). */
  readonly node?: string;
}

/** A step from one place on the ring to another: a hop of a lookup, or a finger. */
export interface RingLink {
  readonly from: number;
  readonly to: number;
  /** What is written at its middle. */
  readonly label?: string;
  /** Drawn thin and dashed: a pointer that is known but not followed. */
  readonly pale?: boolean;
}

/** What is drawn on the ring. */
export interface RingOptions {
  /** The finding, as a sentence. */
  readonly title: string;
  /** How many positions there are (default 1: positions are shares of a turn). */
  readonly size?: number;
  readonly keys?: readonly RingKey[];
  readonly links?: readonly RingLink[];
  /** A remark under the title. */
  readonly note?: string;
}

const maxPlaces = 2_000;
const maxKeys = 500;

/**
 * A hash ring: positions run clockwise from the top, and each place owns the arc that ends in it, from the place before
 * (Karger et al. 1997; Chord's successor rule, Stoica et al. 2001):
 *
 *     ring([{ node: "a", at: 0.1 }, { node: "b", at: 0.6 }], { title: "b owns half of the ring" })
 *
 * Keys are dots inside it, and links (the hops of a lookup) arrows across. Up to 2,000 places and 500 keys are drawn.
 *
 * @throws RangeError for a position outside the ring
 */
export function ring(places: readonly RingPlace[], options: RingOptions): Diagram {
  checkOptions("ring", options, ["title", "size", "keys", "links", "note"]);
  text("title", options.title);
  const { title, size = 1, keys = [], links = [], note } = options;
  if (finite("size", size) === 0) throw new RangeError("size must be greater than 0, got 0");
  if (!Array.isArray(places)) throw new TypeError(`places must be an array of { node, at }, got ${show(places)}`);
  const inside = (name: string, at: number): number => {
    if (finite(name, at) >= size) {
      throw new RangeError(`${name} must be a position below the ring's size ${size}, got ${at}`);
    }
    return at / size;
  };
  const sorted = places
    .map(({ node, at }, i) => ({ node: String(node), at, turn: inside(`places[${i}].at`, at) }))
    .sort((a, b) => a.turn - b.turn);
  const notes = note === undefined ? [] : [note];
  if (sorted.length > maxPlaces) {
    notes.push(`Drawn with ${formatNumber(maxPlaces)} of ${formatNumber(sorted.length)} places`);
  }
  if (keys.length > maxKeys) notes.push(`Drawn with ${formatNumber(maxKeys)} of ${formatNumber(keys.length)} keys`);
  const nodes = [...new Set(places.map(({ node }) => String(node)))];
  const paintOf = (node: string): string => hue(nodes.indexOf(node));

  const width = 560;
  const radius = 170;
  const head = heading(title, notes, width);
  const center = { x: width / 2, y: head.height + 46 + radius };
  const circle = { radius, center };
  const shares = new Map<string, number>(nodes.map((node) => [node, 0]));
  for (const [i, place] of sorted.entries()) {
    const before = sorted[(i + sorted.length - 1) % sorted.length]!;
    shares.set(place.node, shares.get(place.node)! + arcLength(before.turn, place.turn, sorted.length));
  }
  const drawn = sorted.slice(0, maxPlaces);
  const arcs = nodes.map((node) => {
    const pieces = drawn.map((place, i) => {
      const before = sorted[(i + sorted.length - 1) % sorted.length]!;
      return place.node === node ? arc(before.turn, arcLength(before.turn, place.turn, sorted.length), circle) : "";
    });
    // More nodes than colours: the second round is drawn thinner.
    const thickness = nodes.indexOf(node) >= hueCount ? 8 : 14;
    return shape("path", {
      d: pieces.join(""),
      fill: "none",
      stroke: paintOf(node),
      "stroke-width": thickness,
      opacity: "0.8",
    });
  });
  const none = shape("circle", {
    cx: center.x,
    cy: center.y,
    r: radius,
    fill: "none",
    stroke: "rule",
    "stroke-width": 14,
  });
  const ticks = [0, 0.25, 0.5, 0.75].map((turn) => {
    const [inner, outer] = [onCircle(turn, radius - 12, center), onCircle(turn, radius + 12, center)];
    return shape("line", { x1: inner.x, y1: inner.y, x2: outer.x, y2: outer.y, stroke: "quiet" });
  });
  const dots =
    drawn.length > 120 ? [] : drawn.map(({ node, turn }) => dot(onCircle(turn, radius, center), 5.5, paintOf(node)));
  const owned = keys.slice(0, maxKeys).map(({ key, at, node }, i) => {
    const turn = inside(`keys[${i}].at`, at);
    return { key, turn, node: node ?? ownerOf(sorted, turn) };
  });
  const keyDots = owned.map(({ turn, node }) =>
    dot(onCircle(turn, radius - 20, center), 3.2, nodes.includes(node) ? paintOf(node) : "quiet"),
  );
  const arrows = links.map((link, i) => {
    const [from, to] = [inside(`links[${i}].from`, link.from), inside(`links[${i}].to`, link.to)];
    return chord(onCircle(from, radius - 8, center), onCircle(to, radius - 8, center), center, link);
  });
  const names = drawn.length > 40 ? [] : placeNames(drawn, circle, nodes.length === drawn.length);
  const keyNames = owned.length > 24 ? [] : namesInside(owned, circle);

  const share = (node: string): string => `${(shares.get(node)! * 100).toFixed(1)} %`;
  const entries: LegendEntry[] = nodes.slice(0, 24).map((node) => ({
    sample: shape("rect", { x: -10, y: -6, width: 20, height: 12, rx: 2, fill: paintOf(node) }),
    words: `${node}: ${share(node)}`,
  }));
  const under = center.y + radius + 48;
  const key = legend(entries, under, width);
  const summary = sentence(summaryOf(nodes, shares, share, [sorted.length, keys.length, links.length]));
  const alt = altText(title, summary);
  const table = nodes.map((node) => ({
    node,
    places: sorted.filter((place) => place.node === node).length,
    share: share(node),
  }));
  return new Diagram({
    title,
    alt,
    notes,
    svg: drawing({ title, alt, width, height: under + key.height + 12 }, [
      head.svg,
      ...(sorted.length === 0 ? [none] : arcs),
      ...ticks,
      ...arrows,
      ...dots,
      ...keyDots,
      ...names,
      ...keyNames,
      key.svg,
    ]),
    text: [title, summary, ...notes, "", tableText(table, { right: ["share"] })].join("\n"),
  });
}

function summaryOf(
  nodes: readonly string[],
  shares: ReadonlyMap<string, number>,
  share: (node: string) => string,
  [places, keys, links]: readonly [number, number, number],
): string {
  if (nodes.length === 0) return "A ring without nodes";
  const most = nodes.reduce((best, node) => (shares.get(node)! > shares.get(best)! ? node : best));
  const least = nodes.reduce((best, node) => (shares.get(node)! < shares.get(best)! ? node : best));
  const parts = [`places: ${places}`, `nodes: ${nodes.length}`, `keys: ${keys}`, `links: ${links}`].join(", ");
  return `A hash ring (${parts}); the largest share is ${share(most)} (${most}), the smallest ${share(least)} (${least})`;
}

/** From the place before, clockwise; a place that is alone owns the whole ring. */
function arcLength(from: number, to: number, count: number): number {
  if (count === 1) return 1;
  return to >= from ? to - from : to + 1 - from;
}

function ownerOf(sorted: readonly { readonly node: string; readonly turn: number }[], turn: number): string {
  return (sorted.find((place) => place.turn >= turn) ?? sorted[0])?.node ?? "";
}

interface Circle {
  readonly radius: number;
  readonly center: Point;
}

/** An arc as part of a path; a whole turn is two halves, because an arc must not end where it begins. */
function arc(from: number, length: number, { radius, center }: Circle): string {
  if (length <= 0) return "";
  const start = onCircle(from, radius, center);
  const to = (turn: number, isLarge: boolean): string => {
    const end = onCircle(turn, radius, center);
    return path("A", radius, radius, 0, isLarge ? 1 : 0, 1, end.x, end.y);
  };
  const rest = length >= 1 ? to(from + 0.5, false) + to(from + 1, false) : to(from + length, length > 0.5);
  return path("M", start.x, start.y) + rest;
}

function dot({ x, y }: Point, radius: number, paint: string): string {
  return shape("circle", { cx: x, cy: y, r: radius, fill: paint, stroke: "paper", "stroke-width": 1.5 });
}

/** Names outside the ring, moved apart where places lie close together; those without room are left to the legend. */
function placeNames(
  places: readonly { readonly node: string; readonly at: number; readonly turn: number }[],
  { radius, center }: Circle,
  withPosition: boolean,
): string[] {
  const said: { x: number; y: number; half: number }[] = [];
  return places.map(({ node, at, turn }) => {
    // A name such as N42 says already where it stands.
    const says = !withPosition || node.endsWith(formatNumber(at)) ? node : `${node} (${formatNumber(at)})`;
    const words = shorten(says, 110, 12, { bold: true });
    const half = textWidth(words, 12, { bold: true }) / 2;
    for (const out of [18, 32]) {
      const spot = onCircle(turn, radius + out, center);
      const lean = (spot.x - center.x) / (radius + out);
      const at = { x: spot.x + lean * half, y: spot.y + 4, half };
      if (said.some((other) => Math.abs(other.x - at.x) < other.half + half + 4 && Math.abs(other.y - at.y) < 14))
        continue;
      said.push(at);
      return label(at.x, at.y, words, "ink", { size: 12, bold: true, anchor: "middle", halo: true });
    }
    return "";
  });
}

/** Names of keys inside the ring; where keys lie close together, the first one's. */
function namesInside(
  keys: readonly { readonly key: string; readonly turn: number }[],
  { radius, center }: Circle,
): string[] {
  const said: { x: number; y: number; width: number }[] = [];
  return keys.map(({ key, turn }) => {
    const words = shorten(key, 70, 11);
    const width = textWidth(words, 11);
    const spot = onCircle(turn, radius - 30, center);
    const anchor = turn > 0.03 && turn < 0.47 ? "end" : turn > 0.53 && turn < 0.97 ? "start" : "middle";
    const x = anchor === "start" ? spot.x : anchor === "end" ? spot.x - width : spot.x - width / 2;
    if (
      said.some((other) => other.x < x + width + 3 && x < other.x + other.width + 3 && Math.abs(other.y - spot.y) < 12)
    )
      return "";
    said.push({ x, y: spot.y, width });
    return label(spot.x, spot.y + 4, words, "quiet", { size: 11, anchor, halo: true });
  });
}

/** An arrow that bends towards the middle of the ring: a pale one more, so that one there and one back do not lie on each other. */
function chord(from: Point, to: Point, center: Point, { label: words, pale = false }: RingLink): string {
  if (from.x === to.x && from.y === to.y) return loop(from, center, pale);
  const bend = pale ? 0.6 : 0.35;
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const pull = { x: middle.x + (center.x - middle.x) * bend, y: middle.y + (center.y - middle.y) * bend };
  const along = direction(pull, to);
  const paint = pale ? "quiet" : "ink";
  const d = path("M", from.x, from.y, "Q", pull.x, pull.y, to.x - along.x * 6, to.y - along.y * 6);
  const line = shape("path", {
    d,
    fill: "none",
    stroke: paint,
    "stroke-width": pale ? 1 : 2,
    "stroke-dasharray": pale ? "4 4" : undefined,
  });
  const head = arrowHead(to, along, { fill: paint });
  if (words === undefined) return line + head;
  const top = { x: (middle.x + pull.x) / 2, y: (middle.y + pull.y) / 2 };
  const said = shorten(words, 120, 11);
  return line + head + label(top.x, top.y - 4, said, paint, { size: 11, anchor: "middle", halo: true });
}

/** An arrow from a place to itself. */
function loop(at: Point, center: Point, pale: boolean): string {
  const inward = direction(at, center);
  const side = (way: 1 | -1): Point => ({ x: at.x + inward.x * 52 - way * inward.y * 34, y: at.y + inward.y * 52 + way * inward.x * 34 });
  const [out, back] = [side(1), side(-1)];
  const along = direction(back, at);
  const end = { x: at.x - along.x * 6, y: at.y - along.y * 6 };
  const paint = pale ? "quiet" : "ink";
  const d = path("M", at.x, at.y, "C", out.x, out.y, back.x, back.y, end.x, end.y);
  return shape("path", { d, fill: "none", stroke: paint, "stroke-width": pale ? 1 : 2, "stroke-dasharray": pale ? "4 4" : undefined }) + arrowHead(at, along, { fill: paint });
}
