import { crosses, overlap, upright, type Box, type Point, type Segment } from "../boxes.js";
import { textWidth } from "../letters.js";

/** A text that was given a place. */
export interface Placed {
  readonly words: string;
  /** The middle of its base line. */
  readonly at: Point;
  /** The direction of its base line, of length 1. */
  readonly along: Point;
}

const size = 11.5;

/**
 * Finds places for the labels of arrows and marks: none may cover another, and each stands where the fewest lines
 * cross it. Labels that find no place are left out and counted.
 */
export class Labels {
  readonly #taken: Box[] = [];
  readonly #lines: Segment[] = [];
  readonly #left: number;
  readonly #right: number;
  #homeless = 0;

  /** No label crosses the edges at the left and the right. */
  constructor({ left, right }: { readonly left: number; readonly right: number }) {
    this.#left = left;
    this.#right = right;
  }

  /** How many labels found no place. */
  get homeless(): number {
    return this.#homeless;
  }

  /** Keep labels away from here. */
  block(box: Box): void {
    this.#taken.push(box);
  }

  /** Whether nothing is here yet. */
  isFree(box: Box): boolean {
    return !this.#taken.some((other) => overlap(box, other));
  }

  /** Labels rather do not stand on this line. */
  avoid(line: Segment): void {
    this.#lines.push(line);
  }

  /** The first of these texts that finds a place along an arrow, as near to its middle and as free of lines as can be. */
  alongArrow(choices: readonly string[], arrow: Segment): Placed | null {
    for (const words of choices) {
      const best = words === "" ? null : this.#bestAlong(words, arrow);
      if (best === null) continue;
      this.#taken.push(best.box);
      return best.placed;
    }
    if (choices.length > 0) this.#homeless += 1;
    return null;
  }

  #bestAlong(words: string, arrow: Segment): { readonly placed: Placed; readonly box: Box } | null {
    const [dx, dy] = [arrow.to.x - arrow.from.x, arrow.to.y - arrow.from.y];
    const length = Math.sqrt(dx * dx + dy * dy);
    const half = textWidth(words, size) / 2;
    if (length < 2 * half + 18) return null;
    // Left to right, whichever way the arrow goes.
    const along = dx < 0 ? { x: -dx / length, y: -dy / length } : { x: dx / length, y: dy / length };
    let best: { placed: Placed; box: Box; cost: number } | null = null;
    for (const share of shares) {
      if (Math.min(share, 1 - share) * length < half + 9) continue;
      for (const lift of [4, -12.5]) {
        const at = { x: arrow.from.x + share * dx + along.y * lift, y: arrow.from.y + share * dy - along.x * lift };
        const box: Box = {
          x: at.x + along.y * 3.8,
          y: at.y - along.x * 3.8,
          halfWidth: half + 2,
          halfHeight: 6.5,
          ux: along.x,
          uy: along.y,
        };
        const cost = this.#cost(box, arrow) + Math.abs(share - 0.5) + (lift > 0 ? 0 : 0.4);
        if (best === null || cost < best.cost) best = { placed: { words, at, along }, box, cost };
      }
    }
    return best === null || best.cost === Infinity ? null : best;
  }

  /** Beside a point: to the right or the left, at its height or somewhat below or above. */
  beside(
    words: string,
    { x, y }: Point,
    {
      gap = 9,
      bold = false,
      sides = ["right", "left"],
    }: { readonly gap?: number; readonly bold?: boolean; readonly sides?: readonly ("right" | "left")[] } = {},
  ): Placed | null {
    const width = textWidth(words, size, { bold });
    let best: { placed: Placed; box: Box; cost: number } | null = null;
    for (const [rank, drop] of [0, 9, -9, 16, -16].entries()) {
      for (const side of sides) {
        const left = side === "right" ? x + gap : x - gap - width;
        const box = upright({ left: left - 1, right: left + width + 1, top: y + drop - 7, bottom: y + drop + 6 });
        const cost = this.#cost(box, null) + rank * 0.6 + (side === sides[0] ? 0 : 0.5);
        if (best === null || cost < best.cost)
          best = { placed: { words, at: { x: left + width / 2, y: y + drop + 4 }, along: { x: 1, y: 0 } }, box, cost };
      }
    }
    if (best === null || best.cost === Infinity) return this.#lost();
    this.#taken.push(best.box);
    return best.placed;
  }

  /** Around one of these places on one base line, the first where nothing is in the way. */
  atOneOf(words: string, places: readonly number[], y: number): Placed | null {
    const half = textWidth(words, 11, { bold: true }) / 2;
    let best: { placed: Placed; box: Box; cost: number } | null = null;
    for (const [rank, x] of places.entries()) {
      const box = upright({ left: x - half - 2, right: x + half + 2, top: y - 10, bottom: y + 3 });
      const cost = this.#cost(box, null) + rank * 0.1;
      if (best === null || cost < best.cost)
        best = { placed: { words, at: { x, y }, along: { x: 1, y: 0 } }, box, cost };
    }
    if (best === null || best.cost === Infinity) return this.#lost();
    this.#taken.push(best.box);
    return best.placed;
  }

  #cost(box: Box, own: Segment | null): number {
    const spread = Math.abs(box.ux) * box.halfWidth + Math.abs(box.uy) * box.halfHeight;
    if (box.x - spread < this.#left || box.x + spread > this.#right - 2) return Infinity;
    if (this.#taken.some((other) => overlap(box, other))) return Infinity;
    let cost = 0;
    for (const line of this.#lines) if (line !== own && crosses(line, box)) cost += 3;
    return cost;
  }

  #lost(): null {
    this.#homeless += 1;
    return null;
  }
}

const shares: readonly number[] = [
  0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.15, 0.85, 0.1, 0.9,
];
