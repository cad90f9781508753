/** What a kernel was asked to show, in order. */
export interface Shown {
  readonly data: Record<string, any>;
  readonly id?: string;
  readonly update?: boolean;
}

const door = Symbol.for("distlab.kernel");

/** Run with a kernel that only takes notes; with `stopAfter`, the Stop button is pressed at that check. */
export async function withKernel(
  work: () => unknown,
  { stopAfter = Infinity }: { readonly stopAfter?: number } = {},
): Promise<Shown[]> {
  const shown: Shown[] = [];
  let checks = 0;
  const global = globalThis as { [name: symbol]: unknown };
  global[door] = {
    display: (data: Record<string, unknown>, options: { id?: string; update?: boolean } = {}) =>
      void shown.push({ data, ...options }),
    clear: () => {},
    checkInterrupt() {
      if (++checks > stopAfter) throw new Error("interrupted");
    },
  };
  try {
    await work();
  } finally {
    delete global[door];
  }
  return shown;
}

/** What is printed where there is no kernel. */
export async function printed(work: () => unknown): Promise<string[]> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => void lines.push(text);
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines;
}
