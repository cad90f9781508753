/**
 * Points on a circle without `Math.sin`, whose last digit differs between machines. Only sums and products are used
 * here, which the standard fixes to the bit.
 */

/** The point at a share of a turn, clockwise from the top; y grows downwards. */
export function onCircle(
  turn: number,
  radius: number,
  center: { readonly x: number; readonly y: number },
): { readonly x: number; readonly y: number } {
  const eighths = (((turn % 1) + 1) % 1) * 8;
  const octant = Math.floor(eighths);
  // The angle from the nearest axis, at most an eighth of a turn.
  const fromAxis = octant % 2 === 0 ? eighths - octant : octant + 1 - eighths;
  const [sine, cosine] = sineAndCosine(fromAxis * (Math.PI / 4));
  const [right, up] = (
    [
      [sine, cosine],
      [cosine, sine],
      [cosine, -sine],
      [sine, -cosine],
      [-sine, -cosine],
      [-cosine, -sine],
      [-cosine, sine],
      [-sine, cosine],
    ] as const
  )[octant % 8]!;
  return { x: center.x + radius * right, y: center.y - radius * up };
}

/** Taylor's series for an angle of at most π/4, where ten terms leave no error in the fifteenth digit. */
function sineAndCosine(angle: number): readonly [sine: number, cosine: number] {
  let [sine, cosine, term] = [0, 0, 1];
  for (let power = 0; power < 20; power++) {
    const sign = power % 4 < 2 ? 1 : -1;
    if (power % 2 === 0) cosine += sign * term;
    else sine += sign * term;
    term = (term * angle) / (power + 1);
  }
  return [sine, cosine];
}
