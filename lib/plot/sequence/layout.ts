import type { Point } from "../boxes.js";
import { shorten, textWidth } from "../letters.js";
import type { Mark, Model } from "./model.js";
import type { Scale } from "./scale.js";

/** The strip at the left with the times. */
export const axisWidth = 58;

/** How wide the words of a mark may be. */
export const maxWords = 220;

/** The size of words beside marks and along arrows. */
export const wordSize = 11.5;

/** Where nodes and times stand on the paper. */
export interface Layout {
  readonly names: readonly string[];
  /** The line of a node. */
  readonly x: (name: string) => number;
  /** How many columns lie from one node to another; 1 at least. */
  readonly columns: (from: string, to: string) => number;
  /** The place of a time. */
  readonly y: (at: number) => number;
  readonly at: (name: string, at: number) => Point;
  /** Where time begins and ends, and where the lines of nodes do. */
  readonly top: number;
  readonly bottom: number;
  readonly lineEnd: number;
  /** Where bands and rulers end. */
  readonly right: number;
  readonly width: number;
}

/** Columns of nodes with room beside the outer ones for what is said of them. */
export function columnsOf(
  model: Model,
  names: readonly string[],
): { readonly width: number; readonly x: readonly number[] } {
  const half = (name: string | undefined): number => textWidth(name ?? "", 13, { bold: true }) / 2 + 15;
  const left = axisWidth + Math.max(half(names[0]), clamp(widestWords(model, names[0], ["request", "decide"]) + 34, 26, 180));
  const right = Math.max(half(names.at(-1)), clamp(widestWords(model, names.at(-1), null) + 24, 40, 240));
  const head = names.reduce((most, name) => Math.max(most, textWidth(name, 13, { bold: true }) + 20), 44);
  const spacing = Math.max(head + 8, Math.min(190, (760 - left - right) / Math.max(1, names.length - 1)));
  const width = Math.max(560, left + right + spacing * (names.length - 1));
  const alone = names.length === 1 ? (width - left - right) / 2 : 0;
  return { width, x: names.map((_, i) => left + alone + i * spacing) };
}

/** All places, once it is known how much stands above. */
export function layOut(
  names: readonly string[],
  { width, x }: { readonly width: number; readonly x: readonly number[] },
  scale: Scale,
  top: number,
): Layout {
  const places = new Map(names.map((name, i) => [name, i]));
  const xOf = (name: string): number => x[places.get(name)!]!;
  const y = (at: number): number => top + scale.y(at);
  return {
    names,
    x: xOf,
    columns: (from, to) => Math.max(1, Math.abs(places.get(from)! - places.get(to)!)),
    y,
    at: (name, at) => ({ x: xOf(name), y: y(at) }),
    top,
    bottom: top + scale.height,
    lineEnd: top + scale.height + 14,
    right: width - 12,
    width,
  };
}

/** How wide the widest words beside the marks of one node are; `kinds` null asks for all of them. */
function widestWords(model: Model, node: string | undefined, kinds: readonly Mark["kind"][] | null): number {
  let widest = -Infinity;
  for (const { node: of, kind, words } of model.marks) {
    if (of !== node || (kinds !== null && !kinds.includes(kind))) continue;
    widest = Math.max(widest, textWidth(shorten(words, maxWords, wordSize), wordSize, { bold: kind === "decide" }));
  }
  return widest;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
