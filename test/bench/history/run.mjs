// How fast histories are judged, through the package as notebooks import it. Times depend on the machine; the ratios to a
// straightforward judge on the same histories in the same run do not. PORCUPINE_DRIVER=<program> adds Porcupine, where
// a driver for it is built: it is given files of operations, one JSON object a line, and prints its times.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyValueMap, linearizable } from "distlab/history";
import { intervals } from "distlab/plot";
import { plainJudge } from "./plain.mjs";
import { history, spoilt, stale } from "./workload.mjs";

const model = keyValueMap();
const wholes = [
  { operations: 10_000, clients: 10, keys: 10 },
  { operations: 10_000, clients: 50, keys: 10 },
  { operations: 2_000, clients: 8, keys: 1 },
  { operations: 100_000, clients: 50, keys: 100 },
];
const files = [];
for (const whole of wholes) {
  const good = history(whole);
  for (const [name, rows, right] of [
    ["good", good, "holds"],
    ["bad", spoilt(good), "violated"],
    ["stale", stale(good), null],
  ]) {
    const title = `${whole.operations} operations, ${whole.clients} clients, ${whole.keys} keys, ${name}`;
    const ours = timed(5, () => linearizable(rows, model));
    const plain = timed(3, () => plainJudge(rows, model));
    if ((right ?? ours.result.kind) !== ours.result.kind || plain.result !== (ours.result.kind === "holds"))
      throw new Error(`${title}: ${ours.result.kind}, the plain judge says ${plain.result}`);
    console.log(
      `${title.padEnd(58)} ${ms(ours)}   first ${ours.first.toFixed(0).padStart(4)} ms   plain ${ms(plain)}   ${(plain.median / ours.median).toFixed(1)} times as fast`,
    );
    files.push([title, rows]);
  }
}

console.log("\nOne key, where the search grows fast with the number of clients");
for (const [operations, clients] of [
  [10_000, 10],
  [3_000, 20],
  [2_000, 50],
]) {
  const good = history({ operations, clients, keys: 1 });
  for (const [name, rows] of [
    ["good", good],
    ["bad", spoilt(good)],
  ]) {
    const { result, first } = timed(1, () => linearizable(rows, model));
    console.log(
      `  ${`${operations} operations, ${clients} clients, ${name}`.padEnd(36)} ${result.kind.padEnd(9)} ${first.toFixed(0).padStart(6)} ms, ${result.steps.toLocaleString("en")} steps`,
    );
  }
}

const wrong = stale(history(wholes.at(-1)));
const judged = timed(1, () => linearizable(wrong, model));
const drawn = timed(1, () => intervals(wrong, { verdict: judged.result }));
console.log(
  `\nThe picture of what cannot be ordered in 100,000 operations: ${judged.first.toFixed(0)} ms to judge, ${drawn.first.toFixed(0)} ms to draw`,
);

const driver = process.env.PORCUPINE_DRIVER;
if (driver !== undefined) {
  const folder = mkdtempSync(join(tmpdir(), "histories-"));
  console.log("\nPorcupine on the same histories");
  files.forEach(([title, rows], i) => {
    const file = join(folder, `${i}.jsonl`);
    writeFileSync(file, rows.map((row, client) => JSON.stringify(forDriver(row, client))).join("\n"));
    console.log(`  ${title}: ${spawnSync(driver, [file], { encoding: "utf8" }).stdout.trim()}`);
  });
  rmSync(folder, { recursive: true });
}

/** An operation as the driver reads it: whole numbers for values and times, -1 for what was never written. */
function forDriver({ client, request, result, invokedAt, returnedAt }) {
  const { kind, key, value, from, to } = request;
  const times = { call: Math.round(invokedAt * 1e6), ret: Math.round(returnedAt * 1e6) };
  const op = { get: "read", put: "write", cas: "cas" }[kind];
  return {
    client: Number(client.slice(1)),
    key,
    op,
    a: kind === "put" ? value + 1 : kind === "cas" ? from + 1 : 0,
    b: kind === "cas" ? to + 1 : 0,
    out: kind === "get" ? (result ?? -1) + 1 : (result ?? null),
    ...times,
  };
}

function timed(times, work) {
  const all = [];
  let result;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    result = work();
    all.push(performance.now() - start);
  }
  return { result, first: all[0], median: [...all].sort((a, b) => a - b)[times >> 1] };
}

function ms({ median }) {
  return `${median.toFixed(1).padStart(7)} ms`;
}
