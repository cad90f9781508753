import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countWords } from "../../lib/threads.js";
import { WordTable } from "../../lib/threads/words/table.js";
import { entry, fileOf, folder, textOf } from "./support.js";

/** The slow obvious form. */
function counted(text: string): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of text.split(/[\0-\x20]+/)) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

function inTable(texts: readonly string[], slots?: number): [string, number][] {
  const sum = new WordTable(slots);
  for (const text of texts) {
    const table = new WordTable(slots);
    const bytes = Buffer.from(text);
    table.addText(Buffer.concat([bytes, Buffer.from("leftover")]), bytes.length);
    sum.addWords(table.words());
  }
  const { text, counts } = sum.words();
  const words = Buffer.from(text).toString().split("\n").slice(0, -1);
  return words.map((word, i): [string, number] => [word, counts[i]!]).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

describe("words on bytes", () => {
  it("are counted as in a Map of texts, whatever their lengths, letters and the places where the text is cut", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "統", "\x7f", "~", "!", "\0"), maxLength: 14 });
    const gap = fc.constantFrom(" ", "\n", "\r\n", "\t", "  ", "\x1f");
    const text = fc.array(fc.tuple(word, gap)).map((parts) => parts.flat().join(""));
    fc.assert(
      fc.property(text, word, text, (one, last, other) => {
        expect(inTable([one + last, other], 4)).toEqual(counted(`${one}${last}\n${other}`));
      }),
      { numRuns: 500 },
    );
  });

  it("are told apart where their hashes or first letters are the same", () => {
    const words = Array.from({ length: 5_000 }, (_, i) => `prefix8_${i % 2 ? "x" : ""}${i}`);
    expect(inTable([words.join(" ")], 4)).toEqual(counted(words.join(" ")));
  });

  it("are counted on threads", async () => {
    const text = `${textOf(60_000)} the last`;
    const counts = await countWords(fileOf("words.txt", text), { threads: 2, entry });
    expect(counts.entries()).toEqual(counted(text));
    expect(counts.top(2)).toEqual(counted(text).slice(0, 2));
    expect(counts.total).toBe(counted(text).reduce((sum, [, n]) => sum + n, 0));
    expect((await countWords(fileOf("none.txt", ""), { entry })).entries()).toEqual([]);
    await expect(countWords("nowhere.txt")).rejects.toThrow('there is no file "nowhere.txt"');
    writeFileSync(join(folder, "wrong.txt"), Buffer.from([0x61, 0x20, 0xff]));
    await expect(countWords(join(folder, "wrong.txt"), { entry })).rejects.toThrow("is not UTF-8: byte 2 is 0xff");
  });
});
