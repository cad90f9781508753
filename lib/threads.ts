/**
 * MapReduce and RDDs for real, on the cores of this machine and over its files. Only under Node.js: not in a browser.
 *
 * - `withValues` gives a function what it takes from around it, so that it can go to another thread.
 */
export { withValues } from "./compute/portable.js";
