/**
 * `npm run chapter`: a chapter run from top to bottom without a browser, with parameters of one's own.
 *
 * Written in the JavaScript of Node 12, as start.mjs is, so that an old Node can say what it lacks.
 */
import { needNode } from "./setup/node-version.mjs";

needNode(function () {
  return import("./chapter/chapter.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
