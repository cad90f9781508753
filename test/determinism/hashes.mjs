/**
 * Prints a hash for each of some runs, as one JSON object. The same sources must print the same text in every
 * process, on every version of Node and on every machine.
 */
import * as distlab from "distlab";

console.log(JSON.stringify(Object.keys(distlab).sort()));
