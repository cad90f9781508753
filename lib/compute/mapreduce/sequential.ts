import type { Job, JobResult, Phase, Skipped } from "./job.js";
import type { Split } from "./input.js";
import { addCounters, type MapOutcome, type Notes, type ReduceOutcome, runMapTask, runReduceTask } from "./task.js";

/**
 * The job in order, on nothing but this thread: map tasks, then reduce tasks, one after the other, without the combiner. What
 * it gives is what every engine must give: "the same output as would have been produced by a non-faulting sequential execution
 * of the entire program" (Dean & Ghemawat 2004, section 3.3).
 *
 * A record on which a function throws is left out if the job says `skipBadRecords`.
 *
 * @throws Error if a function throws, with the task and the record; or if there is a bad record more than there are records
 */
export function runSequentially<InKey, InValue, Key, Value, Out>(
  job: Job<InKey, InValue, Key, Value, Out>,
  splits: readonly Split<InKey, InValue>[],
): JobResult<Key, Out> {
  const skipped: Skipped[] = [];
  const plain: Job = { ...job, combine: null };
  const maps = splits.map(({ records }, task) => persist(job, "map", task, skipped, (skip) => runMapTask(plain, records, skip)));
  const reduces = Array.from({ length: job.reducers }, (_, r) => {
    const runs = maps.map(({ runs }) => runs[r]!);
    return persist(job, "reduce", r, skipped, (skip) => runReduceTask(plain, runs, skip));
  });
  return {
    outputs: reduces.map(({ output }) => output),
    counters: addCounters([...maps, ...reduces].map(({ counters }) => counters)),
    sides: joinSides([...maps, ...reduces]),
    skipped,
  };
}

/** Side outputs of tasks, one behind the other. */
export function joinSides(tasks: readonly Pick<Notes, "sides">[]): Record<string, readonly unknown[]> {
  const sides: Record<string, readonly unknown[]> = {};
  for (const task of tasks) for (const [file, records] of Object.entries(task.sides)) sides[file] = (sides[file] ?? []).concat(records);
  return sides;
}

type Done<Outcome> = Extract<Outcome, { readonly kind: "done" }>;

/** Run a task, again and again without its bad records, until it is done. */
function persist<Outcome extends MapOutcome | ReduceOutcome>(
  { name, skipBadRecords }: Job,
  phase: Phase,
  task: number,
  skipped: Skipped[],
  run: (skip: readonly number[]) => Outcome,
): Done<Outcome> {
  const skip: number[] = [];
  for (;;) {
    const outcome = run(skip);
    if (outcome.kind === "done") return outcome as Done<Outcome>;
    const { record, problem } = outcome;
    if (!skipBadRecords || record < 0) throw new Error(failureText(name, phase, task, record, problem));
    skip.push(record);
    skipped.push({ phase, task, record });
  }
}

/** What is said of a task that cannot be done. */
export function failureText(name: string, phase: Phase, task: number, record: number, problem: string): string {
  const where = record < 0 ? "combining" : `${phase === "map" ? "record" : "key"} ${record}`;
  return `${name}: ${phase} task ${task} fails at ${where}: ${problem}`;
}
