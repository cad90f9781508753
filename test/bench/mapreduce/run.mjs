// MapReduce and RDDs on the threads of this machine, through the package as notebooks import it, beside what one would write by hand,
// DuckDB (if `npm install --no-save @duckdb/node-api` has been run) and the tools of a shell. Each contender runs in a process of its
// own, in turns; told are the medians. On a machine that is busy the processor's seconds say more than the clock's.
//     npm run bench -- mapreduce [megabytes=100] [turns=3]
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { decode, encode } from "../../../lib/dist/compute/records.js";
import { corpus } from "./corpus.mjs";

const [megabytes = 100, turns = 3] = process.argv.slice(2).map(Number).filter((n) => n > 0);
const file = corpus(join(tmpdir(), "distlab-bench"), megabytes);
const folder = mkdtempSync(join(tmpdir(), "distlab-bench-"));
const script = fileURLToPath(new URL("./contenders.mjs", import.meta.url));
const hasDuckDb = (() => {
  try {
    createRequire(import.meta.url).resolve("@duckdb/node-api");
    return true;
  } catch {
    return false;
  }
})();

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
let outputs = 0;

function node(name) {
  const out = join(folder, `out-${++outputs}`);
  const answer = JSON.parse(execFileSync(process.execPath, [script, name, file, out], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
  rmSync(out, { recursive: true, force: true });
  return answer;
}


/** A command of the shell, timed by it. */
function timed(command) {
  const script = `export LC_ALL=C TIMEFORMAT='%R %U %S'; { time { ${command} > ${join(folder, "shell")}; } ; } 2>&1`;
  const [seconds, user, system] = execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split(/\s+/).map(Number);
  return { seconds, cpu: user + system, peak: 0, result: "", bytes: 0 };
}

function race(title, contenders, first) {
  console.log(`\n${title}`);
  const runs = contenders.map(() => []);
  for (let turn = 0; turn < turns; turn++) contenders.forEach(([, run], i) => runs[i].push(run()));
  const seconds = runs.map((list) => median(list.map((run) => run.seconds)));
  const cpu = runs.map((list) => median(list.map((run) => run.cpu)));
  const base = contenders.findIndex(([name]) => name === first);
  contenders.forEach(([name], i) => {
    const { peak, result } = runs[i][0];
    const columns = [
      name.padEnd(30),
      `${seconds[i].toFixed(2).padStart(6)} s`,
      `${((megabytes * 1.0) / seconds[i]).toFixed(0).padStart(5)} MB/s`,
      `${(seconds[base] / seconds[i]).toFixed(2).padStart(6)} times`,
      `${cpu[i].toFixed(2).padStart(7)} s of processors`,
      peak ? `${peak.toFixed(0).padStart(5)} MB at most` : "",
      result,
    ];
    console.log(`  ${columns.join("  ").trimEnd()}`);
  });
}

console.log(`${megabytes} MB of text, ${turns} turns`);
try {
  race(
    "Word count, against a Map by hand on one thread",
    [
      ["map by hand", () => node("map by hand")],
      ["MapReduce, 1 thread", () => node("MapReduce, 1 thread")],
      ["MapReduce, 2 threads", () => node("MapReduce, 2 threads")],
      ["RDD, 1 thread", () => node("RDD, 1 thread")],
      ["RDD, 2 threads", () => node("RDD, 2 threads")],
      ["countWords, 1 thread", () => node("countWords, 1 thread")],
      ["countWords, 2 threads", () => node("countWords, 2 threads")],
      ...(hasDuckDb ? [["DuckDB, 2 threads", () => node("DuckDB, 2 threads")]] : []),
      ["tr, sort, uniq -c", () => timed(`tr -s ' ' '\\n' < ${file} | sort --parallel=2 -S 1G | uniq -c`)],
      ...(existsSync("/usr/bin/mawk") ? [["mawk", () => timed(`mawk '{ for (i = 1; i <= NF; i++) n[$i]++ } END { for (w in n) print n[w], w }' ${file}`)]] : []),
    ],
    "map by hand",
  );
  race(
    "Lines sorted into files, against Array.sort by hand on one thread",
    [
      ["Array.sort by hand", () => node("Array.sort by hand")],
      ["sort by MapReduce, 2 threads", () => node("sort by MapReduce, 2 threads")],
      ["sort by RDD, 2 threads", () => node("sort by RDD, 2 threads")],
      ["sort (coreutils, 2 threads)", () => timed(`sort --parallel=2 -S 1G ${file}`)],
    ],
    "Array.sort by hand",
  );

  console.log("\nWhat threads cost");
  const echo = "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m, m?.buffer ? [m.buffer] : []));";
  const answer = (worker, message, transfer) => new Promise((resolve) => {
    worker.once("message", resolve);
    worker.postMessage(message, transfer);
  });
  const timesOf = async (count, work) => {
    const list = [];
    for (let i = 0; i < count; i++) {
      const begin = performance.now();
      await work();
      list.push(performance.now() - begin);
    }
    return `${median(list).toFixed(2).padStart(8)} ms`;
  };
  const worker = new Worker(echo, { eval: true });
  console.log(`  a thread, from its start to its first answer        ${await timesOf(7, async () => {
    const one = new Worker(echo, { eval: true });
    await answer(one, 1);
    await one.terminate();
  })}`);
  const pairs = Array.from({ length: 100_000 }, (_, i) => [`word${(i * 7919) % 100_003}`, i]);
  const block = encode(pairs);
  console.log(`  100,000 pairs there and back as objects             ${await timesOf(7, () => answer(worker, pairs))}`);
  console.log(`  … as a block of ${(block.length / 1e6).toFixed(1)} MB that is handed over             ${await timesOf(7, async () => decode(await answer(worker, encode(pairs))))}`);
  console.log(`    of which encoding                                 ${await timesOf(7, () => encode(pairs))}`);
  console.log(`    of which decoding                                 ${await timesOf(7, () => decode(block))}`);
  await worker.terminate();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
