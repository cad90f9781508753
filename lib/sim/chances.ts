import { stream, type Seed, type Stream } from "../core/random.js";
import type { NodeId } from "../core/role.js";

/**
 * One knob's chance, with a stream for each place. What happens elsewhere in the cluster does not shift the
 * latency of a sender's next message; and as each knob has its own, no knob shifts another.
 *
 * Draws are taken from a stream some at a time and lie side by side in one table: with a thousand senders, a
 * generator is seldom in the cache when its turn comes.
 */
export class Chances {
  #seed: Seed;
  readonly #knob: string;
  readonly #places: readonly NodeId[];
  #streams: (Stream | undefined)[] = [];
  readonly #ahead: Float64Array;
  /** How many draws of each place's row are not used yet. */
  readonly #left: Uint8Array;

  constructor(seed: Seed, knob: string, places: readonly NodeId[]) {
    this.#seed = seed;
    this.#knob = knob;
    this.#places = places;
    this.#ahead = new Float64Array(places.length * ROW);
    this.#left = new Uint8Array(places.length);
  }

  /** The place's next number in [0, 1). */
  next(place: number): number {
    const left = this.#left[place]!;
    if (left === 0) return this.#refill(place);
    this.#left[place] = left - 1;
    return this.#ahead[place * ROW + ROW - left]!;
  }

  /** From here on, another seed. */
  reseed(seed: Seed): void {
    this.#seed = seed;
    this.#streams = [];
    this.#left.fill(0);
  }

  #refill(place: number): number {
    const { next } = (this.#streams[place] ??= stream(this.#seed, `${this.#knob} of ${this.#places[place]!}`));
    const row = place * ROW;
    for (let i = 0; i < ROW; i++) this.#ahead[row + i] = next();
    this.#left[place] = ROW - 1;
    return this.#ahead[row]!;
  }
}

const ROW = 16;
