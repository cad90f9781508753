import fc from "fast-check";
import { canonical } from "../../../lib/core/canonical.js";

/** Plain lists and Maps as the slow obvious form of what RDDs do. */

export type Pair = [key: string, value: number];

export const pairs: fc.Arbitrary<Pair[]> = fc.array(
  fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", ""), fc.integer({ min: -20, max: 20 })),
  { maxLength: 30 },
) as fc.Arbitrary<Pair[]>;
export const numbers: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 30 });
export const partitions: fc.Arbitrary<number> = fc.integer({ min: 1, max: 5 });

/** Whether two lists hold the same items, in whatever order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return canonical(a.map(canonical).sort()) === canonical(b.map(canonical).sort());
}

/** The values of each key, in their order. */
export function grouped<K, V>(list: readonly (readonly [K, V])[]): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const [key, value] of list) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

/** What a join gives, by nested loops. */
export function joinedByLoops<V, W>(left: readonly (readonly [string, V])[], right: readonly (readonly [string, W])[], { keepLeft = false, keepRight = false } = {}): unknown[] {
  const rows: unknown[] = [];
  for (const [key, value] of left) {
    const partners = right.filter(([other]) => other === key);
    for (const [, other] of partners) rows.push([key, [value, other]]);
    if (keepLeft && partners.length === 0) rows.push([key, [value, null]]);
  }
  if (keepRight) for (const [key, value] of right) if (!left.some(([other]) => other === key)) rows.push([key, [null, value]]);
  return rows;
}
