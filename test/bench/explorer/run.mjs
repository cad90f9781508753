// How fast worlds and states are explored through the public API, beside what a program for one model alone can do.
//
//   npm run bench -- explorer
//
// LARGE=1 adds two-phase commit with nine managers: 10.3 million states. The times are of the processor, so that
// neighbours on the machine matter less; ratios are what to carry forward.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { explore, search } from "distlab/check";
import { twoPhaseSpecification } from "distlab/commit";
import { exploreOnThreads, searchOnThreads } from "distlab/parallel";
import { paxosProperties } from "distlab/paxos";
import { acceptors, here, paxos } from "./models.mjs";
import { packed } from "./packed.mjs";

/** Known counts, the same from TLC and SPIN. @type {Readonly<Record<number, number>>} */
const KNOWN = { 3: 288, 5: 8_832, 7: 296_448, 9: 10_340_352 };

/** @template T @param {() => T} work @returns {{ result: T, seconds: number }} */
function timed(work) {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/** @param {string} what @param {number} count @param {number} seconds @param {string} rest */
function line(what, count, seconds, rest) {
  const rate = Math.round(count / seconds).toLocaleString("en");
  console.log(`${what.padEnd(48)} ${count.toLocaleString("en").padStart(11)} ${seconds.toFixed(2).padStart(7)} s ${rate.padStart(11)}/s  ${rest}`);
}

console.log("two-phase commit as a transition system: distinct states");
const sizes = [3, 5, 7, ...(process.env["LARGE"] ? [9] : [])];
for (const managers of sizes) {
  if (managers < 9) search(twoPhaseSpecification({ managers })); // warm
  const ours = timed(() => search({ ...twoPhaseSpecification({ managers }), maxStates: 20_000_000 }));
  const { states, transitions, bytes } = ours.result;
  const limit = timed(() => packed(managers));
  if (states !== KNOWN[managers] || limit.result.states !== states || limit.result.transitions !== transitions) {
    throw new Error(`wrong count for ${managers} managers: ${states}, packed ${limit.result.states}, known ${KNOWN[managers]}`);
  }
  const memory = `${Math.round(bytes / states)} bytes a state, ${Math.round(process.memoryUsage().rss / 1e6)} MB in all`;
  line(`  search, ${managers} managers`, states, ours.seconds, memory);
  line(`  packed by hand`, states, limit.seconds, `${(ours.seconds / limit.seconds).toFixed(1)} times faster`);
}

console.log("single-decree Paxos, two proposers, the very roles of the simulator: distinct worlds");
const symmetric = [["a1", "a2", "a3"]];
for (const [what, options] of Object.entries({
  "three acceptors": {},
  "three acceptors, all properties": { properties: paxosProperties({ acceptors }) },
  "the same up to the acceptors' names": { properties: paxosProperties({ acceptors }), symmetric },
  "and without deliveries in vain": { properties: paxosProperties({ acceptors }), symmetric, reduce: true },
  "one crash, up to a million worlds": { crashes: 1 },
  "one time-out, up to a million worlds": { timers: 1 },
})) {
  const { result, seconds } = timed(() => explore({ ...paxos(), ...options }));
  line(`  ${what}`, result.worlds, seconds, `${result.kind}, ${Math.round(result.bytes / result.worlds)} bytes a world`);
}

/**
 * The processor time of each thread of this process so far, in s, where the system tells it (Linux does).
 *
 * @returns {Map<string, number>}
 */
function threadTimes() {
  const threads = "/proc/self/task";
  if (!existsSync(threads)) return new Map();
  return new Map(
    readdirSync(threads).map((thread) => {
      const [user = 0, system = 0] = readFileSync(`${threads}/${thread}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13).map(Number) ?? [];
      return [thread, (user + system) / 100];
    }),
  );
}

console.log("one search, one thread and two: on the clock, with the start of the second thread, and by the busiest thread's processor time");
const twoPhase = { module: "distlab/commit", name: "twoPhaseSpecification" };
const contest = { module: here, name: "paxos" };
/** @type {Readonly<Record<string, (options: { threads: number, progress: () => void }) => Promise<{ summary: string }>>>} */
const shared = {
  "two-phase commit, 7 managers": (options) => searchOnThreads(twoPhase, { ...options, input: { managers: 7 } }),
  "Paxos, one time-out, up to three million worlds": (options) =>
    exploreOnThreads(contest, { ...options, input: { timers: 1 }, maxWorlds: 3_000_000 }),
};
for (const [what, run] of Object.entries(shared)) {
  await run({ threads: 1, progress: () => {} }); // warm
  const clock = [];
  const busiest = [];
  const summaries = [];
  for (const threads of [1, 2]) {
    const times = threadTimes();
    const before = performance.now();
    let latest = times;
    summaries.push((await run({ threads, progress: () => void (latest = threadTimes()) })).summary);
    clock.push((performance.now() - before) / 1e3);
    busiest.push(Math.max(0, ...Array.from(latest, ([thread, time]) => time - (times.get(thread) ?? 0))));
  }
  if (summaries[0] !== summaries[1]) throw new Error(`two threads say otherwise: ${summaries.join(" / ")}`);
  const [[one = 0, two = 0], [alone = 0, half = 0]] = [clock, busiest];
  const processor = half > 0 ? `, ${alone.toFixed(2)} s and ${half.toFixed(2)} s (ratio ${(alone / half).toFixed(2)})` : "";
  console.log(`  ${what.padEnd(48)} ${one.toFixed(2)} s and ${two.toFixed(2)} s (ratio ${(one / two).toFixed(2)})${processor}`);
}
