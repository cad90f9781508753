/**
 * Five numbers that the two threads share. They can be read while the other thread is busy,
 * which a message cannot.
 *
 * 1. asked: how many interrupts the learner has asked for (written by the channels' thread).
 * 2. heard: the last interrupt that the cells' thread has taken note of (written by that thread).
 * 3. guarded: how many sections are open that must not be cut off in the middle, such as a type check.
 * 4. pending: characters of printed text that were handed over and not yet sent.
 * 5. entered: how many guarded sections have begun so far.
 */
export class Flags {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  get asked(): number {
    return Atomics.load(this.#cells, 0);
  }

  get heard(): number {
    return Atomics.load(this.#cells, 1);
  }

  /** One more interrupt; gives its number. */
  ask(): number {
    return Atomics.add(this.#cells, 0, 1) + 1;
  }

  /** Takes note of every interrupt asked for so far; true when there was a new one. */
  hear(): boolean {
    const asked = this.asked;
    return Atomics.exchange(this.#cells, 1, asked) !== asked;
  }

  get isGuarded(): boolean {
    return Atomics.load(this.#cells, 2) > 0;
  }

  /** How many guarded sections have begun so far: while this stands still, the other thread is in one and the same place. */
  get entered(): number {
    return Atomics.load(this.#cells, 4);
  }

  /** Lets no interrupt cut off what follows, until the function that this gives is called. */
  hold(): () => void {
    Atomics.add(this.#cells, 2, 1);
    Atomics.add(this.#cells, 4, 1);
    return () => {
      Atomics.sub(this.#cells, 2, 1);
    };
  }

  /** Runs `section` so that no interrupt cuts it off in the middle. */
  guard<T>(section: () => T): T {
    const release = this.hold();
    try {
      return section();
    } finally {
      release();
    }
  }

  /** Runs the learner's own code inside a guarded section, so that it can be cut off. */
  expose<T>(section: () => T): T {
    const guards = Atomics.exchange(this.#cells, 2, 0);
    // After a termination this line is not reached, and the sections around it are gone as well.
    const restore = (): void => void Atomics.add(this.#cells, 2, guards);
    try {
      return section();
    } finally {
      restore();
    }
  }

  /** Counts text handed over; waits, when more than `limit` characters are unsent, until the other thread has caught up. */
  handOver(characters: number, limit: number): void {
    const before = Atomics.add(this.#cells, 3, characters);
    if (before < limit) return;
    for (let waits = 0; waits < 100 && Atomics.load(this.#cells, 3) > limit; waits++) {
      Atomics.wait(this.#cells, 3, Atomics.load(this.#cells, 3), 50);
    }
  }

  /** Counts text as sent. */
  sent(characters: number): void {
    Atomics.sub(this.#cells, 3, characters);
    Atomics.notify(this.#cells, 3);
  }
}
