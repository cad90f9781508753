import { packRun, withFields, type PackedRun } from "./record.js";
import type { TraceEvent } from "../../trace/event.js";

/** What is changed at a fork: the step after which, and one thing. */
export interface ForkWish {
  readonly step: number;
  readonly drop?: number;
  readonly first?: number;
  readonly crash?: string;
  readonly seed?: number | string;
}

/** A run that can go another way, as `simulate` gives it. */
export interface Forkable {
  readonly trace: readonly TraceEvent[];
  readonly hash: string;
  fork(change: ForkWish): Forkable;
}

interface Comm {
  send(data: object): void;
  onMessage: ((message: { readonly data: Readonly<Record<string, unknown>> }) => unknown) | null;
}

/** The line on which a player in the page asks the kernel for forks. */
export const playerTarget = "distlab.player";

/** The latest runs that were shown, by their hash: a page that still shows an older one gets the line of code instead. */
const runs = new Map<string, { readonly run: Forkable; readonly fields: readonly string[] | null }>();
const maxRuns = 24;
let isListening = false;

/** Let players that show this run, with these fields, ask for its forks where there is a kernel; returns the name by which they ask. */
export function registerRun(run: Forkable, fields: readonly string[] | null): string {
  const { hash } = run;
  runs.delete(hash);
  runs.set(hash, { run, fields });
  for (const oldest of runs.keys()) {
    if (runs.size <= maxRuns) break;
    runs.delete(oldest);
  }
  listen();
  return hash;
}

/** What a player's question is answered with: the fork, or why there is none. */
export function answer(data: Readonly<Record<string, unknown>>): { readonly run: PackedRun; readonly id: string } | { readonly problem: string } {
  try {
    const known = runs.get(String(data["run"]));
    if (known === undefined) return { problem: "the kernel does not know this run any more: run the cell again" };
    const change = data["change"] as ForkWish;
    const limit = Number(data["limit"]);
    const { run, fields } = known;
    const fork = run.fork(change);
    return { run: packRun(withFields(fork.trace, fields), { name: forkName(change), limit }), id: registerRun(fork, fields) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What was changed, as a heading: "#7 is lost after step 12". */
export function forkName({ step, drop, first, crash, seed }: ForkWish): string {
  const what =
    drop !== undefined ? `#${drop} is lost`
    : first !== undefined ? `#${first} arrives next`
    : crash !== undefined ? `${crash} crashes`
    : seed !== undefined ? `seed ${seed}`
    : "nothing changed";
  return `${what} after step ${step}`;
}

/** Without a kernel, nobody asks. */
function listen(): void {
  if (isListening) return;
  const kernel = (globalThis as { [name: symbol]: unknown })[Symbol.for("distlab.kernel")] as
    | { comms?: { register(target: string, opened: (comm: Comm) => unknown): void } }
    | undefined;
  if (kernel?.comms === undefined) return;
  isListening = true;
  kernel.comms.register(playerTarget, (comm) => {
    comm.onMessage = ({ data }) => comm.send({ question: data["question"], ...answer(data) });
  });
}
