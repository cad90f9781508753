/**
 * `npm run workbook`: the chapters without outputs and solutions, for readers who predict and type.
 *
 * Written in the JavaScript of Node 12, as start.mjs is, so that an old Node can say what it lacks.
 */
import { needNode } from "./setup/node-version.mjs";

needNode(function () {
  return import("./book/workbook.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
