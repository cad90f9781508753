/*
 * Listing 4.6 of the article, "MapReduce实现", in TypeScript, line by line: what it does when run, and what each repair of one line still
 * leaves wrong. Python's `pool.map` is a map here: that the pieces run in four processes changes no result.
 */

/** A Python value as the listing has them: a whole number, or a tuple. */
export type PythonValue = number | readonly [number, number];

/** `[data[i:i+4] for i in range(0, len(data), 4)]`. */
export function slicesOfFour(data: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(data.length / 4) }, (_, i) => data.slice(4 * i, 4 * i + 4));
}

/**
 * `return data[0], sum(data[1:])`. The first of four numbers is taken for a key, and is data no more.
 */
export function articleMap(data: readonly number[]): readonly [number, number] {
  return [data[0]!, sumOf(data.slice(1))];
}

/**
 * `return sum(data)`.
 *
 * @throws TypeError as Python does where it is to add a tuple to a number
 */
export function articleReduce(data: readonly PythonValue[]): number {
  let sum = 0;
  for (const item of data) {
    if (typeof item !== "number") throw new TypeError("unsupported operand type(s) for +: 'int' and 'tuple'");
    sum += item;
  }
  return sum;
}

/** A way to write the listing. */
export interface Listing {
  readonly map: (data: readonly number[]) => PythonValue;
  readonly reduce: (results: readonly PythonValue[]) => number;
}

/** The listing as printed. */
export const articleListing: Listing = { map: articleMap, reduce: articleReduce };

/** "M-tuple-sum": the sum of tuples is mended by adding up their second fields; the numbers that were taken for keys are lost. */
export const sumOfSeconds: Listing = {
  map: articleMap,
  reduce: (results) => articleReduce(results.map((item) => (typeof item === "number" ? item : item[1]))),
};

/** "M-key-swallows-data" is mended: nothing is a key. What is left, "M-no-shuffle", is a sum in two steps, with no keys to group by. */
export const sumOfSums: Listing = { map: sumOf, reduce: articleReduce };

/** `mapreduce(data)`. */
export function articleMapReduce(data: readonly number[], { map, reduce }: Listing = articleListing): number {
  return reduce(slicesOfFour(data).map(map));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
