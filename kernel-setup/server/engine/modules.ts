import Module, { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

type Require = NodeJS.Require;

/** What a cell's imports give: first from the notebook's own folder, then from the checkout. */
export class Modules {
  readonly require: Require;
  readonly #cwd: string;
  readonly #places: readonly Require[];
  /** Modules that the kernel itself supplies, by name. */
  readonly #builtIn: ReadonlyMap<string, () => unknown>;
  /** TypeScript files beside the notebook, compiled to CommonJS, by path without the ending. */
  readonly #compiled = new Map<string, string>();
  readonly #loaded = new Map<string, unknown>();

  constructor({ cwd, project, builtIn }: { cwd: string; project: string; builtIn: ReadonlyMap<string, () => unknown> }) {
    this.#cwd = cwd;
    this.#builtIn = builtIn;
    this.#places = [cwd, project].map((folder) => createRequire(path.join(folder, "cell.js")));
    this.require = this.#wrap(this.#places[0]!, cwd);
  }

  /** Takes in a file that the type checker has compiled, in place of its older version. */
  addCompiled(file: string, code: string): void {
    const key = withoutEnding(file);
    this.#compiled.set(key, code);
    this.#loaded.delete(key);
  }

  /** The module as an import statement sees it. Modules with a top-level await, which `require` refuses, are waited for. */
  load(name: string): unknown {
    try {
      return this.require(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_REQUIRE_ASYNC_MODULE") return import(this.#url(name));
      throw error;
    }
  }

  /** `import(name)` in a cell. */
  async import(name: string): Promise<unknown> {
    if (this.#builtIn.has(name) || this.#find(name, this.#cwd) !== null) return asNamespace(this.require(name));
    return import(this.#url(name)) as Promise<unknown>;
  }

  /** The file or URL that `name` stands for. */
  resolve(name: string): string {
    if (path.isAbsolute(name)) return name;
    let first: unknown;
    for (const place of this.#places) {
      try {
        return place.resolve(name);
      } catch (error) {
        first ??= error;
      }
    }
    throw first;
  }

  #url(name: string): string {
    if (/^(node|data|file|https?):/.test(name)) return name;
    const file = this.resolve(name);
    return path.isAbsolute(file) ? pathToFileURL(file).href : file;
  }

  #wrap(require: Require, folder: string): Require {
    const wrapped = (name: string): unknown => {
      const builtIn = this.#builtIn.get(name);
      if (builtIn) return builtIn();
      const key = this.#find(name, folder);
      if (key !== null) return this.#loadCompiled(key);
      return require(/^\.\.?(\/|$)/.test(name) ? name : this.resolve(name));
    };
    return Object.assign(wrapped, {
      resolve: Object.assign((name: string) => this.resolve(name), { paths: require.resolve.paths }),
      cache: require.cache,
      extensions: require.extensions,
      main: require.main,
    });
  }

  /** The key of the compiled file that `name` means when it is said in `folder`, or null. */
  #find(name: string, folder: string): string | null {
    if (!/^\.\.?(\/|$)/.test(name)) return null;
    const key = withoutEnding(path.posix.join(folder.replaceAll("\\", "/"), name));
    return this.#compiled.has(key) ? key : null;
  }

  #loadCompiled(key: string): unknown {
    const loaded = this.#loaded.get(key) as { exports: unknown } | undefined;
    if (loaded) return loaded.exports;
    const file = `${key}.js`;
    const module = new Module(file);
    module.filename = file;
    module.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(path.dirname(file));
    module.require = this.#wrap(createRequire(file), path.dirname(file));
    // Before it runs: modules that import each other see what the other has so far.
    this.#loaded.set(key, module);
    try {
      (module as unknown as { _compile(code: string, file: string): void })._compile(this.#compiled.get(key)!, file);
    } catch (error) {
      this.#loaded.delete(key);
      throw error;
    }
    return module.exports;
  }
}

/** What an import binding gets from a module: named exports, `default`, or everything (`*`). */
export function exportOf(module: unknown, exported: string): unknown {
  if (exported === "*") return asNamespace(module);
  if (isNamespace(module)) return (module as Record<string, unknown>)[exported];
  if (exported === "default") return module;
  return (module as Record<string, unknown> | null | undefined)?.[exported];
}

/** A CommonJS module as a namespace: its properties, and itself as the default export. */
function asNamespace(module: unknown): unknown {
  if (isNamespace(module) || module === null || (typeof module !== "object" && typeof module !== "function")) return module;
  return new Proxy(module, {
    get: (target, key) => (key === "default" && !("default" in target) ? target : Reflect.get(target, key)),
    has: (target, key) => key === "default" || key in target,
  });
}

function isNamespace(module: unknown): boolean {
  return (
    typeof module === "object" &&
    module !== null &&
    ((module as Record<symbol, unknown>)[Symbol.toStringTag] === "Module" || (module as { __esModule?: boolean }).__esModule === true)
  );
}

function withoutEnding(file: string): string {
  return file.replaceAll("\\", "/").replace(/\.(m|c)?[jt]sx?$/, "");
}
