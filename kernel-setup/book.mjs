/**
 * `npm run book`: the course as a static site, from the stored notebooks.
 *
 * Written in the JavaScript of Node 12, as start.mjs is, so that an old Node can say what it lacks.
 */
import { needNode } from "./setup/node-version.mjs";

needNode(function () {
  return import("./book/book.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
