import { searchSeeds } from "../../lib/check.js";
import { searchSeedsOnThreads, type Address, type ThreadOptions } from "../../lib/parallel.js";
import { searchOf } from "../../lib/parallel/worker.js";
import { commandFor } from "./for-seeds.js";

/** What a test says to distlab/parallel, so that its threads can load a module in TypeScript. */
export const threads: ThreadOptions = { entry: new URL("./thread.mjs", import.meta.url).href };

/**
 * Search the seeds on all cores, or only the one that the environment variable SEED names, and fail with the shrunk
 * run of a seed that goes wrong, or if a case that the search asks for never occurs.
 */
export async function searchOnThreads(seeds: number, address: Address): Promise<void> {
  const alone = process.env["SEED"];
  const asked = { seeds: alone === undefined ? seeds : [Number(alone)], command: commandFor };
  const verdict = alone === undefined
    ? await searchSeedsOnThreads(address, { ...asked, ...threads })
    : searchSeeds({ ...(await searchOf(address.module, address.name)), ...asked, sometimes: {} });
  if (verdict.kind !== "passed") throw new Error(verdict.report);
}
