import { options as checkOptions } from "../../core/parameters.js";
import { murmur, type Hash } from "../hash/hash.js";
import { blend } from "../hash/murmur3.js";
import { idealShares, Scheme, type NodeList } from "./placement.js";

/** How rendezvous hashing is made. */
export interface RendezvousOptions {
  /** What turns names and keys into words (default MurmurHash3). */
  readonly hash?: Hash;
}

/**
 * Rendezvous hashing, or highest random weight (Thaler and Ravishankar 1998): every node draws a number for the key from a
 * hash of both, and the highest wins. No tables; every lookup asks all n nodes.
 *
 * With weights a node's number is -w / ln u, where u in (0, 1) is its draw (Schindelhauer and Schomaker 2005): it wins a
 * share of exactly w / Σw. A change of one weight moves keys only to or from that node.
 */
export class Rendezvous extends Scheme {
  readonly scheme: string = "rendezvous";
  readonly #hash: Hash;
  /** By name, so that a tie has the same winner whoever came first. */
  #contenders: readonly { readonly id: number; readonly salt: number; readonly weight: number }[] = [];
  #salts: Uint32Array = new Uint32Array(0);
  #even = true;

  constructor(nodes: NodeList = [], options: RendezvousOptions = {}) {
    super();
    const { hash = murmur } = checkOptions("options", options, ["hash"]);
    this.#hash = hash;
    this.addAll(nodes);
  }

  /** A word and a weight for each node. */
  get bytes(): number {
    return this.#salts.byteLength + (this.#even ? 0 : 8 * this.size);
  }

  protected joined(): void {
    this.#list();
  }

  protected left(): void {
    this.#list();
  }

  protected reweighted(): void {
    this.#list();
  }

  protected ownerOf(key: string): number {
    const [high, low] = this.#hash.pair(key);
    let best = 0;
    if (this.#even) {
      // Equal weights: the highest draw has the highest score.
      const salts = this.#salts;
      let most = -1;
      for (let i = 0; i < salts.length; i++) {
        const draw = blend(high, low, salts[i]!);
        if (draw > most) {
          most = draw;
          best = i;
        }
      }
    } else {
      let most = -1;
      for (const [i, { salt, weight }] of this.#contenders.entries()) {
        const score = scoreOf(blend(high, low, salt), weight);
        if (score > most) {
          most = score;
          best = i;
        }
      }
    }
    return this.#contenders[best]!.id;
  }

  protected preference(key: string): Iterable<number> {
    const [high, low] = this.#hash.pair(key);
    const scored = this.#contenders.map(({ id, salt, weight }) => ({ id, score: scoreOf(blend(high, low, salt), weight) }));
    return scored.sort((a, b) => b.score - a.score).map(({ id }) => id);
  }

  protected shares(): ReadonlyMap<number, number> {
    return idealShares(this.members);
  }

  #list(): void {
    const sorted = [...this.members].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#contenders = sorted.map(({ id, name, weight }) => ({ id, salt: this.#hash.word(name), weight }));
    this.#salts = Uint32Array.from(this.#contenders, ({ salt }) => salt);
    this.#even = sorted.every(({ weight }) => weight === sorted[0]!.weight);
  }
}

/** -w / ln u for a draw of 32 bits, which counts as the middle of its interval, so that u is neither 0 nor 1. */
export function scoreOf(draw: number, weight: number): number {
  return -weight / Math.log((draw + 0.5) / 2 ** 32);
}
