/**
 * The kernel beside those that a learner could use instead, in one run: our own, tslab as it comes, Python's ipykernel,
 * and Deno's, as far as they are installed. Each is started several times in turn, so that a busy machine troubles all alike.
 *
 *     npm run bench -- kernel            5 rounds
 *     node test/bench/kernel/run.mjs 9   9 rounds
 *
 * Python is taken from DISTLAB_PYTHON, .venv or PATH; Deno from PATH.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Dealer, Subscriber } from "zeromq";
import { Wire } from "../../../kernel-setup/dist/server/wire.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const venv = join(root, ".venv", "bin", "python");
const python = process.env.DISTLAB_PYTHON ?? (existsSync(venv) ? venv : "python3");
const typescript = {
  cells: (/** @type {number} */ i) => `const a${i}: number = ${i};\nfunction f${i}(x: number): number { return x + a${i}; }\n[1, 2, 3].map((x) => f${i}(x)).length`,
  loop: "let sum = 0; for (let i = 0; i < 2e7; i++) sum += i;\nsum",
  inFunction: "(() => { let s = 0; for (let i = 0; i < 2e7; i++) s += i; return s; })()",
};

/** @type {Record<string, { argv: (file: string) => string[], code: typeof typescript, here: () => boolean }>} */
const kernels = {
  distlab: {
    argv: (file) => [process.execPath, "--no-force-async-hooks-checks", join(root, "kernel-setup/dist/server/launch.js"), file],
    code: typescript,
    here: () => true,
  },
  tslab: {
    argv: (file) => [process.execPath, join(root, "node_modules/tslab/bin/tslab"), "kernel", "--config-path", file],
    code: typescript,
    here: () => true,
  },
  deno: {
    argv: (file) => ["deno", "jupyter", "--kernel", "--conn", file],
    code: typescript,
    here: () => spawnSync("deno", ["--version"]).status === 0,
  },
  ipykernel: {
    argv: (file) => [python, "-m", "ipykernel_launcher", "-f", file],
    code: {
      cells: (i) => `a${i} = ${i}\ndef f${i}(x): return x + a${i}\nlen([f${i}(x) for x in [1, 2, 3]])`,
      loop: "sum = 0\nfor i in range(20_000_000): sum += i\nsum",
      inFunction: "def loop():\n  s = 0\n  for i in range(20_000_000): s += i\n  return s\nloop()",
    },
    here: () => spawnSync(python, ["-c", "import ipykernel"]).status === 0,
  },
};

/** @typedef {{ ready: number, first: number, cell: number, p95: number, loop: number, inFunction: number, idleMb: number, afterMb: number }} Figures */

/**
 * One start of one kernel.
 * @param {string} name
 * @returns {Promise<Figures>}
 */
async function measure(name) {
  const { argv, code } = /** @type {typeof kernels[string]} */ (kernels[name]);
  const folder = mkdtempSync(join(tmpdir(), "bench-kernel-"));
  const file = join(folder, "connection.json");
  const key = randomUUID();
  const ports = await freePorts(5);
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports;
  writeFileSync(file, JSON.stringify({ shell_port, iopub_port, stdin_port, control_port, hb_port, key, ip: "127.0.0.1", transport: "tcp", signature_scheme: "hmac-sha256" }));
  const [command, ...rest] = /** @type {[string, ...string[]]} */ (argv(file));
  const begin = performance.now();
  const child = spawn(command, rest, { cwd: root, stdio: "ignore" });
  const wire = new Wire({ key });
  const shell = new Dealer({ linger: 0 });
  const iopub = new Subscriber({ linger: 0 });
  shell.connect(`tcp://127.0.0.1:${shell_port}`);
  iopub.connect(`tcp://127.0.0.1:${iopub_port}`);
  iopub.subscribe();
  /** @type {Map<string, (reply: unknown) => void>} */
  const replies = new Map();
  void (async () => {
    for await (const frames of shell) {
      const message = wire.unpack(frames);
      replies.get(message?.parent.msg_id ?? "")?.(message?.content);
    }
  })();
  void (async () => { for await (const _ of iopub); })();
  const ask = async (/** @type {string} */ type, /** @type {object} */ content) => {
    const frames = wire.pack({ type, content: JSON.stringify(content) });
    const { msg_id } = JSON.parse(String(frames[2]));
    const reply = new Promise((resolve) => replies.set(msg_id, resolve));
    await shell.send(/** @type {string[]} */ (frames));
    return reply;
  };
  const run = async (/** @type {string} */ source) => {
    const from = performance.now();
    const reply = /** @type {{ status: string }} */ (await ask("execute_request", { code: source, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true }));
    if (reply.status !== "ok") throw new Error(`${name} did not run: ${source}`);
    return performance.now() - from;
  };
  try {
    await ask("kernel_info_request", {});
    const ready = performance.now() - begin;
    await run(code.cells(999));
    const first = performance.now() - begin;
    const idleMb = memoryMb(child.pid);
    const cells = [];
    for (let i = 0; i < 20; i++) cells.push(await run(code.cells(i)));
    cells.sort((a, b) => a - b);
    const loop = await run(code.loop);
    const inFunction = await run(code.inFunction);
    return { ready, first, cell: median(cells), p95: cells[18] ?? NaN, loop, inFunction, idleMb, afterMb: memoryMb(child.pid) };
  } finally {
    child.kill("SIGKILL");
    shell.close();
    iopub.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resident memory of a process, in MB; NaN where the system does not tell. @param {number | undefined} pid */
function memoryMb(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param {number} count */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => /** @type {Promise<import("node:net").Server>} */ (new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
  }))));
  const ports = servers.map((server) => /** @type {import("node:net").AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const rounds = Number(process.argv[2] ?? 5);
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`rounds must be a positive integer, got ${process.argv[2]}`);
const names = Object.keys(kernels).filter((name) => kernels[name]?.here());
/** @type {Record<string, Figures[]>} */
const measured = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  for (const name of names) measured[name]?.push(await measure(name));
  console.error(`round ${round} of ${rounds}`);
}
/** @type {[keyof Figures, string][]} */
const columns = [
  ["ready", "ready ms"], ["first", "first cell done ms"], ["cell", "cell ms"], ["p95", "p95 ms"],
  ["loop", "2e7 loop ms"], ["inFunction", "in function ms"], ["idleMb", "MB idle"], ["afterMb", "MB after"],
];
console.log(`Median of ${rounds} starts; times from the start of the process.\n`);
console.log(`| kernel | ${columns.map(([, title]) => title).join(" | ")} |\n|---${"|---".repeat(columns.length)}|`);
for (const name of names) {
  const of = (/** @type {keyof Figures} */ key) => median((measured[name] ?? []).map((figures) => figures[key]));
  console.log(`| ${name} | ${columns.map(([key]) => of(key).toFixed(0)).join(" | ")} |`);
}
const ratio = (/** @type {keyof Figures} */ key) => median((measured["distlab"] ?? []).map((f) => f[key])) / median((measured["tslab"] ?? []).map((f) => f[key]));
console.log(`\ndistlab / tslab: ${columns.map(([key, title]) => `${title} ${ratio(key).toFixed(2)}`).join(", ")}`);
