import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Dealer, Request, Subscriber } from "zeromq";
import { Wire, type Message } from "../../kernel-setup/server/wire.js";

const project = path.resolve(import.meta.dirname, "..", "..");

/** Compiles the kernel server, so that what is tested is what the sources say. */
export function buildKernel(): void {
  execFileSync(process.execPath, [path.join(project, "node_modules/typescript/bin/tsc"), "-p", path.join(project, "kernel-setup")]);
}

/** What a cell did, as a front end sees it. */
export interface Executed {
  readonly reply: Readonly<Record<string, unknown>>;
  /** All iopub messages of the cell between busy and idle. */
  readonly messages: readonly Message[];
  readonly stdout: string;
  readonly stderr: string;
  /** text/plain of the result. */
  readonly result: string | undefined;
  readonly error: { readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] } | undefined;
}

type Channel = "shell" | "control" | "stdin";

interface Waiting {
  readonly messages: Message[];
  isIdle: boolean;
  reply: Message | undefined;
  readonly done: (executed: Executed) => void;
}

/** A front end: it starts the compiled kernel and talks with it over sockets. */
export class Client {
  readonly process: ChildProcess;
  readonly wire: Wire;
  readonly connectionFile: string;
  readonly shellPort: number;
  /** Every iopub message so far. */
  readonly published: Message[] = [];
  /** Every message on stdin (questions to the user) so far. */
  readonly questions: Message[] = [];
  stderr = "";
  readonly #shell = new Dealer({ linger: 0 });
  readonly #control = new Dealer({ linger: 0 });
  readonly #stdin: Dealer;
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #ports: readonly number[];
  readonly #folder: string;
  readonly #replies = new Map<string, (message: Message) => void>();
  readonly #executing = new Map<string, Waiting>();
  #sending: Promise<void> = Promise.resolve();

  private constructor(folder: string, ports: readonly number[], options: StartOptions) {
    const { cwd = tmpdir(), nodeFlags = [], env = {} } = options;
    const key = randomUUID();
    const identity = randomUUID();
    (this.#shell as { routingId: string | null }).routingId = identity;
    this.#stdin = new Dealer({ linger: 0, routingId: identity });
    this.wire = new Wire({ key });
    this.#folder = folder;
    this.#ports = ports;
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
    const file = path.join(folder, "connection.json");
    this.connectionFile = file;
    this.shellPort = ports[0]!;
    const connection = { shell_port, iopub_port, stdin_port, control_port, hb_port, key, ip: "127.0.0.1", transport: "tcp" };
    writeFileSync(file, JSON.stringify({ ...connection, signature_scheme: "hmac-sha256", kernel_name: "distlab" }), { mode: 0o600 });
    this.process = spawn(
      process.execPath,
      ["--no-force-async-hooks-checks", ...nodeFlags, path.join(project, "kernel-setup/dist/server/launch.js"), file],
      { cwd, env: { ...process.env, NODE_OPTIONS: "", JPY_PARENT_PID: String(process.pid), ...env }, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.process.stderr!.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.process.stdout!.resume();
  }

  /** Starts a kernel and waits until it answers. */
  static async start(options: StartOptions = {}): Promise<Client> {
    const folder = mkdtempSync(path.join(tmpdir(), "distlab-kernel-"));
    const client = new Client(folder, await freePorts(5), options);
    client.#connect();
    await client.request("kernel_info_request", {}, { timeoutMs: 30_000 });
    // The subscription may be later than the first reply: wait until something of iopub has come through.
    while (client.published.length === 0) await client.request("kernel_info_request", {});
    return client;
  }

  #connect(): void {
    const [shell, iopub, stdin, control] = this.#ports;
    this.#shell.connect(`tcp://127.0.0.1:${shell}`);
    this.#control.connect(`tcp://127.0.0.1:${control}`);
    this.#stdin.connect(`tcp://127.0.0.1:${stdin}`);
    this.#iopub.connect(`tcp://127.0.0.1:${iopub}`);
    this.#iopub.subscribe();
    void this.#read(this.#shell, (message) => this.#onReply(message));
    void this.#read(this.#control, (message) => this.#onReply(message));
    void this.#read(this.#stdin, (message) => this.questions.push(message));
    void this.#read(this.#iopub, (message) => this.#onPublished(message));
  }

  async #read(socket: Dealer | Subscriber, handle: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      const message = this.wire.unpack(frames);
      if (!message) throw new Error("the kernel sent a message that is malformed or wrongly signed");
      handle(message);
    }
  }

  /** Sends raw frames to the shell socket. */
  sendRaw(frames: (string | Uint8Array)[]): Promise<void> {
    return this.#transmit(frames, "shell");
  }

  /** Sends a message without waiting for an answer; gives its id. */
  async send(type: string, content: object, channel: Channel = "shell"): Promise<string> {
    const message = this.#pack(type, content);
    await this.#transmit(message.frames, channel);
    return message.id;
  }

  /** Sends a request and gives the content of its reply. */
  request(
    type: string,
    content: object,
    { channel = "shell", timeoutMs = 10_000 }: { channel?: Channel; timeoutMs?: number } = {},
  ): Promise<Record<string, unknown>> {
    const { id, frames } = this.#pack(type, content);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${type} within ${timeoutMs} ms\n${this.stderr}`)), timeoutMs);
      this.#replies.set(id, (message) => {
        clearTimeout(timer);
        resolve(message.content);
      });
      this.#transmit(frames, channel).catch(reject);
    });
  }

  /** Executes a cell; resolves when both its reply and its idle have come. */
  execute(code: string, options: object = {}): Promise<Executed> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true };
    const { id, frames } = this.#pack("execute_request", { ...content, ...options });
    return new Promise((done, reject) => {
      this.#executing.set(id, { messages: [], isIdle: false, reply: undefined, done });
      this.#transmit(frames, "shell").catch(reject);
    });
  }

  #pack(type: string, content: object): { readonly id: string; readonly frames: (string | Uint8Array)[] } {
    const frames = this.wire.pack({ type, content: JSON.stringify(content) });
    return { id: (JSON.parse(String(frames[2])) as { msg_id: string }).msg_id, frames };
  }

  #transmit(frames: (string | Uint8Array)[], channel: Channel): Promise<void> {
    const socket = { shell: this.#shell, control: this.#control, stdin: this.#stdin }[channel];
    return (this.#sending = this.#sending.then(() => socket.send(frames as (string | Buffer)[])));
  }

  /** Presses Stop; resolves when the kernel has acknowledged it. */
  interrupt(): Promise<unknown> {
    return this.request("interrupt_request", {}, { channel: "control" });
  }

  /** One beat of the heartbeat; gives the time it took, in ms. */
  async beat(): Promise<number> {
    const socket = new Request({ linger: 0, receiveTimeout: 2000 });
    socket.connect(`tcp://127.0.0.1:${this.#ports[4]}`);
    const begin = performance.now();
    await socket.send("beat");
    await socket.receive();
    socket.close();
    return performance.now() - begin;
  }

  /** Resolves with the exit code or signal when the process has ended. */
  ended(): Promise<number | string | null> {
    const { process: child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? child.signalCode);
    return new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  }

  async stop(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.ended();
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #onReply(message: Message): void {
    const id = message.parent.msg_id ?? "";
    this.#replies.get(id)?.(message);
    const waiting = this.#executing.get(id);
    if (!waiting) return;
    waiting.reply = message;
    this.#finish(id, waiting);
  }

  #onPublished(message: Message): void {
    this.published.push(message);
    this.#collect(message.parent.msg_id ?? "", message);
  }

  #collect(id: string, message: Message): void {
    const waiting = this.#executing.get(id);
    if (!waiting) return;
    if (message.header.msg_type !== "status") waiting.messages.push(message);
    else if (message.content["execution_state"] === "idle") waiting.isIdle = true;
    this.#finish(id, waiting);
  }

  #finish(id: string, { isIdle, reply, messages, done }: Waiting): void {
    if (!isIdle || !reply) return;
    this.#executing.delete(id);
    const contents = (type: string): Record<string, unknown>[] =>
      messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
    const text = (name: string): string =>
      contents("stream").filter((content) => content["name"] === name).map((content) => String(content["text"])).join("");
    const data = contents("execute_result")[0]?.["data"] as Record<string, string> | undefined;
    done({
      reply: reply.content,
      messages,
      stdout: text("stdout"),
      stderr: text("stderr"),
      result: data?.["text/plain"],
      error: contents("error")[0] as unknown as Executed["error"],
    });
  }
}

/** How a kernel is started. */
export interface StartOptions {
  /** The folder of the notebook. */
  readonly cwd?: string;
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
