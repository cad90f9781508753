import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import type { Run } from "../runs.js";
import { Boxes } from "./boxes.js";
import { compileCell, type CompiledCell, type SourcePlace } from "./compile.js";
import { plainDeclarations, withoutNames } from "./declarations.js";
import { exportOf, Modules } from "./modules.js";
import { MARK } from "./mark.js";
import { withNestedVars, withoutExports } from "./source.js";
import { loadTslab, type Compiler, type Completions, type Converter, type Diagnostic, type Seams } from "./tslab.js";

/** A cell that passed the type check, ready to run. */
export interface Prepared {
  /** The name of the cell in stack traces. */
  readonly name: string;
  readonly source: string;
  readonly compiled: CompiledCell;
  readonly declarations: string;
}

/** What became of the type check. */
export type Check =
  | { readonly kind: "ready"; readonly cell: Prepared }
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

/** The value of a cell's last expression; `hasValue` is false when its last statement is no expression. */
export interface Value {
  readonly hasValue: boolean;
  readonly value: unknown;
}

/** What a running cell asks of the kernel. */
export interface Hooks {
  /** The run that the calling code belongs to. */
  readonly current: () => Run | undefined;
  /** Goes on with a run after an `await`; throws when it has been stopped. */
  readonly resume: (run: Run | undefined) => void;
  /** Makes a callback part of the current run. */
  readonly bind: <T>(callback: T) => T;
  /** Makes the steps of a `for await` part of the current run. */
  readonly iterate: <T>(sequence: AsyncIterable<T>) => AsyncIterable<T>;
}

const NO_VALUE = Symbol("no value");

/**
 * Checks and runs the cells of one notebook. The type checker is tslab's; a cell's JavaScript and its variables are ours
 * (see `compileCell`).
 */
export class Engine {
  readonly ts: Compiler;
  readonly boxes = new Boxes();
  readonly #seams: Seams;
  readonly #converter: Converter;
  readonly #modules: Modules;
  readonly #cwd: string;
  readonly #hooks: Hooks;
  /** What stack traces and error messages need of each cell that has run. */
  readonly #cells = new Map<string, { readonly source: string; readonly locate: CompiledCell["locate"] }>();
  /** The cells that are running, each with the variables of it that had no value when it began. */
  readonly #running = new Map<Prepared, ReadonlySet<string>>();
  /** The variables that functions of cells mention. */
  readonly #mentions = { captured: new Set<string>(), written: new Set<string>(), converts: false };
  #declarations = "";

  /**
   * @param cwd the folder of the notebook: imports are looked up from here first
   * @param project the checkout: packages that are not found from `cwd` are taken from here
   */
  constructor({ cwd, project, hooks }: { cwd: string; project: string; hooks: Hooks }) {
    this.#cwd = cwd;
    this.#hooks = hooks;
    this.#seams = loadTslab({ cwd, project });
    this.ts = this.#seams.ts;
    this.#converter = this.#seams.createConverter();
    this.#modules = new Modules({ cwd, project, builtIn: new Map([["tslab", this.#seams.publicModule]]) });
  }

  /** Makes tslab's own `display` functions write through `write`. */
  setDisplayWriter(write: Parameters<Seams["setDisplayWriter"]>[0]): void {
    this.#seams.setDisplayWriter(write);
  }

  /**
   * Checks the types of a cell and compiles it.
   * @param name how the cell is called in stack traces, such as `Cell [3]`
   */
  check(source: string, name: string): Check {
    const plain = withoutExports(this.ts, source);
    const converted = this.#converter.convert(this.#declarations, withNestedVars(this.ts, plain));
    for (const { path: file, data } of converted.sideOutputs ?? []) {
      this.#modules.addCompiled(file, this.#seams.toCommonJs(data));
    }
    if (converted.diagnostics.length > 0) return { kind: "refused", diagnostics: converted.diagnostics };
    const loaded = new Set([...(converted.output ?? "").matchAll(/^import (?:.* from )?["'](.*)["'];$/gm)].map((match) => match[1]!));
    const isKnown = (variable: string): boolean => this.boxes.has(variable);
    const compiled = compileCell(this.ts, plain, isKnown, this.#mentions, (module) => loaded.has(module));
    const cell: Prepared = { name, source, compiled, declarations: plainDeclarations(converted.declOutput ?? this.#declarations) };
    this.#cells.set(name, { source, locate: compiled.locate });
    return { kind: "ready", cell };
  }

  /**
   * Runs a cell. Gives its value, or a promise of it when the cell awaits something.
   * @throws whatever the cell throws
   */
  run(cell: Prepared): Value | Promise<Value> {
    const { compiled } = cell;
    this.#running.set(cell, new Set(compiled.declared.filter((name) => this.boxes.value(name) === undefined)));
    const succeed = (value: Value): Value => {
      if (this.#running.delete(cell)) this.#declarations = cell.declarations;
      return value;
    };
    const fail = (error: unknown): never => {
      this.abandon(cell);
      throw error;
    };
    try {
      const waiting = this.#import(compiled);
      const ran = waiting ? waiting.then(() => this.#execute(cell)) : this.#execute(cell);
      return ran instanceof Promise ? ran.then(succeed, fail) : succeed(ran);
    } catch (error) {
      return fail(error);
    }
  }

  /**
   * Ends a cell that has failed or was stopped, whatever still runs of it. What it declared before stays; what it never
   * came to is unknown, also to the type checker.
   * @param forget drop all that the cell declared, to free its memory
   */
  abandon(cell: Prepared, { forget = false }: { forget?: boolean } = {}): void {
    const unset = this.#running.get(cell);
    if (!unset) return;
    this.#running.delete(cell);
    const { declared } = cell.compiled;
    const missing = forget ? declared : declared.filter((name) => unset.has(name) && this.boxes.value(name) === undefined);
    this.#declarations = withoutNames(this.ts, cell.declarations, new Set(missing));
    this.boxes.forget(missing);
  }

  /**
   * The value of an expression over the variables of the notebook, without a type check.
   * @throws whatever the expression throws
   */
  evaluate(expression: string): unknown {
    const compiled = compileCell(this.ts, `(${expression}\n)`, (name) => this.boxes.has(name), this.#mentions);
    const ran = this.#execute({ name: "expression", source: expression, compiled, declarations: "" });
    return ran instanceof Promise ? ran.then(({ value }) => value) : ran.value;
  }

  /** The place in the source of the cell `name` that its compiled `line` and `column` (from 1) come from. */
  locate(name: string, line: number, column: number): SourcePlace | null {
    return this.#cells.get(name)?.locate(line, column) ?? null;
  }

  /** The source of the cell `name`, if it has run. */
  sourceOf(name: string): string | undefined {
    return this.#cells.get(name)?.source;
  }

  complete(source: string, position: number): Completions {
    return this.#converter.complete(this.#declarations, source, position);
  }

  inspect(source: string, position: number): TypeScript.QuickInfo | undefined {
    return this.#converter.inspect(this.#declarations, source, position);
  }

  close(): void {
    this.#converter.close();
  }

  /** Fills the boxes of imported names; gives a promise when a module has to be waited for. */
  #import({ imports }: CompiledCell): Promise<void> | null {
    let waiting: Promise<void> | null = null;
    for (const { module, bindings } of imports) {
      const fill = (loaded: unknown): void => {
        for (const { name, exported } of bindings) this.boxes.at(name).v = exportOf(loaded, exported);
      };
      const next = (): void | Promise<void> => {
        const loaded = this.#modules.load(module);
        return loaded instanceof Promise ? loaded.then(fill) : fill(loaded);
      };
      if (waiting) waiting = waiting.then(next);
      else waiting = next() ?? null;
    }
    return waiting;
  }

  #execute(cell: Prepared): Value | Promise<Value> {
    const { compiled, name } = cell;
    const { captured, written, converts } = compiled.mentions;
    for (const variable of captured) this.#mentions.captured.add(variable);
    for (const variable of written) this.#mentions.written.add(variable);
    this.#mentions.converts ||= converts;
    const boxes: Record<string, unknown> = {};
    for (const variable of compiled.used) boxes[variable] = this.boxes.at(variable);
    const file = path.join(this.#cwd, name);
    const runtime = {
      boxes,
      result: NO_VALUE as unknown,
      run: this.#hooks.current,
      resume: <T>(run: Run | undefined, value: T): T => {
        this.#hooks.resume(run);
        return value;
      },
      bind: this.#hooks.bind,
      iterate: this.#hooks.iterate,
      import: (module: string) => this.#modules.import(module),
      meta: {
        url: pathToFileURL(file).href,
        filename: file,
        dirname: this.#cwd,
        resolve: (module: string) => pathToFileURL(this.#modules.resolve(module)).href,
      },
    };
    const run = vm.runInThisContext(compiled.code, { filename: name }) as (...all: unknown[]) => unknown;
    const ran = run(runtime, this.#modules.require, file, this.#cwd);
    const value = (): Value => ({ hasValue: runtime.result !== NO_VALUE, value: runtime.result === NO_VALUE ? undefined : runtime.result });
    return compiled.isAsync ? (ran as Promise<void>).then(value) : value();
  }
}

/** The text of an error message as a learner should see it: without the names of boxes. */
export function readable(message: string): string {
  return message
    .replace(new RegExp(`\\(0 , ${MARK}([\\p{L}\\p{N}_$]+)\\.v\\)`, "gu"), "$1")
    .replace(new RegExp(`${MARK}([\\p{L}\\p{N}_$]+)\\.v\\b`, "gu"), "$1")
    .replace(new RegExp(`${MARK}0([\\p{L}\\p{N}_$]+)`, "gu"), "$1");
}
