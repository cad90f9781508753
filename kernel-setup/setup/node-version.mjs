/**
 * The check that comes before everything else. Only syntax and modules of Node 12 are used here: an older Node
 * must be able to read this file to say that it is too old.
 */

/**
 * The first versions that load an ES module with require(), which the kernel's engine does with the library:
 * 20.19 in the line of Node 20, 22.12 in the line of 22, and every later line.
 */
export var neededNode = "20.19 (or 22.12, if it is Node 22) or newer";

/**
 * Whether a Node of this version can run the course.
 * @param {string} version such as "20.19.0"
 * @returns {boolean}
 */
export function isNodeNewEnough(version) {
  var numbers = version.replace(/^v/, "").split(".").map(Number);
  var major = numbers[0] || 0;
  var minor = numbers[1] || 0;
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

/**
 * Runs the body if this Node is new enough; else prints one line with the version found and the version needed,
 * and leaves with status 1.
 * @param {() => Promise<void>} body
 * @returns {void}
 */
export function needNode(body) {
  if (!isNodeNewEnough(process.versions.node)) {
    console.error(
      "Distlab needs Node " + neededNode + ", and this is Node " + process.versions.node + " (" + process.execPath +
        "). Install a newer Node, then run the same command again.",
    );
    process.exitCode = 1;
    return;
  }
  body().catch(function (error) {
    console.error(error);
    process.exitCode = 1;
  });
}
