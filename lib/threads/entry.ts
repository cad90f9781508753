import { parentPort, type Transferable } from "node:worker_threads";
import { setUpMapReduce, workOnMapReduce, type MapReduceMessage, type MapReduceSetup } from "./mapreduce/tasks.js";
import { transferables, type Reply } from "./pool.js";
import { workOnWords, type WordsMessage } from "./words/task.js";
import { setUpRdd, workOnRdd, type RddMessage, type RddSetup } from "./rdd/task.js";

/** This module, which every thread runs: it does what the pool asks, one task after the other. */
export const here: string = import.meta.url;

/** What every thread is told before its tasks. */
export type Setup = MapReduceSetup | RddSetup;

/** What a task is. */
export type Message = MapReduceMessage | RddMessage | WordsMessage;

/** Listen to the pool: for a thread. */
export function listen(): void {
  const port = parentPort;
  if (port === null) return;
  // One after the other, in the order in which they were sent: a task may need what was told before it.
  let last: Promise<void> = Promise.resolve();
  port.on("message", ({ setup, task }: { readonly setup?: Setup; readonly task?: Message }) => {
    last = last.then(async () => {
      try {
        if (setup?.kind === "job") await setUpMapReduce(setup);
        else if (setup !== undefined) setUpRdd(setup);
        if (task === undefined) return;
        const { value, transfer } = work(task);
        await printed();
        port.postMessage({ kind: "done", value } satisfies Reply, transfer);
      } catch (error) {
        if (task === undefined) throw error;
        await printed();
        port.postMessage({ kind: "failed", error: plainError(error) } satisfies Reply);
      }
    });
  });
}

function work(task: Message): { readonly value: unknown; readonly transfer: Transferable[] } {
  switch (task.phase) {
    case "rdd":
      return workOnRdd(task);
    case "words": {
      const value = workOnWords(task);
      return { value, transfer: [...transferables([value.text]), value.counts.buffer as ArrayBuffer] };
    }
    default:
      return workOnMapReduce(task);
  }
}

/** What a task has printed leaves this thread before the task counts as done: a thread that is ended loses the rest. */
async function printed(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((done) => stream.write("", done));
  }
}

/** An error that survives the way to another thread. */
function plainError(error: unknown): Error {
  const plain = new Error(error instanceof Error ? error.message : String(error));
  if (error instanceof Error) {
    plain.name = error.name;
    if (error.stack !== undefined) plain.stack = error.stack;
  }
  return plain;
}

listen();
