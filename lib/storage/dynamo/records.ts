import { shared, type Shared } from "../../core/clone.js";
import { emptyTable, type Table, tableEntries, valueAt, withoutKey, withValue } from "../../core/table.js";
import { words } from "../../core/words.js";
import { noVersions, type Siblings } from "./versions.js";

/**
 * What a node has of its keys: a value, which nobody changes any more. To write one key makes other records that share most
 * with the ones before, so that a write to the disk costs as much as the key, however many others there are.
 */
export interface Records extends Shared {
  readonly table: Table<Siblings>;
}

/** The records of a node that has nothing. */
export const noRecords: Records = recordsOf(emptyTable);

/** What there is of the key; no versions where there is nothing. */
export function recordOf({ table }: Records, key: string): Siblings {
  return valueAt(table, key) ?? noVersions;
}

/** The records with this in the place of what there was of the key. */
export function withRecord({ table }: Records, key: string, siblings: Siblings): Records {
  return recordsOf(withValue(table, key, siblings));
}

/** The records without the key. */
export function withoutRecord({ table }: Records, key: string): Records {
  return recordsOf(withoutKey(table, key));
}

/** All keys of which there is something, and what there is, in the order of the keys. */
export function recordEntries({ table }: Records): readonly (readonly [key: string, siblings: Siblings])[] {
  return tableEntries(table);
}

/** One key of which there is something, and always the same as long as nothing changes; undefined where there is none. */
export function someRecord({ table }: Records): readonly [key: string, siblings: Siblings] | undefined {
  let at = table;
  while ("branches" in at) at = at.branches.find(({ size }) => size > 0)!;
  return at.entries[0];
}

function recordsOf(table: Table<Siblings>): Records {
  return { [shared]: inWords, table };
}

function inWords(records: Records): string {
  return words(new Map(recordEntries(records)));
}
