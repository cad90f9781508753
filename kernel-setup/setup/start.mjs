/** The command line of `npm start`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endOnInterrupt, hand } from "./child.mjs";
import { alone } from "./lock.mjs";
import { jupyterEnvironment, root, startPage } from "./project.mjs";
import { commandLine, SetupFault, Steps } from "./report.mjs";
import { prepareBuild, prepareKernel, prepareLab, preparePackages } from "./steps.mjs";

const help = `Opens the course in JupyterLab, after setting up what is missing. Nothing outside this folder is changed.

  npm start                        set up and open the first page in the browser
  npm start -- --check             set up everything, start no server
  npm start -- --no-browser        print the address instead of opening a browser
  npm start -- --port N            listen on port N (8888 where none is given; the next free one if it is taken)
  npm start -- --help              this text

Ctrl-C stops the server. Set-up may be interrupted and run again at any time.`;

/**
 * @param {readonly string[]} args what follows `npm start --`
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm start", async () => {
    const options = readOptions(args);
    if (options.help) {
      console.log(help);
      return 0;
    }
    endOnInterrupt("npm start");
    console.log(`Distlab in ${root}`);
    const lab = await alone(async () => {
      const steps = new Steps(4);
      await preparePackages(steps);
      await prepareBuild(steps);
      const found = await prepareLab(steps);
      await prepareKernel(steps);
      return found;
    });
    if (options.check) {
      console.log("Everything is in place: npm start opens the course.");
      return 0;
    }
    return open(lab, options);
  });
}

/**
 * Starts JupyterLab on the first page: on the loopback interface, with a token that Jupyter makes anew each time.
 * @param {readonly [string, ...string[]]} lab
 * @param {Options} options
 * @returns {Promise<number>} its exit status
 */
function open(lab, { browser, port }) {
  const page = existsSync(join(root, startPage)) ? `/lab/tree/${startPage}` : "/lab";
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    console.log("You are root, so JupyterLab and every cell that you run have all rights on this machine (--allow-root).");
  }
  console.log("JupyterLab starts; the address with its token is below. Ctrl-C stops it.\n");
  return hand(
    [
      ...lab,
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.root_dir=${root}`,
      `--LabApp.default_url=${page}`,
      ...(port === undefined ? [] : [`--ServerApp.port=${port}`]),
      ...(browser ? [] : ["--no-browser"]),
      ...(asRoot ? ["--allow-root"] : []),
    ],
    { env: jupyterEnvironment() },
  );
}

/**
 * @typedef {{ help: boolean, check: boolean, browser: boolean, port: number | undefined }} Options
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws {SetupFault} for an unknown option or a port that is none
 */
function readOptions(args) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "help": { type: "boolean", short: "h", default: false },
        "check": { type: "boolean", default: false },
        "no-browser": { type: "boolean", default: false },
        "port": { type: "string" },
      },
    });
    const port = values.port === undefined ? undefined : Number(values.port || Number.NaN);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
      throw new Error(`--port must be a whole number in [0, 65535], got ${values.port}`);
    }
    return { help: values.help, check: values.check, browser: !values["no-browser"], port };
  } catch (error) {
    throw new SetupFault(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
}
