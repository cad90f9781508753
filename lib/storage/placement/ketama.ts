import { littleEndian, md5 } from "../hash/hash.js";
import { md5Bytes } from "../hash/digests.js";
import { Scheme, type NodeList } from "./placement.js";
import { Points } from "./points.js";

/**
 * The ring of Ketama (Richard Jones, Last.fm, 2007), which clients of memcached share, point for point: an MD5 of
 * "name-i" gives four points, its four little-endian words, and a server gets ⌊weight / total · 40 · servers⌋ such digests.
 * A key's position is the first word of its MD5.
 *
 * The number of points depends on all weights, so a join can also take points from those that are there: with unequal
 * weights a few keys move between old servers.
 *
 * The share is computed in numbers of 32 bits, as in the C library: in 64 bits some servers would get a digest more or less.
 */
export class Ketama extends Scheme {
  readonly scheme: string = "ketama";
  #points: Points = new Points((id) => this.nameOf(id));

  constructor(nodes: NodeList = []) {
    super();
    this.addAll(nodes);
  }

  get bytes(): number {
    return this.#points.bytes;
  }

  /** The position of a key on the ring, from 0 to 2^32 - 1. */
  positionOf(key: string): number {
    return md5.word(key);
  }

  /** The position of the first point at or clockwise after a position. */
  pointAfter(position: number): number {
    const i = this.#points.find(position);
    return this.#points.at(i === this.#points.count ? 0 : i);
  }

  protected joined(): void {
    this.#build();
  }

  protected left(): void {
    this.#build();
  }

  protected reweighted(): void {
    this.#build();
  }

  protected ownerOf(key: string): number {
    return this.#points.ownerAt(md5.word(key));
  }

  protected *preference(key: string): Iterable<number> {
    const reached = new Set(this.#points.ownersFrom(md5.word(key)));
    yield* reached;
    for (const { id } of this.members) if (!reached.has(id)) yield id;
  }

  protected shares(): ReadonlyMap<number, number> {
    return this.#points.shares();
  }

  #build(): void {
    this.#points = new Points((id) => this.nameOf(id));
    const { members } = this;
    const total = members.reduce((sum, { weight }) => sum + weight, 0);
    this.#points.insert(members.map(({ id, name, weight }) => ({ owner: id, positions: positions(name, digests(weight / total, members.length)) })));
  }
}

/** How many digests a server gets. A server of little weight gets none, as in the C library, and so no keys. */
function digests(share: number, servers: number): number {
  return Math.floor(Math.fround(Math.fround(share) * 40 * servers));
}

function positions(name: string, count: number): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const digest = md5Bytes(`${name}-${i}`);
    for (let word = 0; word < 4; word++) found.push(littleEndian(digest, 4 * word));
  }
  return found;
}
