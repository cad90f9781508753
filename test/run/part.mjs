/** What the parts of the tests share. */
import { join } from "node:path";
import { jupyterEnvironment, stateFolder } from "../../kernel-setup/setup/project.mjs";
import { venvPython } from "../../kernel-setup/setup/python.mjs";

/**
 * How the tests of a part came out.
 * @typedef {{ readonly passed: number, readonly failed: number, readonly skipped: number }} Count
 */

/** Where parts leave what they found, for a reader who looks for a failure. */
export const resultFolder = join(stateFolder, "test");

/** The environment of every test: the checkout's Jupyter, and the Python that has the tests' packages. */
export const testEnvironment = { ...jupyterEnvironment(), DISTLAB_PYTHON: venvPython };
