import { expect, it } from "vitest";
import { stream } from "../../lib/core.js";
import { PairMap, Vectors } from "../../lib/check/vectors.js";

it("numbers each vector once, also where hashes collide", () => {
  const chance = stream(1, "vectors");
  const vectors = new Vectors();
  const numbers = new Map<string, number>();
  const scratch = new Int32Array(8);
  // Among so many vectors some ten pairs share a hash of 32 bits.
  for (let i = 0; i < 300_000; i++) {
    const length = 1 + chance.below(8);
    for (let k = 0; k < length; k++) scratch[k] = chance.below(50) - 1;
    const text = scratch.subarray(0, length).join();
    const expected = numbers.get(text) ?? numbers.size;
    numbers.set(text, expected);
    if (vectors.add(scratch, length) !== expected) throw new Error(`vector ${text} should be number ${expected}`);
  }
  expect(vectors.size).toBe(numbers.size);
  for (const [text, number] of numbers) {
    const length = vectors.read(number, scratch);
    if (scratch.subarray(0, length).join() !== text) throw new Error(`number ${number} should be ${text}`);
  }
});

it("maps pairs to numbers, whatever the order of their coming", () => {
  const chance = stream(2, "pairs");
  const pairs = new PairMap();
  const expected = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = [chance.below(300), chance.below(300)];
    expect(pairs.get(a, b)).toBe(expected.get(`${a} ${b}`) ?? -1);
    pairs.set(a, b, i);
    expected.set(`${a} ${b}`, i);
  }
});
