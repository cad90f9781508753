/**
 * `npm run kernel:install` and `npm run kernel:uninstall`: the kernel in the reader's own Jupyter or VS Code.
 *
 * Written in the JavaScript of Node 12, as start.mjs is, so that an old Node can say what it lacks.
 */
import { needNode } from "./setup/node-version.mjs";

needNode(function () {
  return import("./setup/own-jupyter.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
