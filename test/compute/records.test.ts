import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkRecord, decode, encode, framed, Frames, RecordWriter } from "../../lib/compute/records.js";

/** All that a record may be. */
const { record } = fc.letrec((tie) => ({
  record: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(null, undefined, true, false, 0, -0, 127, 128, -1, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, "", "\ud83d", "\ude00", "\ufeff"),
    fc.bigInt(),
    fc.uint8Array(),
    fc.tuple(fc.string(), fc.integer()),
    fc.array(tie("record")),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), tie("record"), { noNullPrototype: true }),
  ),
}));

describe("a block of records", () => {
  it("gives back what was put in, whatever that is", () => {
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const back = decode(encode(records));
        expect(back).toStrictEqual(records);
        back.forEach((item, i) => typeof item === "number" && expect(Object.is(item, records[i])).toBe(true));
      }),
      { numRuns: 500 },
    );
  });

  it("gives back halves of a surrogate pair in texts that stand side by side", () => {
    for (const records of [["\ud83d", "\ude00"], ["\ude00", "\ud83d"], ["a\ud83d", "é"]]) expect(decode(encode(records))).toEqual(records);
  });

  it("is the same for a pair in either form, and takes few bytes for it", () => {
    const writer = new RecordWriter();
    writer.addPair("the", 7);
    writer.addPair("x", 0.5);
    expect(writer.count).toBe(2);
    const block = writer.take();
    expect(block).toEqual(encode([["the", 7], ["x", 0.5]]));
    expect(encode([["the", 7]]).length).toBe(3 + 3 + 3);
    expect(writer.count).toBe(0);
    expect(decode(writer.take())).toEqual([]);
  });

  it.each([
    [[1, () => 2], "record 1 is the function (without a name): functions do not leave their thread"],
    [[{ a: [0, { when: new Date(0) }] }], "record 0.a[1].when is an instance of Date: send its fields as a plain object"],
    [[0, 1, ["k", new Map()]], "record 2[1] is an instance of Map: send it as an array, [...it]"],
    [[Symbol("s")], "record 0 is a symbol"],
    [[new Float64Array(2)], "record 0 is an instance of Float64Array: send its fields as a plain object"],
  ])("refuses what cannot go, with its place", (records, sentence) => {
    expect(() => encode(records)).toThrow(new TypeError(sentence));
  });

  it("refuses what holds itself", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => encode([loop])).toThrow(/^record 0.* is nested more than 1000 levels deep, or holds itself$/);
    expect(() => checkRecord("the answer", loop)).toThrow(/^the answer.* holds itself$/);
  });

  it("stays whole when a record is refused", () => {
    const writer = new RecordWriter();
    writer.add("before");
    expect(() => writer.add(["half", ["of", () => 1]])).toThrow("record 1[1][1] is");
    writer.add("after");
    expect(decode(writer.take())).toEqual(["before", "after"]);
  });

  it("is refused when a part of it is missing or wrong", () => {
    const block = encode([["the", 7], { a: [1, 2.5, "text"], b: new Uint8Array(9) }]);
    for (let end = 0; end < block.length; end++) expect(() => decode(block.subarray(0, end))).toThrow("no block of records");
    expect(() => decode(new Uint8Array([1, 1, 0, 255]))).toThrow("no block of records");
  });
});

describe("blocks in a stream", () => {
  it("are found again, in whatever pieces the stream comes", () => {
    fc.assert(
      fc.property(fc.array(fc.array(record, { maxLength: 3 })), fc.integer({ min: 1, max: 50 }), (blocks, length) => {
        const bytes = Buffer.concat(blocks.map((records) => framed(encode(records))));
        const frames = new Frames();
        const found: unknown[] = [];
        for (let at = 0; at < bytes.length; at += length) found.push(...frames.push(bytes.subarray(at, at + length)).map(decode));
        frames.end();
        expect(found).toStrictEqual(blocks);
      }),
    );
  });

  it("end with an error inside a block", () => {
    const frames = new Frames();
    frames.push(framed(encode(["x"])).subarray(0, 6));
    expect(() => frames.end()).toThrow("the stream ends in the middle of a block, with 6 bytes of it");
  });
});
