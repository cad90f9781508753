// One contender, in a process of its own: node contenders.mjs <name> <file> <folder for its output>. Prints what it took as JSON.
import { createReadStream, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { job, sampleBounds } from "distlab/mapreduce";
import { context } from "distlab/rdd";
import { countWords, runOnThreads, threads, withValues } from "distlab/threads";

const [, , name, file, out] = process.argv;
const sum = (_, counts, emit) => {
  let total = 0;
  for (const count of counts) total += count;
  emit(total);
};
const wordCount = job({
  name: "word count",
  map(_, line, emit) {
    for (const word of line.split(" ")) emit(word, 1);
  },
  combine: sum,
  reduce: sum,
  reducers: 2,
});

/** So that two contenders that say the same have counted the same. */
const counted = (pairs) => {
  let [words, total, mix] = [0, 0, 0];
  for (const [word, count] of pairs) {
    words++;
    total += count;
    mix = (mix + Math.imul(count, word.charCodeAt(0) * 31 + word.length)) | 0;
  }
  return `${words} words, ${total} in all, ${mix}`;
};

async function mapByHand() {
  const counts = new Map();
  let rest = "";
  for await (const chunk of createReadStream(file, { encoding: "latin1", highWaterMark: 1 << 22 })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) for (const word of line.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counted(counts);
}

async function mapReduce(count) {
  const { outputs } = await runOnThreads(wordCount, file, { threads: count });
  return counted(outputs.flat());
}

async function rdd(count) {
  const sc = context({ master: threads({ threads: count }) });
  const pairs = await sc.textFile(file, 4 * count).flatMap((line) => line.split(" ")).map((word) => [word, 1]).reduceByKey((a, b) => a + b, 2).collect();
  await sc.stop();
  return counted(pairs);
}

async function bytes(count) {
  return counted((await countWords(file, { threads: count })).entries());
}

function sortByHand() {
  const lines = readFileSync(file, "latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  lines.sort();
  writeFileSync(out, `${lines.join("\n")}\n`);
  return sorted([out]);
}

async function sortMapReduce(count) {
  const bounds = sampleBounds(readFileSync(file, "latin1").slice(0, 200_000).split("\n"), 2 * count);
  const sort = job({
    name: "sort",
    map: (_, line, emit) => emit(line, 0),
    reduce(line, values, emit) {
      for (const _ of values) emit(0);
    },
    partition: withValues({ bounds }, (key) => {
      let at = 0;
      while (at < bounds.length && bounds[at] <= key) at++;
      return at;
    }),
    reducers: bounds.length + 1,
  });
  const { files } = await runOnThreads(sort, file, { threads: count, out });
  return sorted(files, "\t0");
}

async function sortRdd(count) {
  const sc = context({ master: threads({ threads: count }) });
  await sc.textFile(file, 4 * count).sortBy((line) => line, true, 2 * count).saveAsTextFile(out);
  await sc.stop();
  return sorted(Array.from({ length: 2 * count }, (_, r) => join(out, `part-${String(r).padStart(5, "0")}`)));
}

/** Whether the lines of these files are in order; its time does not count. */
function sorted(files, end = "") {
  took = performance.now() - begin;
  let last = "";
  let lines = 0;
  for (const path of files) {
    for (const line of readFileSync(path, "latin1").split("\n").slice(0, -1)) {
      const text = line.slice(0, line.length - end.length);
      if (text < last) throw new Error(`${path} is not sorted`);
      last = text;
      lines++;
    }
  }
  return `${lines} lines`;
}

async function duckdb() {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("set threads = 2");
  const words = `select unnest(string_split(line, ' ')) word from read_csv('${file}', columns = {line: 'VARCHAR'}, header = false, delim = '', quote = '', escape = '')`;
  const answer = await connection.runAndReadAll(`select word, count(*)::integer n from (${words}) group by word`);
  return counted(answer.getRows());
}

const contenders = {
  "map by hand": mapByHand,
  "MapReduce, 1 thread": () => mapReduce(1),
  "MapReduce, 2 threads": () => mapReduce(2),
  "RDD, 1 thread": () => rdd(1),
  "RDD, 2 threads": () => rdd(2),
  "countWords, 1 thread": () => bytes(1),
  "countWords, 2 threads": () => bytes(2),
  "DuckDB, 2 threads": duckdb,
  "Array.sort by hand": sortByHand,
  "sort by MapReduce, 2 threads": () => sortMapReduce(2),
  "sort by RDD, 2 threads": () => sortRdd(2),
};

const begin = performance.now();
let took = 0;
const result = await contenders[name]();
took ||= performance.now() - begin;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ seconds: took / 1000, cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS / 1024, result, bytes: statSync(file).size }));
