import { addProduct } from "./field.js";
import { inverted, rank, type Matrix } from "./matrix.js";

/** A shard: one of the pieces into which a code turns data, on a disk of its own. Null where it is lost. */
export type Shard = Uint8Array | null;

/**
 * A systematic linear code over GF(2^8): the first shards are the data themselves, and each further one is a sum of
 * multiples of them. `rows` says how: one row for each shard, the first ones a unit matrix.
 */
export class LinearCode {
  readonly #rows: Matrix;
  /** How many shards are data (k), and how many there are in all (n). */
  readonly data: number;
  readonly total: number;

  constructor(rows: Matrix, data: number) {
    this.#rows = rows;
    this.data = data;
    this.total = rows.length;
  }

  /** The coefficients of each shard. */
  get rows(): Matrix {
    return this.#rows;
  }

  /**
   * The data shards with the parity shards behind them. The data shards are not copied.
   *
   * @throws RangeError unless there are as many shards as the code has for data, all of one length
   */
  encode(shards: readonly Uint8Array[]): readonly Uint8Array[] {
    if (shards.length !== this.data) throw new RangeError(`shards must be ${this.data} data shards, got ${shards.length}`);
    sameLength(shards);
    return [...shards, ...this.#rows.slice(this.data).map((row) => combined(row, shards))];
  }

  /**
   * All shards, those that are null made anew from the others.
   *
   * @throws RangeError unless there is one entry for each shard, those left have one length, and they are enough
   */
  reconstruct(shards: readonly Shard[]): readonly Uint8Array[] {
    if (shards.length !== this.total) throw new RangeError(`shards must have ${this.total} entries, null for each that is lost, got ${shards.length}`);
    const left = shards.flatMap((shard, i) => (shard === null ? [] : [i]));
    sameLength(left.map((i) => shards[i]!));
    const chosen = this.#independent(left);
    if (chosen === null) {
      throw new RangeError(`shards cannot be made anew: the ${left.length} that are left (${left.join(", ")}) do not determine the ${this.data} data shards`);
    }
    const solved = inverted(chosen.map((i) => this.#rows[i]!))!;
    const known = chosen.map((i) => shards[i]!);
    const data = solved.map((row, i) => shards[i] ?? combined(row, known));
    return shards.map((shard, i) => shard ?? (i < this.data ? data[i]! : combined(this.#rows[i]!, data)));
  }

  /** Whether the data can be had from what is left when the shards of these numbers (from 0) are lost. */
  survives(lost: Iterable<number>): boolean {
    const gone = new Set(lost);
    return rank(this.#rows.filter((_, i) => !gone.has(i))) === this.data;
  }

  /** Of all ways to lose so many shards, how many leave the data recoverable. Looks at every one. */
  survivable(losses: number): { readonly patterns: number; readonly survived: number } {
    let [patterns, survived] = [0, 0];
    const lost: number[] = [];
    const choose = (from: number): void => {
      if (lost.length === losses) {
        patterns++;
        if (this.survives(lost)) survived++;
        return;
      }
      for (let i = from; i < this.total; i++) {
        lost.push(i);
        choose(i + 1);
        lost.pop();
      }
    };
    choose(0);
    return { patterns, survived };
  }

  /** As many of these shards as there are data, independent of each other; null if there are not so many. */
  #independent(left: readonly number[]): readonly number[] | null {
    const chosen: number[] = [];
    for (const i of left) {
      if (chosen.length === this.data) break;
      // Data shards are independent of each other in any case.
      if (i < this.data || rank([...chosen, i].map((one) => this.#rows[one]!)) > chosen.length) chosen.push(i);
    }
    return chosen.length === this.data ? chosen : null;
  }
}

/**
 * Bytes as so many shards of one length, the last one filled up with zeros. `joined` needs the length to take them off.
 */
export function split(bytes: Uint8Array, shards: number): readonly Uint8Array[] {
  const length = Math.ceil(bytes.length / shards);
  return Array.from({ length: shards }, (_, i) => {
    const shard = new Uint8Array(length);
    shard.set(bytes.subarray(i * length, Math.min((i + 1) * length, bytes.length)));
    return shard;
  });
}

/** The first `length` bytes of the shards put together. */
export function joined(shards: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
  let at = 0;
  for (const shard of shards) {
    bytes.set(shard, at);
    at += shard.length;
  }
  return bytes.slice(0, length);
}

function combined(row: readonly number[], shards: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(shards[0]!.length);
  row.forEach((factor, i) => addProduct(sum, factor, shards[i]!));
  return sum;
}

function sameLength(shards: readonly Uint8Array[]): void {
  const odd = shards.findIndex((shard) => shard.length !== shards[0]!.length);
  if (odd >= 0) throw new RangeError(`shards must have one length: the first has ${shards[0]!.length} bytes, another ${shards[odd]!.length}`);
}
