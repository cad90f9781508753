import { isUtf8 } from "node:buffer";
import type { TextSplit } from "../../compute/rdd/plan.js";
import { chunksOf, notUtf8 } from "../lines.js";
import { WordTable, type Words } from "./table.js";

/** A task of a count. */
export interface WordsMessage {
  readonly phase: "words";
  readonly splits: readonly TextSplit[];
}

/** On a thread: count the words of some parts. */
export function workOnWords({ splits }: WordsMessage): Words {
  const table = new WordTable();
  let copy = Buffer.alloc(0);
  for (const split of splits) {
    for (const chunk of chunksOf(split)) {
      const { bytes } = chunk;
      if (!isUtf8(bytes)) throw notUtf8(chunk, split.path);
      // With room behind it: the table reads beyond the end.
      if (copy.length < bytes.length + 8) copy = Buffer.alloc(bytes.length + 8);
      copy.set(bytes);
      copy.fill(0, bytes.length, bytes.length + 8);
      table.addText(copy, bytes.length);
    }
  }
  return table.words();
}
