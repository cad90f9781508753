import { createHash } from "node:crypto";
import type { Bundle } from "./bundle.js";
import type { Comms } from "./comms.js";
import type { Display, DisplayOptions } from "./display.js";
import type { Flags } from "./flags.js";
import { currentRun, Interrupted, resume, Run } from "./runs.js";

/** What the kernel offers to libraries, under `globalThis[Symbol.for("distlab.kernel")]`. */
export interface KernelApi {
  /** Shows a MIME bundle in the output of the calling cell. */
  display(data: Bundle, options?: DisplayOptions): void;
  /** Clears the output of the calling cell: at once, or (`wait`) when the next output comes. */
  clear(options?: { wait?: boolean }): void;
  /** Throws when the learner has pressed Stop. Cheap: to be called now and then in long synchronous work. */
  checkInterrupt(): void;
  /** Asks the learner for a line of text. */
  input(prompt?: string, options?: { password?: boolean }): Promise<string>;
  /** Some letters that stand for the text of the calling cell: the same at each run, others in other cells. */
  cellMark(): string;
  readonly comms: Pick<Comms, "open" | "register" | "unregister">;
}

/** The key of the kernel's interface in `globalThis`. */
export const KERNEL = Symbol.for("distlab.kernel");

/** Makes the kernel's interface. */
export function createApi(parts: {
  readonly display: Display;
  readonly comms: Comms;
  readonly flags: Flags;
  readonly ask: (run: Run, prompt: string, password: boolean) => Promise<string>;
}): KernelApi {
  const { display, comms, flags, ask } = parts;
  const run = (): Run => {
    const current = currentRun();
    if (!current) throw new Error("no cell has run yet, so there is no place to show anything");
    return current;
  };
  return {
    display: (data, options = {}) => display.show(run(), data, options),
    clear: ({ wait = false } = {}) => display.clear(run(), wait),
    checkInterrupt: () => {
      if (flags.asked !== flags.heard) {
        flags.hear();
        Run.stopAll();
        throw new Interrupted();
      }
      resume(currentRun());
    },
    input: (prompt = "", { password = false } = {}) => ask(run(), prompt, password),
    cellMark: () => createHash("sha256").update(String(run().request.content["code"] ?? "")).digest("hex").slice(0, 8),
    comms,
  };
}
