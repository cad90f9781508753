import type { Fields } from "../core/step.js";

/**
 * What a node has written. After a crash it finds what was flushed, and perhaps some of what it wrote after
 * that: a prefix, because a disk does writes in order.
 */
export class Disk {
  /** What is there for certain. */
  saved: Fields = {};
  /** When it is done with the write under way, or with its stall, in ms. */
  freeAt = 0;
  /** Writes that nobody has waited for, oldest first. */
  #unsynced: Fields[] = [];

  write(fields: Fields): void {
    this.#unsynced.push(fields);
    // The operating system does not hold back writes for ever.
    if (this.#unsynced.length > WRITE_BACK) this.saved = this.#unsynced.shift()!;
  }

  /** The last write is there for certain, and all before it. */
  flushed(fields: Fields): void {
    this.saved = fields;
    // Mostly there is one. To set the length would free the list's memory, to be asked for again by the next write.
    while (this.#unsynced.length > 0) this.#unsynced.pop();
  }

  /**
   * The node crashes: a prefix of the unsynced writes survives, as long as the draw from [0, 1) says; without
   * the last one, if that is known to be lost. Returns how many are lost.
   */
  crash(draw: () => number, { losesLast }: { readonly losesLast: boolean }): number {
    const writes = this.#unsynced;
    const most = writes.length - (losesLast ? 1 : 0);
    const kept = most > 0 ? Math.floor(draw() * (most + 1)) : 0;
    if (kept > 0) this.saved = writes[kept - 1]!;
    this.#unsynced = [];
    return writes.length - kept;
  }
}

const WRITE_BACK = 256;
