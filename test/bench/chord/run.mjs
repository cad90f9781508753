// How fast Chord's ideal ring is built and asked, and how many lookups its nodes make on the simulator, through the package as
// notebooks import it. Times are of the processor, so that other programs disturb them less; a change below a third is noise.
import { chord, FingerRing, space } from "distlab/chord";
import { ids } from "distlab/core";
import { Simulation } from "distlab/sim";

function timed(work) {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { result, ms: (user + system) / 1000 };
}

const perSecond = (count, ms) => `${Math.round((count / ms) * 1000).toLocaleString("en").padStart(12)}/s`;

/** A generator of 32-bit numbers (splitmix), the same for every contender. */
function numbers(seed) {
  let x = seed;
  return () => {
    x = (x + 0x9e3779b9) | 0;
    let z = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

console.log("The ideal ring, lookups of random keys from random nodes");
const LOOKUPS = 1_000_000;
let checksum = 0;
for (const nodes of [1_000, 10_000, 100_000, 1_000_000]) {
  const draw = numbers(42);
  const set = new Set();
  while (set.size < nodes) set.add(draw());
  const idsOf = Uint32Array.from(set);
  new FingerRing(idsOf.subarray(0, 1_000));
  const { result: ring, ms: built } = timed(() => new FingerRing(idsOf));
  const next = numbers(7);
  let hops = 0;
  const { ms } = timed(() => {
    for (let i = 0; i < LOOKUPS; i++) {
      checksum += ring.find(next() % nodes, next());
      hops += ring.hops;
    }
  });
  console.log(
    `  ${nodes.toLocaleString("en").padStart(9)} nodes: built in ${built.toFixed(1).padStart(6)} ms, ${perSecond(LOOKUPS, ms)}, ` +
      `${(hops / LOOKUPS).toFixed(2)} hops before the last (½ log₂ N is ${(Math.log2(nodes) / 2).toFixed(2)}), ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
}

console.log("\nNodes on the simulator, lookups by messages");
for (const nodes of [100, 1_000, 10_000]) {
  for (const lookups of ["iterative", "recursive"]) {
    const names = ids(...Array.from({ length: nodes }, (_, i) => `n${i}`));
    const role = chord({ space: space(32), members: names, lookups, every: 1e9, patience: 1e6 });
    const count = 20_000;
    const requests = Array.from({ length: count }, (_, i) => ({ at: i * 0.1, node: names[i % nodes], request: { kind: "lookup", key: `key ${i}` } }));
    const options = { seed: 1, nodes: Object.fromEntries(names.map((name) => [name, role])), network: { latency: [5, 15] }, limits: { time: 1e6, events: 1e7 } };
    const run = (asked) => {
      const simulation = new Simulation({ ...options, requests: asked });
      simulation.run({ until: 1e5 });
      return simulation.history.filter(({ returnedAt }) => returnedAt !== null).length;
    };
    const { ms: idle } = timed(() => run([]));
    const { result: found, ms } = timed(() => run(requests));
    checksum += found;
    console.log(`  ${String(nodes).padStart(5)} nodes, ${lookups}: ${perSecond(found, ms - idle)} of processor time, start-up ${Math.round(idle)} ms; ${found} of ${count} answered`);
  }
}
if (!(checksum > 0)) throw new Error("nothing was looked up");
