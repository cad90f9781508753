import type { StorageLevel } from "./plan.js";

/** A partition of a node. */
export interface BlockId {
  readonly node: number;
  readonly partition: number;
}

/** A kept partition. */
export interface Block extends BlockId {
  readonly items: readonly unknown[];
  readonly bytes: number;
  readonly level: StorageLevel;
}

/**
 * What one executor keeps: partitions in memory up to a limit, in the order of their last use, and partitions on disk.
 * Plain data, so that it can be the state of a simulated node.
 */
export interface BlockStore {
  readonly limit: number;
  used: number;
  /** The least recently used one first. */
  readonly memory: Map<string, Block>;
  readonly disk: Map<string, Block>;
}

/** An empty store; `limit` is the memory in bytes. */
export function blockStore(limit: number = Infinity): BlockStore {
  return { limit, used: 0, memory: new Map(), disk: new Map() };
}

/** The block, if it is kept, and where it was found. Reading it makes it the most recently used one. */
export function readBlock(store: BlockStore, id: BlockId): { readonly block: Block; readonly where: "memory" | "disk" } | null {
  const key = keyOf(id);
  const block = store.memory.get(key);
  if (block !== undefined) {
    store.memory.delete(key);
    store.memory.set(key, block);
    return { block, where: "memory" };
  }
  const onDisk = store.disk.get(key);
  return onDisk === undefined ? null : { block: onDisk, where: "disk" };
}

/** Whether and where a block is kept. Not a use of it. */
export function holdsBlock(store: BlockStore, id: BlockId): boolean {
  const key = keyOf(id);
  return store.memory.has(key) || store.disk.has(key);
}

/**
 * Keep a block, if its level and the memory allow. Where memory is short, the least recently used blocks go, but never one of
 * the same RDD: to make room for one partition by dropping its neighbour would drop each in turn (NSDI 2012, section 5.3).
 * What goes is written to disk where its level says so. Gives what was dropped altogether, perhaps the block itself.
 */
export function keepBlock(store: BlockStore, block: Block): readonly Block[] {
  const key = keyOf(block);
  if (store.memory.has(key) || store.disk.has(key)) return [];
  if (block.level === "NONE") return [block];
  if (block.level === "DISK_ONLY") {
    store.disk.set(key, block);
    return [];
  }
  const dropped: Block[] = [];
  const others = [...store.memory.values()].filter(({ node }) => node !== block.node);
  const free = store.limit - store.used;
  const wins = others.reduce((sum, { bytes }) => sum + bytes, free);
  if (wins < block.bytes) return spill(store, block) ? [] : [block];
  for (const other of others) {
    if (store.limit - store.used >= block.bytes) break;
    store.memory.delete(keyOf(other));
    store.used -= other.bytes;
    if (!spill(store, other)) dropped.push(other);
  }
  store.memory.set(key, block);
  store.used += block.bytes;
  return dropped;
}

/** Forget all blocks of a node; gives them. */
export function forgetBlocks(store: BlockStore, node: number): readonly Block[] {
  const gone: Block[] = [];
  for (const [key, block] of store.memory) {
    if (block.node !== node) continue;
    store.memory.delete(key);
    store.used -= block.bytes;
    gone.push(block);
  }
  for (const [key, block] of store.disk) if (block.node === node && store.disk.delete(key)) gone.push(block);
  return gone;
}

function spill(store: BlockStore, block: Block): boolean {
  if (!block.level.startsWith("MEMORY_AND_DISK")) return false;
  store.disk.set(keyOf(block), block);
  return true;
}

function keyOf({ node, partition }: BlockId): string {
  return `${node}/${partition}`;
}
