import { checkSearch, runSeeds, type SeedOptions, type SeedSearch, type SeedsRun } from "../check/seeds.js";
import { show } from "../core/parameters.js";

/** This module, which every thread of a pool loads. */
export const here: string = import.meta.url;

/** What is sent to a thread: whose export is wanted, and what with. Plain data. */
export interface Task<Input> {
  readonly module: string;
  readonly name: string;
  readonly input: Input;
}

/** On a thread: call an exported function with one input. */
export async function call({ module, name, input }: Task<unknown>): Promise<unknown> {
  const found = await exportOf(module, name);
  if (typeof found !== "function") throw new TypeError(`${name} of ${module} must be a function, got ${show(found)}`);
  return await (found as (input: unknown) => unknown)(input);
}

/** On a thread: run some seeds of an exported search. */
export async function runPart({ module, name, input }: Task<readonly number[]>): Promise<SeedsRun> {
  return runSeeds(await searchOf(module, name), input);
}

/** The search that a module exports by this name. */
export async function searchOf(module: string, name: string): Promise<SeedSearch<SeedOptions>> {
  const found = await exportOf(module, name);
  if (typeof found !== "object" || found === null) {
    throw new TypeError(`${name} of ${module} must be what searchSeeds takes, got ${show(found)}`);
  }
  checkSearch(found as SeedSearch<SeedOptions>);
  return found as SeedSearch<SeedOptions>;
}

async function exportOf(module: string, name: string): Promise<unknown> {
  const exports: Record<string, unknown> = await import(/* @vite-ignore */ module);
  if (!(name in exports)) throw new RangeError(`${module} exports no "${name}": ${Object.keys(exports).join(", ")}`);
  return exports[name];
}
