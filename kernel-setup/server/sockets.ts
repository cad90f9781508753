import type { Publisher, Reply, Router } from "zeromq";

/** Frames as ZeroMQ takes them. */
export type Frames = (string | Uint8Array)[];

/**
 * Sends through one socket, one message after another: a ZeroMQ socket refuses a second send while the first is under way.
 */
export class Sender {
  readonly #socket: Publisher | Router | Reply;
  readonly #waiting: { readonly frames: Frames; readonly done: (() => void) | undefined }[] = [];
  #isSending = false;

  constructor(socket: Publisher | Router | Reply) {
    this.#socket = socket;
  }

  /** Sends after everything that was given before; `done` is called when the message has left. */
  send(frames: Frames, done?: () => void): void {
    this.#waiting.push({ frames, done });
    if (!this.#isSending) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isSending = true;
    for (let at = 0; at < this.#waiting.length; at++) {
      const { frames, done } = this.#waiting[at]!;
      try {
        await this.#socket.send(frames as (string | Buffer)[]);
      } catch (error) {
        // A peer that has gone away cannot be told; everybody else still is.
        process.stderr.write(`the kernel could not send a message: ${String(error)}\n`);
      }
      done?.();
    }
    this.#waiting.length = 0;
    this.#isSending = false;
  }
}

/** Text that was printed but not yet published: neighbouring pieces of one cell and stream become one message. */
export class TextBatch {
  readonly #publish: (parent: object, name: "stdout" | "stderr", text: string) => void;
  readonly #delayMs: number;
  readonly #limit: number;
  #pieces: string[] = [];
  #length = 0;
  #parent: object = {};
  #parentId: unknown = undefined;
  #name: "stdout" | "stderr" = "stdout";
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param publish called with each batch, in order
   * @param delayMs how long a first piece may wait for company, in ms
   * @param limit characters after which a batch is published at once
   */
  constructor(
    publish: (parent: object, name: "stdout" | "stderr", text: string) => void,
    { delayMs = 40, limit = 200_000 }: { delayMs?: number; limit?: number } = {},
  ) {
    this.#publish = publish;
    this.#delayMs = delayMs;
    this.#limit = limit;
  }

  add(parent: object, name: "stdout" | "stderr", text: string): void {
    const parentId = (parent as { msg_id?: string }).msg_id;
    if (this.#length > 0 && (parentId !== this.#parentId || name !== this.#name)) this.flush();
    this.#parent = parent;
    this.#parentId = parentId;
    this.#name = name;
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length >= this.#limit) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#delayMs);
  }

  /** Publishes what is waiting. Called before any other message, so that output stays in order. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#length === 0) return;
    const text = this.#pieces.join("");
    this.#pieces = [];
    this.#length = 0;
    this.#publish(this.#parent, this.#name, text);
  }
}
