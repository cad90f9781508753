import type { NodeId, Role, Tagged } from "../../core/role.js";
import { emptyHandedExecutor, recomputingDriver, silentlyRestartedExecutor } from "../../compute/rdd/cluster/broken.js";
import { driver, type DriverSignature, type JobEnd } from "../../compute/rdd/cluster/driver.js";
import { executor, type ExecutorSignature } from "../../compute/rdd/cluster/executor.js";
import { taskKey, type Done, type Launch } from "../../compute/rdd/cluster/messages.js";
import { addJob, program } from "../../compute/rdd/cluster/program.js";
import { context, type Context } from "../../compute/rdd/context.js";
import type { Rdd } from "../../compute/rdd/rdd.js";
import type { Property } from "../../core/property.js";
import { choice, number, type Settings } from "../knob.js";
import { numbered, type Cluster, type Protocol } from "../protocol.js";

/** A program of the playground: its jobs, and what each one's result must be. */
interface Jobs {
  readonly rdds: readonly Rdd<unknown>[];
  readonly results: readonly unknown[];
}

const programs: Readonly<Record<string, (sc: Context, settings: Settings) => Jobs>> = {
  /** The same data again and again, as learning does: what is kept is computed once. */
  rounds(sc, settings) {
    const points = kept(sc.range(0, items(settings), 1, Number(settings["partitions"])).map((i) => i % 10).setCost({ perItemMs: Number(settings["load"]) }), settings);
    return every(settings, (round) => [
      points.map((point) => point * round).setCost({ perItemMs: Number(settings["work"]) }),
      numbersUpTo(items(settings)).map((i) => (i % 10) * round),
    ]);
  },
  /** A count by key: one shuffle, whose outputs later jobs find again. */
  counts(sc, settings) {
    const pairs = sc.range(0, items(settings), 1, Number(settings["partitions"])).map((i) => [`word ${i % 7}`, 1] as [string, number]);
    const counts = kept(pairs.setCost({ perItemMs: Number(settings["load"]) }).reduceByKey((a, b) => a + b), settings);
    const expected = new Map<string, number>();
    for (const i of numbersUpTo(items(settings))) expected.set(`word ${i % 7}`, (expected.get(`word ${i % 7}`) ?? 0) + 1);
    return every(settings, (round) => [
      counts.map(([word, n]) => `${word}: ${n * round}`).setCost({ perItemMs: Number(settings["work"]) }),
      [...expected].map(([word, n]) => `${word}: ${n * round}`),
    ]);
  },
  /** Each job begins with what the one before had, and shuffles it: the lineage grows. */
  growing(sc, settings) {
    let sums = kept(sc.range(0, items(settings), 1, Number(settings["partitions"])).map((i) => [i % 8, 1] as [number, number]).setCost({ perItemMs: Number(settings["load"]) }), settings);
    let expected: readonly (readonly [number, number])[] = numbersUpTo(items(settings)).map((i) => [i % 8, 1]);
    return every(settings, () => {
      sums = kept(sums.map(([key, n]) => [(3 * key + 1) % 8, n] as [number, number]).setCost({ perItemMs: Number(settings["work"]) }).reduceByKey((a, b) => a + b), settings);
      const next = new Map<number, number>();
      for (const [key, n] of expected) next.set((3 * key + 1) % 8, (next.get((3 * key + 1) % 8) ?? 0) + n);
      expected = [...next];
      return [sums, expected];
    });
  },
};

const items = ({ partitions, size }: Settings): number => Number(partitions) * Number(size);

const numbersUpTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

function kept<T>(rdd: Rdd<T>, { keep }: Settings): Rdd<T> {
  return keep === "nowhere" ? rdd : rdd.persist(keep === "twice" ? "MEMORY_ONLY_2" : "MEMORY_ONLY");
}

function every({ jobs }: Settings, job: (round: number) => readonly [Rdd<unknown>, unknown]): Jobs {
  const made = Array.from({ length: Number(jobs) }, (_, i) => job(i + 1));
  return { rdds: made.map(([rdd]) => rdd), results: made.map(([, result]) => result) };
}

const same = <R>(role: R): R => role;

/** Roles with a rule replaced, by the words for them in an address. */
const brokenDrivers: Readonly<Record<string, (role: Role<DriverSignature>) => Role<DriverSignature>>> = { "all-again": recomputingDriver };
const brokenExecutors: Readonly<Record<string, (role: Role<ExecutorSignature>) => Role<ExecutorSignature>>> = { "empty-handed": (role) => emptyHandedExecutor(silentlyRestartedExecutor(role)) };

const cluster: Protocol = {
  name: "rdd",
  title: "RDDs",
  about: "A driver has executors compute partitions of a data set, job after job; what died with an executor is computed again along the lineage, and nothing else.",
  chapter: "3.4.2-spark",
  until: 1_500,
  fails: { at: 320, for: 100 },
  knobs: [
    choice("program", "the program", { rounds: "goes over the same data in each job", counts: "counts by key, and looks at the counts in each job", growing: "shuffles in each job what the last one had" }),
    number("executors", "executors", { min: 1, max: 12, value: 4 }),
    number("slots", "tasks at once on each", { min: 1, max: 4, value: 1 }),
    number("partitions", "partitions", { min: 1, max: 40, value: 8 }),
    number("size", "items in each", { min: 1, max: 20, value: 5 }),
    number("jobs", "jobs, one after the other", { min: 1, max: 20, value: 6 }),
    choice("keep", "the data is kept", { memory: "in memory", twice: "in memory, on two executors", nowhere: "nowhere" }),
    number("load", "to read and parse an item", { unit: "ms", min: 0, max: 200, value: 20 }),
    number("work", "to work on an item", { unit: "ms", min: 0, max: 200, value: 2 }),
    number("silence", "an executor counts as lost after a silence of", { unit: "ms", min: 50, max: 5_000, value: 150 }),
    number("slow", "the last executor is slower by a factor of", { min: 1, max: 20, value: 1 }),
    choice("copies", "tasks that are slow are run twice", { no: "no", yes: "yes" }),
    choice("broken", "what is broken", { none: "nothing", "empty-handed": "who comes back says nothing of it, and takes for empty what is lost", "all-again": "all is computed again when an executor is lost" }),
  ],
  cluster(settings) {
    const names = numbered("e", Number(settings["executors"]));
    const code = program();
    const { rdds, results } = programs[String(settings["program"])]!(context({ parallelism: names.length }), settings);
    rdds.forEach((rdd, id) =>
      addJob(code, { id, node: rdd.plan, action: { kind: "collect" }, partitions: Array.from({ length: rdd.plan.partitions }, (_, i) => i), name: `job ${id + 1}` }),
    );
    const broken = String(settings["broken"]);
    const silence = Number(settings["silence"]);
    const boss = (brokenDrivers[broken] ?? same)(
      driver({ program: code, silenceMs: silence, localityWaitMs: 30, speculation: settings["copies"] === "yes" ? { everyMs: 20 } : null }),
    );
    const worker = (slowness: number): Role<ExecutorSignature> =>
      (brokenExecutors[broken] ?? same)(
        executor({ program: code, driver: "driver" as NodeId, slots: Number(settings["slots"]), heartbeatMs: silence / 4, fetchMs: 60, machine: { slowness } }),
      );
    return {
      nodes: { driver: boss, ...Object.fromEntries(names.map((name, i) => [name, worker(i === names.length - 1 ? Number(settings["slow"]) : 1)])) } as Cluster["nodes"],
      clients: {
        program: {
          operations: rdds.map((_, job) => ({ kind: "submit", job }) as Tagged),
          to: ["driver"],
          // The executors have registered by then.
          from: 2 * Number(settings["slowest"]),
          timeoutMs: 1_000,
          retries: 1_000,
        },
      } as unknown as NonNullable<Cluster["clients"]>,
      properties: [rightResults(results)],
      servers: names,
      fields: ["executors", "outputs", "kept", "job", "stages", "life", "store", "running"],
      tells({ trace }) {
        const launched = trace.flatMap((event) => (event.kind === "send" && event.message.kind === "launch" ? [(event.message as unknown as Launch).task] : []));
        const first = new Set(launched.map(({ job, shuffle, partition }) => `${job}/${shuffle}/${partition}`));
        const done = new Map<string, Done>();
        for (const event of trace) {
          if (event.kind !== "deliver" || event.message.kind !== "done") continue;
          const report = event.message as unknown as Done;
          done.set(taskKey(report.task), report);
        }
        const sum = (of: "hits" | "misses"): number => [...done.values()].reduce((total, report) => total + report[of], 0);
        const again = launched.length - first.size;
        return [
          `${launched.length} tasks were launched, ${again === 0 ? "none" : again} of them once more in the same job.`,
          ...(settings["keep"] === "nowhere" ? [] : [`Partitions that are to be kept were computed ${sum("misses")} times and found ${sum("hits")} times.`]),
        ];
      },
    };
  },
};

/** Every job gives what a single machine would have. */
function rightResults(results: readonly unknown[]): Property {
  const wanted = results.map(sorted);
  return {
    name: "right results",
    check({ decisions }) {
      const last = decisions.at(-1)?.outcome as { readonly job: number; readonly end: JobEnd } | undefined;
      if (last === undefined) return null;
      const { job, end } = last;
      if (end.kind === "failed") return `job ${job + 1} failed: ${end.why}`;
      const found = sorted(end.results.flat());
      return found === wanted[job] ? null : `job ${job + 1} gave ${found}, and a single machine gives ${wanted[job]}`;
    },
  };
}

const sorted = (list: unknown): string => (list as readonly unknown[]).map((item) => JSON.stringify(item)).sort().join(" ");

/** Computing on data sets that remember how they came about. */
export const rdd: readonly Protocol[] = [cluster];
