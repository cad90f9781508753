import { options as checkOptions } from "../../core/parameters.js";
import { crc16 } from "../hash/crc16.js";
import { Scheme, type Member, type NodeList } from "./placement.js";

/** How many slots Redis Cluster has. */
export const slotCount = 16_384;

/**
 * The hash slot of a key in Redis Cluster (its specification, "Key distribution model" and "Hash tags"): the CRC16 of the
 * key modulo 16,384. Of a key with a part in braces, as "{user1000}.following", only the first such part counts, if it is
 * not empty: keys of one user then share a slot, and commands may touch several of them.
 */
export function slotOf(key: string): number {
  const open = key.indexOf("{");
  const close = open < 0 ? -1 : key.indexOf("}", open + 1);
  return crc16(close > open + 1 ? key.slice(open + 1, close) : key) % slotCount;
}

/**
 * Hash slots as in Redis Cluster: a fixed number of slots, and a table that says which node serves each. Which slots move is
 * decided when nodes come and go, and told to everybody; the clients keep a copy of the table.
 *
 * The first nodes get ranges of slots as `redis-cli --cluster create` gives them. Later on, each node gives or takes just as
 * many as bring it to its share.
 */
export class Slots extends Scheme {
  readonly scheme: string = "slots";
  readonly #table: Int32Array = new Int32Array(slotCount).fill(-1);

  constructor(nodes: NodeList = [], options: Readonly<Record<string, never>> = {}) {
    super();
    checkOptions("options", options, []);
    this.addAll(nodes);
  }

  get bytes(): number {
    return this.#table.byteLength;
  }

  /** The node that serves a slot, from 0 to 16,383. */
  nodeOf(slot: number): string {
    return this.nameOf(this.#table[slot]!);
  }

  /** The ranges of slots, in order: 0 to 5,460 for the first of three nodes. */
  ranges(): readonly { readonly node: string; readonly from: number; readonly to: number }[] {
    const ranges: { node: string; from: number; to: number }[] = [];
    if (this.size === 0) return ranges;
    for (const [slot, id] of this.#table.entries()) {
      const last = ranges.at(-1);
      const node = this.nameOf(id);
      if (last?.node === node) last.to = slot;
      else ranges.push({ node, from: slot, to: slot });
    }
    return ranges;
  }

  protected override mayJoin(total: number): void {
    if (total > slotCount) throw new RangeError(`slots: there can be at most ${slotCount} nodes, one for each slot, got ${total}`);
  }

  protected joined(members: readonly Member[]): void {
    if (this.size > members.length) this.#balance();
    else this.#deal();
  }

  protected left({ id }: Member): void {
    for (let slot = 0; slot < slotCount; slot++) if (this.#table[slot] === id) this.#table[slot] = -1;
    if (this.size > 0) this.#balance();
  }

  protected reweighted(): void {
    this.#balance();
  }

  protected ownerOf(key: string): number {
    return this.#table[slotOf(key)]!;
  }

  protected preference(): Iterable<number> {
    throw new RangeError("slots: replicas belong to a node and not to a slot, so a key has no order of preference");
  }

  protected shares(): ReadonlyMap<number, number> {
    return new Map(Array.from(this.#counts(), ([id, count]) => [id, count / slotCount]));
  }

  /** Ranges by weight, the limits rounded. */
  #deal(): void {
    const total = this.members.reduce((sum, { weight }) => sum + weight, 0);
    let slot = 0;
    let cursor = 0;
    for (const [i, { id, weight }] of this.members.entries()) {
      cursor += (weight / total) * slotCount;
      const end = i === this.members.length - 1 ? slotCount : Math.round(cursor);
      while (slot < end) this.#table[slot++] = id;
    }
  }

  /** Move as few slots as bring every node to its share; what has no node goes first. */
  #balance(): void {
    const targets = this.#targets();
    const counts = this.#counts();
    const free: number[] = [];
    for (let slot = slotCount - 1; slot >= 0; slot--) {
      const id = this.#table[slot]!;
      const has = counts.get(id) ?? 0;
      if (id >= 0 && has <= targets.get(id)!) continue;
      counts.set(id, has - 1);
      free.push(slot);
    }
    for (const { id } of this.members) {
      for (let missing = targets.get(id)! - (counts.get(id) ?? 0); missing > 0; missing--) this.#table[free.pop()!] = id;
    }
  }

  /** Whole numbers of slots that add up, by largest remainder; of equal ones, who came first, and who has more already. */
  #targets(): ReadonlyMap<number, number> {
    const total = this.members.reduce((sum, { weight }) => sum + weight, 0);
    const counts = this.#counts();
    const exact = this.members.map(({ id, weight }) => ({ id, share: (weight / total) * slotCount, has: counts.get(id) ?? 0 }));
    let rest = slotCount - exact.reduce((sum, { share }) => sum + Math.floor(share), 0);
    const byRemainder = [...exact].sort((a, b) => (b.share % 1) - (a.share % 1) || b.has - a.has);
    return new Map(byRemainder.map(({ id, share }) => [id, Math.floor(share) + (rest-- > 0 ? 1 : 0)]));
  }

  #counts(): Map<number, number> {
    const counts = new Map<number, number>(this.members.map(({ id }) => [id, 0]));
    for (const id of this.#table) if (id >= 0) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  }
}
