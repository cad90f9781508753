import { setImmediate } from "node:timers";
import { createApi, KERNEL } from "./api.js";
import { Cells } from "./cells.js";
import type { Outlet } from "./channels.js";
import { Comms } from "./comms.js";
import { Display, type Drawer } from "./display.js";
import { Engine } from "./engine/engine.js";
import type { Flags } from "./flags.js";
import { History } from "./history.js";
import { complete, inspect, isComplete } from "./language.js";
import type { FromChannels, Request } from "./protocol.js";
import { bind, currentRun, Interrupted, iterate, OutOfMemory, resume, Run, runWithin } from "./runs.js";
import { installStackTraces } from "./stack.js";

/** What a kernel is made of from outside. */
export interface KernelParts {
  readonly outlet: Outlet;
  readonly flags: Flags;
  /** The folder of the notebook. */
  readonly cwd: string;
  /** The checkout. */
  readonly project: string;
  readonly loadDrawer: () => Promise<Drawer>;
  readonly catchUp: () => void;
}

/** Answers the requests of the front ends. */
export class Kernel {
  readonly #outlet: Outlet;
  readonly #flags: Flags;
  readonly #engine: Engine;
  readonly #display: Display;
  readonly #comms: Comms;
  readonly #cells: Cells;
  readonly #history = new History();
  #waitingForInput: { readonly resolve: (line: string) => void; readonly reject: (error: unknown) => void } | null = null;

  constructor({ outlet, flags, cwd, project, loadDrawer, catchUp }: KernelParts) {
    this.#outlet = outlet;
    this.#flags = flags;
    this.#engine = new Engine({ cwd, project, hooks: { current: currentRun, resume, bind, iterate } });
    this.#display = new Display(outlet, loadDrawer);
    this.#comms = new Comms(outlet);
    this.#cells = new Cells({
      engine: this.#engine,
      outlet,
      display: this.#display,
      history: this.#history,
      flags,
      explain: (name) => {
        const { found, data } = inspect(this.#engine, name, name.length);
        return found ? data : null;
      },
      catchUp,
    });
    this.#engine.setDisplayWriter(({ data, metadata, transient }, update) => {
      const run = currentRun();
      if (run) this.#display.show(run, data, { metadata, id: transient?.display_id, update });
    });
    const api = createApi({
      display: this.#display,
      comms: this.#comms,
      flags,
      ask: (run, prompt, password) => this.#ask(run, prompt, password),
    });
    Object.defineProperty(globalThis, KERNEL, { value: api, configurable: true });
    installStackTraces(this.#engine, project);
  }

  /** Handles a message from the channels. */
  handle(message: FromChannels): void {
    switch (message.kind) {
      case "request":
        return this.#handleRequest(message.request);
      case "interrupt":
        return this.#interrupt(new Interrupted());
      case "memory":
        return this.#interrupt(new OutOfMemory(message));
      case "input":
        this.#waitingForInput?.resolve(message.value);
        this.#waitingForInput = null;
        return;
      case "shutdown":
        // The channels end the process a moment later.
        return this.#display.close();
      case "ready":
      case "failed":
        return;
    }
  }

  /** Takes note of an error that nobody caught: it belongs to the cell whose code it came from. */
  fail(thrown: unknown): void {
    this.#cells.fail(thrown);
  }

  #interrupt(reason: Interrupted): void {
    this.#flags.hear();
    this.#waitingForInput?.reject(reason);
    this.#waitingForInput = null;
    this.#cells.interrupt(reason);
  }

  #handleRequest(request: Request): void {
    if (request.header.msg_type === "execute_request") return this.#cells.submit(request);
    const { header } = request;
    this.#outlet.publish("status", { execution_state: "busy" }, header);
    const idle = (): void => this.#outlet.publish("status", { execution_state: "idle" }, header);
    if (header.msg_type.startsWith("comm_") && header.msg_type !== "comm_info_request") return this.#receiveComm(request, idle);
    try {
      const reply = this.#answer(request);
      if (reply) this.#outlet.reply(request, header.msg_type.replace(/_request$/, "_reply"), reply);
    } catch (error) {
      const { name, message } = error as Error;
      const content = { status: "error", ename: name, evalue: message, traceback: [] };
      if (header.msg_type.endsWith("_request")) {
        this.#outlet.reply(request, header.msg_type.replace(/_request$/, "_reply"), content);
      }
    } finally {
      idle();
    }
  }

  /** The content of the reply, or null when there is none. */
  #answer(request: Request): object | null {
    const { content } = request;
    const code = typeof content["code"] === "string" ? content["code"] : "";
    const cursor = typeof content["cursor_pos"] === "number" ? content["cursor_pos"] : code.length;
    switch (request.header.msg_type) {
      case "complete_request":
        return this.#flags.guard(() => complete(this.#engine, code, cursor));
      case "inspect_request":
        return this.#flags.guard(() => inspect(this.#engine, code, cursor));
      case "is_complete_request":
        return isComplete(this.#engine.ts, code);
      case "history_request":
        return { status: "ok", history: this.#history.find(content) };
      case "comm_info_request":
        return { status: "ok", comms: this.#comms.list(content["target_name"]) };
      default:
        return null;
    }
  }

  /** The handlers of comms are the learner's code: they run in a macrotask of their own, which Stop can end. */
  #receiveComm(request: Request, idle: () => void): void {
    const run = new Run(request, "widget");
    run.isConcluded = true;
    const fail = (thrown: unknown): void => this.#cells.fail(thrown, run);
    setImmediate(() =>
      runWithin(run, () => {
        try {
          const handled = this.#comms.receive(request);
          if (handled instanceof Promise) handled.catch(fail);
        } catch (thrown) {
          fail(thrown);
        }
      }),
    );
    setImmediate(idle);
  }

  #ask(run: Run, prompt: string, password: boolean): Promise<string> {
    if (run.request.content["allow_stdin"] !== true) {
      return Promise.reject(new Error("this front end cannot ask for input: give the value in the cell instead"));
    }
    return new Promise((resolve, reject) => {
      this.#waitingForInput?.reject(new Error("another question was asked before this one was answered"));
      this.#waitingForInput = { resolve, reject };
      this.#outlet.ask(run.request, prompt, password);
    });
  }
}
