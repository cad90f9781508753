import { ticks } from "d3-array";

/** Virtual time on the paper: straight where something happens, cut short where for long nothing does. */
export interface Scale {
  /** The place of a time, in pixels below the top. */
  y(at: number): number;
  readonly height: number;
  /** Where quiet stretches were cut short. */
  readonly breaks: readonly { readonly y: number; readonly ms: number }[];
  /** Round times within the parts that are drawn straight. */
  readonly ticks: readonly { readonly at: number; readonly y: number }[];
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly height: number;
  readonly isBreak: boolean;
}

const breakHeight = 30;

/**
 * @param busy the stretches of time in which something is on its way or happens, in any order
 * @param height how high the straight parts are together
 */
export function scaleOf({
  from,
  to,
  busy,
  height,
}: {
  readonly from: number;
  readonly to: number;
  readonly busy: readonly (readonly [from: number, to: number])[];
  readonly height: number;
}): Scale {
  const gaps = quiet(from, to, busy);
  const cutAway = gaps.reduce((sum, [start, end]) => sum + (end - start), 0);
  const drawn = to - from - cutAway;
  const perMs = drawn > 0 ? height / drawn : 0;
  const pieces: Piece[] = [];
  let top = 0;
  let at = from;
  const straight = (end: number): void => {
    if (end <= at && pieces.length > 0) return;
    pieces.push({ from: at, to: end, top, height: (end - at) * perMs, isBreak: false });
    top += (end - at) * perMs;
  };
  for (const [start, end] of gaps) {
    straight(start);
    pieces.push({ from: start, to: end, top, height: breakHeight, isBreak: true });
    top += breakHeight;
    at = end;
  }
  straight(to);
  const y = (time: number): number => {
    const piece = pieces.find((one) => time <= one.to) ?? pieces.at(-1)!;
    const share = piece.to === piece.from ? 0 : (time - piece.from) / (piece.to - piece.from);
    return piece.top + Math.min(1, Math.max(0, share)) * piece.height;
  };
  return {
    y,
    height: top,
    breaks: pieces
      .filter(({ isBreak }) => isBreak)
      .map((piece) => ({ y: piece.top + piece.height / 2, ms: piece.to - piece.from })),
    ticks: pieces
      .filter((piece) => !piece.isBreak)
      .flatMap((piece) => ticks(piece.from, piece.to, Math.min(12, Math.floor(piece.height / 55))))
      .map((time) => ({ at: time, y: y(time) })),
  };
}

/** The stretches that are long and in which nothing happens, less a little room before and after. */
function quiet(from: number, to: number, busy: readonly (readonly [number, number])[]): [number, number][] {
  const gaps: [number, number][] = [];
  let reached = from;
  let active = 0;
  const sorted = busy.filter(([start, end]) => end >= from && start <= to).sort((a, b) => a[0] - b[0]);
  for (const [start, end] of [...sorted, [to, to] as const]) {
    if (start > reached) gaps.push([reached, start]);
    active += Math.max(0, Math.min(end, to) - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  // A gap is worth a cut if it would take more than a quarter of the height that the rest takes.
  return gaps
    .filter(([start, end]) => end - start > active / 4 && active > 0)
    .map(([start, end]) => [start + active / 40, end - active / 40]);
}
