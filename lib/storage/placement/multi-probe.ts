import { integer, options as checkOptions } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { blend } from "../hash/murmur3.js";
import { Scheme, type Member, type NodeList } from "./placement.js";
import { Points } from "./points.js";

/** How multi-probe hashing is made. */
export interface MultiProbeOptions {
  /** How often a key is hashed (default 21: the fullest node then holds about 5 % more than the mean). From 1 to 1,000. */
  readonly probes?: number;
  /** What turns names and keys into words (default MurmurHash3). */
  readonly hash?: Hash;
}

/**
 * Multi-probe consistent hashing (Appleton and O'Reilly 2015): every node has one point on the ring, and a key has many. The
 * key belongs to the node whose point is closest after one of its probes. 1 + 1/ε probes make the fullest node hold 1 + ε of
 * the mean: the balance of thousands of points for the memory of one, paid at each lookup.
 */
export class MultiProbe extends Scheme {
  readonly scheme: string = "multi-probe";
  readonly #hash: Hash;
  readonly #probes: number;
  readonly #points: Points = new Points((id) => this.nameOf(id));

  constructor(nodes: NodeList = [], options: MultiProbeOptions = {}) {
    super();
    const { probes = 21, hash = murmur } = checkOptions("options", options, ["probes", "hash"]);
    this.#probes = integer("probes", probes, { min: 1, max: 1_000 });
    this.#hash = hash;
    this.addAll(nodes);
  }

  get bytes(): number {
    return this.#points.bytes;
  }

  protected override get noWeights(): string {
    return "every node has one point";
  }

  protected joined(members: readonly Member[]): void {
    this.#points.insert(members.map(({ id, name }) => ({ owner: id, positions: [this.#hash.word(name)] })));
  }

  protected left({ id }: Member): void {
    this.#points.remove(id);
  }

  protected reweighted(): void {}

  protected ownerOf(key: string): number {
    const [high, low] = this.#hash.pair(key);
    const points = this.#points;
    let closest = 2 ** 32;
    let best = 0;
    for (let probe = 0; probe < this.#probes; probe++) {
      const position = blend(high, low, probe);
      const i = points.find(position);
      const distance = this.#distance(position, i);
      if (distance < closest) {
        closest = distance;
        best = i;
      }
    }
    return points.owner(best);
  }

  /** By the distance from the probes: each probe walks clockwise, and who has come least far goes on. */
  protected *preference(key: string): Iterable<number> {
    const [high, low] = this.#hash.pair(key);
    const walks = Array.from({ length: this.#probes }, (_, probe) => {
      const position = blend(high, low, probe);
      return { position, i: this.#points.find(position) % this.#points.count };
    });
    const seen = new Set<number>();
    while (seen.size < this.size) {
      const walk = walks.reduce((a, b) => (this.#distance(b.position, b.i) < this.#distance(a.position, a.i) ? b : a));
      const owner = this.#points.owner(walk.i);
      if (!seen.has(owner)) yield owner;
      seen.add(owner);
      walk.i = (walk.i + 1) % this.#points.count;
    }
  }

  /**
   * A node wins with a probe at distance x before its point if all other probes are farther from theirs. With F(x) the share
   * of positions that are at most x before some point, that is the integral of k (1 - F)^(k-1) over the arc before the
   * point; F grows by one for each arc that is longer than x.
   */
  protected shares(): ReadonlyMap<number, number> {
    const arcs = Array.from(this.#points.shares(), ([owner, arc]) => ({ owner, arc })).sort((a, b) => a.arc - b.arc);
    const shares = new Map<number, number>();
    let farther = 1; // (1 - F(x))^k
    let covered = 0; // F(x)
    let x = 0;
    let share = 0;
    for (const [i, { owner, arc }] of arcs.entries()) {
      const longer = arcs.length - i;
      covered += longer * (arc - x);
      const beyond = power(Math.max(0, 1 - covered), this.#probes);
      share += (farther - beyond) / longer;
      shares.set(owner, share);
      [farther, x] = [beyond, arc];
    }
    return shares;
  }

  #distance(position: number, i: number): number {
    const { count } = this.#points;
    return (this.#points.at(i === count ? 0 : i) - position) >>> 0;
  }
}

/** By multiplication alone, which is the same on every machine. */
function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}
