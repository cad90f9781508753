import type { Outlet } from "./channels.js";
import { currentRun } from "./runs.js";

type Write = typeof process.stdout.write;

/** Sends what is written to stdout and stderr to the notebook, each piece to the cell whose code writes it. */
export function installStreams(outlet: Pick<Outlet, "stream">): void {
  for (const name of ["stdout", "stderr"] as const) {
    const stream = process[name];
    const original = stream.write.bind(stream) as Write;
    const decoder = new TextDecoder();
    const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const run = currentRun();
      if (!run) return original(chunk as string);
      const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
      outlet.stream(name, text, run.parent);
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    };
    stream.write = write as Write;
  }
}
