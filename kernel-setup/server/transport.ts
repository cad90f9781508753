/**
 * The channels' thread: it owns the five sockets, so that heartbeat, interrupt, shutdown and kernel_info are answered,
 * and printed text arrives, while a cell keeps the main thread busy.
 */
import { Session } from "node:inspector";
import { workerData } from "node:worker_threads";
import * as zmq from "zeromq";
import { address, readConnection } from "./connection.js";
import { Flags } from "./flags.js";
import type { Channel, ChannelsData, FromChannels, ToChannels } from "./protocol.js";
import { Sender, TextBatch } from "./sockets.js";
import { Wire, type Message } from "./wire.js";

/** How long the main thread may take to notice an interrupt by itself before its running code is terminated, in ms. */
const PATIENCE_MS = 100;

/** How long the main thread must have been in one unguarded place before what runs there is terminated, in ms. */
const SETTLED_MS = 10;

/** How often the size of the process is looked at, in ms. */
const MEMORY_EVERY_MS = 50;
/** The share of the heap's limit from which the heap is asked for its own size. */
const MEMORY_WATCHED = 0.5;
/** The share of the heap's limit at which a cell is stopped: high, and low enough that V8 has not given up yet. */
const MEMORY_FULL = 0.85;
/** The share below which the next cell may be stopped. */
const MEMORY_CALM = 0.7;

/** How long the last messages have to leave, and the main thread to close what it opened, in ms. */
const FAREWELL_MS = 100;

const data = workerData as ChannelsData;
const port = data.port;
const connection = readConnection(data.connectionFile);
const wire = new Wire({ key: connection.key, scheme: connection.signature_scheme });
const flags = new Flags(data.flags);

// Nothing is dropped: a slow client makes the kernel keep its messages, not lose them.
const sending = { sendHighWaterMark: 0, linger: 500 };
const patient = { ...sending, receiveHighWaterMark: 0 };
const shell = new zmq.Router(patient);
const control = new zmq.Router(patient);
const stdin = new zmq.Router(patient);
const iopub = new zmq.Publisher(sending);
const heartbeat = new zmq.Reply({ linger: 0 });

const toIopub = new Sender(iopub);
const toChannel = { shell: new Sender(shell), control: new Sender(control) };
const toStdin = new Sender(stdin);

const printed = new TextBatch((parent, name, text) => {
  const content = JSON.stringify({ name, text });
  toIopub.send(["stream", ...wire.pack({ type: "stream", content, parent })], () => flags.sent(text.length));
});

function publish(type: string, content: string, parent: object, metadata?: string, buffers?: readonly Uint8Array[]): void {
  printed.flush();
  toIopub.send([type, ...wire.pack({ type, content, parent, metadata, buffers })]);
}

function tell(message: FromChannels): void {
  port.postMessage(message);
}

port.on("message", (message: ToChannels) => {
  switch (message.kind) {
    case "publish":
      return publish(message.type, message.content, message.parent, message.metadata, message.buffers);
    case "stream":
      return printed.add(message.parent, message.name, message.text);
    case "reply": {
      const { to, type, content } = message;
      return toChannel[to.channel].send([...to.ids, ...wire.pack({ type, content, parent: to.header })]);
    }
    case "ask": {
      const { to, content } = message;
      printed.flush();
      return toStdin.send([...to.ids, ...wire.pack({ type: "input_request", content, parent: to.header })]);
    }
  }
});

/** What is asked of each new kernel, and is known while nothing has happened in it yet. */
const ANSWERS_OF_A_NEW_KERNEL = new Map<string, object>([
  ["history_request", { status: "ok", history: [] }],
  ["comm_info_request", { status: "ok", comms: {} }],
]);
let isNew = true;

/** Answers what needs no engine; hands on the rest. */
function receive(channel: Channel, message: Message): void {
  const { msg_type: type } = message.header;
  // Front ends wait for these before they let the learner type, and some for a second only: the engine takes longer.
  const known = isNew ? ANSWERS_OF_A_NEW_KERNEL.get(type) : undefined;
  if (known) return answer(channel, message, type.replace(/_request$/, "_reply"), JSON.stringify(known));
  switch (type) {
    case "kernel_info_request":
      return answer(channel, message, "kernel_info_reply", data.info);
    case "connect_request": {
      const { shell_port, iopub_port, stdin_port, hb_port, control_port } = connection;
      const ports = { status: "ok", shell_port, iopub_port, stdin_port, hb_port, control_port };
      return answer(channel, message, "connect_reply", JSON.stringify(ports));
    }
    case "interrupt_request":
      interrupt();
      return answer(channel, message, "interrupt_reply", JSON.stringify({ status: "ok" }));
    case "shutdown_request": {
      const content = JSON.stringify({ status: "ok", restart: message.content["restart"] === true });
      answer(channel, message, "shutdown_reply", content);
      publish("shutdown_reply", content, message.header);
      return shutdown();
    }
    default:
      isNew = false;
      return tell({ kind: "request", request: { ...message, channel } });
  }
}

function answer(channel: Channel, message: Message, type: string, content: string): void {
  publish("status", JSON.stringify({ execution_state: "busy" }), message.header);
  toChannel[channel].send([...message.ids, ...wire.pack({ type, content, parent: message.header })]);
  publish("status", JSON.stringify({ execution_state: "idle" }), message.header);
}

let session: Session | undefined;

/** The inspector's line to the main thread, which works while that is busy. */
function inspector(): Session {
  if (!session) {
    session = new Session();
    session.connectToMainThread();
  }
  return session;
}

/**
 * Stops what runs. A main thread that is free, or that polls, notices by itself. One that is stuck in a loop
 * has its running code terminated, but never in the middle of a guarded section.
 */
function interrupt(reason: FromChannels = { kind: "interrupt" }, patienceMs = PATIENCE_MS): void {
  const number = flags.ask();
  tell(reason);
  let entered = -1;
  const look = (): void => {
    if (flags.heard >= number) return;
    const isElsewhere = flags.isGuarded || flags.entered !== entered;
    entered = flags.entered;
    if (isElsewhere) {
      setTimeout(look, SETTLED_MS);
      return;
    }
    inspector().post("Runtime.terminateExecution", () => {});
    entered = -1;
    setTimeout(look, 200);
  };
  setTimeout(look, patienceMs);
}

/**
 * Stops a cell that is about to fill the memory, since V8 would end the process and with it all variables.
 * The heap is asked only when the process as a whole has grown: asking costs the main thread a little.
 */
function watchMemory(): void {
  const limitMb = Math.round(data.heapLimit / 2 ** 20);
  let isAsking = false;
  // After a stop the heap is full of what the cell has let go of, until it is collected: that is no reason to stop another.
  let isArmed = true;
  setInterval(() => {
    if (isAsking) return;
    if (process.memoryUsage.rss() < MEMORY_WATCHED * data.heapLimit) {
      isArmed = true;
      return;
    }
    isAsking = true;
    inspector().post("Runtime.getHeapUsage", (error, usage) => {
      isAsking = false;
      const used = error ? 0 : (usage as { usedSize: number }).usedSize;
      if (used < MEMORY_CALM * data.heapLimit) isArmed = true;
      if (used < MEMORY_FULL * data.heapLimit || !isArmed) return;
      isArmed = false;
      interrupt({ kind: "memory", usedMb: Math.round(used / 2 ** 20), limitMb }, 0);
    });
  }, MEMORY_EVERY_MS).unref();
}

/**
 * Ends the process, from this thread: a main thread that a cell keeps busy could not.
 * It is killed, since sockets that are still waited for make an orderly exit abort.
 */
function shutdown(): void {
  tell({ kind: "shutdown" });
  setTimeout(() => process.kill(process.pid, "SIGKILL"), FAREWELL_MS);
}

/** Ends the kernel when the process that started it is gone: nobody could reach it any more. */
function followParent(): void {
  if (data.parentPid <= 1) return;
  const watch = setInterval(() => {
    if (isAlive(data.parentPid)) return;
    clearInterval(watch);
    shutdown();
  }, 1000);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function listen(channel: Channel, socket: zmq.Router): Promise<void> {
  for await (const frames of socket) {
    const message = wire.unpack(frames);
    if (message) receive(channel, message);
  }
}

async function listenToStdin(): Promise<void> {
  for await (const frames of stdin) {
    const message = wire.unpack(frames);
    if (message?.header.msg_type !== "input_reply") continue;
    tell({ kind: "input", value: String(message.content["value"] ?? "") });
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

try {
  await Promise.all([
    shell.bind(address(connection, "shell_port")),
    control.bind(address(connection, "control_port")),
    stdin.bind(address(connection, "stdin_port")),
    iopub.bind(address(connection, "iopub_port")),
    heartbeat.bind(address(connection, "hb_port")),
  ]);
  publish("status", JSON.stringify({ execution_state: "starting" }), {});
  tell({ kind: "ready" });
  followParent();
  watchMemory();
  void listen("shell", shell);
  void listen("control", control);
  void listenToStdin();
  void beat();
} catch (error) {
  tell({ kind: "failed", reason: `the kernel could not listen: ${String(error)}` });
}
