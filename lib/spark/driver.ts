import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { Spark } from "./find.js";
import { driverModule, nodeModule } from "./python.js";
import { Messages, packMessage, type Message } from "./wire.js";

/** How the driver program is started. */
export interface DriverOptions {
  readonly spark: Spark;
  readonly master: string;
  readonly name: string;
  readonly conf: Readonly<Record<string, string>>;
  /** The Node.js that runs beside the executors. */
  readonly node: string;
  /** How often Spark tries a task. */
  readonly attempts: number;
}

interface Waiting {
  readonly resolve: (message: Message) => void;
  readonly reject: (error: Error) => void;
}

/** The driver program of Spark, a child process, and what it is asked. */
export class Driver {
  /** Resolves when Spark is up, with its version. */
  readonly ready: Promise<string>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, Waiting>();
  #said = "";
  #hasEnded = false;

  constructor({ spark, master, name, conf, node, attempts }: DriverOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), "distlab-spark-"));
    const file = (called: string, text: string): string => {
      const path = join(this.#folder, called);
      writeFileSync(path, text);
      return path;
    };
    const settings = {
      master, name, node, conf, attempts, log: "ERROR",
      worker: file("distlab-worker.mjs", workerProgram()),
      module: file("distlab_node.py", nodeModule),
    };
    // Commands and answers have pipes of their own: what Spark prints does not get between them. Standard input only says that
    // this process lives.
    this.#child = spawn(spark.python, [file("driver.py", driverModule), JSON.stringify(settings)], {
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, SPARK_HOME: spark.home, PYSPARK_PYTHON: spark.python, PYSPARK_DRIVER_PYTHON: spark.python, PYTHONUNBUFFERED: "1" },
      detached: true,
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) stream.on("data", (text: Buffer) => (this.#said = (this.#said + text.toString()).slice(-20_000)));
    const messages = new Messages();
    let up: Waiting | null = null;
    this.ready = new Promise((resolve, reject) => {
      up = { resolve: ({ words }) => resolve(words["version"] as string), reject };
    });
    this.ready.catch(() => {});
    (this.#child.stdio[4] as Readable).on("data", (piece: Buffer) => {
      for (const message of messages.push(new Uint8Array(piece))) {
        if (message.words.kind === "ready") up!.resolve(message);
        else this.#answer(message);
      }
    });
    for (const stream of this.#child.stdio) stream?.on("error", () => {});
    const ended = (why: string): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      rmSync(this.#folder, { recursive: true, force: true });
      const error = new Error(`Spark's driver program ${why}${this.#said === "" ? "" : `; its last words:\n${this.#said.trim().split("\n").slice(-12).join("\n")}`}`);
      up!.reject(error);
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    this.#child.on("error", (error) => ended(`could not be started (${error.message})`));
    this.#child.on("exit", (code, signal) => ended(`ended with ${signal ?? code}`));
    process.once("exit", this.#kill);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Run a job's program; resolves with what the driver says of it. */
  async run(job: number, message: Message): Promise<Message> {
    await this.ready;
    return new Promise((resolve, reject) => {
      this.#waiting.set(job, { resolve, reject });
      this.#send(message);
    });
  }

  /** Give up a job: its tasks are cancelled, and what comes of them is not waited for. */
  cancel(job: number): void {
    this.#waiting.delete(job);
    this.#send({ words: { kind: "cancel", job }, blobs: [] });
  }

  forget(names: readonly string[]): void {
    this.#send({ words: { kind: "forget", names }, blobs: [] });
  }

  /** End Spark; what does not end within ten seconds is ended. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#send({ words: { kind: "stop" }, blobs: [] });
    const last = setTimeout(this.#kill, 10_000);
    await ended;
    clearTimeout(last);
    this.#kill();
    process.off("exit", this.#kill);
  }

  #answer(message: Message): void {
    const job = message.words["job"] as number;
    this.#waiting.get(job)?.resolve(message);
    this.#waiting.delete(job);
  }

  #send(message: Message): void {
    for (const bytes of packMessage(message)) (this.#child.stdio[3] as Writable).write(bytes);
  }

  /** With its JVM and its executors: they are all of one group. */
  readonly #kill = (): void => {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  };
}

let worker: string | undefined;

/** The program beside the executors and all that it needs of the library, in one file. */
function workerProgram(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const entry = join(here, `worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`);
  worker ??= buildSync({
    entryPoints: [entry], bundle: true, platform: "node", format: "esm", target: "node20", keepNames: false, write: false, logLevel: "silent",
  }).outputFiles[0]!.text;
  return worker;
}
