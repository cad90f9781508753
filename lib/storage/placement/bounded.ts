import { finite, integer, options as checkOptions, show } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { idealShares, Scheme, type Member, type NodeList } from "./placement.js";
import { Points } from "./points.js";

/** How a ring with bounded loads is made. */
export interface BoundedRingOptions {
  /** How much more than the mean a node may hold: 0.25 allows a quarter more (default 0.25). Greater than 0. */
  readonly epsilon?: number;
  /** How many points each node has on the ring (default 160). */
  readonly points?: number;
  /** What turns names and keys into positions (default MurmurHash3). */
  readonly hash?: Hash;
}

/** A key that has its place. */
interface Ball {
  readonly home: number;
  bin: number;
}

/** What a node holds, and who would rather be here than where it is. */
interface Bin {
  readonly balls: Set<Ball>;
  readonly passed: Set<Ball>;
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA 2018): with m keys on n nodes no node
 * holds more than ⌈(1 + ε) m / n⌉. A key goes to the first node clockwise that has room. In expectation O(1/ε²) keys move
 * when a key comes or goes (ε ≤ 1), however many there are.
 *
 * What a key finds depends on what is there already. So it must be remembered where a key went: `lookup` gives a key that
 * is new its place and remembers it, and `forget` takes it away.
 *
 * 1. No node holds more than its capacity, `capacity`.
 * 2. A key has passed over every node between its home on the ring and its own; all of these are full.
 */
export class BoundedRing extends Scheme {
  readonly scheme: string = "bounded ring";
  readonly #hash: Hash;
  readonly #perNode: number;
  readonly #factor: number;
  readonly #points: Points = new Points((id) => this.nameOf(id));
  readonly #bins = new Map<number, Bin>();
  readonly #balls = new Map<string, Ball>();
  #capacity = 0;

  /** @throws RangeError unless epsilon is greater than 0 */
  constructor(nodes: NodeList = [], options: BoundedRingOptions = {}) {
    super();
    const { epsilon = 0.25, points = 160, hash = murmur } = checkOptions("options", options, ["epsilon", "points", "hash"]);
    if (finite("epsilon", epsilon) === 0) throw new RangeError("epsilon must be greater than 0, got 0; without any room a key that comes may move all others");
    this.#factor = 1 + epsilon;
    this.#perNode = integer("points", points, { min: 1, max: 1_000_000 });
    this.#hash = hash;
    this.addAll(nodes);
  }

  /** The ring's tables, and for each key that it remembers its home and its node. */
  get bytes(): number {
    return this.#points.bytes + 8 * this.#balls.size;
  }

  /** How many keys a node may hold at present: ⌈(1 + ε) m / n⌉ for m keys. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many keys are remembered. */
  get keys(): number {
    return this.#balls.size;
  }

  /** How many keys each node holds. */
  loads(): ReadonlyMap<string, number> {
    return new Map(this.members.map(({ name, id }) => [name, this.#bins.get(id)!.balls.size]));
  }

  /**
   * Give a ball a place that begins its search at the home of a key: one of several requests for the same key, say.
   *
   * @throws RangeError if a ball of this name is there already
   */
  place(ball: string, key: string): string {
    this.check(ball);
    if (this.#balls.has(ball)) throw new RangeError(`bounded ring: ${show(ball)} has its place already`);
    return this.nameOf(this.#place(ball, this.#hash.word(this.check(key))));
  }

  /** Take a key away. Others move up to their nodes. Returns whether it was there. */
  forget(key: string): boolean {
    const ball = this.#balls.get(key);
    if (!ball) return false;
    this.#balls.delete(key);
    this.#lift(ball);
    this.#fill(ball.bin);
    this.#resize();
    return true;
  }

  protected override get noWeights(): string {
    return "all nodes have the same capacity";
  }

  protected override mayLeave(): void {
    if (this.size > 1 || this.#balls.size === 0) return;
    throw new RangeError(`bounded ring: the last node cannot leave while it holds keys, which are ${this.#balls.size}`);
  }

  protected joined(members: readonly Member[]): void {
    this.#points.insert(
      members.map(({ id, name }) => ({ owner: id, positions: Array.from({ length: this.#perNode }, (_, i) => this.#hash.word(`${name}#${i}`)) })),
    );
    const fresh = new Set<number>();
    for (const { id } of members) {
      this.#bins.set(id, { balls: new Set(), passed: new Set() });
      fresh.add(id);
    }
    // Whose way from home to its node now leads over a new one would rather be there.
    for (const ball of this.#balls.values()) {
      for (const id of this.#passedBy(ball)) if (fresh.has(id)) this.#bins.get(id)!.passed.add(ball);
    }
    this.#capacity = this.#wanted();
    for (const id of fresh) this.#fill(id);
    this.#evict();
  }

  protected left({ id }: Member): void {
    const balls = [...this.#bins.get(id)!.balls];
    for (const ball of balls) this.#lift(ball);
    this.#points.remove(id);
    this.#bins.delete(id);
    this.#resize();
    for (const ball of balls) this.#settle(ball);
  }

  protected reweighted(): void {}

  protected ownerOf(key: string): number {
    return this.#balls.get(key)?.bin ?? this.#place(key, this.#hash.word(key));
  }

  protected preference(key: string): Iterable<number> {
    const ball = this.#balls.get(key);
    return ball ? [ball.bin, ...[...this.#points.ownersFrom(ball.home)].filter((id) => id !== ball.bin)] : this.#points.ownersFrom(this.#hash.word(key));
  }

  protected shares(): ReadonlyMap<number, number> {
    if (this.#balls.size === 0) return idealShares(this.members);
    return new Map(Array.from(this.#bins, ([id, { balls }]) => [id, balls.size / this.#balls.size]));
  }

  #place(name: string, home: number): number {
    const ball: Ball = { home, bin: -1 };
    this.#balls.set(name, ball);
    this.#resize();
    this.#settle(ball);
    return ball.bin;
  }

  /** Put a ball into the first bin clockwise from its home that has room. There is one: all together hold more than all balls. */
  #settle(ball: Ball): void {
    for (const id of this.#points.ownersFrom(ball.home)) {
      const bin = this.#bins.get(id)!;
      if (bin.balls.size < this.#capacity) {
        bin.balls.add(ball);
        ball.bin = id;
        return;
      }
      bin.passed.add(ball);
    }
  }

  /** Take a ball out of its bin, and out of what the bins before it know. */
  #lift(ball: Ball): void {
    for (const id of this.#passedBy(ball)) this.#bins.get(id)!.passed.delete(ball);
    this.#bins.get(ball.bin)!.balls.delete(ball);
  }

  /** While a bin has room, fetch balls that passed over it; that leaves room elsewhere. */
  #fill(first: number): void {
    const rooms = [first];
    for (let id = rooms.pop(); id !== undefined; id = rooms.pop()) {
      const { balls, passed } = this.#bins.get(id)!;
      for (const ball of passed) {
        if (balls.size >= this.#capacity) break;
        const before = ball.bin;
        this.#lift(ball);
        this.#settle(ball);
        rooms.push(before);
      }
    }
  }

  /** Bring the capacity to the number of balls and bins. */
  #resize(): void {
    const wanted = this.#wanted();
    if (wanted === this.#capacity) return;
    const grows = wanted > this.#capacity;
    this.#capacity = wanted;
    if (grows) for (const id of this.#bins.keys()) this.#fill(id);
    else this.#evict();
  }

  /** Send away, last come first, what is too much for a bin. */
  #evict(): void {
    for (const { balls } of this.#bins.values()) {
      for (const ball of [...balls].slice(this.#capacity).reverse()) {
        this.#lift(ball);
        this.#settle(ball);
      }
    }
  }

  #wanted(): number {
    // A hair less, so that 1.1 * 100 in binary does not count as more than 110.
    return this.#bins.size === 0 ? 0 : Math.ceil((this.#factor * this.#balls.size) / this.#bins.size - 1e-9);
  }

  /** The bins that a ball has passed over on its way. */
  *#passedBy(ball: Ball): Iterable<number> {
    for (const id of this.#points.ownersFrom(ball.home)) {
      if (id === ball.bin) return;
      yield id;
    }
  }
}
