// The three workloads, through the public API: roles on the network with seeded latencies from 1 to 10 ms.
// A thousand nodes each; `starts` messages are under way at any moment.
import { Simulation } from "distlab/sim";

const N = 1000;
const names = Array.from({ length: N }, (_, i) => `n${i}`);

/**
 * A role that sends what it gets on to the node that `next` names, and counts.
 * @param {string} name
 * @param {(me: number) => string[]} first
 * @param {(me: number, from: string) => string} next
 * @returns {any}
 */
function relay(name, first, next) {
  return {
    name,
    durable: [],
    init: (/** @type {string} */ id) => ({ me: Number(id.slice(1)), handled: 0 }),
    start(/** @type {any} */ self, /** @type {any} */ out) {
      for (const to of first(self.me)) out.send(to, { kind: "token" });
    },
    timeout: {},
    request: {},
    receive: {
      token(/** @type {any} */ self, /** @type {any} */ message, /** @type {string} */ from, /** @type {any} */ out) {
        self.handled++;
        out.send(next(self.me, from), message);
      },
    },
  };
}

/**
 * A small generator inside the storm's roles: where they send is the workload's, not the simulator's, chance.
 * @param {number} seed
 */
function lcg(seed) {
  let x = seed;
  return () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) % N;
}

/** @type {Readonly<Record<string, () => any>>} */
const workloads = {
  // Each node plays ping-pong with its neighbour: 1,000 messages under way.
  pingpong: () => relay("pingpong", (me) => [names[me ^ 1]], (_, from) => from),
  // One token goes round: one message under way.
  ring: () => relay("ring", (me) => (me === 0 ? [names[1]] : []), (me) => names[(me + 1) % N]),
  // Everybody sends to anybody: 100,000 messages under way.
  storm: () => {
    const draw = lcg(42);
    return relay("storm", () => Array.from({ length: 100 }, () => names[draw()]), () => names[draw()]);
  },
};

/**
 * Run a workload for so many deliveries; returns milliseconds and the virtual end.
 * @param {string} workload
 * @param {number} deliveries
 * @param {{ listen?: () => (event: unknown) => void, network?: object }} options
 */
export function run(workload, deliveries, { listen, network = {} } = {}) {
  const role = workloads[workload]();
  const simulation = new Simulation({
    seed: 42,
    nodes: Object.fromEntries(names.map((name) => [name, role])),
    network: { latency: [1, 10], ...network },
    limits: { time: 1e15, events: deliveries + N },
  });
  if (listen) simulation.listen(listen());
  const start = performance.now();
  const ended = simulation.run();
  const ms = performance.now() - start;
  if (ended.kind !== "event-limit") throw new Error(`the workload ended early: ${ended.reason}`);
  return { ms, end: ended.at };
}
