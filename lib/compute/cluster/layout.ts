import { finite, integer, options } from "../../core/parameters.js";
import { type Seed, stream } from "../../core/random.js";
import { ids, type NodeId } from "../../core/role.js";
import { type Locality, type Machine, machine } from "./machine.js";

/** The machines of a cluster: what each can do, and in which rack it stands. */
export interface Layout {
  readonly workers: readonly NodeId[];
  readonly racks: number;
  /** By the name of the worker. */
  readonly rackOf: ReadonlyMap<NodeId, number>;
  readonly machineOf: ReadonlyMap<NodeId, Machine>;
}

export interface LayoutOptions {
  /** How many workers: w1, w2, … */
  readonly workers: number;
  /** By default one rack for 40 machines. */
  readonly racks?: number;
  /** What a sound machine can do; fields that are not given are those of `machineOf2004`. */
  readonly machine?: Partial<Machine>;
  /**
   * How many machines are slow, and how many times; none by default. The paper tells of disks whose "frequent correctable errors slow
   * its read performance from 30 MB/s to 1 MB/s" (section 3.6).
   */
  readonly slow?: { readonly count: number; readonly factor: number };
  /** Which machines are slow is drawn from it. Default 1. */
  readonly seed?: Seed;
}

/**
 * A cluster.
 *
 * @throws RangeError for a number out of its range, or more slow machines than there are machines
 */
export function layout(given: LayoutOptions): Layout {
  options("layout", given, ["workers", "racks", "machine", "slow", "seed"]);
  const { workers, slow = { count: 0, factor: 1 }, seed = 1 } = given;
  integer("workers", workers, { min: 1, max: 100_000 });
  const racks = integer("racks", given.racks ?? Math.ceil(workers / 40), { min: 1, max: workers });
  integer("slow.count", slow.count, { max: workers });
  finite("slow.factor", slow.factor, { min: 1, max: 1e6 });
  const names = ids(...Array.from({ length: workers }, (_, i) => `w${i + 1}`));
  const sound = machine(given.machine);
  const slowOne = machine({ ...sound, slowness: sound.slowness * slow.factor });
  const isSlow = new Set(stream(seed, "slow machines").shuffle(names).slice(0, slow.count));
  return {
    workers: names,
    racks,
    rackOf: new Map(names.map((name, i) => [name, i % racks])),
    machineOf: new Map(names.map((name) => [name, isSlow.has(name) ? slowOne : sound])),
  };
}

/**
 * On which machines the copies of each chunk of a file lie: the first anywhere, the others on machines of another rack, so that
 * no broken rack takes all of them (Ghemawat, Gobioff & Leung, "The Google File System", 2003, section 4.2).
 *
 * @param replicas copies of each chunk; the paper's file system keeps "typically 3"
 * @throws RangeError for a number out of its range
 */
export function placeChunks(of: Layout, chunks: number, { replicas = 3, seed = 1 }: { readonly replicas?: number; readonly seed?: Seed } = {}): NodeId[][] {
  integer("chunks", chunks);
  integer("replicas", replicas, { min: 1, max: 100 });
  const chance = stream(seed, "chunks");
  const byRack = Array.from({ length: of.racks }, (_, rack) => of.workers.filter((name) => of.rackOf.get(name) === rack));
  return Array.from({ length: chunks }, () => {
    const first = chance.pick(of.workers);
    const home = of.rackOf.get(first)!;
    const away = of.racks === 1 ? home : (home + 1 + chance.below(of.racks - 1)) % of.racks;
    const places = new Set([first]);
    const others = byRack[away]!.filter((name) => name !== first);
    const from = chance.below(Math.max(1, others.length));
    for (let i = 0; i < others.length && places.size < replicas; i++) places.add(others[(from + i) % others.length]!);
    return [...places];
  });
}

/** How near the nearest of these machines is. */
export function localityOf(of: Layout, reader: NodeId, places: readonly NodeId[]): Locality {
  if (places.includes(reader)) return "machine";
  const rack = of.rackOf.get(reader);
  return places.some((place) => of.rackOf.get(place) === rack) ? "rack" : "remote";
}
