// Text in which the k-th most frequent of 100,000 words is k times as rare as the first (Zipf), 8 to 16 words a line, always the same.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

const WORDS = 100_000;

/** A generator of numbers in [0, 1) (splitmix). */
function numbers(seed) {
  let x = seed;
  return () => {
    x = (x + 0x9e3779b9) | 0;
    let z = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** The file with about so many megabytes, made if it is not there. */
export function corpus(folder, megabytes) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `corpus-${megabytes}.txt`);
  if (existsSync(path)) return path;
  const draw = numbers(2004);
  const words = new Set();
  while (words.size < WORDS) {
    const length = 2 + Math.floor((draw() + draw()) * 5.5);
    words.add(Array.from({ length }, () => String.fromCharCode(97 + Math.floor(draw() * 26))).join(""));
  }
  const list = [...words];
  const sums = new Float64Array(WORDS);
  let sum = 0;
  for (let k = 0; k < WORDS; k++) sums[k] = sum += 1 / (k + 1);
  const word = () => {
    const at = draw() * sum;
    let [low, high] = [0, WORDS - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < at) low = middle + 1;
      else high = middle;
    }
    return list[low];
  };
  const file = openSync(`${path}.part`, "w");
  for (let left = megabytes * 1e6; left > 0; ) {
    let text = "";
    while (text.length < 1 << 20 && text.length < left) {
      const line = [];
      for (let k = 8 + Math.floor(draw() * 9); k > 0; k--) line.push(word());
      text += `${line.join(" ")}\n`;
    }
    writeSync(file, text, null, "latin1");
    left -= text.length;
  }
  closeSync(file);
  renameSync(`${path}.part`, path);
  return path;
}
