/** The command line of `npm run spark:install`. */
import { endOnInterrupt } from "./child.mjs";
import { alone } from "./lock.mjs";
import { root } from "./project.mjs";
import { commandLine, SetupFault, Steps } from "./report.mjs";
import { prepareBuild, preparePackages, prepareSpark } from "./steps.mjs";

const help = `Installs Apache Spark for the course, by PySpark from PyPI, into .venv in this folder: about 450 MB to fetch, a minute or two.
Java 17 or later must be there. Run it again at any time.`;

/**
 * @param {readonly string[]} args what follows `npm run spark:install --`
 * @returns {Promise<void>}
 */
export function main(args) {
  return commandLine("npm run spark:install", async () => {
    if (args.length > 0) {
      if (args[0] !== "--help" && args[0] !== "-h") throw new SetupFault(`unknown option ${args[0]}\n\n${help}`);
      console.log(help);
      return 0;
    }
    endOnInterrupt("npm run spark:install");
    console.log(`Distlab in ${root}`);
    await alone(async () => {
      const steps = new Steps(3);
      await preparePackages(steps);
      await prepareBuild(steps);
      // By its address, because it is there only once the library is built.
      /** @type {typeof import("../../lib/spark/find.js")} */
      const { requireJava } = await import(new URL("../../lib/dist/spark/find.js", import.meta.url).href);
      try {
        requireJava();
      } catch (error) {
        throw new SetupFault(/** @type {Error} */ (error).message);
      }
      await prepareSpark(steps);
    });
    console.log('Apache Spark is in place: in a cell, import "distlab/spark", then context({ master: "local-cluster[2,1,1024]" }).');
    return 0;
  });
}
