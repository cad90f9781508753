import { randomUUID } from "node:crypto";
import type { Outlet } from "./channels.js";
import type { Request } from "./protocol.js";
import { currentRun } from "./runs.js";

/** What came in over a comm. */
export interface CommMessage {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

/** One open line between the kernel and something in the front end, a widget for example. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: object, options?: { metadata?: object; buffers?: readonly Uint8Array[] }): void;
  close(data?: object): void;
  onMessage: ((message: CommMessage) => unknown) | null;
  onClose: ((message: CommMessage) => unknown) | null;
}

/** Called when the front end opens a comm to a registered target. */
export type CommTarget = (comm: Comm, message: CommMessage) => unknown;

/** The comms of a kernel ("Messaging in Jupyter", custom messages). */
export class Comms {
  readonly #outlet: Outlet;
  readonly #open = new Map<string, Comm>();
  readonly #targets = new Map<string, CommTarget>();

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** Lets the front end open comms to `name`. */
  register(name: string, target: CommTarget): void {
    this.#targets.set(name, target);
  }

  unregister(name: string): void {
    this.#targets.delete(name);
  }

  /** Opens a comm from the kernel's side. */
  open(
    target: string,
    data: object = {},
    { metadata = {}, buffers = [], id = randomUUID() }: { metadata?: object; buffers?: readonly Uint8Array[]; id?: string } = {},
  ): Comm {
    const comm = this.#add(id, target);
    this.#publish("comm_open", { comm_id: id, target_name: target, data }, metadata, buffers);
    return comm;
  }

  /** The open comms, as comm_info_reply lists them; those of one target, if it is given. */
  list(target: unknown): Record<string, { target_name: string }> {
    const wanted = [...this.#open.values()].filter((comm) => typeof target !== "string" || comm.target === target);
    return Object.fromEntries(wanted.map((comm) => [comm.id, { target_name: comm.target }]));
  }

  /** Hands a comm_open, comm_msg or comm_close to whom it is for; gives what the handler gives. */
  receive(request: Request): unknown {
    const { content, metadata, buffers } = request;
    const id = String(content["comm_id"]);
    const message: CommMessage = { data: (content["data"] ?? {}) as Record<string, unknown>, metadata, buffers };
    switch (request.header.msg_type) {
      case "comm_open": {
        const name = String(content["target_name"]);
        const target = this.#targets.get(name);
        // The protocol: a comm to an unknown target is closed at once.
        if (!target) return this.#publish("comm_close", { comm_id: id, data: {} }, {}, []);
        return target(this.#add(id, name), message);
      }
      case "comm_msg":
        return this.#open.get(id)?.onMessage?.(message);
      default: {
        const comm = this.#open.get(id);
        this.#open.delete(id);
        return comm?.onClose?.(message);
      }
    }
  }

  #add(id: string, target: string): Comm {
    const comm: Comm = {
      id,
      target,
      onMessage: null,
      onClose: null,
      send: (data, { metadata = {}, buffers = [] } = {}) => this.#publish("comm_msg", { comm_id: id, data }, metadata, buffers),
      close: (data = {}) => {
        if (this.#open.delete(id)) this.#publish("comm_close", { comm_id: id, data }, {}, []);
      },
    };
    this.#open.set(id, comm);
    return comm;
  }

  #publish(type: string, content: object, metadata: object, buffers: readonly Uint8Array[]): void {
    this.#outlet.publish(type, content, currentRun()?.parent ?? {}, metadata, buffers);
  }
}
