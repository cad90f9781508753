import { interruptWith } from "../core/interrupt.js";
import type { Bundle } from "../plot/display.js";

/** What the course's kernel offers to the code of a cell. Other kernels, and programs, have none. */
export interface Kernel {
  /** Show a bundle; with `update`, in place of what was shown before under the same id. */
  display(data: Record<string, unknown>, options?: { metadata?: object; id?: string; update?: boolean }): void;
  /** Take away what the cell has shown so far. */
  clear(options?: { wait?: boolean }): void;
  /** Throws if the learner pressed Stop. */
  checkInterrupt(): void;
}

/** The kernel, or null outside of one. */
export function kernel(): Kernel | null {
  return ((globalThis as { [name: symbol]: unknown })[Symbol.for("distlab.kernel")] as Kernel | undefined) ?? null;
}

/** Long runs of the library listen to the Stop button. */
interruptWith(() => kernel()?.checkInterrupt());

/** Show a bundle in the notebook, or print its text where there is no notebook. */
export function display(bundle: Bundle, options: { readonly id?: string; readonly update?: boolean } = {}): void {
  const here = kernel();
  if (here !== null) here.display({ ...bundle }, options);
  else if (options.update !== true) print(String(bundle["text/plain"] ?? ""));
}

/** Let the page and the Stop button have their turn. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => void host.setTimeout(resolve, 0));
  kernel()?.checkInterrupt();
}

/** Real time in ms, for deciding when to show progress. It never enters a result. */
export function realTime(): number {
  return Date.now();
}

export function print(text: string): void {
  host.console.log(text);
}

/** What every host of JavaScript has, though the language does not say so. */
const host = globalThis as unknown as {
  readonly console: { log(text: string): void };
  setTimeout(action: () => void, ms: number): unknown;
};
