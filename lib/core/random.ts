import seedrandom from "seedrandom";
import { show } from "./parameters.js";

/** A seed: a finite number or a text. `1` and `"1"` are different seeds. */
export type Seed = number | string;

/** One stream of chance: the same seed and name give the same numbers, on every machine. */
export interface Stream {
  /** The next number in [0, 1), with 32 bits of resolution. */
  next(): number;
  /** The next number in [0, 1), with 53 bits of resolution. */
  double(): number;
  /** A whole number from 0 to `n - 1`. */
  below(n: number): number;
  /** A number in [min, max), or the number itself where there is no range. */
  within(range: number | readonly [min: number, max: number]): number;
  /** True with this probability. Draws one number, whatever the probability. */
  chance(probability: number): boolean;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** The items in a random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * A named stream of a seed. Each concern draws from its own stream, so that turning up the message loss in a
 * notebook changes which messages are lost and leaves every latency as it was.
 *
 * The generator is Alea (Johannes Baagoe, 2010) as the package seedrandom has it.
 *
 * @throws TypeError unless the seed is a finite number or a text
 */
export function stream(seed: Seed, name: string): Stream {
  if (!(typeof seed === "string" || (typeof seed === "number" && Number.isFinite(seed)))) {
    throw new TypeError(`seed must be a finite number or a text, got ${show(seed)}`);
  }
  // Unambiguous: no two pairs of seed and name share a text.
  const draw = seedrandom.alea(JSON.stringify([seed, name]));
  return {
    next: draw,
    double: draw.double,
    below: (n) => Math.floor(draw() * n),
    within: (range) => (typeof range === "number" ? range : range[0] + draw() * (range[1] - range[0])),
    chance: (probability) => draw() < probability,
    pick: (items) => items[Math.floor(draw() * items.length)]!,
    shuffle(items) {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = Math.floor(draw() * (i + 1));
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
  };
}
