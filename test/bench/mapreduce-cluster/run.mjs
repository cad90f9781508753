// How fast a cluster of thousands of workers is simulated, and how far its figures are from the published ones.
//
//   npm run bench -- mapreduce-cluster
//
// Seconds of the first part are of the processor; those of the second are virtual, the same on every machine.
import { layout, masterOf, sizedCluster } from "distlab/mapreduce";
import { Simulation } from "distlab/sim";

/** @param {object} job @param {object} options @param {readonly object[]} [faults] */
function run(job, options, faults = []) {
  const before = process.cpuUsage();
  const simulation = new Simulation({
    .../** @type {any} */ (sizedCluster(/** @type {any} */ (job), /** @type {any} */ (options))),
    faults,
    limits: { time: 1e7, events: 1e8 },
  });
  simulation.run();
  const { user, system } = process.cpuUsage(before);
  const { phase, attempts } = masterOf({ simulation });
  if (phase.kind !== "done") throw new Error(`the job is ${phase.kind}`);
  return { virtual: simulation.decisions[0].at / 1000, cpu: (user + system) / 1e6, attempts };
}

const terabyte = { inputBytes: 1e12, recordBytes: 100 };
console.log("2,000 workers, 20,000 tasks (M = 15,000, R = 5,000), aim: below 2 s");
const times = Array.from({ length: 5 }, () => run({ ...terabyte, maps: 15_000, reduces: 5_000 }, { workers: layout({ workers: 2_000 }), status: false }));
console.log(`  ${times.map(({ cpu }) => cpu.toFixed(2)).join(" ")} s, best ${Math.min(...times.map(({ cpu }) => cpu)).toFixed(2)} s`);

const sort = { ...terabyte, maps: 15_000, reduces: 4_000 };
const on = (/** @type {number} */ factor) => ({ workers: layout({ workers: 1_746, slow: { count: factor > 1 ? 5 : 0, factor } }) });
const killed = Array.from({ length: 200 }, (_, i) => ({ at: 150_000, kind: "crash", node: `w${8 * i + 1}`, forMs: 1_000 }));
const sound = run(sort, on(1)).virtual;
console.log(`\nsort of 10^10 records on 1,746 workers: ${sound.toFixed(0)} s (published 891 s on machines that also did other work)`);
const struck = run(sort, on(1), killed).virtual;
console.log(`  200 workers killed after 150 s: ${struck.toFixed(0)} s, ${percent(struck / sound)} (published +5 %)`);
for (const factor of [2, 5, 10, 30]) {
  const helped = run(sort, on(factor)).virtual;
  const alone = run(sort, { ...on(factor), backups: 0 }).virtual;
  console.log(`  5 machines ${factor} times slower: ${helped.toFixed(0)} s, without backups ${alone.toFixed(0)} s, ${percent(alone / helped)} (published +44 %)`);
}
const { virtual } = run({ ...terabyte, maps: 15_000, reduces: 1, mapShare: (92_337 * 100) / 1e12 }, { workers: layout({ workers: 1_764 }) });
console.log(`grep of the same data on 1,764 workers: ${virtual.toFixed(0)} s (published about 150 s)`);

/** @param {number} ratio */
function percent(ratio) {
  return `${ratio >= 1 ? "+" : ""}${((ratio - 1) * 100).toFixed(0)} %`;
}
