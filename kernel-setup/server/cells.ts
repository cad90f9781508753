import { setImmediate, setTimeout } from "node:timers";
import { inspect } from "node:util";
import type { Bundle } from "./bundle.js";
import type { Outlet } from "./channels.js";
import type { Display } from "./display.js";
import type { Engine, Prepared, Value } from "./engine/engine.js";
import { reportDiagnostics, reportThrown, type ErrorReport } from "./errors.js";
import type { Flags } from "./flags.js";
import type { History } from "./history.js";
import { QUESTION } from "./language.js";
import type { Request } from "./protocol.js";
import { currentRun, Interrupted, OutOfMemory, Run, runWithin } from "./runs.js";

/** What became of a cell. */
type Outcome =
  | { readonly kind: "ok"; readonly value: Value; readonly pages?: readonly Bundle[] }
  | { readonly kind: "error"; readonly report: ErrorReport };

/** The cell whose turn it is. */
interface Current {
  readonly run: Run;
  readonly conclude: (outcome: Outcome) => void;
  /** Set when the cell has begun to execute. */
  readonly cell?: Prepared;
}

/** The parts of the kernel that executing a cell needs. */
export interface CellsParts {
  readonly engine: Pick<Engine, "check" | "run" | "abandon" | "evaluate" | "sourceOf">;
  readonly outlet: Outlet;
  readonly display: Display;
  readonly history: History;
  readonly flags: Flags;
  /** What is known about a name, for the question `name?`; null when nothing is. */
  readonly explain: (name: string) => Bundle | null;
  /** Handles at once what has arrived while a cell kept the thread busy. */
  readonly catchUp: () => void;
}

/** Longer than any picture is waited for, in ms: after this a cell is answered whatever is unfinished. */
const UNFINISHED_MS = 35_000;

const NOTHING: Value = { hasValue: false, value: undefined };

/**
 * Executes cells, one after the other, in the order of their requests.
 *
 * Each step of a cell is its own macrotask, and no step waits for a promise of another: a loop that is terminated
 * takes the queued promise callbacks of the whole thread with it, and the kernel must go on all the same.
 */
export class Cells {
  readonly #parts: CellsParts;
  readonly #queue: Request[] = [];
  /** The latest run of each cell, by its name in stack traces. */
  readonly #runs = new Map<string, Run>();
  #current: Current | null = null;
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
  interrupt(reason: Interrupted): void {
    Run.stopAll();
    const current = this.#current;
    if (current?.cell) this.#parts.engine.abandon(current.cell, { forget: reason instanceof OutOfMemory });
    current?.conclude({ kind: "error", report: this.#report(reason) });
  }

  /** Takes note of something that failed in a promise or timer: it is an error of the cell that the code stands in. */
  fail(thrown: unknown, run: Run | undefined = this.#runOf(thrown) ?? currentRun()): void {
    if (thrown instanceof Interrupted || !run) return;
    if (run.isConcluded) this.#parts.outlet.publish("error", this.#report(thrown), run.parent);
    else run.failures.push(thrown);
  }

  /** The latest run of the cell that the stack of `thrown` names. */
  #runOf(thrown: unknown): Run | undefined {
    const stack = thrown instanceof Error ? String(thrown.stack) : "";
    const name = /\bCell \[\d*\]/.exec(stack)?.[0];
    return name === undefined ? undefined : this.#runs.get(name);
  }

  #next(): void {
    if (this.#isBusy) return;
    const request = this.#queue.shift();
    if (!request) return;
    this.#isBusy = true;
    this.#start(request);
  }

  #start(request: Request): void {
    const { engine, outlet, history, flags, explain } = this.#parts;
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
    this.#runs.set(run.name, run);
    if (!isSilent) outlet.publish("execute_input", { code, execution_count: this.#count }, run.parent);
    const conclude = (outcome: Outcome): void => {
      if (run.isConcluded) return;
      run.isConcluded = true;
      this.#show(run, outcome);
    };
    this.#current = { run, conclude };
    const settle = (outcome: () => Outcome): void => {
      // A later macrotask: first come the errors of promises that nobody awaits.
      setImmediate(() => flags.guard(() => conclude(outcome())));
    };
    const succeed = (value: Value): void => settle(() => ({ kind: "ok", value }));
    const fail = (thrown: unknown): void => settle(() => ({ kind: "error", report: this.#report(thrown) }));

    const question = QUESTION.exec(code);
    if (question) {
      const name = question[1] ?? question[2]!;
      const page = flags.guard(() => explain(name));
      if (page) return settle(() => ({ kind: "ok", value: NOTHING, pages: [page] }));
      return fail(new ReferenceError(`nothing is known about ${name}: it is no variable, import or global`));
    }
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
      if (run.isConcluded) return;
      this.#current = { run, conclude, cell };
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
      this.#parts.flags.guard(() => this.#finish(run, final));
    };
    const [failure] = run.failures;
    if (outcome.kind === "error") return finish(outcome);
    if (run.failures.length > 0) return finish({ kind: "error", report: this.#report(failure) });
    const { hasValue, value } = outcome.value;
    if (!hasValue || value === undefined || run.request.content["silent"] === true) return finish(outcome);
    const fail = (thrown: unknown): void => finish({ kind: "error", report: this.#report(thrown) });
    // While a value takes its time to say how it looks, Stop still works.
    this.#current = { run, conclude: finish };
    setImmediate(() =>
      runWithin(run, () => {
        try {
          const shown = this.#parts.display.showResult(run, value, this.#count);
          if (shown instanceof Promise) shown.then(() => setImmediate(finish, outcome), (thrown) => setImmediate(fail, thrown));
          else finish(outcome);
        } catch (thrown) {
          fail(thrown);
        }
      }),
    );
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
      reply = { status: "error", execution_count: executionCount, ...report, user_expressions: {}, payload: [] };
    } else {
      const expressions = this.#userExpressions(run);
      const payload = (outcome.pages ?? []).map((data) => ({ source: "page", data, start: 0 }));
      reply = { status: "ok", execution_count: executionCount, user_expressions: expressions, payload };
    }
    const answer = (): void => {
      outlet.reply(request, "execute_reply", reply);
      outlet.publish("status", { execution_state: "idle" }, request.header);
    };
    const aborted = outcome.kind === "error" && request.content["stop_on_error"] !== false ? this.#takeQueued() : [];
    if (run.unfinished.size === 0) answer();
    else whenDone(run, answer);
    for (const other of aborted) this.#abort(other);
    this.#isBusy = false;
    this.#next();
  }

  /**
   * Empties the queue of all requests that have arrived by now. It is done before the error is answered: what the front
   * end sends after it has heard of the error shall run.
   */
  #takeQueued(): Request[] {
    this.#parts.catchUp();
    return this.#queue.splice(0);
  }

  #abort(request: Request): void {
    const { outlet } = this.#parts;
    outlet.publish("status", { execution_state: "busy" }, request.header);
    outlet.reply(request, "execute_reply", { status: "aborted", execution_count: this.#count, user_expressions: {}, payload: [] });
    outlet.publish("status", { execution_state: "idle" }, request.header);
  }

  #userExpressions(run: Run): Record<string, object> {
    const asked = run.request.content["user_expressions"];
    if (typeof asked !== "object" || asked === null) return {};
    const answers = Object.entries(asked).map(([name, expression]) => {
      try {
        const value = this.#parts.flags.expose(() => runWithin(run, () => this.#parts.engine.evaluate(String(expression))));
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

/** Calls `done` when nothing that `run` left unfinished is under way any more, or when that takes too long. */
function whenDone(run: Run, done: () => void): void {
  const deadline = performance.now() + UNFINISHED_MS;
  const look = (): void => {
    if (run.unfinished.size === 0 || performance.now() > deadline) done();
    else setTimeout(look, 10);
  };
  look();
}
