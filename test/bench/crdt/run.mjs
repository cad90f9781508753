// What replicated types cost beside the plain ones that they stand for. Their states are plain data that no rule changes, so each
// update copies what it touches: fit for clusters that are simulated and searched, not for documents of a million letters.
//
//   npm run bench -- crdt
//
// Seconds are of the processor; what is to be carried forward are the ratios, and how they grow.
import { gCounter, opText, orSet, rga } from "distlab/crdt";

/** @template T @param {() => T} work @returns {{ result: T, seconds: number }} */
function timed(work) {
  work(); // warm
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/** @param {string} what @param {number} n @param {() => unknown} plain @param {() => unknown} ours */
function compare(what, n, plain, ours) {
  const [base, one] = [timed(plain), timed(ours)];
  if (JSON.stringify(base.result) !== JSON.stringify(one.result)) throw new Error(`${what}: not the same value`);
  console.log(
    `  ${what.padEnd(44)} ${String(n).padStart(6)} updates, ${((one.seconds / n) * 1e6).toFixed(1).padStart(7)} µs each,` +
      ` ${(one.seconds / base.seconds).toFixed(0).padStart(6)} times the plain type`,
  );
}

/** @param {number} n */
const items = (n) => Array.from({ length: n }, (_, i) => `item ${String((i * 7919) % n).padStart(6, "0")}`);

console.log("updates at one replica");
for (const n of [1_000, 10_000]) {
  compare("G-Counter of three replicas, against a number", n, () => n, () => {
    let state = gCounter.initial;
    for (let i = 0; i < n; i++) state = gCounter.update(state, { kind: "add", amount: 1 }, `r${i % 3}`);
    return gCounter.value(state);
  });
}
for (const n of [250, 1_000]) {
  compare("OR-Set, against a Set", n, () => [...new Set(items(n))].sort(), () => {
    let state = orSet.initial;
    for (const item of items(n)) state = orSet.update(state, { kind: "add", item }, "a");
    return orSet.value(state);
  });
}
for (const n of [250, 1_000]) {
  const plain = () => {
    /** @type {string[]} */
    const letters = [];
    for (let i = 0; i < n; i++) letters.splice(i >> 1, 0, String.fromCharCode(97 + (i % 26)));
    return letters.join("");
  };
  compare("RGA by states, against an array", n, plain, () => {
    let state = rga.initial;
    for (let i = 0; i < n; i++) state = rga.update(state, { kind: "insert", at: i >> 1, text: String.fromCharCode(97 + (i % 26)) }, "a");
    return rga.value(state);
  });
  compare("RGA by operations, against an array", n, plain, () => {
    let state = opText.initial;
    for (let i = 0; i < n; i++) {
      const asked = { kind: /** @type {const} */ ("insert"), at: i >> 1, text: String.fromCharCode(97 + (i % 26)) };
      const operation = opText.prepare(state, asked, { replica: "a", counter: i + 1 });
      if (operation !== null) state = opText.apply(state, operation, { replica: "a", counter: i + 1 });
    }
    return opText.value(state);
  });
}

console.log("merging two replicas that know half of each other's");
for (const n of [1_000, 10_000]) {
  const [one, other] = [0, 1].map((half) => {
    const dots = new Map(items(n).map((item, i) => [`${i % 2 === half ? "a" : "b"}.${i + 1}`, item]));
    return { dots, context: { upTo: { a: n, b: n }, beyond: new Set() } };
  });
  const union = () => [...new Set([...one.dots.keys()].filter((dot) => other.dots.has(dot)))].length;
  const [base, merged] = [timed(union), timed(() => orSet.merge(one, other).dots.size)];
  if (base.result !== merged.result) throw new Error("the merge lost something");
  console.log(`  OR-Set of ${String(n).padStart(6)} items: ${(merged.seconds * 1e3).toFixed(2)} ms, ${(merged.seconds / base.seconds).toFixed(1)} times an intersection of keys`);
}
