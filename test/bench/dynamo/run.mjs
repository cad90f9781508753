// What a write and a read of the Dynamo-like store cost in the simulator, through the package as notebooks import it: three
// nodes, N = 3, R = W = 2. Times are of the processor. What a write costs must not grow with the keys that are there: the
// ratio of 30,000 keys to 300 is what to carry forward (aim: below 2).
import { ids } from "distlab/core";
import { dynamo } from "distlab/dynamo";
import { Simulation } from "distlab/sim";

const nodes = ids("a", "b", "c");
const OPERATIONS = 1_000;
const BATCHES = 5;

/** The µs of real time of one operation, once so many keys are there. */
function perOperation(keys, kind) {
  const role = dynamo({ nodes, compareEvery: null });
  const put = (at, i) => ({ at, node: nodes[i % 3], request: { kind: "put", key: `k${i % keys}`, value: `v${i}` } });
  const get = (at, i) => ({ at, node: nodes[i % 3], request: { kind: "get", key: `k${i % keys}` } });
  const ask = kind === "put" ? put : get;
  const requests = [
    ...Array.from({ length: keys }, (_, i) => put(i, i)), ...Array.from({ length: BATCHES * OPERATIONS }, (_, i) => ask(keys + 100 + i, i * 7)),
  ];
  const simulation = new Simulation({
    nodes: { a: role, b: role, c: role }, network: { latency: 1 }, freeze: false, requests, limits: { time: 10_000_000, events: 100_000_000 },
  });
  simulation.run({ until: keys + 100 });
  const costs = Array.from({ length: BATCHES }, (_, batch) => {
    const before = process.cpuUsage();
    simulation.run({ until: keys + 100 + (batch + 1) * OPERATIONS });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / OPERATIONS;
  });
  return costs.sort((one, other) => one - other)[BATCHES >> 1];
}

for (const kind of ["put", "get"]) {
  const rows = [300, 3_000, 30_000].map((keys) => ({ keys, us: perOperation(keys, kind) }));
  for (const { keys, us } of rows) {
    console.log(`${kind} with ${String(keys).padStart(6)} keys: ${us.toFixed(0).padStart(5)} µs, ${(us / rows[0].us).toFixed(2)} of that with ${rows[0].keys}`);
  }
}
