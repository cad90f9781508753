import { show } from "../../core/parameters.js";
import type { Files } from "./engine.js";
import type { TextSplit } from "./plan.js";

/** Files that live in memory, for a browser, a simulation or a test. Positions in them count UTF-16 code units instead of bytes. */
export interface MemoryFiles extends Files {
  /** The text of every file by its path. */
  readonly texts: Map<string, string>;
}

/** Files in memory: `memoryFiles({ "poem.txt": "to be\nor not to be\n" })`. A path that ends with "/" is a folder's. */
export function memoryFiles(texts: Readonly<Record<string, string>> = {}): MemoryFiles {
  const all = new Map(Object.entries(texts));
  const inFolder = (folder: string): string[] => [...all.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  return {
    texts: all,
    splits(path, partitions) {
      const paths = path.split(",").flatMap((one) => (all.has(one) ? [one] : inFolder(one).filter((file) => !/\/[_.][^/]*$/.test(file))));
      if (paths.length === 0) throw new Error(`there is no file ${show(path)}`);
      const total = paths.reduce((sum, one) => sum + all.get(one)!.length, 0);
      const length = Math.max(1, Math.ceil(total / partitions));
      return paths.flatMap((one) => splitsOf(one, all.get(one)!.length, length));
    },
    lines: (split) => linesOf(all.get(split.path) ?? "", split),
    prepare(path) {
      if (all.has(path) || inFolder(path).length > 0) throw new Error(`the output folder ${show(path)} exists already`);
    },
    write(path, partition, lines) {
      const list = [...lines];
      all.set(`${path}/part-${String(partition).padStart(5, "0")}`, list.map((line) => `${line}\n`).join(""));
      return list.length;
    },
    commit: (path) => void all.set(`${path}/_SUCCESS`, ""),
    abort: (path) => inFolder(path).forEach((file) => all.delete(file)),
  };
}

function splitsOf(path: string, size: number, length: number): TextSplit[] {
  const splits: TextSplit[] = [];
  for (let start = 0; start < size || splits.length === 0; start += length) splits.push({ path, start, end: Math.min(size, start + length) });
  return splits;
}

/** The lines that begin in the split. A line ends with "\n" or "\r\n", or with the text. */
function* linesOf(text: string, { start, end }: TextSplit): Generator<string> {
  let at = start === 0 ? 0 : text.indexOf("\n", start - 1) + 1;
  if (at === 0 && start > 0) return;
  while (at < end) {
    const stop = text.indexOf("\n", at);
    const line = text.slice(at, stop === -1 ? undefined : stop);
    yield line.endsWith("\r") ? line.slice(0, -1) : line;
    if (stop === -1) return;
    at = stop + 1;
  }
}
