import { spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { integer, nodeNames, options } from "../core/parameters.js";
import { CONNECTION_LOST, type Database, DatabaseError, type DatabaseRow, type Databases } from "./database.js";

/** Which databases, and with which patience. */
export interface PgliteOptions {
  /** A name for each of them (default: "east" and "west"); 1 to 4. */
  readonly names?: readonly string[];
  /** How long a statement may take, in ms (default 10,000). */
  readonly patienceMs?: number;
}

/**
 * What runs in the process of a database: plain JavaScript, which Node.js takes from its command line wherever the
 * library lies. It forces its log to disk, as PostgreSQL does and PGlite by itself does not ("-F").
 *
 * PGlite has one session, so a statement that waits for a lock waits for ever, and nothing else happens in its thread.
 * Therefore a second thread looks whether the process that started it is still there, and otherwise clears up.
 */
const program = `
  const { PGlite } = require(process.argv[1]);
  const { Worker } = require("node:worker_threads");
  process.on("SIGINT", () => {});
  const watch = (parent, folder) => setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      const { rmdirSync, rmSync } = require("node:fs");
      rmSync(folder, { recursive: true, force: true });
      try {
        rmdirSync(require("node:path").dirname(folder));
      } catch {}
      process.kill(process.pid, "SIGKILL");
    }
  }, 500);
  new Worker("(" + watch + ")(" + process.ppid + ", " + JSON.stringify(process.argv[2]) + ")", { eval: true });
  const startParams = [
    ...PGlite.defaultStartParams.filter((one) => one !== "-F"),
    "-c", "max_prepared_transactions=20", "-c", "shared_buffers=8MB",
  ];
  PGlite.create({ dataDir: process.argv[2], startParams }).then(async (database) => {
    if (process.argv[3] === "create") return database.close().then(() => process.send({ id: 0 }));
    process.on("message", async ({ id, sql }) => {
      try {
        const { rows } = await database.query(sql);
        const text = (row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]));
        process.send({ id, rows: rows.map(text) });
      } catch (error) {
        process.send({ id, code: error.code ?? "XX000", problem: error.message });
      }
    });
    process.send({ id: 0 });
  });
`;

interface Answer {
  readonly id: number;
  readonly rows?: readonly DatabaseRow[];
  readonly code?: string;
  readonly problem?: string;
}

/** Whoever was started last. Starting again ends it, so that a cell may be run twice. */
let latest: Databases | null = null;

/**
 * Some databases of PGlite, which is PostgreSQL compiled to WebAssembly: each in a process of its own, with its data in
 * a temporary folder, and with `PREPARE TRANSACTION` switched on. `stop()` ends the processes and removes the folder;
 * so does the next call, and the processes end when this one does.
 *
 *     const { databases: [east, west], stop } = await startPglite();
 *     await east.run("CREATE TABLE account (balance int)");
 *     await stop();
 *
 * Each has one session. A statement that must wait for a lock would wait for ever; when its patience is at an end the
 * process is killed. Ask with `SELECT … FOR UPDATE NOWAIT` instead.
 *
 * @throws RangeError for an option out of its range
 */
export async function startPglite(given: PgliteOptions = {}): Promise<Databases> {
  const { names = ["east", "west"], patienceMs = 10_000 } = options("startPglite", given, ["names", "patienceMs"]);
  nodeNames("names", names);
  integer("names.length", names.length, { min: 1, max: 4 });
  integer("patienceMs", patienceMs, { min: 100, max: 600_000 });
  await latest?.stop();
  const folder = await mkdtemp(join(tmpdir(), "distlab-pglite-"));
  const databases = names.map((name, i) => new PgliteDatabase(name, join(folder, `${i}`), patienceMs));
  const all: { -readonly [K in keyof Databases]: Databases[K] } = {
    version: "PGlite",
    databases,
    async stop() {
      for (const database of databases) await database.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      if (latest === all) latest = null;
    },
  };
  latest = all;
  try {
    // Creating needs four times the memory of a database that is only opened, and its process keeps that. So it is done
    // once, by a process that ends, and the others get a copy.
    const [first, ...others] = databases;
    await first!.create();
    for (const { folder: copy } of others) await cp(first!.folder, copy, { recursive: true });
    for (const database of databases) await database.start();
    const [row] = await first!.run("SHOW server_version");
    all.version = `PGlite, which is PostgreSQL ${Object.values(row ?? {}).join()}`;
    return all;
  } catch (error) {
    await all.stop();
    throw error;
  }
}

/** A process with a database in it. */
class PgliteDatabase implements Database {
  readonly name: string;
  readonly folder: string;
  readonly #patienceMs: number;
  #process: ReturnType<typeof launch> | null = null;
  #count = 0;

  constructor(name: string, folder: string, patienceMs: number) {
    this.name = name;
    this.folder = folder;
    this.#patienceMs = patienceMs;
  }

  /** Lay its folder out. That takes some seconds. */
  async create(): Promise<void> {
    const child = launch(this.folder, "create");
    this.#process = child;
    await this.#answer(0, 300_000);
    await this.kill();
  }

  async start(): Promise<void> {
    if (this.#process !== null) return;
    this.#process = launch(this.folder, "open");
    await this.#answer(0, 120_000);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.ref();
    child.kill("SIGKILL");
    await gone;
  }

  async run(sql: string): Promise<readonly DatabaseRow[]> {
    const id = ++this.#count;
    const answer = this.#answer(id, this.#patienceMs);
    this.#process?.send({ id, sql });
    return answer;
  }

  async forcedWrites(): Promise<number> {
    await this.run("SELECT pg_stat_force_next_flush()");
    const [row] = await this.run("SELECT sum(fsyncs) AS fsyncs FROM pg_stat_io WHERE object = 'wal' AND context = 'normal'");
    return Number(row?.["fsyncs"] ?? 0);
  }

  /** What the process answers to this question; 0 is for whether it is ready. */
  #answer(id: number, withinMs: number): Promise<readonly DatabaseRow[]> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) {
      return Promise.reject(new DatabaseError(CONNECTION_LOST, `${this.name} is down; ${this.name}.start() brings it up`));
    }
    return new Promise((answered, failed) => {
      const end = (settle: () => void): void => {
        clearTimeout(patience);
        child.off("message", hear);
        child.off("exit", lose);
        child.unref();
        child.channel?.unref();
        settle();
      };
      const hear = (message: unknown): void => {
        const { id: to, rows = [], code, problem = "" } = message as Answer;
        if (to === id) end(() => (code === undefined ? answered(rows) : failed(new DatabaseError(code, problem))));
      };
      const lose = (): void => end(() => failed(new DatabaseError(CONNECTION_LOST, `the process of ${this.name} ended before it answered`)));
      const patience = setTimeout(() => {
        const why = `${this.name} did not answer within ${withinMs} ms: perhaps it waits for a lock, which PGlite does for ever`;
        end(() => failed(new DatabaseError("57014", `${why}; its process was killed, and ${this.name}.start() brings it back`)));
        void this.kill();
      }, withinMs);
      // While somebody waits for it, it keeps this process up.
      child.ref();
      child.channel?.ref();
      child.on("message", hear);
      child.on("exit", lose);
    });
  }
}

function launch(folder: string, task: "create" | "open") {
  const pglite = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const child = spawn(process.execPath, ["-e", program, pglite, folder, task], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  child.on("error", () => {});
  child.setMaxListeners(0);
  return child;
}
