/**
 * The seams of tslab 1.0.22, all in this file: its converter (type check, declarations, completion, hover) and the
 * TypeScript 5.0.4 that it brings. Everything here reaches into a pinned version; `seams.test.ts` says when one is gone.
 */
import { createRequire } from "node:module";
import path from "node:path";
import type * as TypeScript from "@tslab/typescript-for-tslab";

/** The compiler, with the inner functions that the kernel uses besides the published ones. */
export type Compiler = typeof TypeScript;

/** A place in a cell, counted from 0. */
export interface Place {
  readonly offset: number;
  readonly line: number;
  readonly character: number;
}

/** What the type checker found. `fileName` is set when it is not the cell itself but a file that the cell imports. */
export interface Diagnostic {
  readonly start: Place;
  readonly end: Place;
  readonly messageText: string;
  readonly code: number;
  readonly fileName?: string | undefined;
}

/** The result of checking a cell. */
export interface Converted {
  readonly diagnostics: readonly Diagnostic[];
  /** An ES module. The kernel reads from it which imports have a value. */
  readonly output?: string;
  /** The declarations that later cells are checked against. */
  readonly declOutput?: string;
  /** TypeScript files beside the notebook that the cell imports, as ES modules. */
  readonly sideOutputs?: readonly { readonly path: string; readonly data: string }[];
}

/** A list of completions for the characters from `start` to `end`. */
export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
  readonly original?: TypeScript.CompletionInfo;
}

/** tslab's converter. `declarations` are those of all earlier cells. */
export interface Converter {
  convert(declarations: string, source: string): Converted;
  inspect(declarations: string, source: string, position: number): TypeScript.QuickInfo | undefined;
  complete(declarations: string, source: string, position: number): Completions;
  close(): void;
}

/** The parts of tslab that the kernel stands on. */
export interface Seams {
  readonly ts: Compiler;
  readonly createConverter: () => Converter;
  /** The text of an ES module as a CommonJS one. */
  readonly toCommonJs: (module: string) => string;
  /** What `import ... from "tslab"` gives; its display functions write through `jupyter.lastWriteDisplayData`. */
  readonly publicModule: () => unknown;
  readonly setDisplayWriter: (write: (data: TslabDisplay, update: boolean) => void) => void;
}

/** What tslab's own `display` functions hand over. */
export interface TslabDisplay {
  readonly data: Record<string, unknown>;
  readonly metadata?: object;
  readonly transient?: { readonly display_id?: string };
}

/**
 * Loads tslab's converter for cells that live in the folder `cwd`.
 * @param project the checkout: packages that cannot be found from `cwd` are looked up there
 */
export function loadTslab({ cwd, project }: { cwd: string; project: string }): Seams {
  const fromProject = createRequire(path.join(project, "kernel-setup", "x.js"));
  const tslab = path.dirname(fromProject.resolve("tslab/package.json"));
  const fromTslab = createRequire(path.join(tslab, "dist", "x.js"));
  const compilerFile = fromTslab.resolve("@tslab/typescript-for-tslab");
  const original = fromTslab("@tslab/typescript-for-tslab") as Compiler;
  adaptSystem(original.sys, { cwd, project });
  const ts: Compiler = {
    ...original,
    createWatchCompilerHost: adaptHost(original),
    // The converter makes CommonJS of each cell. Nobody runs that: the kernel compiles cells itself.
    transpileModule: (text, options) =>
      options.fileName === "custom.js" ? { outputText: text } : original.transpileModule(text, options),
  };
  // The converter takes the compiler from the module cache, so what lies there is what it uses.
  fromTslab.cache[compilerFile]!.exports = ts;
  const { createConverter } = fromTslab("./converter.js") as { createConverter: (options: object) => Converter };
  return {
    ts,
    createConverter: () => createConverter({ isJS: false, isBrowser: false }),
    toCommonJs: (module) =>
      original.transpileModule(module, {
        fileName: "module.js",
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
      }).outputText,
    publicModule: () => fromTslab("./public.js"),
    setDisplayWriter: (write) => {
      (fromTslab("./jupyter.js") as { lastWriteDisplayData: unknown }).lastWriteDisplayData = write;
    },
  };
}

/**
 * tslab's compiler host, with three changes. Top-level await is parsed as the language has it (tslab switches it off and
 * patches the errors, which breaks `await (x)` and `for await`). Only the types of Node are global: those of every
 * other package in the project would otherwise be, the browser's among them. And no state for incremental builds is
 * computed, which takes half of the time of a cell and which the converter does not use.
 */
function adaptHost(ts: Compiler): Compiler["createWatchCompilerHost"] {
  const create = (files: string[], options: TypeScript.CompilerOptions, system: TypeScript.System, _: unknown, ...rest: unknown[]): unknown => {
    const own = { ...options, disableTopLevelAwait: false, types: ["node"] };
    const createHost = ts.createWatchCompilerHost as (...all: unknown[]) => unknown;
    return createHost(files, own, system, createPlainProgram(ts), ...rest);
  };
  return create as Compiler["createWatchCompilerHost"];
}

/** A program in the form in which the converter wants it. */
type PlainProgram = Pick<TypeScript.BuilderProgram, "getProgram" | "getSourceFile" | "emit"> & {
  getProgramOrUndefined(): TypeScript.Program;
  getAllDependencies(file: TypeScript.SourceFile): readonly string[];
};

function createPlainProgram(ts: Compiler): (...all: unknown[]) => PlainProgram {
  const { bindSourceFile: bind } = ts as unknown as {
    bindSourceFile(file: TypeScript.SourceFile | undefined, options: TypeScript.CompilerOptions): void;
  };
  return (rootNames, options, host, old) => {
    const program = ts.createProgram({
      rootNames: rootNames as readonly string[],
      options: options as TypeScript.CompilerOptions,
      host: host as TypeScript.CompilerHost,
      ...(old ? { oldProgram: (old as PlainProgram).getProgram() } : {}),
    });
    // The converter looks at the names that a cell declares before it asks for types.
    for (const name of program.getRootFileNames()) {
      const file = program.getSourceFile(name);
      bind(file, program.getCompilerOptions());
      if (file && !file.isDeclarationFile) listAsWritten(ts, file);
    }
    return {
      getProgram: () => program,
      getProgramOrUndefined: () => program,
      getSourceFile: (name) => program.getSourceFile(name),
      emit: (...all) => program.emit(...all),
      getAllDependencies: (file) => sourcesBehind(program, file),
    };
  };
}

/**
 * The compiler keeps names that begin with two underscores with a third one. The converter lists a cell's names in order to
 * write them down, so it is given those that stand in the cell.
 */
function listAsWritten(ts: Compiler, file: TypeScript.SourceFile): void {
  const { locals } = file as { locals?: Map<TypeScript.__String, unknown> };
  if (!locals) return;
  const forEach = locals.forEach.bind(locals);
  locals.forEach = (visit) => forEach((symbol, key, all) => visit(symbol, ts.unescapeLeadingUnderscores(key) as TypeScript.__String, all));
}

/** The file and all source files, not declarations, that it imports, directly or not. */
function sourcesBehind(program: TypeScript.Program, file: TypeScript.SourceFile): readonly string[] {
  type Resolutions = { forEach(visit: (found: { resolvedModule?: { resolvedFileName: string } }) => void): void };
  const names = new Set([file.fileName]);
  for (const name of names) {
    const source = program.getSourceFile(name) as { resolvedModules?: Resolutions } | undefined;
    source?.resolvedModules?.forEach(({ resolvedModule }) => {
      const imported = resolvedModule && program.getSourceFile(resolvedModule.resolvedFileName);
      if (imported && !imported.isDeclarationFile) names.add(imported.fileName);
    });
  }
  return [...names];
}

/**
 * Fits the compiler's view of the file system to a notebook: the folder of the cells is `cwd`; what its `node_modules`
 * lacks is taken from the project's; and files of packages and of the compiler itself are not watched, because
 * they do not change under a running kernel and watching hundreds of files costs time and handles.
 */
function adaptSystem(sys: TypeScript.System, { cwd, project }: { cwd: string; project: string }): void {
  const local = slashed(path.join(cwd, "node_modules")) + "/";
  const shared = slashed(path.join(project, "node_modules")) + "/";
  const { fileExists, directoryExists, readFile, realpath, getDirectories, watchFile } = sys;
  const forward = (name: string, exists: (name: string) => boolean): string =>
    local !== shared && name.startsWith(local) && !exists(name) ? shared + name.slice(local.length) : name;
  const isThere = (name: string): boolean => fileExists(name) || directoryExists(name);

  sys.getCurrentDirectory = () => slashed(cwd);
  sys.fileExists = (name) => fileExists(name) || fileExists(forward(name, () => false));
  sys.directoryExists = (name) => directoryExists(name) || directoryExists(forward(name, () => false));
  sys.readFile = (name, encoding) => readFile(forward(name, fileExists), encoding);
  sys.getDirectories = (name) => getDirectories(forward(name, directoryExists));
  if (realpath) sys.realpath = (name) => realpath(forward(name, isThere));
  if (watchFile) {
    sys.watchFile = (name, callback, interval, options) =>
      name.includes("/node_modules/") || !slashed(name).startsWith(slashed(cwd) + "/")
        ? { close: () => {} }
        : watchFile(name, callback, interval, options);
  }
  sys.watchDirectory = () => ({ close: () => {} });
}

function slashed(name: string): string {
  return path.sep === "\\" ? name.replaceAll("\\", "/") : name;
}
