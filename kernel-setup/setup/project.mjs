/** Where things are in a checkout, and the environment in which its Jupyter runs. */
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout: the folder that holds package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The course's first page, relative to the checkout. */
export const startPage = "notebooks/start.ipynb";

/** The kernel's name in a notebook's metadata and in a list of kernels. */
export const kernelName = "distlab";

/** The folder of the lab extension below labextensions/. */
export const extensionName = "distlab-plotly";

/** Everything that set-up and Jupyter write, but for node_modules, dist and .venv: in the checkout, ignored by git. */
export const stateFolder = join(root, ".distlab");

/** The part of the state folder that has the layout of a Jupyter data folder: kernels/ and labextensions/. */
export const dataFolder = join(stateFolder, "share", "jupyter");

/** The logs of npm, pip and the compiler, each of its last run. */
export const logFolder = join(stateFolder, "logs");

/** The course's own Python environment, made when no JupyterLab is found. */
export const venvFolder = join(root, ".venv");

/** The settings of JupyterLab that the course brings. */
export const configFolder = join(stateFolder, "config");

/**
 * The environment for Jupyter and for everything that starts a kernel: our kernel and lab extension are found, and
 * nothing is written to the home folder.
 * @returns {NodeJS.ProcessEnv}
 */
export function jupyterEnvironment() {
  const { JUPYTER_PATH: path } = process.env;
  return {
    ...process.env,
    JUPYTER_PATH: path ? `${dataFolder}${delimiter}${path}` : dataFolder,
    JUPYTER_DATA_DIR: join(stateFolder, "data"),
    JUPYTER_CONFIG_DIR: configFolder,
    JUPYTER_RUNTIME_DIR: join(stateFolder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(configFolder, "lab", "user-settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(stateFolder, "workspaces"),
    IPYTHONDIR: join(stateFolder, "ipython"),
  };
}
