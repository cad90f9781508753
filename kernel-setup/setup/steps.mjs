/** The steps that every command of the checkout begins with. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "./build.mjs";
import { removeStrays, writeJupyterFiles } from "./kernelspec.mjs";
import { installPackages } from "./packages.mjs";
import { configFolder, dataFolder } from "./project.mjs";
import { findJupyterLab, makeVenv } from "./python.mjs";

/** @typedef {import("./report.mjs").Steps} Steps */

/**
 * npm's packages.
 * @param {Steps} steps takes one of them
 * @returns {Promise<void>}
 */
export async function preparePackages(steps) {
  await steps.step("npm packages", installPackages);
}

/**
 * The compiled library and kernel.
 * @param {Steps} steps takes one of them
 * @returns {Promise<void>}
 */
export async function prepareBuild(steps) {
  await steps.step("library and kernel", build);
}

/**
 * The kernel, the lab extension and our settings, in the state folder.
 * @param {Steps} steps takes one of them
 * @returns {Promise<void>}
 */
export async function prepareKernel(steps) {
  await steps.step("kernel for Jupyter", async () => {
    removeStrays(dataFolder, writeJupyterFiles(dataFolder));
    writeSettings();
    return ["in .distlab", undefined];
  });
}

/**
 * A JupyterLab for the reader.
 * @param {Steps} steps takes one of them
 * @returns {Promise<readonly [string, ...string[]]>} the command that starts it
 */
export function prepareLab(steps) {
  return steps.step("JupyterLab", findJupyterLab);
}

/**
 * The pinned environment with the tests' packages, whatever JupyterLab the reader has.
 * @param {Steps} steps takes one of them
 * @returns {Promise<void>}
 */
export async function prepareTestPython(steps) {
  await steps.step("Python for the tests", async (progress) => {
    return [await makeVenv({ forTests: true, progress }), undefined];
  });
}

/**
 * Apache Spark beside JupyterLab, in the pinned environment.
 * @param {Steps} steps takes one of them
 * @returns {Promise<void>}
 */
export async function prepareSpark(steps) {
  await steps.step("Apache Spark", async (progress) => {
    return [await makeVenv({ forTests: false, withSpark: true, progress }), undefined];
  });
}

/**
 * Settings that the course brings. The reader's own are kept apart, in lab/user-settings, and win.
 * @type {Readonly<Record<string, unknown>>}
 */
const settings = {
  // No question about news at the first start, and no look for updates.
  "labconfig/default_setting_overrides.json": {
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
  },
  // The kernel itself completes and explains; looking for language servers costs time at each start and calls npm.
  "jupyter_server_config.json": { ServerApp: { jpserver_extensions: { jupyter_lsp: false } } },
  // Without its half in the server, the page's half would log an error at each start.
  "labconfig/page_config.json": {
    disabledExtensions: {
      "@jupyterlab/lsp-extension": true,
      "@jupyterlab/notebook-extension:language-server": true,
      "@jupyterlab/fileeditor-extension:language-server": true,
    },
  },
};

function writeSettings() {
  for (const [name, content] of Object.entries(settings)) {
    const file = join(configFolder, name);
    const text = `${JSON.stringify(content, undefined, 2)}\n`;
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
