import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import type { Flags } from "./flags.js";
import type { ChannelsData, FromChannels, Recipient, ToChannels } from "./protocol.js";

/** Characters of printed text that may wait for the network before printing waits too. */
const UNSENT_LIMIT = 16_000_000;

/** Where the kernel's messages go. The kernel proper knows only this, so that it can be tested without sockets. */
export interface Outlet {
  /** Publishes on iopub, for every front end, as output of the request with the header `parent`. */
  publish(type: string, content: unknown, parent: object, metadata?: unknown, buffers?: readonly Uint8Array[]): void;
  /** Publishes printed text; neighbouring pieces are joined. */
  stream(name: "stdout" | "stderr", text: string, parent: object): void;
  reply(to: Recipient, type: string, content: unknown): void;
  /** Asks the front end that sent `to` for a line of input. */
  ask(to: Recipient, prompt: string, password: boolean): void;
}

/** The cells' thread's end of the sockets, which live in a thread of their own. */
export class Channels implements Outlet {
  readonly #worker: Worker;
  readonly #flags: Flags;
  readonly #port: MessagePort;
  #listener: (message: FromChannels) => void = () => {};

  constructor(data: Omit<ChannelsData, "port">, flags: Flags) {
    this.#flags = flags;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(new URL("./transport.js", import.meta.url), {
      workerData: { ...data, port: port2 },
      transferList: [port2],
    });
    // All that has arrived is handled in one go: in a gap between two messages an interrupt could cut off the second.
    port1.on("message", (message: FromChannels) =>
      flags.guard(() => {
        this.#listener(message);
        this.catchUp();
      }),
    );
  }

  /** Calls `listener` with each message from now on, in order of arrival. */
  listen(listener: (message: FromChannels) => void): void {
    this.#listener = listener;
  }

  /** Calls the listener at once with what has arrived but was not looked at yet, because a cell was running. */
  catchUp(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: FromChannels } | undefined;
      if (!received) return;
      this.#listener(received.message);
    }
  }

  /** Calls `handler` when the channels' thread dies: the kernel cannot go on without it. */
  failed(handler: (reason: unknown) => void): void {
    this.#worker.on("error", handler);
  }

  publish(type: string, content: unknown, parent: object, metadata?: unknown, buffers?: readonly Uint8Array[]): void {
    this.#send({
      kind: "publish",
      type,
      content: JSON.stringify(content),
      parent,
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      buffers,
    });
  }

  stream(name: "stdout" | "stderr", text: string, parent: object): void {
    if (text === "") return;
    this.#send({ kind: "stream", name, text, parent });
    this.#flags.handOver(text.length, UNSENT_LIMIT);
  }

  reply(to: Recipient, type: string, content: unknown): void {
    this.#send({ kind: "reply", to: recipient(to), type, content: JSON.stringify(content) });
  }

  ask(to: Recipient, prompt: string, password: boolean): void {
    this.#send({ kind: "ask", to: recipient(to), content: JSON.stringify({ prompt, password }) });
  }

  #send(message: ToChannels): void {
    this.#port.postMessage(message);
  }
}

function recipient({ channel, ids, header }: Recipient): Recipient {
  return { channel, ids, header };
}
