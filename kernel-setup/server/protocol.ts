import type { MessagePort } from "node:worker_threads";
import type { Message } from "./wire.js";

/** The two sockets on which requests arrive. */
export type Channel = "shell" | "control";

/** A request, with the socket that its reply goes to. */
export interface Request extends Message {
  readonly channel: Channel;
}

/** What the channels' thread tells the cells' thread. */
export type FromChannels =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "input"; readonly value: string }
  | { readonly kind: "interrupt" }
  /** The memory is nearly full: what runs has been stopped. Sizes in MB. */
  | { readonly kind: "memory"; readonly usedMb: number; readonly limitMb: number }
  | { readonly kind: "shutdown" };

/** What the cells' thread asks the channels' thread to do. `content` and `metadata` are JSON text. */
export type ToChannels =
  | {
      readonly kind: "publish";
      readonly type: string;
      readonly content: string;
      readonly parent: object;
      readonly metadata?: string | undefined;
      readonly buffers?: readonly Uint8Array[] | undefined;
    }
  | { readonly kind: "stream"; readonly name: "stdout" | "stderr"; readonly text: string; readonly parent: object }
  | { readonly kind: "reply"; readonly to: Recipient; readonly type: string; readonly content: string }
  | { readonly kind: "ask"; readonly to: Recipient; readonly content: string };

/** Whom a reply goes to: enough of a request to answer it. */
export interface Recipient {
  readonly channel: Channel;
  readonly ids: readonly Uint8Array[];
  readonly header: object;
}

/** What the channels' thread is started with. */
export interface ChannelsData {
  readonly connectionFile: string;
  readonly flags: SharedArrayBuffer;
  /** The content of kernel_info_reply, as JSON text. */
  readonly info: string;
  /** The process that started the kernel, or 0 when unknown: the kernel ends when that process is gone. */
  readonly parentPid: number;
  /** How much the heap of the cells' thread may hold, in bytes: beyond it V8 ends the process. */
  readonly heapLimit: number;
  /** The line to the cells' thread. */
  readonly port: MessagePort;
}
