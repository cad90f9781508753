import { checkSearch, runSeeds, verdictOf, type SeedSearch, type SeedsRun, type SeedOptions, type SeedVerdict } from "../check/seeds.js";
import { options as checkOptions } from "../core/parameters.js";
import type { Nodes } from "../sim/options.js";
import { checkAddress, inOrder, threadsOf, type Address, type ThreadOptions } from "./pool.js";
import { searchOf } from "./worker.js";

/** What may differ from call to call of a search that stands in a module. */
export interface SeedsOnThreads extends ThreadOptions, Pick<SeedSearch<SeedOptions>, "seeds" | "command"> {
  /** Called as parts of the seeds are done. To stop the search, answer false. */
  readonly progress?: SeedSearch<SeedOptions>["progress"];
}

/**
 * Run many seeds of a search that a module exports, on as many threads as there are cores. The verdict is that of
 * `searchSeeds`: the first seed of the list that goes wrong, counters up to and with it, the same shrunk run; only
 * when `progress` stops it does the number of runs depend on the machine.
 *
 *     await searchSeedsOnThreads({ module: here, name: "clusters" }, { seeds: 100_000 })
 *
 * @throws RangeError or TypeError for an address or an option out of its range, and for what `searchSeeds` refuses
 */
export async function searchSeedsOnThreads(address: Address, options: SeedsOnThreads = {}): Promise<SeedVerdict<Nodes>> {
  checkOptions("searchSeedsOnThreads", options, ["seeds", "command", "progress", "threads", "entry"]);
  const { threads, entry, progress, ...asked } = options;
  const size = threadsOf(threads);
  const { module, name } = checkAddress(address);
  const search = checkSearch({ ...(await searchOf(module, name)), ...asked });
  const { seeds } = search;
  const tell = (done: number): boolean => progress?.({ done, of: seeds.length }) !== false;
  if (size === 1 || seeds.length === 1) return verdictOf(search, seeds, runSeeds(search, seeds, tell));

  let sum: SeedsRun = { runs: 0, counters: {}, failed: null, isStopped: false };
  await inOrder<readonly number[], SeedsRun>("runPart", address, partsOf(seeds, size), {
    threads: size,
    ...(entry === undefined ? {} : { entry }),
    next(part) {
      sum = together(sum, part);
      if (sum.failed !== null) return false;
      sum = { ...sum, isStopped: !tell(sum.runs) };
      return !sum.isStopped;
    },
  });
  return verdictOf(search, seeds, sum);
}

/** Parts long enough that sending them costs nothing, and short enough that no thread waits long for the last. */
function partsOf(seeds: readonly number[], threads: number): readonly (readonly number[])[] {
  const length = Math.max(1, Math.min(500, Math.ceil(seeds.length / (8 * threads))));
  return Array.from({ length: Math.ceil(seeds.length / length) }, (_, i) => seeds.slice(i * length, (i + 1) * length));
}

function together(sum: SeedsRun, part: SeedsRun): SeedsRun {
  const counters = { ...part.counters };
  for (const [what, count] of Object.entries(sum.counters)) counters[what] = (counters[what] ?? 0) + count;
  return { runs: sum.runs + part.runs, counters, failed: part.failed, isStopped: false };
}
