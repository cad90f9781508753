import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { decode, encode } from "../../lib/compute/records.js";
import { context, local, type Engine, type Job, type Rdd } from "../../lib/rdd.js";
import { withValues } from "../../lib/spark.js";
import { findSpark } from "../../lib/spark/find.js";
import { spark } from "../../lib/spark/engine.js";
import { shipPlan } from "../../lib/spark/plan.js";
import { sparkProgram, type SparkProgram } from "../../lib/spark/program.js";
import { driverModule, nodeModule } from "../../lib/spark/python.js";
import { Messages, packMessage, type Message } from "../../lib/spark/wire.js";

const folder = mkdtempSync(join(tmpdir(), "distlab-spark-program-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const sum = (a: number, b: number): number => a + b;

/** The programs of the jobs of an action, as Spark would get them; Spark is thought to have what earlier ones made. */
async function programsOf(act: (sc: ReturnType<typeof context>) => Promise<unknown>): Promise<SparkProgram[]> {
  const programs: SparkProgram[] = [];
  const known = new Set<string>();
  const inner = local();
  const engine: Engine = {
    name: "programs", parallelism: 2, files: null,
    async run(job: Job) {
      const program = sparkProgram(job, { known, firstBlob: 1, numberOf: ({ id }) => id });
      for (const name of program.made.keys()) known.add(name);
      programs.push(program);
      return inner.run(job);
    },
    unpersist: async () => {},
    stop: async () => {},
  };
  await act(context({ master: engine }));
  return programs;
}

const lines = ["a b", "b c", "a a"];
const counted = (on: { flatMap: Rdd<string>["flatMap"] }): Rdd<[string, number]> =>
  on.flatMap((line) => line.split(" ")).map((word) => [word, 1] as [string, number]).reduceByKey(sum);

describe("the program for Spark", () => {
  it("has a line for what moves, and none for what lies between", async () => {
    const [program] = await programsOf((sc) => counted(sc.parallelize(lines)).mapValues((n) => 2 * n).collect());
    expect(program!.text).toBe(
      "data0 = job.data(0, 1, 2)  # parallelize at 0\n" +
        "shuffled3 = job.shuffle(0, 3, 2, 2, [data0])  # reduceByKey at 3\n" +
        "job.act(1, 2, [shuffled3], [0,1])  # collect\n",
    );
    expect(program!.data.map((block) => decode(block))).toEqual([["a b"], ["b c", "a a"]]);
  });

  it("keeps what is to be kept, also where that is a shuffle itself, and names nothing twice", async () => {
    const [first, second] = await programsOf(async (sc) => {
      const counts = counted(sc.parallelize(lines)).cache();
      await counts.count();
      await counts.mapValues((n) => n + 1).count();
    });
    expect(first!.text.split("\n").slice(1)).toEqual([
      "shuffled3 = job.shuffle(0, 3, 2, 2, [data0])  # reduceByKey at 3",
      'kept3 = job.keep(1, 3, 2, [shuffled3], "MEMORY_ONLY")  # reduceByKey at 3',
      "job.act(2, 2, [kept3], [0,1])  # count",
      "",
    ]);
    expect(second!.text).toBe("job.act(0, 2, [kept3], [0,1])  # count\n");
  });

  it("feeds a join from both sides where they stand, and deals blocks out where a step reads several partitions", async () => {
    const [joined] = await programsOf((sc) => counted(sc.parallelize(lines)).join(counted(sc.parallelize(lines))).count());
    expect(joined!.text).toMatch(/job\.act\(\d, 2, \[shuffled\d+, shuffled\d+\], \[0,1\]\)/);
    const [both] = await programsOf((sc) => sc.parallelize([1, 2]).union(sc.parallelize([3, 4])).coalesce(2).sum());
    expect(both!.text).toContain("job.act(0, 2, [job.routed(data0, 2, [[0],[0]]), job.routed(data1, 2, [[1],[1]])], [0,1])");
  });

  it("needs no more after a checkpoint than what was saved", async () => {
    const programs = await programsOf(async (sc) => {
      const counts = counted(sc.parallelize(lines));
      counts.checkpoint();
      await counts.count();
      await counts.count();
    });
    expect(programs.at(-1)!.text).toBe("saved3 = job.data(3, 1, 2)  # reduceByKey at 3\njob.act(0, 2, [saved3], [0,1])  # count\n");
  });

  it("calls only what the driver's Python has, and that Python can be read", () => {
    for (const [name, text] of Object.entries({ driverModule, nodeModule })) {
      const file = join(folder, `${name}.py`);
      writeFileSync(file, text);
      expect(spawnSync("python3", ["-m", "py_compile", file], { encoding: "utf8" }).stderr).toBe("");
    }
    for (const method of ["data", "shuffle", "keep", "routed", "act"]) expect(driverModule).toContain(`def ${method}(self`);
  });
});

describe("messages", () => {
  it("come out of a pipe as they went in, wherever it was cut", () => {
    const message = fc.record({ kind: fc.string(), text: fc.string() });
    const messages = fc.array(fc.tuple(message, fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 3 })), { maxLength: 5 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat({ max: 40 })), (given, cuts) => {
        const all: Message[] = given.map(([words, blobs]) => ({ words, blobs }));
        const bytes = Uint8Array.from(all.flatMap((one) => packMessage(one)).flatMap((piece) => [...piece]));
        const pipe = new Messages();
        const found: Message[] = [];
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          found.push(...pipe.push(bytes.slice(at, at + cut)));
          at += cut;
        }
        expect(found.map(({ words, blobs }) => [words["kind"], words["text"], blobs.map((blob) => [...blob])])).toEqual(
          all.map(({ words, blobs }) => [words.kind, words["text"], blobs.map((blob) => [...blob])]),
        );
      }),
    );
  });
});

describe("the process beside an executor", () => {
  it("computes a unit from its blocks, keeps what functions print out of the way, and tells of a record that fails", async () => {
    const worker = join(folder, "worker.mjs");
    const entry = new URL("../../lib/spark/worker.ts", import.meta.url).pathname;
    buildSync({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", target: "node20", outfile: worker, logLevel: "silent" });
    const [program] = await programsOf((sc) => {
      const seen = sc.accumulator("seen");
      return sc.parallelize([3, 4, 0], 1).map(withValues({ seen }, (n: number) => {
        console.log("printed");
        seen.add(n);
        if (n === 0) throw new RangeError("nothing is divided by 0");
        return 12 / n;
      })).take(2);
    });
    const child = spawn(process.execPath, [worker], { stdio: ["pipe", "pipe", "ignore"] });
    const answers: Message[] = [];
    const pipe = new Messages();
    child.stdout.on("data", (piece: Buffer) => answers.push(...pipe.push(new Uint8Array(piece))));
    const send = (message: Message): void => {
      for (const bytes of packMessage(message)) child.stdin.write(bytes);
    };
    send({ words: { kind: "plan", plan: "p" }, blobs: [encode([shipPlan(program!.units, () => 0)])] });
    const task = (items: number[]) => send({ words: { kind: "task", plan: "p", unit: 0, partition: 0, inputs: [[0, 0, 0]] }, blobs: [encode(items)] });
    task([3, 4, 0]);
    task([0]);
    child.stdin.end();
    await new Promise((resolve) => child.on("close", resolve));
    const [done, failed] = answers;
    expect(done!.words).toMatchObject({ kind: "done", targets: [0] });
    expect(decode(done!.blobs[0]!)).toEqual([[4, 3]]);
    expect(decode(done!.blobs[1]!)).toEqual([{ accumulator: 0, value: 7 }]);
    expect(failed!.words).toMatchObject({ kind: "failed", step: "map at 1", item: "0", name: "RangeError", message: "nothing is divided by 0" });
  });
});

describe("an engine on Spark", () => {
  it.each([
    ["yarn", 'master must be "spark://host:port", "local-cluster[executors,cores,MB]" or "local[threads]", got "yarn"'],
    ["local-cluster[2]", "master must be"],
  ])("refuses the master %s", (master, message) => {
    expect(() => spark({ master })).toThrow(message);
  });

  it("knows how many partitions to make, and refuses what it does not know", () => {
    expect(spark({ master: "local-cluster[3, 2, 512]" }).parallelism).toBe(6);
    expect(spark({ master: "local[4]" }).parallelism).toBe(4);
    expect(spark({ master: "spark://host:7077" }).parallelism).toBe(2);
    expect(() => spark({ master: "local[2]", parallelism: 0 })).toThrow("parallelism must be a whole number from 1 to 10000, got 0");
    expect(() => spark({ master: "local[2]", cores: 3 } as never)).toThrow('spark has no option "cores"');
  });

  it("says what to install where there is no Spark", () => {
    expect(() => findSpark(join(folder, "no-python"))).toThrow(/npm run spark:install|needs Java 17/);
  });
});
