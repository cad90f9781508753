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

console.log("\nNodes on the simulator, lookups by messages, against nodes that pass a message on as often and do nothing else");
const COUNT = 100_000;

/** Nodes that send a message to another, that one to another, as many times as a lookup takes hops, and back to the first. */
function relay(names, hops) {
  const pick = (draw) => names[draw % names.length];
  return {
    name: "relay",
    durable: [],
    init: (id) => ({ id, asked: 0, waiting: new Map() }),
    request: {
      lookup(self, _request, call, out) {
        const query = self.asked++;
        self.waiting.set(query, call);
        out.setTimer({ kind: "giveUp", query }, 1_000);
        out.send(pick(query * 7_919 + call.length), { kind: "forward", query, asker: self.id, hops: 1 });
      },
    },
    receive: {
      forward(_self, { query, asker, hops: done }, _from, out) {
        if (done === hops) out.send(asker, { kind: "found", query });
        else out.send(pick(query * 7_919 + done * 104_729 + asker.length), { kind: "forward", query, asker, hops: done + 1 });
      },
      found(self, { query }, _from, out) {
        out.cancelTimer({ kind: "giveUp", query });
        out.reply(self.waiting.get(query), { kind: "owner" });
        self.waiting.delete(query);
      },
    },
    timeout: { giveUp() {} },
  };
}

/** How long lookups take, once the cluster stands and knows what it will be asked, in ms of processor time. */
function lookups(names, role) {
  const requests = Array.from({ length: COUNT }, (_, i) => ({ at: i * 0.1, node: names[i % names.length], request: { kind: "lookup", key: `key ${i}` } }));
  const nodes = Object.fromEntries(names.map((name) => [name, role]));
  const simulation = new Simulation({ seed: 1, nodes, requests, network: { latency: [5, 15] }, limits: { time: 1e6, events: 1e8 } });
  const { ms } = timed(() => simulation.run({ until: 1e5 }));
  const found = simulation.history.filter(({ returnedAt }) => returnedAt !== null).length;
  if (found !== COUNT) throw new Error(`only ${found} of ${COUNT} lookups were answered`);
  checksum += found;
  return ms;
}

for (const nodes of [100, 1_000, 10_000]) {
  const names = ids(...Array.from({ length: nodes }, (_, i) => `n${i}`));
  for (const how of ["iterative", "recursive"]) {
    const ms = lookups(names, chord({ space: space(32), members: names, lookups: how, every: 1e9 }));
    // As many messages: to the owner's predecessor and back, or to each hop and back.
    const hops = Math.round(Math.log2(nodes) / 2);
    const bare = lookups(names, relay(names, how === "recursive" ? hops : 2 * hops - 1));
    console.log(`  ${String(nodes).padStart(6)} nodes, ${how}: ${perSecond(COUNT, ms)} of processor time; bare messages ${perSecond(COUNT, bare)}, ratio ${(bare / ms).toFixed(2)}`);
  }
}
if (!(checksum > 0)) throw new Error("nothing was looked up");
