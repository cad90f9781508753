/**
 * `npm run spark:install`: Apache Spark for the course, in its own Python. Nothing else of the course needs it.
 *
 * Written in the JavaScript of Node 12, as start.mjs is, so that an old Node can say what it lacks.
 */
import { needNode } from "./setup/node-version.mjs";

needNode(function () {
  return import("./setup/spark.mjs").then(function (module) {
    return module.main(process.argv.slice(2));
  });
});
