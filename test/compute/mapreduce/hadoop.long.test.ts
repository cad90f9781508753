import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { invertedIndex, streamingPrograms, wordCount } from "../../../lib/mapreduce.js";

/**
 * A folder with what Hadoop Streaming needs to run by itself, from the repository of Java packages: hadoop-client-api and
 * hadoop-client-runtime 3.3.4, hadoop-streaming 3.3.4, commons-cli 1.2, commons-logging 1.2, slf4j-api and slf4j-nop 1.7.36.
 */
const jars = process.env["DISTLAB_HADOOP_JARS"];

const text = Array.from({ length: 2_000 }, (_, i) => `the quick brown fox ${i % 7} jumps över the lazy dog 键${i % 3}\n`).join("");

describe.runIf(jars !== undefined)("on Hadoop Streaming's own runner", () => {
  it.each([
    ["word count", wordCount({ reducers: 2 })],
    ["word count without a combiner", wordCount({ reducers: 3, combines: false })],
    ["an inverted index", invertedIndex({ reducers: 2 })],
  ] as const)("%s has the output of the local pipe", (_, work) => {
    const folder = mkdtempSync(join(tmpdir(), "distlab-hadoop-"));
    try {
      const { files, local } = streamingPrograms(work as never);
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      writeFileSync(join(folder, "input.txt"), text);
      expect(spawnSync("sh", ["-c", local], { cwd: folder }).status).toBe(0);
      const path = readdirSync(jars!).filter((name) => name.endsWith(".jar")).map((name) => join(jars!, name)).join(delimiter);
      const combiner = "combiner.mjs" in files ? ["-combiner", "node combiner.mjs"] : [];
      const { status, stderr } = spawnSync("java", [
        "-cp", path, "org.apache.hadoop.streaming.HadoopStreaming",
        "-D", "mapreduce.framework.name=local", "-D", "fs.defaultFS=file:///", "-D", `mapreduce.job.reduces=${work.reducers}`,
        "-files", Object.keys(files).join(","), "-mapper", "node mapper.mjs", ...combiner, "-reducer", "node reducer.mjs",
        "-input", "input.txt", "-output", "output",
      ], { cwd: folder, encoding: "utf8" });
      expect(status, stderr).toBe(0);
      const parts = readdirSync(join(folder, "output")).filter((name) => name.startsWith("part-"));
      expect(parts).toHaveLength(work.reducers);
      const lines = (content: string): string[] => content.split("\n").filter((line) => line !== "").sort();
      const there = lines(parts.map((name) => readFileSync(join(folder, "output", name), "utf8")).join(""));
      expect(there.length).toBeGreaterThan(10);
      expect(there).toEqual(lines(readFileSync(join(folder, "output.txt"), "utf8")));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
