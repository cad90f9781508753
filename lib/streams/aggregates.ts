/** What is computed (the question "what"): values are added to a total, totals merge, and a total has a result. All are plain data. */
export interface Aggregate<V = any, T = any, R = any> {
  readonly name: string;
  readonly zero: T;
  add(total: T, value: V): T;
  /** Both totals in one: for sessions that grow together. Must be associative. */
  merge(one: T, other: T): T;
  result(total: T): R;
}

/** The sum of all values. */
export const sum: Aggregate<number, number, number> = {
  name: "sum",
  zero: 0,
  add: (total, value) => total + value,
  merge: (one, other) => one + other,
  result: (total) => total,
};

/** How many values there are, whatever they are. */
export const count: Aggregate<unknown, number, number> = { ...sum, name: "count", add: (total) => total + 1 };

/** The mean of all values; its total is their sum and number, because means do not merge. */
export const mean: Aggregate<number, readonly [sum: number, count: number], number> = {
  name: "mean",
  zero: [0, 0],
  add: ([total, n], value) => [total + value, n + 1],
  merge: ([a, n], [b, m]) => [a + b, n + m],
  result: ([total, n]) => total / n,
};

/** A value of one of two streams that are joined. */
export interface Sided {
  readonly side: "left" | "right";
  readonly item: string;
}

/** A join of two streams by window: each left item with each right one of the same key and window, in the order of their names. */
export const join: Aggregate<Sided, readonly Sided[], readonly (readonly [left: string, right: string])[]> = {
  name: "join",
  zero: [],
  add: (total, value) => [...total, value],
  merge: (one, other) => [...one, ...other],
  result(total) {
    const of = (wanted: Sided["side"]): string[] => total.filter(({ side }) => side === wanted).map(({ item }) => item).sort();
    const right = of("right");
    return of("left").flatMap((left) => right.map((other) => [left, other] as const));
  },
};
