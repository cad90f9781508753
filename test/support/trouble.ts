/**
 * What may go wrong in a swarm over seeds, half of it in each seed; rates are strikes per second. Each knob draws from
 * a stream of its own, so a table may leave one out or set it anew, and the others stay as they were.
 */
export const TROUBLE = {
  loss: [0.01, 0.2],
  duplication: [0.01, 0.3],
  latency: { oneOf: [[1, 50], [0, 5], { kind: "exponential", mean: 10 }, { kind: "log-normal", median: 8, sigma: 1 }] },
  flush: { oneOf: [5, [0, 20]] },
  crashes: [0.5, 8],
  writeCrashes: [0.5, 8],
  pauses: [0.5, 4],
  stalls: [0.5, 4],
  slowdowns: [0.5, 2],
  skews: [0.5, 2],
  partitions: [0.5, 4],
  oneWayCuts: [0.5, 4],
  bridges: [0.5, 2],
  isolations: [0.5, 4],
  swizzles: [0.5, 2],
} as const;

/** The table without some of its knobs. */
export function without<Table extends object, Name extends keyof Table>(table: Table, ...names: readonly Name[]): Omit<Table, Name> {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !names.includes(name as Name))) as Omit<Table, Name>;
}
