import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What has to be there. */
export interface Spark {
  /** The Python that has PySpark. */
  readonly python: string;
  /** PySpark's folder, which is a whole Spark. */
  readonly home: string;
}

/** The oldest Java that Spark 4 runs on. */
const oldestJava = 17;

/** @throws Error where Java is missing or too old, with what to do about it */
export function requireJava(): void {
  const java = javaVersion();
  if (java !== null && java >= oldestJava) return;
  const has = java === null ? "there is none on the PATH, and JAVA_HOME names none" : `there is Java ${java}`;
  throw new Error(`Apache Spark needs Java ${oldestJava} or later, and ${has}: install one, such as openjdk-17-jre-headless`);
}

/**
 * Finds PySpark and Java.
 *
 * @param python the only one to look at; without it, the one that the environment variable PYSPARK_PYTHON names, that of the
 *   course's own environment, and `python3`
 * @throws Error where one of the two is missing, with what to do about it
 */
export function findSpark(python?: string): Spark {
  requireJava();
  const places = python === undefined ? candidates() : [python];
  for (const place of places) {
    const { status, stdout } = spawnSync(place, ["-c", "import pyspark; print(pyspark.__path__[0])"], { encoding: "utf8" });
    if (status === 0) return { python: place, home: stdout.trim() };
  }
  throw new Error(
    `Apache Spark is not installed here (looked for PySpark in ${places.join(", ")}): npm run spark:install puts it into the course's own Python`,
  );
}

function candidates(): string[] {
  const named = process.env["PYSPARK_PYTHON"];
  // The course's folder is the one above the library; a .venv beside a caller's own project is looked at, too.
  const roots = [resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", ".."), process.cwd(), dirname(process.cwd())];
  const environments = [...new Set(roots)].map((root) => join(root, ".venv", "bin", "python")).filter((place) => existsSync(place));
  return [...(named === undefined ? [] : [named]), ...environments, "python3"];
}

/** The major version of the Java that Spark would take, or null. */
function javaVersion(): number | null {
  const home = process.env["JAVA_HOME"];
  const { stderr, status } = spawnSync(home === undefined ? "java" : join(home, "bin", "java"), ["-version"], { encoding: "utf8" });
  const [, major, minor] = (status === 0 && /version "(\d+)(?:\.(\d+))?/.exec(stderr)) || [];
  if (major === undefined) return null;
  return major === "1" ? Number(minor) : Number(major);
}
