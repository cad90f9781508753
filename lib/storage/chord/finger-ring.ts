import { integer, options as checkOptions, show } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";

/** How an ideal ring is made. */
export interface FingerRingOptions {
  /** How many bits an identifier has (default 32). From 4 to 32. */
  readonly bits?: number;
}

/** What a lookup came to. */
export interface ChordRoute {
  /** The nodes that it passed, by their numbers, from the one that asks to the owner of the key. */
  readonly path: readonly number[];
  /** The node that holds the key: the first at or clockwise after it. */
  readonly owner: number;
  /**
   * Forwarding hops up to the key's predecessor, as the Chord paper counts them: the last step, from the predecessor to its
   * successor, is not among them. 0 where the asking node is the predecessor, or holds the key itself.
   */
  readonly hops: number;
}

/**
 * A Chord ring in which every finger is right (Stoica, Morris, Karger, Kaashoek and Balakrishnan, SIGCOMM 2001), as sorted
 * identifiers in an array: for figures with up to millions of nodes, where roles that exchange messages would be too slow.
 *
 * Finger k of node n is the successor of n + 2^k, and so it need not be stored: an index by the first bits of an identifier
 * finds it in a step or two.
 */
export class FingerRing {
  readonly bits: number;
  readonly #ids: Uint32Array;
  readonly #index: Uint32Array;
  readonly #shift: number;
  readonly #mask: number;
  #hops = 0;

  /** @throws RangeError where there is no identifier, one is out of the space, or two are the same */
  constructor(ids: Iterable<number>, options: FingerRingOptions = {}) {
    const { bits = 32 } = checkOptions("options", options, ["bits"]);
    this.bits = integer("bits", bits, { min: 4, max: 32 });
    const size = 2 ** bits;
    if (ids instanceof Uint32Array && bits === 32) {
      this.#ids = ids.slice().sort();
    } else {
      const list = [...ids];
      for (const [i, id] of list.entries()) integer(`ids[${i}]`, id, { max: size - 1 });
      this.#ids = Uint32Array.from(list).sort();
    }
    if (this.#ids.length === 0) throw new RangeError("ids must hold at least one identifier, got none");
    for (let i = 1; i < this.#ids.length; i++) {
      if (this.#ids[i] === this.#ids[i - 1]) throw new RangeError(`ids must be different, got ${show(this.#ids[i])} twice`);
    }
    this.#mask = bits === 32 ? -1 : size - 1;
    const indexBits = Math.min(bits, Math.max(1, 33 - Math.clz32(this.#ids.length)));
    this.#shift = bits - indexBits;
    this.#index = new Uint32Array(2 ** indexBits);
    let i = 0;
    for (let bucket = 0; bucket < this.#index.length; bucket++) {
      while (i < this.#ids.length && this.#ids[i]! < bucket * 2 ** this.#shift) i++;
      this.#index[bucket] = i;
    }
  }

  /** A ring of so many nodes, whose identifiers are drawn from the seed. */
  static random({ nodes, seed = 1, bits = 32 }: { readonly nodes: number; readonly seed?: Seed; readonly bits?: number }): FingerRing {
    integer("bits", bits, { min: 4, max: 32 });
    integer("nodes", nodes, { min: 1, max: Math.min(2 ** (bits - 1), 10_000_000) });
    const chance = stream(seed, "identifiers");
    const ids = new Set<number>();
    while (ids.size < nodes) ids.add(chance.below(2 ** bits));
    return new FingerRing(ids, { bits });
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#ids.length;
  }

  /** The identifier of a node by its number, from 0, clockwise. */
  id(node: number): number {
    return this.#ids[node]!;
  }

  /** The node that holds an identifier: the first at or clockwise after it. */
  successor(identifier: number): number {
    const ids = this.#ids;
    let i = this.#index[identifier >>> this.#shift]!;
    while (i < ids.length && ids[i]! < identifier) i++;
    return i === ids.length ? 0 : i;
  }

  /** Finger k of a node, k from 0: the successor of its identifier plus 2^k. */
  finger(node: number, k: number): number {
    return this.successor(this.#add(this.#ids[node]!, 2 ** k));
  }

  /** How many different nodes the fingers of a node are: what it has to know, beside its neighbours. */
  fingers(node: number): number {
    return new Set(Array.from({ length: this.bits }, (_, k) => this.finger(node, k))).size;
  }

  /** Look a key up from a node, step by step: each goes to its closest finger before the key. */
  route(from: number, key: number): ChordRoute {
    integer("from", from, { max: this.size - 1 });
    integer("key", key, { max: 2 ** this.bits - 1 });
    const path = [from];
    let node = from;
    while (!this.#isLast(node, key)) {
      node = this.#closest(node, key);
      path.push(node);
    }
    const owner = this.#ids[node] === key ? node : this.#next(node);
    const hops = path.length - 1;
    if (owner !== node) path.push(owner);
    return { path, owner, hops };
  }

  /** The node that holds the key, as `route` finds it; `hops` tells how far it was. Nothing is kept of the way. */
  find(from: number, key: number): number {
    // The two private rules below, written into one loop: a figure asks millions of times.
    const ids = this.#ids;
    const index = this.#index;
    const shift = this.#shift;
    const mask = this.#mask;
    const last = ids.length - 1;
    let node = from;
    for (let hops = 0; ; hops++) {
      const id = ids[node]!;
      const far = ((key - id) & mask) >>> 0;
      const next = node === last ? 0 : node + 1;
      if (far <= ((ids[next]! - id) & mask) >>> 0 || last === 0) {
        this.#hops = hops;
        return far === 0 ? node : next;
      }
      for (let k = 31 - Math.clz32(far - 1); ; k--) {
        const begin = ((id + (1 << k)) & mask) >>> 0;
        let finger = index[begin >>> shift]!;
        while (finger <= last && ids[finger]! < begin) finger++;
        if (finger > last) finger = 0;
        const reach = ((ids[finger]! - id) & mask) >>> 0;
        if (reach < far && reach !== 0) {
          node = finger;
          break;
        }
      }
    }
  }

  /** The hops of the last `find`. */
  get hops(): number {
    return this.#hops;
  }

  /** Whether a lookup ends here: the node holds the key, or its successor does. */
  #isLast(node: number, key: number): boolean {
    const id = this.#ids[node]!;
    const far = ((key - id) & this.#mask) >>> 0;
    return far === 0 || far <= ((this.#ids[this.#next(node)]! - id) & this.#mask) >>> 0 || this.#ids.length === 1;
  }

  /** The finger of a node that comes closest to the key without reaching it. */
  #closest(node: number, key: number): number {
    const id = this.#ids[node]!;
    const far = ((key - id) & this.#mask) >>> 0;
    // A finger that starts beyond the key is no closer: begin with the highest power of two below the distance.
    for (let k = 31 - Math.clz32(far - 1); ; k--) {
      const finger = this.successor(this.#add(id, 2 ** k));
      const reach = ((this.#ids[finger]! - id) & this.#mask) >>> 0;
      if (reach !== 0 && reach < far) return finger;
    }
  }

  #next(node: number): number {
    return node + 1 === this.#ids.length ? 0 : node + 1;
  }

  #add(id: number, step: number): number {
    return ((id + step) & this.#mask) >>> 0;
  }
}
