/** A small checkout in which set-up runs for real, offline and in seconds: its packages and its JupyterLab are stubs. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The real checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Result {
  readonly status: number;
  readonly output: string;
}

/** A running command of the checkout. */
export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Result>;
  /** Resolves when the output has this text, with all the output so far; rejects when the command ends without. */
  saying(text: string): Promise<string>;
}

export interface StartOptions {
  /** Changes to the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Options for Node itself. */
  readonly node?: readonly string[];
  /** Another Node. */
  readonly program?: string;
  readonly script?: string;
  /** The user as whom it runs. */
  readonly uid?: number;
}

export class Checkout {
  /** A folder of its own, with a space and Chinese characters in its path. */
  readonly folder: string;
  /** What stands for the reader's home. */
  readonly home: string;
  readonly #base: string;

  constructor() {
    this.#base = mkdtempSync(join(tmpdir(), "distlab-setup-"));
    this.folder = join(this.#base, "分布式 课程 (copy)");
    this.home = join(this.#base, "home");
    mkdirSync(this.home);
    chmodSync(this.#base, 0o755);
    const from = join(root, "kernel-setup");
    const to = join(this.folder, "kernel-setup");
    for (const part of ["start.mjs", "kernel.mjs", "setup", "logo", "kernelspec.json"]) {
      cpSync(join(from, part), join(to, part), { recursive: true });
    }
    this.write({
      "package.json": JSON.stringify({
        name: "course", version: "1.0.0", type: "module",
        dependencies: { "typescript": "file:stubs/typescript", "plotly.js-dist": "file:stubs/plotly.js-dist" },
      }),
      "tsconfig.json": "{}",
      "lib/index.ts": "export const one = 1;\n",
      "kernel-setup/server.ts": "export const two = 2;\n",
      "kernel-setup/lab-extension/package.json": "{}",
      "kernel-setup/lab-extension/static/remoteEntry.js": "",
      "stubs/typescript/package.json": JSON.stringify({ name: "typescript", version: "7.0.2" }),
      "stubs/typescript/bin/tsc": stubCompiler,
      "stubs/plotly.js-dist/package.json": JSON.stringify({ name: "plotly.js-dist", version: "4.1.1" }),
      "stubs/plotly.js-dist/plotly.js": "window.Plotly = {};\n",
      ".npmrc": "install-links=true\n",
    });
    const lockOnly = ["install", "--package-lock-only", "--silent", "--offline"];
    execFileSync("npm", lockOnly, { cwd: this.folder, env: this.environment() });
    this.pin(this.makeWheel());
  }

  /** Writes files of the checkout. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  /** Pins a wheel, by its path and hash, as the one requirement. */
  pin(wheel: string): void {
    const hash = createHash("sha256").update(readFileSync(wheel)).digest("hex");
    const lines = `--no-index\n--find-links ${pathToFileURL(dirname(wheel))}\njupyterlab==4.6.6 --hash=sha256:${hash}\n`;
    this.write({ "kernel-setup/requirements.txt": lines, "kernel-setup/requirements-test.txt": lines });
  }

  /** A wheel whose `python -m jupyterlab` prints its arguments and Jupyter's part of its environment as JSON. */
  makeWheel(): string {
    const wheel = join(this.#base, "jupyterlab-4.6.6-py3-none-any.whl");
    execFileSync("python3", ["-c", wheelMaker, wheel]);
    return wheel;
  }

  /** Puts programs into a folder, each given by its shell script, and gives the folder for PATH. */
  programs(scripts: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(this.#base, "bin-"));
    for (const [name, script] of Object.entries(scripts)) {
      if (script.startsWith("/")) symlinkSync(script, join(folder, name));
      else writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    return folder;
  }

  environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH, LANG } = process.env;
    return { PATH, LANG, HOME: this.home, npm_config_cache: join(this.#base, "npm-cache"), ...changes };
  }

  /** Starts a command of the checkout from a folder outside of it. */
  start(args: readonly string[], options: StartOptions = {}): Running {
    const { env = {}, node = [], program = process.execPath, script = "kernel-setup/start.mjs", uid } = options;
    return follow(spawn(program, [...node, join(this.folder, script), ...args], {
      cwd: this.#base,
      env: this.environment(env),
      stdio: ["ignore", "pipe", "pipe"],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    }));
  }

  run(...args: Parameters<Checkout["start"]>): Promise<Result> {
    return this.start(...args).done;
  }

  /** Every file below a folder with its size and time, to see whether anything changed. */
  snapshot(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => ({ path, ...statsOf(join(folder, path)) }))
      .map(({ path, size, time }) => `${path} ${size} ${time}`)
      .sort();
  }

  remove(): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** Collects what a process prints. */
export function follow(child: ChildProcess): Running {
  let output = "";
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const watcher of watchers) watcher();
    });
  }
  const done = new Promise<Result>((resolve) => {
    child.on("close", (status) => resolve({ status: status ?? -1, output }));
  });
  const saying = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (output.includes(text)) resolve(output);
      };
      watchers.add(look);
      look();
      void done.then(() => reject(new Error(`ended without saying "${text}":\n${output}`)));
    });
  return { child, done, saying };
}

/** PATH with a folder in front. */
export function inFront(folder: string): string {
  return `${folder}${delimiter}${process.env["PATH"]}`;
}

function statsOf(path: string): { size: number; time: number } {
  const stats = lstatSync(path);
  const { size, mtimeMs } = stats;
  const isDirectory = stats.isDirectory();
  return isDirectory ? { size: 0, time: 0 } : { size, time: mtimeMs };
}

const stubCompiler = `
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const [, , , project, , target] = process.argv;
const source = project.endsWith("lib") ? "index.ts" : "server.ts";
const text = readFileSync(project + "/" + source, "utf8");
if (text.includes("nonsense")) { console.log(source + "(1,1): error TS1: nonsense"); process.exit(2); }
mkdirSync(target, { recursive: true });
writeFileSync(target + "/" + source.replace(".ts", ".js"), text);
`;

const wheelMaker = `
import sys, zipfile
main = "import json, os, sys; print(json.dumps({'args': sys.argv[1:], 'env': {k: v for k, v in os.environ.items() if 'JUPYTER' in k or 'IPYTHON' in k}}))"
files = {
    "jupyterlab/__init__.py": "",
    "jupyterlab/__main__.py": main,
    "jupyterlab-4.6.6.dist-info/METADATA": "Metadata-Version: 2.1\\nName: jupyterlab\\nVersion: 4.6.6\\n",
    "jupyterlab-4.6.6.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
record = "jupyterlab-4.6.6.dist-info/RECORD"
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    for path, text in files.items():
        wheel.writestr(path, text)
    wheel.writestr(record, "".join(f"{path},,\\n" for path in [*files, record]))
`;
