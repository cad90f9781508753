import { stream, type SpecificationAction } from "../../lib/core.js";
import type { SearchOptions } from "../../lib/check.js";

/** The variables of a random system. */
export type Three = { a: number; b: number; c: readonly number[] };

/** A system without sense, drawn from a seed: with choices, lists and ends. */
export function randomSystem(seed: number): SearchOptions<Three> {
  const chance = stream(seed, "system");
  const next: Record<string, SpecificationAction<Three>> = {};
  for (let i = 0; i < 4; i++) {
    const [x, y, z, kind] = [chance.below(4), chance.below(4), chance.below(3), chance.below(5)];
    next[`action ${i}`] = [
      (s: Readonly<Three>) => (s.a === x ? { b: (s.b + z) % 5 } : { a: (s.a + 1) % 4 }),
      (s: Readonly<Three>) => (s.c.length > z ? { c: s.c.slice(1) } : null),
      (s: Readonly<Three>) => (s.b < y && s.c.length < 4 ? { c: [...s.c, s.a % 2], a: y } : null),
      (s: Readonly<Three>) => (s.b > z ? [{ b: 0 }, { a: x, b: s.a }] : null),
      () => [{ a: x }, { b: y }],
    ][kind]!;
  }
  return {
    initial: [
      { a: 0, b: 0, c: [] },
      { a: 1, b: chance.below(3), c: [1] },
    ],
    next,
  };
}
