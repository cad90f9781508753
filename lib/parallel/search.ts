import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import type { Verdict } from "../check/explore.js";
import type { Progress } from "../check/options.js";
import type { SearchVerdict } from "../check/search.js";
import type { Limits, Space, Walk } from "../check/space.js";
import { walk } from "../check/walk.js";
import { checkInterrupt } from "../core/interrupt.js";
import { options as checkOptions } from "../core/parameters.js";
import { checkAddress, threadsOf, type Address, type ThreadOptions } from "./pool.js";
import { Member, PHASES, type Phase, type Report } from "./member.js";
import { own, Own, sharedMemory, SharedStates, SIZES, Word, type Growth, type SharedMemory } from "./shared.js";
import { walkTogether, type Crew } from "./walk.js";
import { here, readied, waitFor, type Mail, type Part, type Task } from "./worker.js";

/** What may differ from call to call of an exploration that stands in a module. */
export interface ExploreOnThreads extends ThreadOptions {
  /** What the export is called with, if it is a function: plain data. */
  readonly input?: unknown;
  /** Stop, unfinished, before there are more distinct worlds than this (default 1,000,000). */
  readonly maxWorlds?: number;
  /** Called now and then during a long search. To stop it, answer false. */
  readonly progress?: (progress: Progress) => boolean | void;
}

/** What may differ from call to call of a search that stands in a module. */
export interface SearchOnThreads extends ThreadOptions {
  /** What the export is called with, if it is a function: plain data. */
  readonly input?: unknown;
  /** Stop, unfinished, before there are more distinct states than this (default 10,000,000). */
  readonly maxStates?: number;
  /** Called now and then during a long search. To stop it, answer false. */
  readonly progress?: (progress: { readonly states: number; readonly waiting: number; readonly depth: number }) => boolean | void;
}

/**
 * Explore on as many threads as there are cores: one exploration, shared out world by world, with the verdict of
 * `explore` on one thread, but for `bytes`. The module exports what `explore` takes, or a function that answers it.
 *
 *     await exploreOnThreads({ module: here, name: "cluster" }, { input: { acceptors: 5 }, maxWorlds: 20_000_000 })
 *
 * Each thread works out the steps of roles for itself, so all that a rule tells apart is in memory once a thread; the
 * worlds, which are many more, are there once. What `eventually` asks is found out on one thread at the end.
 *
 * @throws RangeError or TypeError for an address or an option out of its range, for the order "depth", which threads
 * cannot share, and for what `explore` refuses; an Error if a thread dies, or if threads do not agree on what a rule does
 */
export async function exploreOnThreads(address: Address, options: ExploreOnThreads = {}): Promise<Verdict> {
  checkOptions("exploreOnThreads", options, ["input", "maxWorlds", "progress", "threads", "entry"]);
  const { maxWorlds, progress, ...rest } = options;
  const more = { ...(maxWorlds === undefined ? {} : { maxWorlds }), ...(progress === undefined ? {} : { progress }) };
  return (await together("explore", address, rest, more)) as Verdict;
}

/**
 * Search a transition system on as many threads as there are cores, with the verdict of `search` on one thread, but
 * for `bytes`. The module exports what `search` takes, or a function that answers it:
 *
 *     const address = { module: "distlab/commit", name: "twoPhaseSpecification" };
 *     await searchOnThreads(address, { input: { managers: 9 }, maxStates: 20_000_000 });
 *
 * @throws RangeError or TypeError for an address or an option out of its range, for the order "depth", which threads
 * cannot share, and for what `search` refuses; an Error if a thread dies, or if threads do not agree on what an action does
 */
export async function searchOnThreads<State extends object>(
  address: Address,
  options: SearchOnThreads = {},
): Promise<SearchVerdict<State>> {
  checkOptions("searchOnThreads", options, ["input", "maxStates", "progress", "threads", "entry"]);
  const { maxStates, progress, ...rest } = options;
  const more = { ...(maxStates === undefined ? {} : { maxStates }), ...(progress === undefined ? {} : { progress }) };
  return (await together("search", address, rest, more)) as SearchVerdict<State>;
}

async function together(
  kind: Part["kind"],
  address: Address,
  { input, threads, entry = here }: ThreadOptions & { readonly input?: unknown },
  more: object,
): Promise<unknown> {
  const size = threadsOf(threads);
  const { module, name } = checkAddress(address);
  const { space, order, limits, verdict }: Ready = await readied(kind, module, name, input, more);
  if (size === 1) return verdict(walk(space, order, limits));
  if (order === "depth") throw new RangeError('order must be "breadth" where threads share a search, got "depth"');
  const memory = sharedMemory(size, SIZES);
  const states = new SharedStates(memory, 0);
  const member = new Member(space, states, memory, 0, () => Atomics.add(memory.control, Word.chunk, 1));
  const crew = new Threads(member, memory);
  try {
    await crew.start(entry, (thread, port) => ({ module, name, input: { kind, input, memory, thread, port } }));
    return verdict(await walkTogether(crew, limits));
  } finally {
    await crew.end();
  }
}

/** An exploration or a search, of which the walk is all the same. */
interface Ready {
  readonly space: Space;
  readonly order: "breadth" | "depth";
  readonly limits: Limits;
  verdict(walk: Walk): unknown;
}

/** The other threads of a search, as the one sees them who leads it and takes part in it. */
class Threads implements Crew {
  readonly threads: number;
  readonly memory: SharedMemory;
  readonly member: Member;
  readonly #workers: Worker[] = [];
  readonly #ports: MessagePort[] = [];
  #turn = 0;
  /** What ended a thread before its time. */
  #death: { readonly error: unknown } | null = null;

  constructor(member: Member, memory: SharedMemory) {
    this.member = member;
    this.memory = memory;
    this.threads = memory.threads;
  }

  /** Start the threads, and wait until all are ready. */
  async start(entry: string, partOf: (thread: number, port: MessagePort) => Task<Part>): Promise<void> {
    for (let thread = 1; thread < this.threads; thread++) {
      const { port1, port2 } = new MessageChannel();
      this.#ports.push(port1);
      const workerData = { entry, task: partOf(thread, port2) };
      const worker = new Worker(FIRST_WORDS, { eval: true, workerData, transferList: [port2] });
      this.#workers.push(worker);
      worker.on("error", (error) => (this.#death ??= { error }));
      worker.on("exit", (code) => (this.#death ??= { error: new Error(`a thread of the search has ended with code ${code}`) }));
    }
    const waiting = new Set(this.#ports);
    while (waiting.size > 0) {
      for (const port of waiting) if (receiveMessageOnPort(port)) waiting.delete(port);
      await this.#lookRound();
    }
  }

  /** Let the threads come to their end. */
  async end(): Promise<void> {
    this.#call("end");
    for (const port of this.#ports) port.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  grow(growth: Growth): void {
    this.member.states.grow(growth);
    for (const port of this.#ports) port.postMessage(growth);
  }

  async take(phase: Phase): Promise<readonly (Report | null)[]> {
    const { control } = this.memory;
    control[Word.done] = 0;
    this.#call(phase);
    const reports = [this.member.take(phase)];
    for (let done = Atomics.load(control, Word.done); done < this.#ports.length; ) {
      done = waitFor(control, Word.done, done, PATIENCE);
      // A dead thread is only seen by who lets events in.
      if (done < this.#ports.length) await this.#lookRound();
    }
    this.#ports.forEach((port, i) => {
      const mail = own(i + 1, Own.mail);
      if (control[mail] === 0) return;
      control[mail] = 0;
      for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
        const message = got.message as Mail;
        if (message.kind === "failed") throw message.error;
        if (message.kind === "report") reports.push(message.report);
      }
    });
    return reports;
  }

  #call(phase: Phase): void {
    this.memory.control[Word.phase] = PHASES.indexOf(phase);
    Atomics.store(this.memory.control, Word.turn, ++this.#turn);
    Atomics.notify(this.memory.control, Word.turn);
  }

  async #lookRound(): Promise<void> {
    checkInterrupt();
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#death) throw this.#death.error;
  }
}

/** What a new thread runs: a module whose address it is told, as a source in TypeScript may have to be read first. */
const FIRST_WORDS = `
  const { workerData } = require("node:worker_threads");
  import(workerData.entry).then(({ takePart }) => takePart(workerData.task));
`;

/** How long a thread is waited for, in ms, before one looks whether it still lives. */
const PATIENCE = 20;
