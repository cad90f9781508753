/**
 * `npm test` and its relatives: sets up what is missing, runs the parts named after it, and counts.
 *
 * Written in the JavaScript of Node 12, as kernel-setup/start.mjs is, so that an old Node can say what it lacks.
 */
import { needNode } from "../kernel-setup/setup/node-version.mjs";

needNode(function () {
  return import("./run/main.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
