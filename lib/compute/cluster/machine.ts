import { finite, options } from "../../core/parameters.js";

/**
 * What work costs on one machine of a simulated cluster, in virtual ms. Rates are bytes per ms, which are kB per second.
 * Disks, network and processor do not disturb each other: a model for shapes and ratios, not for seconds.
 */
export interface Machine {
  readonly diskRead: number;
  readonly diskWrite: number;
  /** From and to machines of the same rack. */
  readonly rackNetwork: number;
  /** From and to other racks: the machine's share of what the root of the network carries. */
  readonly crossNetwork: number;
  /** How long the processor works on a record. */
  readonly recordMs: number;
  /** How long a program takes to start on all machines. */
  readonly startMs: number;
  /** What every task costs besides its data: to open files, to report. */
  readonly taskMs: number;
  /** How much data fits into memory, in bytes. What does not is sorted on disk: written once more, and read once more. */
  readonly memory: number;
  /** A task's duration varies by up to this share of it, both ways. From 0 (none) to below 1. */
  readonly jitter: number;
  /** How many times longer everything takes: 1 is a sound machine. */
  readonly slowness: number;
}

/**
 * A machine of the cluster of "MapReduce: Simplified Data Processing on Large Clusters" (Dean & Ghemawat, 2004).
 *
 * From the text: a disk reads 30 MB/s (section 3.6); gigabit Ethernet; a root of 100 to 200 Gbit/s, of which this is the middle,
 * for 1,800 machines; a start-up of a minute (section 5.2); 4 GB of memory, 1 to 1.5 GB of it used by others (section 5.1).
 * Not from the text, assumed: a disk writes as fast as it reads; a 2 GHz processor needs 2 µs (4,000 cycles) for a record of
 * 100 bytes; a task costs a second besides its data; durations vary by a fifth.
 */
export const machineOf2004: Machine = {
  diskRead: 30_000,
  diskWrite: 30_000,
  rackNetwork: 125_000,
  crossNetwork: 10_400,
  recordMs: 0.002,
  startMs: 60_000,
  taskMs: 1_000,
  memory: 2.5e9,
  jitter: 0.2,
  slowness: 1,
};

/**
 * A machine, checked: fields that are not given are those of `machineOf2004`.
 *
 * @throws RangeError for an unknown field or one out of its range
 */
export function machine(given: Partial<Machine> = {}): Machine {
  options("machine", given, Object.keys(machineOf2004));
  const whole = { ...machineOf2004, ...given };
  for (const rate of ["diskRead", "diskWrite", "rackNetwork", "crossNetwork", "memory"] as const) {
    finite(`machine.${rate}`, whole[rate], { min: 1e-9 });
  }
  for (const ms of ["recordMs", "startMs", "taskMs"] as const) finite(`machine.${ms}`, whole[ms]);
  finite("machine.jitter", whole.jitter, { min: 0, max: 0.99 });
  finite("machine.slowness", whole.slowness, { min: 0.001, max: 1e6 });
  return whole;
}

/** Where data lies, seen from who reads it: on its own disk, in its rack, or elsewhere. */
export type Locality = "machine" | "rack" | "remote";

/** How long it takes to read so many bytes that lie there: the disk or the network, whichever is slower. */
export function readMs(of: Machine, bytes: number, locality: Locality): number {
  const rate = { machine: of.diskRead, rack: Math.min(of.diskRead, of.rackNetwork), remote: Math.min(of.diskRead, of.crossNetwork) };
  return (bytes / rate[locality]) * of.slowness;
}

/** How long it takes to write so many bytes to the own disk. */
export function writeMs(of: Machine, bytes: number): number {
  return (bytes / of.diskWrite) * of.slowness;
}

/**
 * How long it takes to write so many bytes to a file system that keeps copies on several machines (GFS). As all machines do
 * so, a disk takes `replicas` times what its machine writes, and the network `replicas - 1` times.
 */
export function writeReplicatedMs(of: Machine, bytes: number, replicas: number): number {
  const disk = (bytes * replicas) / of.diskWrite;
  const network = (bytes * (replicas - 1)) / of.crossNetwork;
  return Math.max(disk, network) * of.slowness;
}

/** How long the network takes to bring so many bytes from all over the cluster. */
export function transferMs(of: Machine, bytes: number): number {
  return (bytes / Math.min(of.rackNetwork, of.crossNetwork)) * of.slowness;
}

/** How long the processor takes for so many records. */
export function recordsMs(of: Machine, records: number): number {
  return records * of.recordMs * of.slowness;
}

/** How long it takes to sort what came over the network, besides the processor's part: nothing where it fits into memory. */
export function sortMs(of: Machine, bytes: number): number {
  return bytes <= of.memory ? 0 : (bytes / of.diskWrite + bytes / of.diskRead) * of.slowness;
}

/** A duration with the machine's variation: a range, from which the simulator draws. */
export function varied(of: Machine, ms: number): number | readonly [number, number] {
  return of.jitter === 0 ? ms : [ms * (1 - of.jitter), ms * (1 + of.jitter)];
}
