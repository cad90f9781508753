/**
 * Sorted runs merged into one, as the reduce side does with what came of many map tasks (section 3.1 of Dean & Ghemawat 2004,
 * step 5). Of items that compare equal, that of the earlier run comes first, so the order within a key is defined. Holds one
 * item a run: runs may be files that are larger than memory. (A binary heap of runs: Knuth, The Art of Computer Programming,
 * volume 3, section 5.4.1.)
 *
 * @param compare negative if the first comes before the second; each run is in this order
 */
export function* mergeRuns<T>(runs: readonly Iterable<T>[], compare: (one: T, other: T) => number): Generator<T> {
  const heads = runs.flatMap((run, rank): Head<T>[] => {
    const rest = run[Symbol.iterator]();
    const first = rest.next();
    return first.done ? [] : [{ item: first.value, rank, rest }];
  });
  const isBefore = (one: Head<T>, other: Head<T>): boolean => (compare(one.item, other.item) || one.rank - other.rank) < 0;
  for (let i = (heads.length >> 1) - 1; i >= 0; i--) sink(heads, i, isBefore);
  try {
    while (heads.length > 0) {
      const least = heads[0]!;
      yield least.item;
      const next = least.rest.next();
      if (!next.done) least.item = next.value;
      else {
        const last = heads.pop()!;
        if (heads.length > 0) heads[0] = last;
      }
      sink(heads, 0, isBefore);
    }
  } finally {
    // A reader that stops early lets go of the files of all runs.
    for (const { rest } of heads) rest.return?.();
  }
}

interface Head<T> {
  item: T;
  readonly rank: number;
  readonly rest: Iterator<T>;
}

function sink<T>(heap: Head<T>[], from: number, isBefore: (one: Head<T>, other: Head<T>) => boolean): void {
  for (let i = from; ; ) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    }
    if (least === i) return;
    [heap[i], heap[least]] = [heap[least]!, heap[i]!];
    i = least;
  }
}
