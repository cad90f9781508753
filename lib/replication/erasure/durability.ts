import { finite, integer, oneOf, options } from "../../core/parameters.js";
import { stream, type Seed } from "../../core/random.js";

export interface DurabilityOptions {
  /** How many shards or copies a piece of data has, each on a disk of its own. */
  readonly shards: number;
  /** How many of them may be lost at a time without loss of data. */
  readonly tolerates: number;
  /** The mean time from a disk's start to its failure, in hours. */
  readonly failureHours: number;
  /** The mean time to make a lost shard anew, in hours. */
  readonly repairHours: number;
  /** Whether lost shards are made anew all at a time ("parallel", the default) or one after the other. */
  readonly repair?: "parallel" | "serial";
}

/**
 * The mean time until data is lost, in hours: MTTDL of a Markov chain in which disks fail and are repaired independently, at
 * constant rates (Patterson, Gibson and Katz 1988, for RAID). Exact for the chain: the mean time from i lost to i + 1 is
 * h(i) = (1 + repair(i) h(i - 1)) / failure(i), and the sum of these is the answer.
 *
 * The chain is kinder than the world: disks of one batch, rack or power line fail together, and a bad sector is found only
 * when it is read (Greenan, Plank and Wylie 2010, "Mean time to meaningless"). Use it to compare, not to promise.
 */
export function meanTimeToDataLoss(given: DurabilityOptions): number {
  const { shards, tolerates, failureHours, repairHours, isParallel } = checked(given);
  let [sum, step] = [0, 0];
  for (let lost = 0; lost <= tolerates; lost++) {
    const failures = (shards - lost) / failureHours;
    const repairs = lost === 0 ? 0 : (isParallel ? lost : 1) / repairHours;
    step = (1 + repairs * step) / failures;
    sum += step;
  }
  return sum;
}

/** The same chain, played out once from the seed: hours until data was lost. The mean of many such runs is `meanTimeToDataLoss`. */
export function timeToDataLoss(given: DurabilityOptions & { readonly seed: Seed }): number {
  const { seed, ...rest } = given;
  const { shards, tolerates, failureHours, repairHours, isParallel } = checked(rest);
  const chance = stream(seed, "disks");
  let [hours, lost] = [0, 0];
  while (lost <= tolerates) {
    const failures = (shards - lost) / failureHours;
    const repairs = lost === 0 ? 0 : (isParallel ? lost : 1) / repairHours;
    hours -= Math.log(1 - chance.double()) / (failures + repairs);
    lost += chance.chance(failures / (failures + repairs)) ? 1 : -1;
  }
  return hours;
}

function checked(given: DurabilityOptions): Required<Omit<DurabilityOptions, "repair">> & { readonly isParallel: boolean } {
  const { shards, tolerates, failureHours, repairHours, repair = "parallel" } = options("durability", given, [
    "shards", "tolerates", "failureHours", "repairHours", "repair",
  ]);
  integer("shards", shards, { min: 1, max: 1_000 });
  integer("tolerates", tolerates, { max: shards - 1 });
  finite("failureHours", failureHours, { min: 1e-6 });
  finite("repairHours", repairHours, { min: 1e-6 });
  return { shards, tolerates, failureHours, repairHours, isParallel: oneOf("repair", repair, ["parallel", "serial"]) === "parallel" };
}
