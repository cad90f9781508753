import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { textSplits } from "../../lib/compute/mapreduce/input.js";
import { fileError } from "../../lib/threads/errors.js";
import { filesOf, localFiles, NewFile, splitsOf } from "../../lib/threads/files.js";
import { chunksOf, linesOf, recordsOf } from "../../lib/threads/lines.js";

const folder = mkdtempSync(join(tmpdir(), "lines-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileWith = (content: string | Uint8Array): string => {
  const path = join(folder, "file.txt");
  writeFileSync(path, content);
  return path;
};

describe("lines", () => {
  it("come each once, whatever the parts and chunks, with \\n, \\r\\n, no end at the end, and letters of all lengths", () => {
    const text = fc.array(fc.constantFrom("a", "bc", "\n", "\r\n", "\r", "é", "統", "😀", "\n\n")).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 80 }), (content, bytes, chunk) => {
        const path = fileWith(content);
        const splits = splitsOf(path, bytes);
        const expected = content.split(/\r?\n/);
        if (content === "" || content.endsWith("\n")) expected.pop();
        expect(splits.flatMap((split) => [...linesOf(split, { chunk })])).toEqual(expected);
        const offsets = textSplits({ file: content }, { splitBytes: 1_000 }).flatMap(({ records }) => records);
        expect(splits.flatMap((split) => [...recordsOf(split, { chunk })])).toEqual(offsets);
      }),
      { numRuns: 400 },
    );
  });

  it("of an empty file are none", () => {
    const path = fileWith("");
    expect(splitsOf(path, 10)).toEqual([{ path, start: 0, end: 0 }]);
    expect([...linesOf({ path, start: 0, end: 0 })]).toEqual([]);
  });

  it.each([
    ["a byte that begins nothing", [0x61, 0x0a, 0xff, 0x62], 2, "ff"],
    ["a letter that is cut by the line's end", [0x61, 0xe7, 0xb5, 0x0a, 0x62], 1, "e7"],
    ["a letter in a longer form than it needs", [0x61, 0x61, 0xc0, 0xaf], 2, "c0"],
    ["half a pair of surrogates", [0x0a, 0xed, 0xa0, 0x80, 0x0a], 1, "ed"],
    ["a letter that is cut by the end of the file", [0x0a, 0xc3, 0xa9, 0xf0, 0x9f], 3, "f0"],
  ])("that are no UTF-8 are refused with the place: %s", (_, bytes, at, hex) => {
    const path = fileWith(Uint8Array.from([...Buffer.from("wörter\n"), ...bytes]));
    expect(() => [...linesOf({ path, start: 0, end: 100 })]).toThrow(`file.txt" is not UTF-8: byte ${8 + at} is 0x${hex}`);
  });

  it("that are too long are refused before they fill the memory", () => {
    const path = fileWith("short\n");
    truncateSync(path, 200_000_000);
    const begin = process.memoryUsage().arrayBuffers;
    expect(() => [...linesOf({ path, start: 0, end: 200_000_000 })]).toThrow(
      `file.txt" that begins at byte 6 is longer than ${16 * 1024 * 1024} bytes, the option longestLine`,
    );
    expect(process.memoryUsage().arrayBuffers - begin).toBeLessThan(100_000_000);
    const split = { path: fileWith(`x\n${"y".repeat(100)}\nz`), start: 0, end: 104 };
    expect([...linesOf(split, { longestLine: 100, chunk: 10 })]).toEqual(["x", "y".repeat(100), "z"]);
    for (const chunk of [10, 1000]) expect(() => [...linesOf(split, { longestLine: 99, chunk })]).toThrow("begins at byte 2 is longer than 99 bytes");
  });

  it("close their file when nobody wants more of them", () => {
    const path = fileWith("a\nb\nc\n");
    for (let i = 0; i < 3_000; i++) for (const { offset } of chunksOf({ path, start: 0, end: 6 }, { chunk: 2 })) if (offset === 0) break;
  });
});

describe("what a disk refuses", () => {
  it("is told in words", () => {
    const full = new NewFile("/dev/full");
    expect(() => full.write(Buffer.from("x"))).toThrow('the disk is full: nothing more can be written to "/dev/full"; free some space, or name another folder');
    full.end();
    expect(() => [...linesOf({ path: folder, start: 0, end: 1 })]).toThrow("is a folder, not a file");
    expect(fileError("read", "secret", { code: "EACCES" }).message).toBe('"secret" may not be read: permission denied');
  });
});

describe("the files of an input", () => {
  it("are a file, those of a folder in the order of names, or a list", () => {
    const local = localFiles();
    const out = join(folder, "out");
    local.prepare(out);
    local.write(out, 1, ["b"]);
    local.write(out, 0, ["a", "ä"]);
    local.commit(out);
    expect(filesOf(out)).toEqual([{ path: join(out, "part-00000"), bytes: 5 }, { path: join(out, "part-00001"), bytes: 2 }]);
    expect(filesOf(`${out}, ${out}`).length).toBe(4);
    expect(local.splits(out, 3).flatMap((split) => [...local.lines(split)])).toEqual(["a", "ä", "b"]);
    expect(() => local.prepare(out)).toThrow(`the output folder ${JSON.stringify(out)} exists already: nothing is overwritten`);
    local.abort(out);
    expect(() => filesOf(out)).toThrow(`there is no file ${JSON.stringify(out)} to read`);
  });
});
