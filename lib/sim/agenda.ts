/**
 * What is still to happen, in the order of virtual time; among equal times, in the order in which it was
 * added. Replay rests on that second rule: no heap keeps it by itself, so every entry carries a number.
 *
 * A heap of four children a node over typed arrays. An entry's data lie in tables by slot, so that an event
 * under way is five numbers and one reference, and nothing is allocated for it.
 */
export class Agenda {
  /** What kind of entry it is; 0 marks one that was removed and has only not come to the top yet. */
  kinds: Uint8Array = new Uint8Array(FIRST);
  /** The index of the node that it happens to. */
  nodes: Int32Array = new Int32Array(FIRST);
  /** The index of the node that a message comes from; the incarnation of the node that set a timer. */
  origins: Int32Array = new Int32Array(FIRST);
  /** The number of a message; when a timer is due, in ms. */
  ids: Float64Array = new Float64Array(FIRST);
  /** When it was sent or set, in ms. */
  since: Float64Array = new Float64Array(FIRST);
  /** The message, the timer, or what to do. */
  items: unknown[] = [];

  /** The heap. Times and numbers lie inside it, because every comparison needs them. */
  #times: Float64Array = new Float64Array(FIRST);
  #orders: Float64Array = new Float64Array(FIRST);
  #slots: Int32Array = new Int32Array(FIRST);
  #size = 0;
  #count = 0;
  /** The top was taken and not yet replaced: the next entry may take its place without a climb. */
  #hole = false;
  #free: Int32Array = new Int32Array(FIRST);
  #freed = 0;
  #used = 0;
  #live = 0;

  /** How many entries will still happen. */
  get size(): number {
    return this.#live;
  }

  /** The time of the next entry, in ms; Infinity if there is none. */
  get nextAt(): number {
    this.#settle();
    return this.#size === 0 ? Infinity : this.#times[0]!;
  }

  /** Add an entry; returns its slot. */
  add(at: number, kind: number, node: number, origin: number, id: number, since: number, item: unknown): number {
    let slot;
    if (this.#freed > 0) slot = this.#free[--this.#freed]!;
    else {
      slot = this.#used++;
      if (slot === this.kinds.length) this.#grow();
    }
    this.kinds[slot] = kind;
    this.nodes[slot] = node;
    this.origins[slot] = origin;
    this.ids[slot] = id;
    this.since[slot] = since;
    this.items[slot] = item;
    this.#live++;
    if (this.#hole) {
      this.#hole = false;
      this.#sink(at, this.#count++, slot);
    } else this.#climb(at, this.#count++, slot);
    return slot;
  }

  /** Take the next entry; returns its slot, or -1. The caller gives the slot back by `release`. */
  take(): number {
    this.#settle();
    if (this.#size === 0) return -1;
    this.#hole = true;
    this.#live--;
    return this.#slots[0]!;
  }

  /** The slot's data are not needed any more. */
  release(slot: number): void {
    this.items[slot] = null;
    this.#free[this.#freed++] = slot;
  }

  /** Remove an entry that has not come yet. It stays in the heap, without effect, until its time. */
  remove(slot: number): void {
    this.kinds[slot] = 0;
    this.items[slot] = null;
    this.#live--;
  }

  /** Fill the hole, and clear removed entries from the top. */
  #settle(): void {
    for (;;) {
      if (this.#hole) {
        this.#hole = false;
        const last = --this.#size;
        if (last > 0) {
          const [time, order, slot] = [this.#times[last]!, this.#orders[last]!, this.#slots[last]!];
          this.#sink(time, order, slot);
        }
      }
      if (this.#size === 0 || this.kinds[this.#slots[0]!] !== 0) return;
      this.release(this.#slots[0]!);
      this.#hole = true;
    }
  }

  #climb(time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      // Of two entries with equal times the newer one never climbs past the older: its number is higher.
      if (times[parent]! <= time) break;
      times[i] = times[parent]!;
      orders[i] = orders[parent]!;
      slots[i] = slots[parent]!;
      i = parent;
    }
    times[i] = time;
    orders[i] = order;
    slots[i] = slot;
  }

  /** Put the entry at the top, and let it sink to its place. */
  #sink(time: number, order: number, slot: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const slots = this.#slots;
    const size = this.#size;
    let i = 0;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!;
        if (childTime < leastTime || (childTime === leastTime && orders[child]! < orders[least]!)) {
          least = child;
          leastTime = childTime;
        }
      }
      if (time < leastTime || (time === leastTime && order < orders[least]!)) break;
      times[i] = leastTime;
      orders[i] = orders[least]!;
      slots[i] = slots[least]!;
      i = least;
    }
    times[i] = time;
    orders[i] = order;
    slots[i] = slot;
  }

  #grow(): void {
    const size = this.kinds.length * 2;
    this.kinds = grown(new Uint8Array(size), this.kinds);
    this.nodes = grown(new Int32Array(size), this.nodes);
    this.origins = grown(new Int32Array(size), this.origins);
    this.ids = grown(new Float64Array(size), this.ids);
    this.since = grown(new Float64Array(size), this.since);
    this.#times = grown(new Float64Array(size), this.#times);
    this.#orders = grown(new Float64Array(size), this.#orders);
    this.#slots = grown(new Int32Array(size), this.#slots);
    this.#free = grown(new Int32Array(size), this.#free);
  }
}

const FIRST = 256;

function grown<T extends Uint8Array | Int32Array | Float64Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}
