import { murmur } from "../hash/hash.js";
import { BoundedRing } from "./bounded.js";
import { permutationOf } from "./maglev.js";
import { idealShares, Scheme, type Member, type NodeList } from "./placement.js";

/**
 * Placements with one fault each: what the listing of the article does, and what implementations have got wrong. Each is
 * caught by a property.
 */
abstract class Broken extends Scheme {
  /** Points as a plain sorted list, which shows a fault best. */
  protected points: { at: number; id: number }[] = [];
  protected readonly table: Map<number, number> = new Map();

  constructor(nodes: NodeList = []) {
    super();
    this.addAll(nodes);
  }

  get bytes(): number {
    return 8 * this.points.length;
  }

  protected joined(members: readonly Member[]): void {
    for (const { id, name } of members) {
      for (let i = 0; i < 160; i++) this.points.push({ at: this.place(name, i), id });
    }
    this.points.sort((a, b) => a.at - b.at || (this.nameOf(a.id) < this.nameOf(b.id) ? -1 : 1));
  }

  protected left({ id }: Member): void {
    this.points = this.points.filter((point) => point.id !== id);
  }

  protected reweighted(): void {}

  protected ownerOf(key: string): number {
    return this.points[this.first(murmur.word(key)) % this.points.length]!.id;
  }

  protected preference(key: string): Iterable<number> {
    return new Set([this.ownerOf(key), ...this.points.map(({ id }) => id)]);
  }

  protected shares(): ReadonlyMap<number, number> {
    return idealShares(this.members);
  }

  protected place(name: string, i: number): number {
    return murmur.word(`${name}#${i}`);
  }

  /** The first point at or after a position, by halving; `points.length` if there is none. */
  protected first(position: number): number {
    let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.points[middle]!.at < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Hash modulo the number of nodes, as in the article's listing: a join moves nearly all keys. */
export class ModuloHashing extends Broken {
  get scheme(): string {
    return "modulo";
  }

  protected override joined(members: readonly Member[]): void {
    for (const { id } of members) this.points.push({ at: 0, id });
  }

  protected override ownerOf(key: string): number {
    return this.points[murmur.word(key) % this.points.length]!.id;
  }

  // Replicas on the nodes with the next numbers, as who writes such a thing would have it.
  protected override preference(key: string): Iterable<number> {
    const { length } = this.points;
    const first = murmur.word(key) % length;
    return this.points.map((_, i) => this.points[(first + i) % length]!.id);
  }
}

/** No separator between the node and the number of its point: point 11 of "a" is point 1 of "a1". */
export class GluedRing extends Broken {
  get scheme(): string {
    return "ring without separator";
  }

  protected override place(name: string, i: number): number {
    return murmur.word(`${name}${i}`);
  }
}

/** A removal puts the last point into the gap, and the ring is no longer sorted. */
export class UnsortedRing extends Broken {
  get scheme(): string {
    return "unsorted ring";
  }

  protected override left({ id }: Member): void {
    for (let i = 0; i < this.points.length; ) {
      if (this.points[i]!.id !== id) {
        i++;
        continue;
      }
      const last = this.points.pop()!;
      if (i < this.points.length) this.points[i] = last;
    }
  }
}

/** The ring is not closed: nobody holds the keys behind the last point. */
export class OpenRing extends Broken {
  get scheme(): string {
    return "open ring";
  }

  protected override ownerOf(key: string): number {
    return this.points[this.first(murmur.word(key))]?.id ?? -1;
  }
}

/**
 * A table from position to node: of two points that collide one is lost, and comes not back when the other leaves. The
 * positions have 12 bits, so that there are collisions to see.
 */
export class LosingRing extends Broken {
  get scheme(): string {
    return "losing ring";
  }

  protected override joined(members: readonly Member[]): void {
    for (const { id, name } of members) for (let i = 0; i < 160; i++) this.table.set(this.place(name, i), id);
    this.list();
  }

  protected override left({ name }: Member): void {
    for (let i = 0; i < 160; i++) this.table.delete(this.place(name, i));
    this.list();
  }

  protected override place(name: string, i: number): number {
    return (murmur.word(`${name}#${i}`) >>> 20) * 2 ** 20;
  }

  protected list(): void {
    this.points = Array.from(this.table, ([at, id]) => ({ at, id })).sort((a, b) => a.at - b.at);
  }
}

/** The nearest point in either direction, as the article's text has it. Not wrong in itself: only another rule than the ring's. */
export class NearestRing extends Broken {
  get scheme(): string {
    return "nearest point";
  }

  protected override ownerOf(key: string): number {
    const position = murmur.word(key);
    const { length } = this.points;
    const i = this.first(position);
    const [before, after] = [this.points[(i + length - 1) % length]!, this.points[i % length]!];
    return (position - before.at) >>> 0 < (after.at - position) >>> 0 ? before.id : after.id;
  }
}

/** Bounded loads without a memory: every lookup counts as one more key, and finds another node when the first is full. */
export class ForgetfulBoundedRing extends BoundedRing {
  override readonly scheme: string = "forgetful bounded ring";
  #lookups = 0;

  override lookup(key: string): string {
    return this.place(`lookup ${this.#lookups++}`, key);
  }
}

/**
 * Maglev with a table of any size, here 1,000: a skip that has a divisor in common with it reaches some entries only, and a
 * backend that finds none free gives up its turn (the paper's loop would not end).
 */
export class CompositeMaglev extends Broken {
  get scheme(): string {
    return "maglev with a composite size";
  }
  protected override joined(): void {
    this.fill();
  }

  protected override left(): void {
    this.fill();
  }

  protected override ownerOf(key: string): number {
    return this.table.get(murmur.word(key) % 1_000) ?? -1;
  }

  protected override shares(): ReadonlyMap<number, number> {
    const shares = new Map<number, number>();
    for (const id of this.table.values()) shares.set(id, (shares.get(id) ?? 0) + 1 / 1_000);
    return shares;
  }

  protected fill(): void {
    const { table } = this;
    table.clear();
    const sorted = [...this.members].sort((a, b) => (a.name < b.name ? -1 : 1));
    const wants = sorted.map(({ id, name }) => ({ id, ...permutationOf(murmur, name, 1_000) }));
    for (let turn = 0, idle = 0; table.size < 1_000 && idle < wants.length; turn++) {
      const { id, offset, skip } = wants[turn % wants.length]!;
      let tries = 0;
      while (tries < 1_000 && table.has((offset + tries * skip) % 1_000)) tries++;
      idle = tries === 1_000 ? idle + 1 : 0;
      if (tries < 1_000) table.set((offset + tries * skip) % 1_000, id);
    }
  }
}
