import { shared, type Shared } from "../../core/clone.js";
import { words } from "../../core/words.js";
import type { Entry } from "./messages.js";

/**
 * A server's log: a value, which nobody changes any more. Appending makes another log that shares all but the last
 * block with the one before, so that a server may write it to its disk after every entry at little cost. To be read
 * by the functions of this file only.
 */
export interface Log<C = unknown> extends Shared {
  /** The index and the term of the entry before the first one: 0 and 0, or the last entry that was compacted away. */
  readonly offset: number;
  readonly offsetTerm: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Full blocks, but for the first, which may lack what was compacted away. */
  readonly blocks: readonly (readonly Entry<C>[])[];
  /** The last entries, too few for a block. */
  readonly tail: readonly Entry<C>[];
}

/** Entries per block. To append copies half a block on average, and once in a block the list of all blocks. */
const BLOCK = 32;

/** A log that begins after this entry. By default empty from the start: the first index is 1. */
export function emptyLog(offset: number = 0, offsetTerm: number = 0): Log<never> {
  return { [shared]: inWords, offset, offsetTerm, lastIndex: offset, lastTerm: offsetTerm, blocks: [], tail: [] };
}

/** A log of these entries, which must follow each other. */
export function logOf<C>(entries: readonly Entry<C>[]): Log<C> {
  return append(emptyLog(), entries);
}

/** The entry at this index; undefined where there is none, or none any more. */
export function entryAt<C>(log: Log<C>, index: number): Entry<C> | undefined {
  if (index <= log.offset || index > log.lastIndex) return undefined;
  const firstOfTail = log.lastIndex - log.tail.length + 1;
  if (index >= firstOfTail) return log.tail[index - firstOfTail];
  const block = log.blocks[blockOf(index) - blockOf(log.offset + 1)]!;
  return block[block.length - 1 - (lastOfBlock(index) - index)];
}

/** The term of the entry at this index, also of the one before the first; undefined where it is not known. */
export function termAt(log: Log, index: number): number | undefined {
  if (index === log.offset) return log.offsetTerm;
  return index === log.lastIndex ? log.lastTerm : entryAt(log, index)?.term;
}

/** The log with these entries at its end, of which the first follows its last. */
export function append<C>(log: Log<C>, entries: readonly Entry<C>[]): Log<C> {
  const last = entries[entries.length - 1];
  if (last === undefined) return log;
  let { blocks } = log;
  let tail = [...log.tail, ...entries];
  for (let first = tail[0]; first !== undefined && lastOfBlock(first.index) <= last.index; first = tail[0]) {
    const size = lastOfBlock(first.index) - first.index + 1;
    blocks = [...blocks, tail.slice(0, size)];
    tail = tail.slice(size);
  }
  const { offset, offsetTerm } = log;
  return { [shared]: inWords, offset, offsetTerm, lastIndex: last.index, lastTerm: last.term, blocks, tail };
}

/** The log without the entry at this index and all that follow it. */
export function truncateFrom<C>(log: Log<C>, index: number): Log<C> {
  if (index > log.lastIndex) return log;
  const last = Math.max(index - 1, log.offset);
  const lastTerm = termAt(log, last)!;
  const full = last > log.offset ? blockOf(last + 1) - blockOf(log.offset + 1) : 0;
  const partial = full < log.blocks.length ? log.blocks[full]! : log.tail;
  const { offset, offsetTerm } = log;
  const blocks = log.blocks.slice(0, full);
  const tail = partial.filter((entry) => entry.index <= last);
  return { [shared]: inWords, offset, offsetTerm, lastIndex: last, lastTerm, blocks, tail };
}

/** The log without the entry at this index and all before it; its term stays known. */
export function compactTo<C>(log: Log<C>, index: number): Log<C> {
  if (index <= log.offset) return log;
  const offset = Math.min(index, log.lastIndex);
  const offsetTerm = termAt(log, offset)!;
  const gone = blockOf(offset + 1) - blockOf(log.offset + 1);
  const [first, ...rest] = log.blocks.slice(gone);
  const isKept = (entry: Entry<C>): boolean => entry.index > offset;
  const blocks = first === undefined ? [] : [first.filter(isKept), ...rest];
  const { lastIndex, lastTerm } = log;
  return { [shared]: inWords, offset, offsetTerm, lastIndex, lastTerm, blocks, tail: log.tail.filter(isKept) };
}

/** The entries from this index on, `limit` at the most. */
export function entriesFrom<C>(log: Log<C>, index: number, limit: number = Infinity): readonly Entry<C>[] {
  const first = Math.max(index, log.offset + 1);
  const last = Math.min(log.lastIndex, index + limit - 1);
  const firstOfTail = log.lastIndex - log.tail.length + 1;
  // Most followers lack no more than the last entries.
  if (first >= firstOfTail) return log.tail.slice(first - firstOfTail, Math.max(0, last + 1 - firstOfTail));
  return Array.from({ length: Math.max(0, last + 1 - first) }, (_, i) => entryAt(log, first + i)!);
}

/** All entries that the log still has, in order. */
export function entriesOf<C>(log: Log<C>): readonly Entry<C>[] {
  return [...log.blocks.flat(), ...log.tail];
}

/** The last index whose term is at most this one; `offset` if there is none. Terms never fall along a log. */
export function lastIndexUpToTerm(log: Log, term: number): number {
  let low = log.offset;
  let high = log.lastIndex;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (termAt(log, middle)! <= term) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Whether a log that ends so is at least as up to date as this one (section 5.4.1): the later last term, then the
 * longer log.
 */
export function isUpToDate(lastLogIndex: number, lastLogTerm: number, log: Log): boolean {
  return lastLogTerm !== log.lastTerm ? lastLogTerm > log.lastTerm : lastLogIndex >= log.lastIndex;
}

/** Each entry with its term, after what was compacted away: `[… 3@1, x@1, no-op@2]`. */
function inWords(log: Log): string {
  const what = (entry: Entry): string => {
    if (entry.kind === "command") return words(entry.command);
    return entry.kind === "configuration" ? words(entry.configuration.voters) : entry.kind;
  };
  const entries = entriesOf(log).map((entry) => `${what(entry)}@${entry.term}`);
  return `[${[...(log.offset > 0 ? [`… ${log.offset}@${log.offsetTerm}`] : []), ...entries].join(", ")}]`;
}

/** Blocks begin at fixed indices, so that logs of equal entries are equal, however they came about. */
function blockOf(index: number): number {
  return Math.floor((index - 1) / BLOCK);
}

function lastOfBlock(index: number): number {
  return (blockOf(index) + 1) * BLOCK;
}
