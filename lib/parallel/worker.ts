import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { explorationOf, type Exploration } from "../check/explore.js";
import { searchingOf, type Searching } from "../check/search.js";
import { checkSearch, runSeeds, type SeedOptions, type SeedSearch, type SeedsRun } from "../check/seeds.js";
import { show } from "../core/parameters.js";
import { Member, PHASES, type Report } from "./member.js";
import { own, Own, SharedStates, Word, type Growth, type SharedMemory } from "./shared.js";

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

/** What a thread needs to take part in one search. */
export interface Part {
  readonly kind: "explore" | "search";
  /** What the export is called with, if it is a function. */
  readonly input: unknown;
  readonly memory: SharedMemory;
  readonly thread: number;
  readonly port: MessagePort;
}

/** What a thread tells the one who leads: that it is ready, a report, or what went wrong. */
export type Mail =
  | { readonly kind: "ready" }
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "failed"; readonly error: unknown };

/** On a thread: take part in one search, turn by turn, until the turn is the end. */
export async function takePart({ module, name, input: part }: Task<Part>): Promise<void> {
  const { kind, memory, thread, port } = part;
  const { control } = memory;
  const { space } = await readied(kind, module, name, part.input);
  const states = new SharedStates(memory, thread);
  const member = new Member(space, states, memory, thread, () => Atomics.add(control, Word.chunk, 1));
  const tell = (mail: Mail): void => {
    port.postMessage(mail);
    control[own(thread, Own.mail)] = 1;
  };
  port.postMessage({ kind: "ready" } satisfies Mail);
  for (let turn = 0; ; ) {
    turn = waitFor(control, Word.turn, turn);
    const phase = PHASES[control[Word.phase]!]!;
    if (phase === "end") return;
    try {
      for (let growth = receiveMessageOnPort(port); growth; growth = receiveMessageOnPort(port))
        states.grow(growth.message as Growth);
      const report = member.take(phase);
      if (report) tell({ kind: "report", report });
    } catch (error) {
      tell({ kind: "failed", error });
    }
    Atomics.add(control, Word.done, 1);
    Atomics.notify(control, Word.done);
  }
}

/** Wait until a word is not what it was; returns what it is then. First awake, as it is seldom long; then asleep. */
export function waitFor(control: Int32Array, word: number, was: number, most: number = Infinity): number {
  for (let i = 0; i < AWAKE; i++) {
    const now = Atomics.load(control, word);
    if (now !== was) return now;
  }
  Atomics.wait(control, word, was, most);
  return Atomics.load(control, word);
}

const AWAKE = 2_000;

/** The exploration or search that a module exports by this name, made ready. */
export async function readied(
  kind: Part["kind"],
  module: string,
  name: string,
  input: unknown,
  more: object = {},
): Promise<Exploration | Searching<object>> {
  const found = await exportOf(module, name);
  const options: unknown = typeof found === "function" ? await (found as (input: unknown) => unknown)(input) : found;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${name} of ${module} must be what ${kind} takes, or a function that answers it, got ${show(options)}`);
  }
  const all: any = { ...options, ...more };
  return kind === "explore" ? explorationOf(all) : searchingOf(all);
}

async function exportOf(module: string, name: string): Promise<unknown> {
  const exports: Record<string, unknown> = await import(/* @vite-ignore */ module);
  if (!(name in exports)) throw new RangeError(`${module} exports no "${name}": ${Object.keys(exports).join(", ")}`);
  return exports[name];
}
