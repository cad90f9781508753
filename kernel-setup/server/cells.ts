import { setImmediate, setTimeout } from "node:timers";
import { inspect } from "node:util";
import type { Outlet } from "./channels.js";
import type { Display } from "./display.js";
import type { Engine, Value } from "./engine/engine.js";
import { reportDiagnostics, reportThrown, type ErrorReport } from "./errors.js";
import type { Flags } from "./flags.js";
import type { History } from "./history.js";
import type { Request } from "./protocol.js";
import { Interrupted, Run, runWithin } from "./runs.js";

/** What became of a cell. */
type Outcome = { readonly kind: "ok"; readonly value: Value } | { readonly kind: "error"; readonly report: ErrorReport };

/** The parts of the kernel that executing a cell needs. */
export interface CellsParts {
  readonly engine: Pick<Engine, "check" | "run" | "evaluate" | "sourceOf">;
  readonly outlet: Outlet;
  readonly display: Display;
  readonly history: History;
  readonly flags: Flags;
  /** Handles at once what has arrived while a cell kept the thread busy. */
  readonly catchUp: () => void;
}

/** Longer than any picture may take, in ms: after this a cell is answered whatever is unfinished. */
const UNFINISHED_MS = 15_000;

/**
 * Executes cells, one after the other, in the order of their requests.
 *
 * Each step of a cell is its own macrotask, and no step waits for a promise of another: a loop that is terminated
 * takes the queued promise callbacks of the whole thread with it, and the kernel must go on all the same.
 */
export class Cells {
  readonly #parts: CellsParts;
  readonly #queue: Request[] = [];
  #current: { readonly run: Run; readonly conclude: (outcome: Outcome) => void } | null = null;
  #isBusy = false;
  #count = 0;

  constructor(parts: CellsParts) {
    this.#parts = parts;
  }

  /** Takes an execute_request; its cell runs when all earlier ones are done. */
  submit(request: Request): void {
    this.#queue.push(request);
    this.#next();
  }

  /** Stops the running cell, and all that runs on behind earlier ones. */
  interrupt(): void {
    Run.stopAll();
    this.#current?.conclude({ kind: "error", report: this.#report(new Interrupted()) });
  }

  /** Takes note of something that failed in a promise or timer of `run`. */
  fail(run: Run, thrown: unknown): void {
    if (thrown instanceof Interrupted) return;
    if (run.isConcluded) this.#parts.outlet.publish("error", this.#report(thrown), run.parent);
    else run.failures.push(thrown);
  }

  #next(): void {
    if (this.#isBusy) return;
    const request = this.#queue.shift();
    if (!request) return;
    this.#isBusy = true;
    setImmediate(() => this.#start(request));
  }

  #start(request: Request): void {
    const { engine, outlet, history, flags } = this.#parts;
    const { content } = request;
    const code = typeof content["code"] === "string" ? content["code"] : "";
    const isSilent = content["silent"] === true;
    const isStored = !isSilent && content["store_history"] !== false;
    outlet.publish("status", { execution_state: "busy" }, request.header);
    if (isStored) {
      this.#count++;
      history.add(this.#count, code);
    }
    const run = new Run(request, `Cell [${this.#count}]`);
    if (!isSilent) outlet.publish("execute_input", { code, execution_count: this.#count }, run.parent);
    const conclude = (outcome: Outcome): void => {
      if (run.isConcluded) return;
      run.isConcluded = true;
      this.#show(run, outcome);
    };
    this.#current = { run, conclude };
    const settle = (outcome: () => Outcome): void => {
      // A later macrotask: first come the errors of promises that nobody awaits.
      setImmediate(() => conclude(outcome()));
    };
    const succeed = (value: Value): void => settle(() => ({ kind: "ok", value }));
    const fail = (thrown: unknown): void => settle(() => ({ kind: "error", report: this.#report(thrown) }));

    let check: ReturnType<Engine["check"]>;
    try {
      check = flags.guard(() => engine.check(code, run.name));
    } catch (error) {
      return fail(error);
    }
    if (check.kind === "refused") {
      const report = reportDiagnostics(check.diagnostics, code, run.name);
      return settle(() => ({ kind: "error", report }));
    }
    const { cell } = check;
    // A macrotask of its own: a termination ends this frame and nothing of the kernel.
    setImmediate(() => {
      if (run.isStopped) return fail(new Interrupted());
      runWithin(run, () => {
        try {
          const ran = engine.run(cell);
          if (ran instanceof Promise) ran.then(succeed, fail);
          else succeed(ran);
        } catch (thrown) {
          fail(thrown);
        }
      });
    });
  }

  /** Shows the result; then the cell is done, but for its pictures. */
  #show(run: Run, outcome: Outcome): void {
    const finish = (final: Outcome): void => {
      if (this.#current?.run !== run) return;
      this.#current = null;
      this.#finish(run, final);
    };
    const [failure] = run.failures;
    if (outcome.kind === "error") return finish(outcome);
    if (run.failures.length > 0) return finish({ kind: "error", report: this.#report(failure) });
    const { hasValue, value } = outcome.value;
    if (!hasValue || value === undefined || run.request.content["silent"] === true) return finish(outcome);
    const fail = (thrown: unknown): void => finish({ kind: "error", report: this.#report(thrown) });
    // While a value takes its time to say how it looks, Stop still works.
    this.#current = { run, conclude: finish };
    runWithin(run, () => {
      try {
        const shown = this.#parts.display.showResult(run, value, this.#count);
        if (shown instanceof Promise) shown.then(() => setImmediate(finish, outcome), (thrown) => setImmediate(fail, thrown));
        else finish(outcome);
      } catch (thrown) {
        fail(thrown);
      }
    });
  }

  /** Answers, and lets the next cell begin: what is unfinished of this one holds up only its own reply. */
  #finish(run: Run, outcome: Outcome): void {
    const { outlet } = this.#parts;
    const { request } = run;
    const executionCount = this.#count;
    let reply: object;
    if (outcome.kind === "error") {
      const { report } = outcome;
      if (request.content["silent"] !== true) outlet.publish("error", report, run.parent);
      if (request.content["stop_on_error"] !== false) this.#abortQueued();
      reply = { status: "error", execution_count: executionCount, ...report, user_expressions: {}, payload: [] };
    } else {
      const expressions = this.#userExpressions(run);
      reply = { status: "ok", execution_count: executionCount, user_expressions: expressions, payload: [] };
    }
    const answer = (): void => {
      outlet.reply(request, "execute_reply", reply);
      outlet.publish("status", { execution_state: "idle" }, request.header);
    };
    this.#isBusy = false;
    if (run.unfinished.size === 0) answer();
    else whenDone(run, answer);
    this.#next();
  }

  /** Exactly the requests that have arrived by now are aborted; one that is sent in answer to the error runs. */
  #abortQueued(): void {
    const { outlet, catchUp } = this.#parts;
    catchUp();
    for (const request of this.#queue.splice(0)) {
      outlet.publish("status", { execution_state: "busy" }, request.header);
      outlet.reply(request, "execute_reply", { status: "aborted", execution_count: this.#count, user_expressions: {}, payload: [] });
      outlet.publish("status", { execution_state: "idle" }, request.header);
    }
  }

  #userExpressions(run: Run): Record<string, object> {
    const asked = run.request.content["user_expressions"];
    if (typeof asked !== "object" || asked === null) return {};
    const answers = Object.entries(asked).map(([name, expression]) => {
      try {
        const value = runWithin(run, () => this.#parts.engine.evaluate(String(expression)));
        return [name, { status: "ok", data: { "text/plain": inspect(value) }, metadata: {} }];
      } catch (thrown) {
        return [name, { status: "error", ...this.#report(thrown) }];
      }
    });
    return Object.fromEntries(answers) as Record<string, object>;
  }

  #report(thrown: unknown): ErrorReport {
    return reportThrown(thrown, (cell) => this.#parts.engine.sourceOf(cell));
  }
}

/** Calls `done` when everything that `run` left unfinished is over, or has taken too long. */
function whenDone(run: Run, done: () => void): void {
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    done();
  };
  const timer = setTimeout(once, UNFINISHED_MS);
  void Promise.allSettled([...run.unfinished]).then(once);
}
