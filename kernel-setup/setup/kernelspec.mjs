/** The kernel and the lab extension as files in a Jupyter data folder: kernels/distlab and labextensions/. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { extensionName, kernelName, root } from "./project.mjs";

/**
 * Writes kernel and lab extension into a data folder; what is already right is left alone.
 * @param {string} folder such as ~/.local/share/jupyter
 * @param {string} [node] the program that is to run the kernel
 * @returns {string[]} the files, relative to the folder
 */
export function writeJupyterFiles(folder, node = process.execPath) {
  const files = jupyterFiles(node);
  for (const [path, content] of files) put(join(folder, path), content);
  return [...files.keys()];
}

/**
 * Removes what an older version of the course left in our two folders of a data folder of our own.
 * @param {string} folder
 * @param {readonly string[]} files what is to stay, relative to the folder
 */
export function removeStrays(folder, files) {
  const wanted = new Set(files);
  for (const own of [join("kernels", kernelName), join("labextensions", extensionName)]) {
    for (const entry of readdirSync(join(folder, own), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (!entry.isDirectory() && !wanted.has(relative(folder, path))) rmSync(path);
    }
  }
}

/**
 * What belongs into a data folder.
 * @param {string} [node] the program that is to run the kernel
 * @returns {Map<string, string | { copyOf: string }>} by path relative to the folder: a text, or a file to copy
 */
export function jupyterFiles(node = process.execPath) {
  /** @type {Map<string, string | { copyOf: string }>} */
  const files = new Map();
  const kernel = join("kernels", kernelName);
  files.set(join(kernel, "kernel.json"), `${JSON.stringify(kernelSpec(node), undefined, 2)}\n`);
  const logos = join(root, "kernel-setup", "logo");
  for (const logo of readdirSync(logos)) files.set(join(kernel, logo), { copyOf: join(logos, logo) });

  const extension = join("labextensions", extensionName);
  const source = join(root, "kernel-setup", "lab-extension");
  if (existsSync(source)) for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile()) files.set(join(extension, relative(source, path)), { copyOf: path });
  }
  const plotly = join(root, "node_modules", "plotly.js-dist", "plotly.js");
  files.set(join(extension, "static", "plotly.js"), { copyOf: plotly });
  return files;
}

/**
 * @param {string} node
 * @returns {unknown} kernel.json for this checkout
 */
function kernelSpec(node) {
  const text = readFileSync(join(root, "kernel-setup", "kernelspec.json"), "utf8");
  const places = /** @type {Record<string, string>} */ ({ "{node}": node, "{checkout}": root });
  return JSON.parse(text, (_, value) =>
    typeof value === "string" ? value.replace(/\{node\}|\{checkout\}/g, (name) => places[name] ?? name) : value,
  );
}

/**
 * @param {string} path
 * @param {string | { copyOf: string }} content
 */
function put(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === "string") {
    if (!existsSync(path) || readFileSync(path, "utf8") !== content) writeFileSync(path, content);
    return;
  }
  const [from, to] = [statSync(content.copyOf), existsSync(path) ? statSync(path) : undefined];
  if (to?.size !== from.size || to.mtimeMs !== from.mtimeMs) cpSync(content.copyOf, path, { preserveTimestamps: true });
}
