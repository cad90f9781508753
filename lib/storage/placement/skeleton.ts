import { integer, options as checkOptions } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { blend, mix } from "../hash/murmur3.js";
import { Scheme, type Member, type NodeList } from "./placement.js";

/** The shape of the tree. */
export interface SkeletonOptions {
  /** How many children an inner vertex has (default 8). From 2 to 64. */
  readonly fanOut?: number;
  /** How many levels of choice there are above the clusters: fanOut^levels clusters (default 2). From 1 to 6. */
  readonly levels?: number;
  /** What turns names and keys into words (default MurmurHash3). */
  readonly hash?: Hash;
}

/**
 * Hierarchical rendezvous hashing on a skeleton (Wang and Ravishankar 2009): the nodes stand in clusters, the clusters are
 * leaves of a tree that does not change, and a key chooses by highest draw at every vertex on its way down, and at last
 * among the nodes of its cluster. With clusters of bounded size a lookup costs O(log n) draws in place of n.
 *
 * A subtree without nodes takes no part in the draw. A node that joins goes where the fewest are, so the clusters, which all
 * get the same share, hold the same number of nodes or one more: with about ten in each the shares are even to a tenth. Which
 * cluster a node is in depends on the order of the changes: who looks up must know that order, or the clusters.
 */
export class Skeleton extends Scheme {
  readonly scheme: string = "skeleton";
  readonly #hash: Hash;
  readonly #fanOut: number;
  readonly #levels: number;
  readonly #clusters: { readonly id: number; readonly salt: number; readonly name: string }[][];
  /** By level, how many nodes are below each vertex; level 0 is the root. */
  readonly #below: readonly Uint32Array[];
  readonly #clusterOf = new Map<number, number>();

  constructor(nodes: NodeList = [], options: SkeletonOptions = {}) {
    super();
    const { fanOut = 8, levels = 2, hash = murmur } = checkOptions("options", options, ["fanOut", "levels", "hash"]);
    this.#fanOut = integer("fanOut", fanOut, { min: 2, max: 64 });
    this.#levels = integer("levels", levels, { min: 1, max: 6 });
    const clusters = this.#fanOut ** this.#levels;
    if (clusters > 2 ** 20) throw new RangeError(`fanOut^levels must be at most ${2 ** 20} clusters, got ${clusters}`);
    this.#hash = hash;
    this.#clusters = Array.from({ length: clusters }, () => []);
    this.#below = Array.from({ length: this.#levels + 1 }, (_, level) => new Uint32Array(this.#fanOut ** level));
    this.addAll(nodes);
  }

  get bytes(): number {
    return this.#below.reduce((sum, counts) => sum + counts.byteLength, 0) + 4 * this.size;
  }

  /** How many draws a lookup takes at most: one for each child on the way, and one for each node of the largest cluster. */
  get draws(): number {
    return this.#fanOut * this.#levels + Math.max(...this.#clusters.map((cluster) => cluster.length));
  }

  protected override get noWeights(): string {
    return "a cluster gets its share whatever its nodes weigh";
  }

  protected joined(members: readonly Member[]): void {
    for (const { id, name } of members) {
      const smallest = this.#smallest();
      const cluster = this.#clusters[smallest]!;
      cluster.push({ id, salt: this.#hash.word(name), name });
      cluster.sort((a, b) => (a.name < b.name ? -1 : 1));
      this.#clusterOf.set(id, smallest);
      this.#count(smallest, 1);
    }
  }

  protected left({ id }: Member): void {
    const place = this.#clusterOf.get(id)!;
    const cluster = this.#clusters[place]!;
    cluster.splice(cluster.findIndex((one) => one.id === id), 1);
    this.#clusterOf.delete(id);
    this.#count(place, -1);
  }

  protected reweighted(): void {}

  protected ownerOf(key: string): number {
    const [high, low] = this.#hash.pair(key);
    let vertex = 0;
    for (let level = 1; level <= this.#levels; level++) {
      const below = this.#below[level]!;
      const first = vertex * this.#fanOut;
      let most = -1;
      for (let child = first; child < first + this.#fanOut; child++) {
        if (below[child] === 0) continue;
        const draw = blend(high, low, vertexSalt(level, child));
        if (draw > most) {
          most = draw;
          vertex = child;
        }
      }
    }
    let best = 0;
    let most = -1;
    for (const { id, salt } of this.#clusters[vertex]!) {
      const draw = blend(high, low, salt);
      if (draw > most) {
        most = draw;
        best = id;
      }
    }
    return best;
  }

  protected preference(key: string): Iterable<number> {
    const [high, low] = this.#hash.pair(key);
    return this.#preferred(high, low, 0, 0);
  }

  protected shares(): ReadonlyMap<number, number> {
    const shares = new Map<number, number>();
    const divide = (level: number, vertex: number, share: number): void => {
      if (level === this.#levels) {
        const cluster = this.#clusters[vertex]!;
        for (const { id } of cluster) shares.set(id, share / cluster.length);
        return;
      }
      const children = this.#children(level, vertex);
      for (const child of children) divide(level + 1, child, share / children.length);
    };
    if (this.size > 0) divide(0, 0, 1);
    return shares;
  }

  /** Best first: the nodes of the best cluster, then those of the next one under the same vertex, and so on up. */
  *#preferred(high: number, low: number, level: number, vertex: number): Iterable<number> {
    if (level === this.#levels) {
      const drawn = this.#clusters[vertex]!.map(({ id, salt }) => ({ id, draw: blend(high, low, salt) }));
      yield* drawn.sort((a, b) => b.draw - a.draw).map(({ id }) => id);
      return;
    }
    const drawn = this.#children(level, vertex).map((child) => ({ child, draw: blend(high, low, vertexSalt(level + 1, child)) }));
    for (const { child } of drawn.sort((a, b) => b.draw - a.draw)) yield* this.#preferred(high, low, level + 1, child);
  }

  /** The children of a vertex that have nodes below them. */
  #children(level: number, vertex: number): readonly number[] {
    const all = Array.from({ length: this.#fanOut }, (_, i) => vertex * this.#fanOut + i);
    return all.filter((child) => this.#below[level + 1]![child]! > 0);
  }

  /** The cluster to which the emptier child leads at every vertex. */
  #smallest(): number {
    let vertex = 0;
    for (let level = 1; level <= this.#levels; level++) {
      const below = this.#below[level]!;
      const first = vertex * this.#fanOut;
      vertex = first;
      for (let child = first + 1; child < first + this.#fanOut; child++) if (below[child]! < below[vertex]!) vertex = child;
    }
    return vertex;
  }

  #count(cluster: number, change: number): void {
    let vertex = cluster;
    for (let level = this.#levels; level >= 0; level--) {
      this.#below[level]![vertex]! += change;
      vertex = Math.floor(vertex / this.#fanOut);
    }
  }
}

function vertexSalt(level: number, vertex: number): number {
  return mix(vertex * 8 + level);
}
