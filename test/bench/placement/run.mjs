// How fast keys find their nodes, through the package as notebooks import it, beside packages of npm. The peers are not
// installed with the course: put hashring, node-hashring, consistent-hash and ketama into the node_modules of a folder and
// name it in PEERS. Times are of the processor, so that other programs disturb them less. Ratios are what to carry forward;
// a change below a third is noise unless the machine is quiet.
import { createRequire } from "node:module";
import { join } from "node:path";
import { Anchor, BoundedRing, Jump, jumpHash, Ketama, keyNames, Maglev, movement, MultiProbe, Rendezvous, Ring, Skeleton, Slots } from "distlab/placement";

const NODES = 100;
const POINTS = 160;
const KEYS = 1_000_000;
const names = Array.from({ length: NODES + 1 }, (_, i) => `10.0.${i >> 8}.${i & 255}:11211`);
const first = names.slice(0, NODES);
const keys = keyNames(KEYS);

/** The middle of some times in ms. */
function median(times) {
  return [...times].sort((a, b) => a - b)[times.length >> 1];
}

function times(count, work) {
  return Array.from({ length: count }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
}

function perSecond(count, ms) {
  return `${(count / ms / 1000).toFixed(2).padStart(7)} M/s`;
}

console.log(`A ring of ${NODES} nodes with ${POINTS} points each; ${KEYS.toLocaleString("en")} keys`);
const ring = new Ring(first, { points: POINTS });
const positions = Uint32Array.from(keys, (key) => Math.round(ring.positionOf(key) * 2 ** 32));
let checksum = 0;
const hashed = times(7, () => {
  for (let i = 0; i < KEYS; i++) checksum += ring.at(positions[i]).length;
});
console.log(`  keys that are hashed already        ${perSecond(KEYS, median(hashed))}`);
const build = times(9, () => new Ring(first, { points: POINTS }).lookup("k"));
const grown = times(9, () => {
  ring.add(names[NODES]);
  ring.lookup("k");
  ring.remove(names[NODES]);
});
console.log(`  built in ${median(build).toFixed(2)} ms; a node joins and leaves in ${median(grown).toFixed(2)} ms, ${(median(grown) / median(build)).toFixed(2)} of that`);

const require = createRequire(join(process.env["PEERS"] ?? process.cwd(), "peers.js"));
const contenders = [
  ["ours", () => new Ring(first, { points: POINTS }), (it, key) => it.lookup(key), (it, name) => it.add(name)],
  ["hashring (MD5, cache off)", () => {
    const HashRing = require("hashring");
    return new HashRing(Object.fromEntries(first.map((name) => [name, { vnodes: 40 }])), "md5", { replicas: 4, "max cache size": 1 });
  }, (it, key) => it.get(key), (it, name) => it.add({ [name]: { vnodes: 40 } })],
  ["node-hashring (MurmurHash3)", () => new (require("node-hashring"))(first, POINTS), (it, key) => it.findNode(key), (it, name) => it.addNode(name)],
  ["consistent-hash (points by chance)", () => {
    const it = new (require("consistent-hash"))({ weight: POINTS, range: 1_000_003 });
    for (const name of first) it.add(name);
    return it;
  }, (it, key) => it.get(key), (it, name) => it.add(name)],
  ["ketama (SHA-1)", () => new (require("ketama").HashRing)(first), (it, key) => it.getNode(key), (it, name) => it.addNode(name)],
];
let ours;
for (const [name, make, get, add] of contenders) {
  let it;
  try {
    it = make();
    get(it, "warm");
  } catch (error) {
    console.log(`  ${name}: not here (${error.message.split("\n")[0]})`);
    continue;
  }
  const built = median(times(3, () => make()));
  const looked = median(times(3, () => {
    for (let i = 0; i < KEYS; i++) checksum += get(it, keys[i]).length;
  }));
  ours ??= looked;
  const owners = keys.map((key) => get(it, key));
  const counts = new Map();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  add(it, names[NODES]);
  let moved = 0;
  let elsewhere = 0;
  for (let i = 0; i < KEYS; i++) {
    const owner = get(it, keys[i]);
    if (owner === owners[i]) continue;
    moved++;
    if (owner !== names[NODES]) elsewhere++;
  }
  console.log(
    `  ${name.padEnd(35)} ${perSecond(KEYS, looked)}  ${(looked / ours).toFixed(1).padStart(6)} times our time  built in ${built.toFixed(1).padStart(6)} ms` +
      `  fullest ${((Math.max(...counts.values()) * NODES) / KEYS).toFixed(2)} of the mean  moved ${((100 * moved) / KEYS).toFixed(2)} % (${elsewhere} elsewhere)`,
  );
}

console.log("\nJump hash");
for (const buckets of [100, 1_000]) {
  const small = median(times(5, () => {
    for (let key = 0; key < KEYS; key++) checksum += jumpHash((key * 2_654_435_761) >>> 0, buckets);
  }));
  const wide = Array.from({ length: 200_000 }, (_, i) => (BigInt(positions[i]) << 32n) | BigInt(positions[i + 1]));
  const bigs = median(times(5, () => {
    for (const key of wide) checksum += jumpHash(key, buckets);
  }));
  const plain = median(times(3, () => {
    for (const key of wide) checksum += plainJump(key, buckets);
  }));
  console.log(
    `  ${String(buckets).padStart(5)} buckets: keys below 2^32 ${perSecond(KEYS, small)}; of 64 bits ${perSecond(wide.length, bigs)}, ` +
      `as a loop over bigints ${perSecond(wide.length, plain)}: ${(plain / bigs).toFixed(1)} times our time`,
  );
}

console.log("\nMaglev: 1,000 backends");
const backends = keyNames(1_000, "backend ");
for (const size of [65_537, 655_373]) {
  console.log(`  ${size.toLocaleString("en").padStart(7)} entries filled in ${median(times(5, () => new Maglev(backends, { size }))).toFixed(1)} ms`);
}

console.log("\nAll schemes, a lookup with hashing and the bytes of the tables, by nodes");
const schemes = [
  ["ring", (nodes) => new Ring(nodes)], ["ketama", (nodes) => new Ketama(nodes)], ["bounded ring", (nodes) => new BoundedRing(nodes)],
  ["rendezvous", (nodes) => new Rendezvous(nodes)], ["skeleton", (nodes) => new Skeleton(nodes)], ["jump", (nodes) => new Jump(nodes)],
  ["maglev", (nodes) => new Maglev(nodes)], ["multi-probe", (nodes) => new MultiProbe(nodes)],
  ["anchor", (nodes) => new Anchor(nodes)], ["slots", (nodes) => new Slots(nodes)],
];
for (const [name, make] of schemes) {
  const columns = [10, 100, 1_000].map((count) => {
    const it = make(keyNames(count + 1, "n").slice(0, count));
    const some = keys.slice(0, name === "rendezvous" || name === "bounded ring" ? 20_000 : 100_000);
    for (const key of some) it.lookup(key);
    const ms = median(times(3, () => {
      for (const key of some) checksum += it.lookup(key).length;
    }));
    const { share, ideal } = movement(it, keys.slice(0, 20_000), () => it.add(`n${count}`));
    return `${String(count).padStart(5)}: ${((ms * 1e6) / some.length).toFixed(0).padStart(6)} ns ${String(it.bytes).padStart(8)} B, a join moves ${(share / ideal).toFixed(2)}`;
  });
  console.log(`  ${name.padEnd(13)} ${columns.join("  |  ")}`);
}
if (!(checksum > 0)) throw new Error("nothing was looked up");

function plainJump(key, buckets) {
  let b = -1;
  let j = 0;
  while (j < buckets) {
    b = j;
    key = (key * 2862933555777941757n + 1n) & 0xffffffffffffffffn;
    j = Math.floor((b + 1) * (2 ** 31 / Number((key >> 33n) + 1n)));
  }
  return b;
}
