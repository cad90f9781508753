import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { forbiddenImports, importCircles, importsOf, readSources, worldlyNames, type Permission } from "./tidy/dependencies.js";

vi.setConfig({ testTimeout: 60_000 });

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lib = readSources(join(root, "lib"));

/** The order of the library: an area may import what stands in its row, and nothing else. */
const table: Readonly<Record<string, Permission>> = {
  core: { packages: ["seedrandom"] },
  // An algorithm knows the node interface, and nothing that watches it.
  consensus: { areas: ["core"] },
  // A front page over several folders of consensus.
  asynchronous: { areas: ["consensus"] },
  // Paxos Commit is consensus on each vote.
  commit: { areas: ["core", "consensus"] },
  // A store takes its locks and its commitment from the protocols, and replicates its shards by consensus.
  // How well it keeps transactions apart is said by histories: it tells one, and is held against it.
  transactions: { areas: ["core", "consensus", "commit", "history"] },
  storage: { areas: ["core"], packages: ["@noble/hashes"] },
  // Time without clocks, and messages in an order.
  ordering: { areas: ["core"] },
  // Some types travel by causal broadcast.
  crdt: { areas: ["core", "ordering"] },
  // What was suspected is read from a run.
  detectors: { areas: ["core"], types: ["trace"] },
  replication: { areas: ["core", "consensus"], packages: ["@noble/hashes"] },
  service: { areas: ["core"] },
  streams: { areas: ["core"] },
  // A lying node runs the honest one's code, and changes what it says.
  byzantine: { areas: ["core", "consensus"], packages: ["@noble/hashes"] },
  // A function that goes to another thread is read first, by a parser and an analyser of scopes.
  compute: { areas: ["core"], packages: ["acorn", "periscopic"] },
  trace: { areas: ["core"] },
  // A runtime knows roles in general, and no algorithm.
  sim: { areas: ["core", "trace"] },
  // An engine that runs a program's tasks on simulated machines.
  simulated: { areas: ["core", "trace", "sim", "compute"] },
  // The search over seeds drives the simulator; the exhaustive one is a runtime of its own.
  check: { areas: ["core", "trace", "sim"] },
  // Search on all cores knows the pool of threads that does it.
  parallel: { areas: ["core", "check"], types: ["sim"], packages: ["tinypool"], node: true },
  // A judge knows what clients saw, and no protocol.
  history: { areas: ["core", "trace"] },
  host: { areas: ["core"], packages: ["@electric-sql/pglite"], node: true },
  threads: { areas: ["compute", "core"], node: true },
  // Beside Spark's executors runs a program of one file, which a bundler puts together.
  spark: { areas: ["compute", "core", "threads"], packages: ["esbuild"], node: true },
  measure: { areas: ["core", "trace"], packages: ["d3-array", "jstat"] },
  // A plot knows rows, and no protocol.
  plot: { areas: ["core", "history", "trace"], types: ["measure"], packages: ["@dagrejs/dagre", "d3-array"] },
  // The only one that knows the kernel, and that it is read by somebody.
  notebook: { areas: ["core", "measure", "plot"], types: ["trace"] },
  widgets: { areas: ["core", "notebook", "plot"] },
  // Every protocol, run and drawn.
  playground: { areas: ["core", "trace", "history", "ordering", "detectors", "crdt", "consensus", "commit", "transactions", "storage", "compute", "simulated", "replication", "byzantine", "streams", "service", "sim", "measure", "plot"] },
  // An exercise runs the learner's part of a protocol, judges it, and shows what came of it.
  learn: {
    areas: [
      "core", "trace", "consensus", "commit", "transactions", "storage", "ordering", "crdt", "detectors", "replication", "service", "streams", "byzantine",
      "compute", "simulated", "sim", "check", "history", "measure", "plot", "notebook",
    ],
  },
  index: { areas: ["core", "trace", "sim", "check", "history", "measure", "plot", "notebook"] },
};

describe("the library's areas", () => {
  it("import only what stands below them", () => {
    expect(importsOf(lib).length).toBeGreaterThan(50);
    expect(forbiddenImports(lib, table)).toEqual([]);
  });

  it("have no circle of files that need each other's values", () => {
    expect(importCircles(lib)).toEqual([]);
  });

  it("read no clock, no chance and no timer of the machine, but for those that meet it", () => {
    expect(worldlyNames(lib, (area) => ["notebook", "host", "parallel", "threads", "spark"].includes(area))).toEqual([]);
  });
});

describe("the check of dependencies", () => {
  const world = (files: Record<string, string>) =>
    new Map(Object.entries({ "core/role.ts": "export type Role = 1;", "sim/run.ts": "", "measure/rows.ts": "", "plot/bars.ts": "", ...files }));

  it.each([
    ["a runtime under an algorithm", { "consensus/paxos/a.ts": 'import { run } from "../../sim/run.js";' },
      "consensus must not import sim (consensus/paxos/a.ts imports sim/run.ts)"],
    ["a front page as a way around", { "consensus/paxos/a.ts": "", "paxos.ts": 'export * from "./sim/run.js";' },
      "consensus must not import sim (paxos.ts imports sim/run.ts)"],
    ["a value where types are allowed", { "plot/bars.ts": 'import { type A, b } from "../measure/rows.js";' },
      "plot must not import more than types from measure (plot/bars.ts imports measure/rows.ts)"],
    ["a Node built-in", { "core/hash.ts": 'import { createHash } from "node:crypto";' },
      "core must not use the package node:crypto (core/hash.ts)"],
    ["a built-in without its prefix", { "trace/save.ts": 'import fs from "fs";' }, "trace must not use the package fs (trace/save.ts)"],
    ["a package, loaded late", { "sim/fast.ts": 'await import("lodash/fp");' }, "sim must not use the package lodash (sim/fast.ts)"],
    ["an area that nobody planned", { "misc/a.ts": 'import { x } from "../core/role.js";' },
      "misc/a.ts belongs to misc, which the table of dependencies does not know"],
  ])("sees %s", (_, files, sentence) => {
    expect(forbiddenImports(world(files), table)).toEqual([sentence]);
  });

  it("lets types pass where only types are allowed", () => {
    const sources = world({ "plot/bars.ts": 'import { type A, type B } from "../measure/rows.js"; export type { C } from "../measure/rows.js";' });
    expect(forbiddenImports(sources, table)).toEqual([]);
  });

  it("sees a circle of values, and none of types", () => {
    const circle = world({ "core/a.ts": 'import { b } from "./b.js";', "core/b.ts": 'import { a } from "./a.js";' });
    expect(importCircles(circle)).toEqual(["core/a.ts → core/b.ts → core/a.ts"]);
    const types = world({ "core/a.ts": 'import { b } from "./b.js";', "core/b.ts": 'import type { a } from "./a.js";' });
    expect(importCircles(types)).toEqual([]);
  });

  it("sees the machine's clock, chance and timers, and not members and types of their names", () => {
    const sources = world({
      "core/a.ts": "const now = Date.now();\nMath.random();\nglobalThis.setTimeout(() => {}, 1);",
      "core/b.ts": "interface E { Date: number; process(): void } const e = { performance: 1 }; e.performance; let d: Date;",
      "core/c.ts": "for (const { process } of rows) process; function f({ crypto }) { return crypto; } enum K { Date }",
      "notebook/a.ts": "Date.now();",
    });
    expect(worldlyNames(sources, (area) => area === "notebook")).toEqual([
      "core/a.ts:1 uses Date", "core/a.ts:2 uses Math.random", "core/a.ts:3 uses setTimeout",
    ]);
  });
});

describe("the packages", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { license?: string; version?: string; resolved?: string; link?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([path, { link }]) => path.startsWith("node_modules/") && !link);

  it("have licences that let everybody use, change and pass on what is made with them", () => {
    const free = ["MIT", "MIT-0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0", "CC0-1.0", "PSF-2.0", "MPL-2.0"];
    // Says so in its file LICENSE instead of in package.json.
    const told: Record<string, string> = { "node_modules/jstat": "MIT" };
    const others = installed
      .map(([path, { license }]) => ({ path, licence: license ?? told[path] ?? "none" }))
      .filter(({ licence }) => !licence.replace(/[()]/g, "").split(/ AND | OR /).every((one) => free.includes(one)));
    expect(installed.length).toBeGreaterThan(100);
    expect(others).toEqual([]);
  });

  it("are asked for by exact versions, and the lock file names no server", () => {
    const manifests = ["package.json", "lib/package.json"].map((file) => JSON.parse(readFileSync(join(root, file), "utf8")));
    const asked = manifests.flatMap(({ dependencies = {}, devDependencies = {} }) => Object.entries({ ...dependencies, ...devDependencies }));
    expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    const python = ["requirements.txt", "requirements-test.txt"].map((file) => readFileSync(join(root, "kernel-setup", file), "utf8")).join("");
    const lines = python.split("\n").filter((line) => /^\S/.test(line) && !line.startsWith("#"));
    expect(lines.length).toBeGreaterThan(80);
    expect(lines.filter((line) => !/^[a-z0-9._-]+==[^ ]+( ;.*)? \\$/i.test(line))).toEqual([]);
  });
});

describe("the sources", () => {
  const folders = ["lib", "kernel-setup", "test", "notebooks"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => join(folder, file))
      .filter((file) => /\.(ts|mjs|js|py|ipynb|json|in)$/.test(file) && !/(^|[/\\])(dist|node_modules|__pycache__|\.ipynb_checkpoints)[/\\]/.test(file)),
  );

  it("have no leftover marks of unfinished work and no skipped test", () => {
    const marks = new RegExp(["TO" + "DO", "FIX" + "ME", "XX" + "X", String.raw`\b(?:it|test|describe)\.(?:sk` + "ip|on" + "ly)\\b"].join("|"));
    const found = files.filter((file) => marks.test(readFileSync(join(root, file), "utf8")));
    expect(found).toEqual([]);
  });
});
