/**
 * Static pictures of Plotly figures, drawn off the main thread.
 *
 * plotly.js and its page cost a second to load and some 150 MB to keep, so a worker thread holds them: it starts with
 * the first picture, and ends when none was asked for in a while.
 */
import { Worker } from "node:worker_threads";
import type { Figure } from "./draw.js";

export type { Figure } from "./draw.js";

/** A picture that takes longer than this, in ms of wall-clock time, is given up. */
const LIMIT_MS = 30_000;

/** A worker without work is ended after this, in ms of wall-clock time: its memory is worth more than its next start. */
const REST_MS = 120_000;

/** What the worker is told: the figure as JSON, because that is what a notebook stores and a browser gets. */
export interface Order {
  readonly figure: string;
}

/** What the worker answers. */
export type Answer = { readonly kind: "svg"; readonly svg: string } | { readonly kind: "error"; readonly message: string };

interface Waiting {
  readonly order: Order;
  resolve(svg: string): void;
  reject(error: Error): void;
}

/** Draws figures one after another in a worker thread. An idle one does not keep the process alive. */
export class Pictures {
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * The figure as one svg element, the same bytes for the same figure everywhere. Rejects with an Error that says
   * what is wrong where a figure cannot be drawn, takes more than 30 s, or `close` comes first; the next is drawn all
   * the same.
   */
  draw(figure: Figure): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Error("no picture can be drawn after close()");
      this.#waiting.push({ order: { figure: asJson(figure) }, resolve, reject });
      this.#next();
    });
  }

  /** Ends the worker; pictures still asked for are rejected. */
  close(): void {
    this.#closed = true;
    const reason = new Error("the pictures were closed before this one was drawn");
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
    this.#end(reason);
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    clearTimeout(this.#timer);
    if (this.#current === undefined) {
      this.#worker?.unref();
      this.#timer = setTimeout(() => this.#end(), REST_MS).unref();
      return;
    }
    this.#timer = setTimeout(() => this.#end(new Error(`no picture after ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref();
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(this.#current.order);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { stdout: true, stderr: true });
    worker.on("message", (answer: Answer) => {
      const current = this.#current;
      if (worker !== this.#worker || current === undefined) return;
      this.#current = undefined;
      if (answer.kind === "svg") current.resolve(answer.svg);
      else current.reject(new Error(answer.message));
      this.#next();
    });
    worker.on("error", (error) => {
      if (worker === this.#worker) this.#end(new Error(`the picture's worker broke: ${error.message}`));
    });
    worker.on("exit", () => {
      if (worker === this.#worker) this.#end(new Error("the picture's worker ended early"));
    });
    return worker;
  }

  /** Drops the worker; the picture it was drawing is rejected, the others are left to the next worker. */
  #end(reason?: Error): void {
    clearTimeout(this.#timer);
    const [worker, current] = [this.#worker, this.#current];
    this.#worker = undefined;
    this.#current = undefined;
    void worker?.terminate();
    if (current !== undefined && reason !== undefined) current.reject(reason);
    if (this.#waiting.length > 0) this.#next();
  }
}

/** JSON, with typed arrays as the lists that they are. Throws a TypeError for what cannot be sent to a browser. */
function asJson(figure: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(figure, (_, value: unknown) =>
      ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value,
    );
  } catch (error) {
    throw new TypeError(`a figure must be plain data: ${(error as Error).message.split("\n")[0]}`);
  }
  if (json === undefined) throw new TypeError(`a figure must be an object, got ${typeof figure}`);
  return json;
}
