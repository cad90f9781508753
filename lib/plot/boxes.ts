/**
 * Where a text can stand without covering others. Boxes may be turned, because a label runs along its arrow.
 */

/** A point in pixels; y grows downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle around its centre; (ux, uy) is the direction of its width, of length 1. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly ux: number;
  readonly uy: number;
}

/** A straight line between two points. */
export interface Segment {
  readonly from: Point;
  readonly to: Point;
}

/** An upright box from its edges. */
export function upright({
  left,
  top,
  right,
  bottom,
}: {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}): Box {
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    halfWidth: (right - left) / 2,
    halfHeight: (bottom - top) / 2,
    ux: 1,
    uy: 0,
  };
}

/** Whether two boxes share a point: no axis of either keeps them apart (the separating axis theorem). */
export function overlap(a: Box, b: Box): boolean {
  for (const { ux, uy } of [a, b]) {
    if (isApart(a, b, ux, uy) || isApart(a, b, -uy, ux)) return false;
  }
  return true;
}

function isApart(a: Box, b: Box, ax: number, ay: number): boolean {
  const distance = Math.abs((b.x - a.x) * ax + (b.y - a.y) * ay);
  return distance > reach(a, ax, ay) + reach(b, ax, ay);
}

function reach({ halfWidth, halfHeight, ux, uy }: Box, ax: number, ay: number): number {
  return halfWidth * Math.abs(ux * ax + uy * ay) + halfHeight * Math.abs(ux * ay - uy * ax);
}

/** Whether a line goes through a box (Liang and Barsky 1984, in the box's own coordinates). */
export function crosses({ from, to }: Segment, box: Box): boolean {
  const local = ({ x, y }: Point): Point => ({
    x: (x - box.x) * box.ux + (y - box.y) * box.uy,
    y: (y - box.y) * box.ux - (x - box.x) * box.uy,
  });
  const [a, b] = [local(from), local(to)];
  let [enters, leaves] = [0, 1];
  for (const [start, change, half] of [
    [a.x, b.x - a.x, box.halfWidth],
    [a.y, b.y - a.y, box.halfHeight],
  ] as const) {
    if (change === 0) {
      if (Math.abs(start) > half) return false;
      continue;
    }
    const one = (-half - start) / change;
    const other = (half - start) / change;
    enters = Math.max(enters, Math.min(one, other));
    leaves = Math.min(leaves, Math.max(one, other));
  }
  return enters <= leaves;
}
