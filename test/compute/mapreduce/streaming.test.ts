import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withValues } from "../../../lib/compute/portable.js";
import { distributedGrep, type Emit, type EmitValue, invertedIndex, job, type Job, runSequentially, sortLines, streamingPrograms, textSplits, wordCount } from "../../../lib/mapreduce.js";

const folder = mkdtempSync(join(tmpdir(), "distlab-streaming-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Run the programs as the command for one machine says, and read what they have written. */
function run(work: Job, input: string): { readonly pairs: unknown[]; readonly counters: string } {
  const { files, local } = streamingPrograms(work);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "input.txt"), input);
  execFileSync("sh", ["-c", `${local} 2> counters.txt`.replace("node mapper.mjs", "node mapper.mjs 2> map-counters.txt")], { cwd: folder });
  const lines = readFileSync(join(folder, "output.txt"), "utf8").split("\n").slice(0, -1);
  return {
    pairs: lines.map((line) => line.split("\t")).map(([key, value]) => [key, JSON.parse(value!)]),
    counters: readFileSync(join(folder, "map-counters.txt"), "utf8"),
  };
}

const text = "The cat sat\non the mat\n\nthe end of the cat\n";

describe("the programs for Hadoop Streaming", () => {
  it("count words as the sequential run does", () => {
    const { outputs } = runSequentially(wordCount(), textSplits({ text }, { splitBytes: 10 }));
    expect(run(wordCount(), text).pairs).toEqual(outputs[0]);
  });

  it("do without a combiner, too, and carry patterns and offsets", () => {
    const grep = distributedGrep(/[csm]at\b/);
    expect(run(grep, text).pairs).toEqual(runSequentially(grep, textSplits({ text }, { splitBytes: 1000 })).outputs[0]);
    expect(Object.keys(streamingPrograms(grep).files)).toEqual(["mapper.mjs", "reducer.mjs"]);
    expect(Object.keys(streamingPrograms(wordCount()).files)).toEqual(["mapper.mjs", "reducer.mjs", "combiner.mjs"]);
  });

  it("carry keys of every kind, values, and functions that functions use", () => {
    const square = (n: number): number => n * n;
    const odd = job({
      map: withValues({ square, suffix: "!\t\\" }, (offset: number, line: string, emit: Emit<unknown, unknown>, task) => {
        emit([square(line.length), `a\tb\\${line}`], { offset: [offset] });
        emit(line + suffix, null);
        emit(line.length, true);
        task.count("lines");
      }),
      reduce(_: unknown, values: Iterable<unknown>, emit: EmitValue<unknown>) {
        emit([...values]);
      },
    });
    const { pairs, counters } = run(odd, "ab\ncd\n");
    expect(pairs).toEqual([
      ["\\j2", [true, true]],
      ['\\j[4,"a\\tb\\\\ab"]', [{ offset: [0] }]],
      ['\\j[4,"a\\tb\\\\cd"]', [{ offset: [3] }]],
      ["ab!\\t\\\\", [null]],
      ["cd!\\t\\\\", [null]],
    ]);
    expect(counters).toBe("reporter:counter:job,lines,1\nreporter:counter:job,lines,1\n");
  });

  it("give nothing for nothing", () => {
    expect(run(wordCount(), "").pairs).toEqual([]);
  });

  it("say what cannot go", () => {
    expect(() => streamingPrograms(sortLines({ bounds: ["m"] }))).toThrow("sort has a partition function of its own");
    const stays = wordCount().name;
    const captured = job({ map: (_: number, line: string, emit: Emit<string, string>) => emit(line, stays), reduce: () => {} });
    expect(() => streamingPrograms(captured)).toThrow("uses `stays`");
    expect(Object.keys(streamingPrograms(invertedIndex()).files)).toHaveLength(3);
  });

  it("name the command for a cluster", () => {
    expect(streamingPrograms(wordCount({ reducers: 7 })).hadoop).toContain("-D mapreduce.job.reduces=7 -files mapper.mjs,reducer.mjs,combiner.mjs");
  });
});

declare const suffix: string;
