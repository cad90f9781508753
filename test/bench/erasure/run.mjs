// What it costs to make shards, and to make lost ones anew, beside the least that a code can do: one shard that is the sum of the
// others.
//
//   npm run bench -- erasure
//
// Seconds are of the processor; what is to be carried forward are the ratios.
import { localReconstruction, reedSolomon, split } from "distlab/erasure";

const MEGABYTES = 24;
const bytes = Uint8Array.from({ length: MEGABYTES * 1e6 }, (_, i) => (i * 2654435761) >>> 24);

/** @template T @param {() => T} work @returns {{ result: T, rate: number }} megabytes of data in a second */
function timed(work) {
  work(); // warm
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, rate: MEGABYTES / ((user + system) / 1e6) };
}

/** @param {readonly Uint8Array[]} shards */
function parity(shards) {
  const sum = new Uint8Array(shards[0].length);
  for (const shard of shards) for (let i = 0; i < sum.length; i++) sum[i] ^= shard[i];
  return sum;
}

/** @param {string} what @param {number} rate @param {number} base @param {string} of */
function tell(what, rate, base, of) {
  console.log(`  ${what.padEnd(46)} ${rate.toFixed(0).padStart(6)} MB/s ${(rate / base).toFixed(2).padStart(7)} of ${of}`);
}

for (const data of [6, 12]) {
  const shards = split(bytes, data);
  const base = timed(() => parity(shards)).rate;
  console.log(`${data} data shards of ${(MEGABYTES / data).toFixed(0)} MB`);
  tell("one sum of all, by hand", base, base, "itself");
  const codes = [
    ...[1, 2, 3].map((more) => ({ what: `Reed-Solomon, ${more} more`, code: reedSolomon({ data, parity: more }), more })),
    { what: "local groups: 2, and 2 for all", code: localReconstruction({ data, groups: 2, globals: 2 }), more: 4 },
  ];
  for (const { what, code, more } of codes) {
    const { result: all, rate } = timed(() => code.encode(shards));
    tell(`${what}: make them`, rate, base / more, `${more} ${more === 1 ? "sum" : "sums"}`);
    const left = all.map((shard, i) => (i < Math.min(more, 2) ? null : shard));
    const again = timed(() => code.reconstruct(left));
    if (again.result.some((shard, i) => Buffer.compare(shard, all[i]) !== 0)) throw new Error(`${what}: other bytes came back`);
    tell(`${what}: make ${Math.min(more, 2)} of the data anew`, again.rate, base / Math.min(more, 2), `${Math.min(more, 2)} ${Math.min(more, 2) === 1 ? "sum" : "sums"}`);
  }
}
