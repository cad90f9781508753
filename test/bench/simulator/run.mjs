// Deliveries per second of the simulator through its public API (roles, names, seeded latencies, the fault model
// ready), beside the bare loop and, where they are installed, SimPy and simjs, all in one run.
//
//   npm run bench -- simulator
//
// SimPy is looked for by `python3` (its folder may be given by PYTHONPATH), simjs in node_modules or in the folder
// PEERS. Ratios are what to carry forward; a change below a third is noise unless the machine is quiet.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bare } from "./bare.mjs";
import { run } from "./workloads.mjs";

const DELIVERIES = Number(process.env["DELIVERIES"] ?? 1_000_000);
const ROUNDS = 5;

/** @type {Readonly<Record<string, string>>} */
const WORKLOADS = { pingpong: "1,000 messages under way", ring: "one message under way", storm: "100,000 messages under way" };

/** The median of some rounds. @param {() => number} once a run's milliseconds */
function perSecond(once, deliveries = DELIVERIES, rounds = ROUNDS) {
  once();
  const ms = Array.from({ length: rounds }, once).sort((a, b) => a - b);
  return (deliveries / ms[rounds >> 1]) * 1000;
}

/** A trace as `simulate` keeps it. */
function keepAll() {
  /** @type {unknown[]} */
  const trace = [];
  return (/** @type {unknown} */ event) => void trace.push(event);
}

/** @returns {Readonly<Record<string, Readonly<Record<string, number>>>>} */
function simpy() {
  const program = fileURLToPath(new URL("./simpy_peer.py", import.meta.url));
  try {
    const lines = execFileSync("python3", [program, String(DELIVERIES / 10)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    /** @type {Record<string, Record<string, number>>} */
    const rows = {};
    for (const line of lines.trim().split("\n")) {
      const { workload, style, perSecond: rate } = JSON.parse(line);
      (rows[workload] ??= {})[`SimPy, ${style}`] = rate;
    }
    return rows;
  } catch {
    console.log("SimPy is not installed for python3: left out");
    return {};
  }
}

/** simjs exports nothing under Node: it sets a field of `window`. */
function simjs() {
  try {
    const require = createRequire(join(process.env["PEERS"] ?? process.cwd(), "peers.js"));
    Object.assign(globalThis, { window: globalThis });
    require("simjs");
    return /** @type {any} */ (globalThis).Sim;
  } catch {
    console.log("simjs is not installed: left out");
    return null;
  }
}

/** @param {any} library @param {string} workload @param {number} total */
function runSimjs({ Sim, Entity }, workload, total) {
  const N = 1000;
  let seed = 42;
  let count = 0;
  const draw = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 4294967296;
  const sim = new Sim();
  /** @type {any[]} */
  const nodes = [];
  class Node extends Entity {
    start() {}
    onMessage(/** @type {any} */ sender, /** @type {any} */ message) {
      if (++count >= total) return;
      const next = workload === "pingpong" ? sender.index : workload === "ring" ? (this.index + 1) % N : (draw() * N) | 0;
      this.send(message, 1 + 9 * draw(), nodes[next]);
    }
  }
  for (let i = 0; i < N; i++) nodes.push(Object.assign(sim.addEntity(Node, `n${i}`), { index: i }));
  const first = workload === "ring" ? 1 : workload === "pingpong" ? N : 100 * N;
  const start = performance.now();
  for (let i = 0; i < first; i++) {
    const from = i % N;
    const to = workload === "pingpong" ? from ^ 1 : workload === "ring" ? 1 : (draw() * N) | 0;
    nodes[from].send("token", 1 + 9 * draw(), nodes[to]);
  }
  sim.simulate(1e15);
  return performance.now() - start;
}

const python = simpy();
const library = simjs();
for (const [workload, what] of Object.entries(WORKLOADS)) {
  /** @type {Record<string, number>} */
  const rates = {
    "the bare loop": perSecond(() => bare(workload, DELIVERIES)),
    "distlab, nobody listens": perSecond(() => run(workload, DELIVERIES).ms),
    "distlab, losing and doubling": perSecond(() => run(workload, DELIVERIES, { network: { loss: 1e-9, duplication: 1e-9 } }).ms),
    "distlab, a full trace kept": perSecond(() => run(workload, DELIVERIES, { listen: keepAll }).ms),
    ...python[workload],
  };
  if (library !== null) {
    const deliveries = DELIVERIES / 10 + (workload === "storm" ? 100_000 : 0);
    rates["simjs"] = perSecond(() => runSimjs(library, workload, deliveries), deliveries, 3);
  }
  console.log(`${workload}: ${what}, ${DELIVERIES.toLocaleString("en")} deliveries`);
  const own = rates["distlab, nobody listens"];
  for (const [name, rate] of Object.entries(rates)) {
    const ratio = name.startsWith("distlab") ? "" : `distlab / this = ${(own / rate).toFixed(2)}`;
    console.log(`  ${name.padEnd(30)} ${(rate / 1e6).toFixed(2).padStart(6)} M/s   ${ratio}`);
  }
}
