import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isNodeNewEnough } from "../../kernel-setup/setup/node-version.mjs";
import { Checkout, inFront, root, type Result } from "./checkout.js";

// Python takes some seconds to make an environment.
vi.setConfig({ testTimeout: 60_000 });

/** Never shown to a reader, whatever goes wrong. */
const unfit = /undefined|\[object Object\]|\n\s+at .*\(?(?:file|node):/;

let checkout: Checkout;
beforeAll(() => {
  checkout = new Checkout();
});
afterAll(() => checkout.remove());

const lab = (version: string) => checkout.programs({ "jupyter-lab": `[ "$1" = --version ] && echo ${version} || echo "lab ran with $*"` });

function expectFault({ status, output }: Result, ...sentences: readonly string[]): void {
  for (const sentence of sentences) expect(output).toContain(sentence);
  expect(output).not.toMatch(unfit);
  expect(status).toBe(1);
}

describe("the version of Node", () => {
  it.each([
    ["12.22.12", false], ["16.20.2", false], ["18.20.0", false], ["20.18.3", false], ["20.19.0", true], ["20.20.2", true],
    ["21.7.3", false], ["22.11.0", false], ["22.12.0", true], ["23.0.0", true], ["24.21.0", true], ["v20.19.1", true],
  ])("%s: %s", (version, isNew) => {
    expect(isNodeNewEnough(version)).toBe(isNew);
  });

  it("is the one that package.json asks for", () => {
    expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node).toBe("^20.19.0 || >=22.12.0");
  });

  it.each(["kernel-setup/start.mjs", "kernel-setup/kernel.mjs"])("too old: %s says so in one line and changes nothing", async (script) => {
    const pretend = join(checkout.home, "..", "old-node.cjs");
    writeFileSync(pretend, 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "16.20.2" } });\n');
    const result = await checkout.run(["--check"], { script, node: ["--require", pretend] });
    expectFault(result, "16.20.2", "needs Node 20.19");
    expect(result.output.trim().split("\n")).toHaveLength(1);
    expect(existsSync(join(checkout.folder, ".distlab"))).toBe(false);
  });

  it("is checked by files that an old Node can read", () => {
    for (const file of ["kernel-setup/start.mjs", "kernel-setup/kernel.mjs", "kernel-setup/setup/node-version.mjs", "test/run.mjs"]) {
      const code = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
      expect(code, file).not.toMatch(/\?\.|\?\?|\|\|=|&&=|=>|`|#\w|"node:|\bawait\b/);
    }
  });
});

describe("the command line", () => {
  it.each([
    [["--prot", "8888"], "Unknown option '--prot'"],
    [["--port", "many"], "--port must be a whole number in [0, 65535], got many"],
    [["--port", "70000"], "--port must be a whole number in [0, 65535], got 70000"],
    [["--port="], "--port must be a whole number in [0, 65535], got "],
    [["chapter"], "chapter"],
  ])("refuses %j and shows what there is", async (args, sentence) => {
    expectFault(await checkout.run(args), sentence, "npm start -- --check");
  });

  it("explains itself without setting anything up", async () => {
    expect(await checkout.run(["--help"])).toMatchObject({ status: 0, output: expect.stringContaining("--no-browser") });
    expect(existsSync(join(checkout.folder, ".distlab"))).toBe(false);
  });
});

describe("what is missing is told, with the way out", () => {
  it("no Python", async () => {
    const result = await checkout.run(["--check"], { env: { PATH: checkout.programs({ npm: "/usr/bin/npm" }) } });
    expectFault(result, "No Python was found", "apt-get install python3 python3-venv");
  });

  it("a Python that is too old", async () => {
    const PATH = checkout.programs({ python3: "echo 3.8.10; echo /usr/bin/python3.8" });
    expectFault(await checkout.run(["--check"], { env: { PATH } }), "needs Python 3.10 or newer, but python3 is 3.8.10");
  });

  it("a Python without venv: the Debian package is named", async () => {
    const PATH = checkout.programs({ python3: "echo 3.11.2; echo /usr/bin/python3.11; exit 1" });
    expectFault(await checkout.run(["--check"], { env: { PATH } }), "apt-get install python3.11-venv");
  });

  it("a JupyterLab that is too old does not count", async () => {
    const PATH = `${lab("3.6.8")}:${checkout.programs({ python3: "exit 1" })}`;
    expectFault(await checkout.run(["--check"], { env: { PATH } }), "No Python was found");
  });

  it("a source that does not compile", async () => {
    checkout.write({ "lib/index.ts": "nonsense" });
    const result = await checkout.run(["--check"], { env: { PATH: inFront(lab("4.2.0")) } });
    checkout.write({ "lib/index.ts": "export const one = 1;\n" });
    expectFault(result, "lib does not compile", "error TS1: nonsense", "git diff lib");
  });

  it("a registry that refuses a package: the step, its words, and how to go on", async () => {
    const requirements = join(checkout.folder, "kernel-setup", "requirements.txt");
    const pinned = readFileSync(requirements, "utf8");
    writeFileSync(requirements, pinned.replace("==4.6.6", "==4.6.7"));
    const result = await checkout.run(["--check"], { env: { PATH: process.env["PATH"] } });
    writeFileSync(requirements, pinned);
    expectFault(result, "pip could not install kernel-setup/requirements.txt", "run the same command again", ".distlab/logs/pip.log");
  });

  it("a lock file of npm that cannot be had", async () => {
    const lock = join(checkout.folder, "package-lock.json");
    const text = readFileSync(lock, "utf8");
    writeFileSync(lock, text.replaceAll("stubs/plotly.js-dist", "stubs/gone"));
    rmSync(join(checkout.folder, "node_modules"), { recursive: true });
    const result = await checkout.run(["--check"], { env: { PATH: inFront(lab("4.2.0")) } });
    writeFileSync(lock, text);
    expectFault(result, "npm could not install the packages", "run the same command again", ".distlab/logs/npm.log");
  });

  it("no npm beside Node, nor on PATH", async () => {
    const alone = join(checkout.programs({}), "node");
    copyFileSync(process.execPath, alone);
    rmSync(join(checkout.folder, "node_modules"), { recursive: true, force: true });
    const result = await checkout.run(["--check"], { program: alone, env: { PATH: checkout.programs({}) } });
    expectFault(result, "npm was not found", "install Node with npm");
  });

  it("a checkout that cannot be written to", async () => {
    const fresh = new Checkout();
    chmodSync(fresh.folder, 0o555);
    // Nothing is closed to root, so there the command runs as nobody.
    const result = await fresh.run(["--check"], process.getuid?.() === 0 ? { uid: 65534 } : {});
    chmodSync(fresh.folder, 0o755);
    fresh.remove();
    expectFault(result, "cannot be written to", "Copy it to a folder of your own");
  });
});

describe("set-up", () => {
  it("uses the JupyterLab on PATH, writes into the checkout only, and starts it on the loopback interface", async () => {
    const before = checkout.snapshot(checkout.home);
    const { status, output } = await checkout.run(["--no-browser", "--port", "8899"], { env: { PATH: inFront(lab("4.2.0")) } });
    expect(output).toContain("lab ran with --ServerApp.ip=127.0.0.1");
    expect(output).toContain("--ServerApp.port=8899 --no-browser");
    expect(status).toBe(0);
    expect(checkout.snapshot(checkout.home)).toEqual(before);
    const spec = JSON.parse(readFileSync(join(checkout.folder, ".distlab/share/jupyter/kernels/distlab/kernel.json"), "utf8"));
    expect(spec.argv).toEqual([process.execPath, "--no-force-async-hooks-checks", join(checkout.folder, "kernel-setup/dist/server/launch.js"), "{connection_file}"]);
  });

  it("goes on after Ctrl-C", async () => {
    rmSync(join(checkout.folder, ".venv"), { recursive: true, force: true });
    const running = checkout.start(["--check"]);
    while (!existsSync(join(checkout.folder, ".venv", "pyvenv.cfg"))) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill("SIGINT");
    const { status, output } = await running.done;
    expect(output).toContain("Interrupted. Run `npm start` again");
    expect(output).not.toMatch(unfit);
    expect(status).toBe(130);
    expect(await checkout.run(["--check"])).toMatchObject({ status: 0, output: expect.stringContaining("Everything is in place") });
  });

  it("gives the course's own JupyterLab an environment inside the checkout", async () => {
    const { output } = await checkout.run(["--no-browser"]);
    const { args, env } = JSON.parse(output.slice(output.indexOf('{"args"')));
    expect(args).toContain(`--ServerApp.root_dir=${checkout.folder}`);
    for (const [name, value] of Object.entries(env)) expect(value, name).toContain(join(checkout.folder, ".distlab"));
    expect(Object.keys(env)).toEqual(expect.arrayContaining(["JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"]));
    expect(args.join(" ")).not.toMatch(/token|0\.0\.0\.0/);
  });

  it("done twice finds all in place, quickly, and no second kernel", async () => {
    const files = () => checkout.snapshot(checkout.folder).filter((line) => !/jupyterlab-versions|setup\.lock/.test(line));
    const before = files();
    const began = performance.now();
    const { status, output } = await checkout.run(["--check"]);
    expect(status).toBe(0);
    expect(output).toContain("npm packages ........... in place");
    expect(output).toContain("library and kernel ..... up to date");
    expect(performance.now() - began).toBeLessThan(3000);
    expect(files()).toEqual(before);
    expect(readdirSync(join(checkout.folder, ".distlab/share/jupyter/kernels"))).toEqual(["distlab"]);
  });

  it("done by two at once is done once", async () => {
    rmSync(join(checkout.folder, "node_modules"), { recursive: true });
    const results = await Promise.all([checkout.run(["--check"]), checkout.run(["--check"])]);
    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect(results.filter(({ output }) => output.includes("packages installed"))).toHaveLength(1);
    expect(results.filter(({ output }) => output.includes("waiting for it"))).toHaveLength(1);
  });

  it("takes over from one that was killed", async () => {
    writeFileSync(join(checkout.folder, ".distlab", "setup.lock"), "99999999");
    expect((await checkout.run(["--check"])).status).toBe(0);
  });

  it("rebuilds when a source has changed, and leaves no file of a source that is gone", async () => {
    checkout.write({ "lib/index.ts": "export const one = 11;\n", "lib/dist/old.js": "" });
    expect((await checkout.run(["--check"])).output).toContain("compiled lib");
    expect(readFileSync(join(checkout.folder, "lib/dist/index.js"), "utf8")).toContain("11");
    expect(existsSync(join(checkout.folder, "lib/dist/old.js"))).toBe(false);
  });

  it.each([
    ["npm's packages without the end of their installation", "node_modules/.package-lock.json", "packages installed"],
    ["a package without its files", "node_modules/typescript/package.json", "packages installed"],
    ["a package without the one file that is used", "node_modules/plotly.js-dist/plotly.js", "packages installed"],
    ["a build that lacks a file", "lib/dist/index.js", "compiled lib"],
    ["a Python environment that lacks a file", "", "4.6.6, in .venv"],
  ])("mends %s", async (_, path, outcome) => {
    const python = readdirSync(join(checkout.folder, ".venv", "lib"))[0]!;
    const victim = join(checkout.folder, path || `.venv/lib/${python}/site-packages/jupyterlab/__main__.py`);
    rmSync(victim, { recursive: true });
    const { status, output } = await checkout.run(["--check"]);
    expect(output).toContain(outcome);
    expect(status).toBe(0);
    expect(existsSync(victim)).toBe(true);
  });

  it("keeps what is in a Python environment that somebody made by hand", async () => {
    rmSync(join(checkout.folder, ".venv", ".made-by-distlab"));
    rmSync(join(checkout.folder, ".venv", ".distlab-installed.json"));
    writeFileSync(join(checkout.folder, ".venv", "mine.txt"), "");
    expect((await checkout.run(["--check"])).status).toBe(0);
    expect(existsSync(join(checkout.folder, ".venv", "mine.txt"))).toBe(true);
  });
});

describe("the kernel in the reader's own Jupyter", () => {
  const kernel = (...args: string[]) => checkout.run(args, { script: "kernel-setup/kernel.mjs" });

  it.each([
    ["a folder that is full of others' things", ["share/jupyter/kernels/python3/kernel.json", "share/jupyter/labextensions/other/package.json"]],
    ["a folder that does not exist", []],
  ])("uninstall removes exactly what install added to %s", async (_, others) => {
    const place = join(checkout.home, "..", `own ${others.length}`);
    for (const file of others) {
      mkdirSync(join(place, file, ".."), { recursive: true });
      writeFileSync(join(place, file), "{}");
    }
    const before = existsSync(place) ? checkout.snapshot(place) : undefined;
    expect(await kernel("install", "--prefix", place)).toMatchObject({ status: 0 });
    expect(existsSync(join(place, "share/jupyter/kernels/distlab/kernel.json"))).toBe(true);
    expect(existsSync(join(place, "share/jupyter/labextensions/distlab-plotly/static/plotly.js"))).toBe(true);
    expect(await kernel("install", "--prefix", place)).toMatchObject({ status: 0 });
    expect(readdirSync(join(place, "share/jupyter/kernels")).filter((name) => name === "distlab")).toHaveLength(1);
    expect(await kernel("uninstall", "--prefix", place)).toMatchObject({ status: 0 });
    expect(existsSync(place) ? checkout.snapshot(place) : undefined).toEqual(before);
  });

  it("goes into the account's folder when no place is named", async () => {
    expect(await kernel("install")).toMatchObject({ status: 0, output: expect.stringContaining(join(checkout.home, ".local", "share", "jupyter")) });
    expect(await kernel("uninstall", "--user")).toMatchObject({ status: 0 });
    expect(existsSync(join(checkout.home, ".local"))).toBe(false);
  });

  it("is not put over a kernel of that name that somebody else made", async () => {
    const place = join(checkout.home, "..", "taken");
    mkdirSync(join(place, "share/jupyter/kernels/distlab"), { recursive: true });
    expectFault(await kernel("install", "--prefix", place), "was not put there by this command");
  });

  it.each([
    [["uninstall", "--prefix", "/nowhere/at/all"], "holds no kernel that kernel:install put there: nothing was removed"],
    [["install", "--user", "--sys-prefix"], "exclude each other"],
    [["install", "--prefix="], "--prefix must name a folder"],
    [["remove"], "say install or uninstall"],
  ])("refuses %j", async (args, sentence) => {
    expectFault(await kernel(...args), sentence);
  });
});
