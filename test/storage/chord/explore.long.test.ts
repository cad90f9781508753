import { expect, it } from "vitest";
import { join, runs } from "./runs.js";

it.each<[string, Parameters<typeof runs>, number]>([
  ["a join, three stabilises and one crash, of anybody, in a ring of three", [[0, 4, 8, 12], 3, {}, { requests: [join("n3", "n0")], timers: 3, crashes: 1 }], 119_559],
  ["a node that joins, fails and joins again, three stabilises", [[0, 4, 8, 12], 3, {}, { requests: [[join("n3", "n0"), join("n3", "n1")]], timers: 3, crashes: { n3: 1 } }], 68_004],
  ["the same in a ring of two, four stabilises", [[0, 4, 8], 2, {}, { requests: [[join("n2", "n0"), join("n2", "n1")]], timers: 4, crashes: { n2: 1 } }], 178_617],
])("every run of Chord's nodes is one ordered ring: %s", (_, world, worlds) => {
  const verdict = runs(...world);
  expect([verdict.kind, verdict.worlds]).toEqual(["holds", worlds]);
});
