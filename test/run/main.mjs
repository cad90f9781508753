/** The command line of `npm test`: which parts run, and the closing count of all of them. */
import { mkdirSync } from "node:fs";
import { CompileFault } from "../../kernel-setup/setup/build.mjs";
import { endOnInterrupt } from "../../kernel-setup/setup/child.mjs";
import { alone } from "../../kernel-setup/setup/lock.mjs";
import { root } from "../../kernel-setup/setup/project.mjs";
import { commandLine, SetupFault, Steps } from "../../kernel-setup/setup/report.mjs";
import { prepareBuild, prepareKernel, preparePackages, prepareTestPython } from "../../kernel-setup/setup/steps.mjs";
import { resultFolder } from "./part.mjs";

/** @typedef {import("./part.mjs").Count} Count */

/** @typedef {(patterns: readonly string[]) => Promise<Count>} Part runs the tests whose name holds a pattern; all without */

/**
 * The parts, loaded when the packages that they need are there. The first ones make up `npm test`.
 * @type {Readonly<Record<string, { readonly title: string, readonly always: boolean, readonly load: () => Promise<Part> }>>}
 */
const parts = {
  types: { title: "type check", always: true, load: async () => (await import("./types.mjs")).types },
  unit: { title: "unit, property and exhaustive tests", always: true, load: async () => (await import("./vitest.mjs")).unit },
  kernel: { title: "kernel conformance", always: true, load: async () => (await import("./kernel.mjs")).kernel },
  notebooks: { title: "notebooks", always: true, load: async () => (await import("./notebooks.mjs")).notebooks },
  store: { title: "storing notebooks", always: false, load: async () => (await import("./notebooks.mjs")).store },
  long: { title: "long tests", always: false, load: async () => (await import("./vitest.mjs")).long },
  browser: { title: "browser tests", always: false, load: async () => (await import("./vitest.mjs")).browser },
  bench: { title: "benchmarks", always: false, load: async () => (await import("./bench.mjs")).bench },
  nodes: { title: "other versions of Node", always: false, load: async () => (await import("./nodes.mjs")).nodes },
};

const help = `Runs the tests, after setting up what is missing.

  npm test                          types, unit, kernel and notebooks, one after another
  npm test -- PART                  one part: ${Object.keys(parts).join(", ")}
  npm test -- PART PATTERN ...      of that part what has one of the patterns in its name: npm test -- unit test/core
  npm run notebooks:store [PATTERN] runs the notebooks and stores what they show
  npm run test:long | test:browser | test:nodes | bench`;

/**
 * @param {readonly string[]} args names of parts, then patterns
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm test", async () => {
    if (args.includes("--help") || args.includes("-h")) {
      console.log(help);
      return 0;
    }
    const { names, patterns } = readArguments(args);
    endOnInterrupt("npm test", { resumes: false });
    /** @type {Count} */
    let total = { passed: 0, failed: 0, skipped: 0 };
    try {
      await setUp();
    } catch (error) {
      // Sources that do not compile can still be tested, but never pass; without its packages nothing can.
      console.error(error instanceof SetupFault ? `\n${error.message}` : error);
      if (!(error instanceof CompileFault)) {
        console.log(`\n${closingLine({ ...total, failed: 1 })}`);
        return 1;
      }
      total = { ...total, failed: 1 };
    }
    const rows = [];
    for (const name of names) {
      const { title = "", load } = parts[name] ?? {};
      console.log(`\n== ${title} ==\n`);
      const began = Date.now();
      const count = await (load ? runPart(load, patterns) : undefined) ?? { passed: 0, failed: 1, skipped: 0 };
      rows.push(`  ${title.padEnd(38)}${closingLine(count)} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
      total = {
        passed: total.passed + count.passed,
        failed: total.failed + count.failed,
        skipped: total.skipped + count.skipped,
      };
    }
    console.log(`\n${rows.join("\n")}\n\n${closingLine(total)}`);
    return total.failed === 0 && total.passed > 0 ? 0 : 1;
  });
}

async function setUp() {
  console.log(`Distlab in ${root}`);
  mkdirSync(resultFolder, { recursive: true });
  await alone(async () => {
    const steps = new Steps(4);
    await preparePackages(steps);
    await prepareTestPython(steps);
    await prepareKernel(steps);
    await prepareBuild(steps);
  });
}

/**
 * A part that breaks down counts as one failed test, and the others still run.
 * @param {() => Promise<Part>} load
 * @param {readonly string[]} patterns
 * @returns {Promise<Count>}
 */
async function runPart(load, patterns) {
  try {
    return await (await load())(patterns);
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/**
 * @param {readonly string[]} args
 * @returns {{ names: string[], patterns: string[] }}
 * @throws {SetupFault} for a part that does not exist
 */
function readArguments(args) {
  const names = args.filter((arg) => Object.hasOwn(parts, arg));
  const patterns = args.filter((arg) => !Object.hasOwn(parts, arg));
  const option = patterns.find((pattern) => pattern.startsWith("-"));
  if (option) throw new SetupFault(`unknown option ${option}\n\n${help}`);
  if (patterns.length > 0 && names.length === 0) {
    throw new SetupFault(`${patterns[0]} is no part of the tests: ${Object.keys(parts).join(", ")}\n\n${help}`);
  }
  return { names: names.length > 0 ? names : Object.keys(parts).filter((name) => parts[name]?.always), patterns };
}

/**
 * @param {Count} count
 * @returns {string} such as "12 passed, 0 failed"
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
