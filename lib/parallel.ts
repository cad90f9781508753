/**
 * Search on all cores, with the verdict that one thread would give, byte for byte. Only under Node.js: not in a browser.
 *
 * - `searchSeedsOnThreads` is `searchSeeds` of distlab/check, with its seeds shared out among threads.
 * - `exploreOnThreads` and `searchOnThreads` are `explore` and `search`: one search, its worlds or states shared out.
 * - `onThreads` calls one function with many inputs: explorations of different clusters, say.
 *
 * Roles are functions, and a function cannot be sent to another thread. So each thread loads what it runs from a
 * module, and what is sent is the module's address and the name of an export:
 *
 *     // swarm.ts
 *     export const here = import.meta.url;
 *     export const clusters = { run: (seed: number) => ({ nodes, network, properties }), atEnd, sometimes };
 *
 *     // swarm.long.test.ts; `threads` of test/support/threads.ts lets the threads read TypeScript
 *     const options = { seeds: 100_000, command: commandFor, ...threads };
 *     const verdict = await searchSeedsOnThreads({ module: here, name: "clusters" }, options);
 *     if (verdict.kind !== "passed") throw new Error(verdict.report);
 *
 * Its limits: the roles of a notebook's cell are in no module, so they stay on the notebook's own thread, with
 * `searchSeeds`. A thread costs some 100 ms to start, 500 ms with TypeScript to read: a search of less than two
 * seconds gains nothing. Where a search rests on something outside its module, such as a variable that a test has set,
 * the threads do not see it.
 *
 * How one search is shared: the states lie in memory that all threads see, and are left in batches. Within a batch a
 * state is taken by whichever thread is free, so states are found in no particular order; after it they get their
 * numbers by the least state, and its first step, that leads to each. That is the order of one thread, so counts,
 * depth and counterexample are the same. (Level-synchronous breadth-first search; Holzmann, "Parallelizing the SPIN
 * Model Checker", 2012, does it for SPIN, without the numbers.) The tables of local states and messages, or of the
 * values of variables, are not shared: every thread fills its own, all in the same order, so the same number means the
 * same everywhere. Only breadth-first, and `eventually` is answered by one thread at the end.
 */
export { onThreads, type Address, type ThreadOptions } from "./parallel/pool.js";
export { searchSeedsOnThreads, type SeedsOnThreads } from "./parallel/seeds.js";
export { exploreOnThreads, searchOnThreads, type ExploreOnThreads, type SearchOnThreads } from "./parallel/search.js";
