/**
 * What is still to happen, in the order of virtual time; among equal times, in the order in which it was
 * added. Replay rests on that second rule: no heap keeps it by itself, so every entry carries a number.
 *
 * A heap of four children a node over typed arrays. The heap holds times and slots only; all else about an
 * entry lies in one row of a table, so that a message under way is half a cache line and one reference.
 */
export class Agenda {
  /** The message, the timer, or what to do. */
  readonly items: unknown[] = [];

  /** The rows, seen as doubles: when it was sent or set; its number; the order in which it was added. */
  #doubles: Float64Array;
  /** The same rows, seen as whole numbers: kind and node in one; where it comes from. */
  #words: Int32Array;

  /** The heap. It begins at TOP, so that the four children of an entry share a cache line. */
  #times: Float64Array = new Float64Array(FIRST + TOP);
  #slots: Int32Array = new Int32Array(FIRST + TOP);
  /** One past the last entry. */
  #end: number = TOP;
  #count = 0;
  /** The top was taken and not yet replaced: the next entry may take its place without a climb. */
  #hole = false;
  #free: Int32Array = new Int32Array(FIRST);
  #freed = 0;
  #used = 0;
  #size = 0;

  constructor() {
    const rows = new ArrayBuffer(FIRST * ROW_BYTES);
    this.#doubles = new Float64Array(rows);
    this.#words = new Int32Array(rows);
  }

  /** How many entries will still happen. */
  get size(): number {
    return this.#size;
  }

  /** The time of the next entry, in ms; Infinity if there is none. */
  get nextAt(): number {
    if (this.#hole || this.#end === TOP || this.kindOf(this.#slots[TOP]!) === REMOVED) this.#settle();
    return this.#end === TOP ? Infinity : this.#times[TOP]!;
  }

  /**
   * Add an entry; returns its slot. `kind` is from 1 to 15, `node` and `origin` are indices, `number` and
   * `since` are for the caller.
   */
  add(at: number, kind: number, node: number, origin: number, number: number, since: number, item: unknown): number {
    let slot;
    if (this.#freed > 0) slot = this.#free[--this.#freed]!;
    else {
      slot = this.#used++;
      if (slot === this.#free.length) this.#grow();
    }
    const order = this.#count++;
    const d = slot << 2;
    const doubles = this.#doubles;
    doubles[d] = since;
    doubles[d + 1] = number;
    doubles[d + 2] = order;
    const words = this.#words;
    words[2 * d + 6] = (node << 4) | kind;
    words[2 * d + 7] = origin;
    this.items[slot] = item;
    this.#size++;
    if (this.#hole) {
      this.#hole = false;
      this.#sink(at, order, slot);
    } else this.#climb(at, slot);
    return slot;
  }

  /** Take the next entry; returns its slot, or -1. The caller gives the slot back by `release`. */
  take(): number {
    if (this.nextAt === Infinity) return -1;
    this.#hole = true;
    this.#size--;
    return this.#slots[TOP]!;
  }

  kindOf(slot: number): number {
    return this.#words[(slot << 3) + 6]! & 15;
  }
  nodeOf(slot: number): number {
    return this.#words[(slot << 3) + 6]! >> 4;
  }
  originOf(slot: number): number {
    return this.#words[(slot << 3) + 7]!;
  }
  sinceOf(slot: number): number {
    return this.#doubles[slot << 2]!;
  }
  numberOf(slot: number): number {
    return this.#doubles[(slot << 2) + 1]!;
  }

  /** The slot's data are not needed any more. */
  release(slot: number): void {
    this.items[slot] = null;
    this.#free[this.#freed++] = slot;
  }

  /** Remove an entry that has not come yet. It stays in the heap, without effect, until its time. */
  remove(slot: number): void {
    this.#words[(slot << 3) + 6] = REMOVED;
    this.items[slot] = null;
    this.#size--;
  }

  /** Fill the hole, and clear removed entries from the top. */
  #settle(): void {
    for (;;) {
      if (this.#hole) {
        this.#hole = false;
        const last = --this.#end;
        if (last > TOP) {
          const slot = this.#slots[last]!;
          this.#sink(this.#times[last]!, this.#doubles[(slot << 2) + 2]!, slot);
        }
      }
      if (this.#end === TOP || this.kindOf(this.#slots[TOP]!) !== REMOVED) return;
      this.release(this.#slots[TOP]!);
      this.#hole = true;
    }
  }

  #climb(time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    let i = this.#end++;
    while (i > TOP) {
      const parent = (i >> 2) + 2;
      // Of two entries with equal times the newer one never climbs past the older.
      if (times[parent]! <= time) break;
      times[i] = times[parent]!;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /** Put the entry at the top, and let it sink to its place. */
  #sink(time: number, order: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const doubles = this.#doubles;
    const end = this.#end;
    let i = TOP;
    for (;;) {
      const first = (i - 2) << 2;
      if (first >= end) break;
      const stop = first + 4 < end ? first + 4 : end;
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < stop; child++) {
        const childTime = times[child]!;
        if (childTime > leastTime) continue;
        if (childTime === leastTime && doubles[(slots[child]! << 2) + 2]! > doubles[(slots[least]! << 2) + 2]!) continue;
        least = child;
        leastTime = childTime;
      }
      if (time < leastTime || (time === leastTime && order < doubles[(slots[least]! << 2) + 2]!)) break;
      times[i] = leastTime;
      slots[i] = slots[least]!;
      i = least;
    }
    times[i] = time;
    slots[i] = slot;
  }

  #grow(): void {
    const size = this.#free.length * 2;
    const rows = new ArrayBuffer(size * ROW_BYTES);
    const doubles = new Float64Array(rows);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    this.#words = new Int32Array(rows);
    this.#times = grown(new Float64Array(size + TOP), this.#times);
    this.#slots = grown(new Int32Array(size + TOP), this.#slots);
    this.#free = grown(new Int32Array(size), this.#free);
  }
}

const FIRST = 256;
const TOP = 3;
const ROW_BYTES = 32;
const REMOVED = 0;

function grown<T extends Int32Array | Float64Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}
