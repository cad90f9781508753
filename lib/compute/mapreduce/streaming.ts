import { type Carried, portable, type Portable } from "../portable.js";
import { partitionOfKey } from "../keys.js";
import type { Job } from "./job.js";

/** A job as programs that read lines and write lines. */
export interface StreamingPrograms {
  /** The text of each program, by file name: mapper.mjs, reducer.mjs, and combiner.mjs if the job combines. They need Node, and nothing else. */
  readonly files: Readonly<Record<string, string>>;
  /** The job on one machine, from input.txt to output.txt: what the cluster does, without the cluster. */
  readonly local: string;
  /** The job on a Hadoop cluster. */
  readonly hadoop: string;
}

/**
 * The same job for Hadoop Streaming, which runs any program that reads records from its standard input and writes them to its
 * standard output, a line each: the key, a tab, the value. A key that is a text stands there as it is (with \\, \t, \n and \r for
 * what would break a line), any other key as \j and JSON; a value is JSON.
 *
 * What changes: the key of an input record is its offset in what this one process reads; the values of a key come in no order that is
 * promised; Hadoop chooses the reduce task of a key.
 *
 * @throws TypeError where a function cannot go (see `portable`), or where the job has a partition function of its own
 */
export function streamingPrograms(job: Job): StreamingPrograms {
  if (job.partition !== partitionOfKey) {
    throw new TypeError(`${job.name} has a partition function of its own, which Hadoop Streaming cannot run: its partitioners are Java classes`);
  }
  const files: Record<string, string> = {
    "mapper.mjs": program(`the map function of ${job.name}`, portable(job.map, { name: "map" }), MAP),
    "reducer.mjs": program(`the reduce function of ${job.name}`, portable(job.reduce, { name: "reduce" }), REDUCE),
  };
  if (job.combine !== null) files["combiner.mjs"] = program(`the combine function of ${job.name}`, portable(job.combine, { name: "combine" }), REDUCE);
  const sort = "LC_ALL=C sort -s -t '\t' -k1,1";
  const combine = job.combine === null ? "" : ` | ${sort} | node combiner.mjs`;
  const names = Object.keys(files);
  return {
    files,
    local: `node mapper.mjs < input.txt${combine} | ${sort} | node reducer.mjs > output.txt`,
    hadoop:
      `hadoop jar hadoop-streaming.jar -D mapreduce.job.reduces=${job.reducers} -files ${names.join(",")} ` +
      `-mapper "node mapper.mjs"${job.combine === null ? "" : ' -combiner "node combiner.mjs"'} -reducer "node reducer.mjs" -input input -output output`,
  };
}

function program(what: string, f: Portable, main: string): string {
  return `#!/usr/bin/env node
// This is ${what}, written by Distlab for Hadoop Streaming.
import { createInterface } from "node:readline";

const run = ${functionText(f)};
${COMMON}
${main}`;
}

const COMMON = `
// A line: the key, a tab, the value as JSON.
const special = { "\\\\": "\\\\\\\\", "\\t": "\\\\t", "\\n": "\\\\n", "\\r": "\\\\r" };
const plain = { "\\\\": "\\\\", t: "\\t", n: "\\n", r: "\\r" };
const keyText = (key) => (typeof key === "string" ? key.replace(/[\\\\\\t\\n\\r]/g, (letter) => special[letter]) : "\\\\j" + JSON.stringify(key));
const keyOf = (text) => (text.startsWith("\\\\j") ? JSON.parse(text.slice(2)) : text.replace(/\\\\(.)/g, (_, letter) => plain[letter]));

let lines = [];
const flush = () => {
  if (lines.length > 0) process.stdout.write(lines.join(""));
  lines = [];
};
const emit = (key, value) => {
  lines.push(keyText(key) + "\\t" + JSON.stringify(value) + "\\n");
  if (lines.length >= 4096) flush();
};
const task = {
  count: (name, by = 1) => void process.stderr.write("reporter:counter:job," + name + "," + by + "\\n"),
  side: (file) => {
    throw new Error("Hadoop Streaming has no auxiliary files: " + file);
  },
};
`;

const MAP = `let offset = 0;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  run(offset, line, emit, task);
  offset += Buffer.byteLength(line) + 1;
}
flush();
`;

const REDUCE = `// The lines are sorted by key: those of one key stand together.
let text = null;
let values = [];
const reduce = () => {
  const key = keyOf(text);
  run(key, values, (value) => emit(key, value), task);
};
for await (const line of createInterface({ input: process.stdin })) {
  const tab = line.indexOf("\\t");
  const next = line.slice(0, tab);
  if (text !== null && next !== text) {
    reduce();
    values = [];
  }
  text = next;
  values.push(JSON.parse(line.slice(tab + 1)));
}
if (text !== null) reduce();
flush();
`;

/** The function as an expression that stands for itself, with all that it carries. */
function functionText({ source, scope }: Portable): string {
  const names = Object.keys(scope);
  // The course's kernel and some compilers put calls into functions that mean nothing outside.
  const around = Object.entries(OUTSIDE).flatMap(([name, value]) => (source.includes(name) ? [`const ${name} = ${value};`] : []));
  if (names.length === 0 && around.length === 0) return source;
  const values = Object.entries(scope).map(([name, value]) => `const ${name} = ${carriedText(value)};`);
  return `(() => {\n${[...around, ...values].map((line) => `  ${line}`).join("\n")}\n  return ${source};\n})()`;
}

const OUTSIDE = {
  "ɵ": "{ run: () => null, resume: (_, value) => value, bind: (f) => f, iterate: (items) => items }",
  __name: "(f) => f",
};

function carriedText(carried: Carried): string {
  switch (carried.kind) {
    case "value":
      return literal(carried.value);
    case "function":
      return functionText(carried.function);
    case "pattern":
      return `new RegExp(${JSON.stringify(carried.source)}, ${JSON.stringify(carried.flags)})`;
    case "fields":
      return `{ ${Object.entries(carried.fields).map(([name, value]) => `${JSON.stringify(name)}: ${carriedText(value)}`).join(", ")} }`;
    case "packed":
      throw new TypeError("what an engine shares between its tasks cannot go to another program");
  }
}

/** A value as an expression. */
function literal(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value === undefined) return "undefined";
  if (value instanceof Uint8Array) return `Uint8Array.of(${value.join(", ")})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value).map(([name, item]) => `${name === "__proto__" ? '["__proto__"]' : JSON.stringify(name)}: ${literal(item)}`).join(", ")} }`;
  }
  return JSON.stringify(value);
}
