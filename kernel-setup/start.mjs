/**
 * `npm start`: sets up what is missing, then opens the course in JupyterLab.
 *
 * This file, and the one that it imports, are written in the JavaScript of Node 12, so that an old Node can read
 * them and say what it lacks. Everything else is loaded once the version is known to do.
 */
import { needNode } from "./setup/node-version.mjs";

needNode(function () {
  return import("./setup/start.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
