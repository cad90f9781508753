/**
 * Search on all cores, with the verdict that one thread would give, byte for byte. Only under Node.js: not in a browser.
 *
 * - `searchSeedsOnThreads` is `searchSeeds` of distlab/check, with its seeds shared out among threads.
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
 * the threads do not see it. One exploration runs on one thread, because its worlds are numbered as they are found;
 * several share the cores.
 */
export { onThreads, type Address, type ThreadOptions } from "./parallel/pool.js";
export { searchSeedsOnThreads, type SeedsOnThreads } from "./parallel/seeds.js";
