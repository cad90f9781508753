/** The course on other versions of Node, which are taken from npm. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, tail } from "../../kernel-setup/setup/child.mjs";
import { writeJupyterFiles } from "../../kernel-setup/setup/kernelspec.mjs";
import { npmCommand } from "../../kernel-setup/setup/packages.mjs";
import { dataFolder, root, stateFolder } from "../../kernel-setup/setup/project.mjs";
import { venvPython } from "../../kernel-setup/setup/python.mjs";
import { resultFolder, testEnvironment } from "./part.mjs";

/** The oldest that the course runs on, and the lines that are kept up. */
const supported = ["20.19.0", "22.12.0", "22.23.3", "24.21.0"];

/** These must be told, in one line, that they are too old. */
const tooOld = ["12.22.12", "16.20.2", "20.18.3", "22.11.0"];

/**
 * For each supported version: set-up finds all in place, runs have the same hashes as on this Node, and the kernel
 * answers a cell with a value from the library. For each old one: the one line.
 * @param {readonly string[]} patterns
 * @returns {Promise<import("./part.mjs").Count>}
 */
export async function nodes(patterns) {
  let [passed, failed] = [0, 0];
  const test = async (/** @type {string} */ name, /** @type {() => Promise<string>} */ body) => {
    const problem = await body();
    console.log(`  ${problem === "" ? "passed" : "FAILED"}: ${name}${problem === "" ? "" : `\n    ${problem}`}`);
    if (problem === "") passed += 1;
    else failed += 1;
  };
  const chosen = (/** @type {string} */ version) => patterns.length === 0 || patterns.some((it) => version.startsWith(it));

  const here = await hashes(process.execPath);
  await test(`this Node, ${process.versions.node}, gives the same hashes in two processes`, async () =>
    here.startsWith("{") && here === (await hashes(process.execPath)) ? "" : here);
  for (const version of supported.filter(chosen)) {
    const node = await fetchNode(version);
    await test(`Node ${version}: npm start --check finds all in place`, () => checkSetup(node));
    await test(`Node ${version}: the same hashes`, async () => {
      const there = await hashes(node);
      return there === here ? "" : `here ${here}\n    there ${there}`;
    });
    await test(`Node ${version}: the kernel runs a cell`, () => runCell(node, version));
  }
  // Each of them made itself the kernel's Node.
  writeJupyterFiles(dataFolder);
  for (const version of tooOld.filter(chosen)) {
    const node = await fetchNode(version);
    await test(`Node ${version}: is told that it is too old`, () => checkRefusal(node, version));
  }
  return { passed, failed, skipped: 0 };
}

/**
 * @param {string} version
 * @returns {Promise<string>} the program
 */
async function fetchNode(version) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(stateFolder, "nodes", version);
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(program)) return program;
  console.log(`  fetching ${name}@${version}`);
  mkdirSync(folder, { recursive: true });
  // A package.json of its own keeps npm from taking the checkout for the place to install to.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const { status, output } = await run([
    ...npmCommand(), "install", "--prefix", folder, "--ignore-scripts", "--no-save", "--no-audit", "--no-fund",
    "--cache", join(stateFolder, "cache", "npm"), `${name}@${version}`,
  ]);
  if (status !== 0 || !existsSync(program)) throw new Error(`npm could not fetch ${name}@${version}:\n${tail(output)}`);
  return program;
}

/**
 * @param {string} node
 * @returns {Promise<string>} what the determinism script prints
 */
async function hashes(node) {
  const { output } = await run([node, join(root, "test", "determinism", "hashes.mjs"), "--with-pictures"]);
  return output.trim();
}

/** @param {string} node */
async function checkSetup(node) {
  const { status, output } = await run([node, join(root, "kernel-setup", "start.mjs"), "--check"]);
  return status === 0 ? "" : tail(output);
}

/**
 * @param {string} node
 * @param {string} version
 */
async function checkRefusal(node, version) {
  const { status, output } = await run([node, join(root, "kernel-setup", "start.mjs"), "--check"]);
  const lines = output.trim().split("\n");
  const isRight = status === 1 && lines.length === 1 && output.includes(version) && output.includes("20.19");
  return isRight ? "" : `status ${status}: ${tail(output)}`;
}

/**
 * @param {string} node
 * @param {string} version
 */
async function runCell(node, version) {
  const folder = join(resultFolder, "nodes", version);
  const data = join(folder, "share");
  writeJupyterFiles(data, node);
  const source = 'import { majority } from "distlab/core";\n`${majority(5)} of 5 on ${process.versions.node}`';
  const cell = { cell_type: "code", id: "only", metadata: {}, outputs: [], execution_count: null, source };
  const kernelspec = { name: "distlab", display_name: "TypeScript (Distlab)", language: "typescript" };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: [cell] };
  writeFileSync(join(folder, "in.ipynb"), JSON.stringify(notebook));
  const { output } = await run(
    [venvPython, join(root, "test", "notebooks", "execute.py"), join(folder, "in.ipynb"), join(folder, "out.ipynb")],
    { env: { ...testEnvironment, JUPYTER_PATH: data } },
  );
  const out = join(folder, "out.ipynb");
  return existsSync(out) && readFileSync(out, "utf8").includes(`3 of 5 on ${version}`) ? "" : tail(output);
}
