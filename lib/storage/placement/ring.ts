import { integer, options as checkOptions } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { Scheme, type Member, type NodeList } from "./placement.js";
import { Points } from "./points.js";

/** How a ring is made. */
export interface RingOptions {
  /** How many points a node of weight 1 has on the ring: its virtual nodes (default 160). A weight multiplies it. */
  readonly points?: number;
  /** What turns names and keys into positions (default MurmurHash3). */
  readonly hash?: Hash;
}

/** A point of a ring, as `ring` of distlab/plot draws it. */
export interface RingPoint {
  readonly node: string;
  /** The place on the ring as a share of a turn, from 0 to below 1. */
  readonly at: number;
}

/**
 * Consistent hashing on a ring (Karger, Lehman, Leighton, Levine, Lewin and Panigrahy 1997, section 4): nodes and keys
 * are hashed to positions on one ring, and a key belongs to the first node at or clockwise after it.
 *
 * A node has many points ("virtual nodes"), so that the shares even out: their standard deviation is about 1/√points of
 * the mean. A node that joins takes keys, and none moves between the others; a node that leaves gives its keys away, and
 * no other key moves.
 *
 * The order of preference of a key goes on clockwise, to the next nodes that are not in it yet (the preference list of
 * Dynamo, DeCandia et al. 2007, section 4.3).
 */
export class Ring extends Scheme {
  readonly scheme: string = "ring";
  readonly #hash: Hash;
  readonly #perNode: number;
  readonly #points: Points = new Points((id) => this.nameOf(id));

  /** @throws RangeError for fewer than 1 or more than 1,000,000 points */
  constructor(nodes: NodeList = [], options: RingOptions = {}) {
    super();
    const { points = 160, hash = murmur } = checkOptions("options", options, ["points", "hash"]);
    this.#perNode = integer("points", points, { min: 1, max: 1_000_000 });
    this.#hash = hash;
    this.addAll(nodes);
  }

  get bytes(): number {
    return this.#points.bytes;
  }

  /** The node that holds what is at this position, from 0 to 2^32 - 1: the lookup of a key that is hashed already. */
  at(position: number): string {
    return this.nameOf(this.#points.ownerAt(position));
  }

  /** The position of a text on the ring as a share of a turn, from 0 to below 1. */
  positionOf(text: string): number {
    return this.#hash.word(text) / 2 ** 32;
  }

  /** All points, clockwise. */
  points(): readonly RingPoint[] {
    return this.#points.list().map(({ at, owner }) => ({ node: this.nameOf(owner), at: at / 2 ** 32 }));
  }

  protected joined(members: readonly Member[]): void {
    this.#points.insert(members.map((member) => this.#batch(member)));
  }

  protected left({ id }: Member): void {
    this.#points.remove(id);
  }

  protected reweighted(after: Member): void {
    // A point is where it was before, since its label is: only the last ones come or go.
    this.#points.remove(after.id);
    this.#points.insert([this.#batch(after)]);
  }

  protected ownerOf(key: string): number {
    return this.#points.ownerAt(this.#hash.word(key));
  }

  protected preference(key: string): Iterable<number> {
    return this.#points.ownersFrom(this.#hash.word(key));
  }

  protected shares(): ReadonlyMap<number, number> {
    return this.#points.shares();
  }

  #batch({ id, name, weight }: Member): { readonly owner: number; readonly positions: readonly number[] } {
    const count = Math.max(1, Math.round(weight * this.#perNode));
    return { owner: id, positions: Array.from({ length: count }, (_, i) => this.#hash.word(pointLabel(name, i))) };
  }
}

/**
 * What is hashed for the i-th point of a node. The separator keeps the labels of different nodes apart: without it
 * point 11 of "a" and point 1 of "a1" are one text, and so one place. The number comes last and has no "#" in it.
 */
export function pointLabel(node: string, i: number): string {
  return `${node}#${i}`;
}
