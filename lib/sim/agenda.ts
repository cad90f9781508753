/**
 * What is still to happen, in the order of virtual time; among equal times, in the order in which it was
 * added. Replay rests on that second rule: no heap keeps it by itself, so every entry carries a number.
 *
 * What comes next lies in a heap of four children a node, over typed arrays. Where much is under way, only
 * what comes very soon lies in the heap; the rest waits in a round of buckets, equal spans of time of which one
 * after the other is poured into the heap, so that the heap stays in the processor's cache (after Brown,
 * "Calendar Queues", 1988). All else about an entry lies in one row of a table: nothing is allocated for an
 * event but what its message is.
 */
export class Agenda {
  /** The message, the timer, or what to do. */
  readonly items: unknown[] = [];

  /** The rows, seen as doubles: when it happens, and when it was sent or set. */
  #doubles: Float64Array;
  /** The same rows, seen as whole numbers: kind and node in one, where it comes from, the order in which it was added, its number. */
  #words: Int32Array;
  /** The next row in the same bucket. */
  #nexts: Int32Array = new Int32Array(FIRST);
  #free: Int32Array = new Int32Array(FIRST);
  #freed = 0;
  #used = 0;
  #count = 0;
  #size = 0;

  /** The heap. It begins at TOP, so that the four children of an entry share a cache line. */
  #times: Float64Array = new Float64Array(FIRST + TOP);
  #slots: Int32Array = new Int32Array(FIRST + TOP);
  /** One past the last entry. */
  #end: number = TOP;
  /** The top was taken and not yet replaced: the next entry may take its place without a climb. */
  #hole = false;
  /** The most entries that the heap holds before they are spread over buckets. */
  #most: number = MOST;

  /** The first row of each bucket, or null while all lies in the heap. */
  #buckets: Int32Array | null = null;
  /** The time at which bucket 0 begins, and how many buckets make a ms. */
  #base = 0;
  #perMs = 0;
  /** The bucket that is poured next, and where it lies: they go round. What belongs before it goes to the heap. */
  #next = 0;
  #nextIndex = 0;
  /** The bucket at which the next round begins. Until then nothing of what lies beyond is due. */
  #roundEnd = 0;
  /** The first row of what comes more than a round after it was filed, and how many there are. */
  #beyond: number = NONE;
  #beyondSize = 0;
  #bucketed = 0;
  readonly #poured: number[] = [];

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
   * Add an entry; returns its slot. `kind` is from 1 to 15; `node`, `origin` and `number` are whole numbers
   * and `since` is a time, all for the caller.
   */
  add(at: number, kind: number, node: number, origin: number, number: number, since: number, item: unknown): number {
    let slot;
    if (this.#freed > 0) slot = this.#free[--this.#freed]!;
    else {
      slot = this.#used++;
      if (slot === this.#free.length) this.#grow();
    }
    const doubles = this.#doubles;
    const words = this.#words;
    const d = slot * ROW_DOUBLES;
    const w = slot * ROW_WORDS;
    doubles[d] = at;
    doubles[d + 1] = since;
    words[w + KIND] = (node << 4) | kind;
    words[w + ORIGIN] = origin;
    words[w + ORDER] = this.#count++;
    words[w + NUMBER] = number;
    this.items[slot] = item;
    this.#size++;
    if (this.#buckets === null) this.#insert(at, slot);
    else this.#file(at, slot);
    if (this.#end - TOP > this.#most) this.#spread();
    return slot;
  }

  /** Take the next entry; returns its slot, or -1. The caller gives the slot back by `release`. */
  take(): number {
    if (this.nextAt === Infinity) return NONE;
    this.#hole = true;
    this.#size--;
    return this.#slots[TOP]!;
  }

  timeOf(slot: number): number {
    return this.#doubles[slot * ROW_DOUBLES]!;
  }
  kindOf(slot: number): number {
    return this.#words[slot * ROW_WORDS + KIND]! & 15;
  }
  nodeOf(slot: number): number {
    return this.#words[slot * ROW_WORDS + KIND]! >> 4;
  }
  originOf(slot: number): number {
    return this.#words[slot * ROW_WORDS + ORIGIN]!;
  }
  sinceOf(slot: number): number {
    return this.#doubles[slot * ROW_DOUBLES + 1]!;
  }
  numberOf(slot: number): number {
    return this.#words[slot * ROW_WORDS + NUMBER]!;
  }

  /** The slot's data are not needed any more. */
  release(slot: number): void {
    this.items[slot] = null;
    this.#free[this.#freed++] = slot;
  }

  /** Remove an entry that has not come yet. It stays where it is, without effect, until its time. */
  remove(slot: number): void {
    this.#words[slot * ROW_WORDS + KIND] = REMOVED;
    this.items[slot] = null;
    this.#size--;
  }

  /** The slots of all entries of these kinds with this number, in no order. Looks at every row. */
  find(kinds: readonly number[], number: number): number[] {
    const found: number[] = [];
    for (let slot = 0; slot < this.#used; slot++) {
      const waits = this.items[slot] !== null && this.items[slot] !== undefined;
      if (waits && this.numberOf(slot) === number && kinds.includes(this.kindOf(slot))) found.push(slot);
    }
    return found;
  }

  /** Fill the hole, clear removed entries from the top, and pour a bucket where the heap is empty. */
  #settle(): void {
    for (;;) {
      if (this.#hole) this.#fill();
      if (this.#end === TOP) {
        if (this.#bucketed + this.#beyondSize === 0) return;
        this.#pour();
      } else {
        const slot = this.#slots[TOP]!;
        if (this.kindOf(slot) !== REMOVED) return;
        this.release(slot);
        this.#hole = true;
      }
    }
  }

  // Buckets.

  /**
   * Put an entry where its time belongs: into the heap, if its bucket has been poured, else into its bucket.
   * The number of a bucket grows with the time, so no rounding can put an entry behind a later one.
   */
  #file(at: number, slot: number): void {
    const buckets = this.#buckets!;
    const ahead = Math.floor((at - this.#base) * this.#perMs) - this.#next;
    if (ahead < 0) this.#insert(at, slot);
    else if (ahead < buckets.length) {
      const index = (this.#nextIndex + ahead) & (buckets.length - 1);
      this.#nexts[slot] = buckets[index]!;
      buckets[index] = slot;
      this.#bucketed++;
    } else this.#putBeyond(slot);
  }

  #putBeyond(slot: number): void {
    this.#nexts[slot] = this.#beyond;
    this.#beyond = slot;
    this.#beyondSize++;
  }

  /** Pour the next bucket that is not empty into the heap. */
  #pour(): void {
    const buckets = this.#buckets;
    if (buckets === null || this.#bucketed === 0) return this.#deal();
    while (buckets[this.#nextIndex] === NONE) {
      if (this.#pass()) return;
    }
    const poured = this.#poured;
    poured.length = 0;
    for (let slot = buckets[this.#nextIndex]!; slot !== NONE; slot = this.#nexts[slot]!) poured.push(slot);
    buckets[this.#nextIndex] = NONE;
    this.#bucketed -= poured.length;
    this.#pass();
    for (const slot of poured) {
      if (this.kindOf(slot) === REMOVED) this.release(slot);
      else this.#insert(this.timeOf(slot), slot);
    }
  }

  /** Go on to the next bucket; where a round is over, file what lay beyond the round. Returns whether it was. */
  #pass(): boolean {
    this.#next++;
    this.#nextIndex = (this.#nextIndex + 1) & (this.#buckets!.length - 1);
    if (this.#next < this.#roundEnd) return false;
    this.#roundEnd = this.#next + this.#buckets!.length;
    let slot = this.#beyond;
    this.#beyond = NONE;
    this.#beyondSize = 0;
    while (slot !== NONE) {
      const following = this.#nexts[slot]!;
      this.#file(this.timeOf(slot), slot);
      slot = following;
    }
    return true;
  }

  /** The heap has become large: spread everything over new buckets. */
  #spread(): void {
    if (this.#hole) this.#fill();
    for (let i = TOP; i < this.#end; i++) this.#putBeyond(this.#slots[i]!);
    this.#end = TOP;
    this.#buckets?.forEach((first, i, buckets) => {
      for (let slot = first; slot !== NONE; ) {
        const following = this.#nexts[slot]!;
        this.#putBeyond(slot);
        slot = following;
      }
      buckets[i] = NONE;
    });
    this.#bucketed = 0;
    this.#deal();
    this.#settle();
    // Entries at one time cannot be parted: then the heap stays large, and is left so for a while.
    this.#most = Math.max(MOST, 2 * (this.#end - TOP));
  }

  /** The buckets are empty: deal all that lies beyond them anew. What is little goes to the heap without them. */
  #deal(): void {
    const size = this.#beyondSize;
    let slot = this.#beyond;
    this.#beyond = NONE;
    this.#beyondSize = 0;
    this.#most = MOST;
    if (size < MOST / 4) this.#buckets = null;
    else this.#measure(slot, size);
    while (slot !== NONE) {
      const following = this.#nexts[slot]!;
      if (this.#buckets === null) this.#insert(this.timeOf(slot), slot);
      else this.#file(this.timeOf(slot), slot);
      slot = following;
    }
  }

  /** Choose buckets for these entries, so that all but the latest eighth of them falls into one round. */
  #measure(first: number, size: number): void {
    const sample: number[] = [];
    let earliest = Infinity;
    const stride = Math.ceil(size / 64);
    for (let slot = first, i = 0; slot !== NONE; slot = this.#nexts[slot]!, i++) {
      const at = this.timeOf(slot);
      if (at < earliest) earliest = at;
      if (i % stride === 0) sample.push(at);
    }
    const late = sample.sort((a, b) => a - b)[Math.floor(sample.length * 0.875)]!;
    let length = 64;
    while (length < size / SHARE && length < 65_536) length *= 2;
    if (this.#buckets?.length !== length) this.#buckets = new Int32Array(length).fill(NONE);
    this.#base = earliest;
    this.#perMs = late > earliest ? (length * 0.875) / (late - earliest) : 0;
    this.#next = 0;
    this.#nextIndex = 0;
    this.#roundEnd = length;
  }

  // The heap.

  #insert(time: number, slot: number): void {
    if (this.#hole) {
      this.#hole = false;
      this.#sink(time, slot);
      return;
    }
    if (this.#end === this.#times.length) this.#growHeap();
    const times = this.#times;
    const slots = this.#slots;
    let i = this.#end++;
    while (i > TOP) {
      const parent = (i >> 2) + 2;
      const above = times[parent]!;
      if (above < time || (above === time && this.#isFirst(slots[parent]!, slot))) break;
      times[i] = above;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /** The last entry takes the place of the top, which was taken. */
  #fill(): void {
    this.#hole = false;
    const last = --this.#end;
    if (last > TOP) this.#sink(this.#times[last]!, this.#slots[last]!);
  }

  /** Put the entry at the top, and let it sink to its place. */
  #sink(time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
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
        if (childTime > leastTime || (childTime === leastTime && this.#isFirst(slots[least]!, slots[child]!))) continue;
        least = child;
        leastTime = childTime;
      }
      if (time < leastTime || (time === leastTime && this.#isFirst(slot, slots[least]!))) break;
      times[i] = leastTime;
      slots[i] = slots[least]!;
      i = least;
    }
    times[i] = time;
    slots[i] = slot;
  }

  /** Of two entries with equal times, whether the one was added before the other. */
  #isFirst(one: number, other: number): boolean {
    return this.#words[one * ROW_WORDS + ORDER]! >>> 0 < this.#words[other * ROW_WORDS + ORDER]! >>> 0;
  }

  #grow(): void {
    const size = this.#free.length * 2;
    const rows = new ArrayBuffer(size * ROW_BYTES);
    const doubles = new Float64Array(rows);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    this.#words = new Int32Array(rows);
    this.#nexts = grown(new Int32Array(size), this.#nexts);
    this.#free = grown(new Int32Array(size), this.#free);
  }

  #growHeap(): void {
    const size = this.#times.length * 2;
    this.#times = grown(new Float64Array(size), this.#times);
    this.#slots = grown(new Int32Array(size), this.#slots);
  }
}

const FIRST = 256;
const TOP = 3;
const REMOVED = 0;
const NONE = -1;

/** So many entries are few enough for a heap alone. */
const MOST = 2048;

/** About so many entries share a bucket. */
const SHARE = 16;

/** A row is half a cache line: two doubles, then four whole numbers. */
const ROW_BYTES = 32;
const ROW_DOUBLES = 4;
const ROW_WORDS = 8;
const KIND = 4;
const ORIGIN = 5;
const ORDER = 6;
const NUMBER = 7;

function grown<T extends Int32Array | Float64Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}
