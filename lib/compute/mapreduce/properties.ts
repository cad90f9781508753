import type { Observation, Property, World } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import { canonical } from "../../core/canonical.js";
import { show } from "../../core/parameters.js";
import { fileNames, type FileSystem, isFinal, outputName, storedFile } from "./files.js";
import type { JobResult } from "./job.js";
import type { Master } from "./master.js";
import type { Done, Fetched } from "./messages.js";
import type { Worker } from "./worker.js";

/*
 * What "MapReduce: Simplified Data Processing on Large Clusters" (Dean & Ghemawat, 2004) promises, in properties that hold after
 * every step.
 */

/**
 * A file that stands under its final name holds what the sequential run gives, whole: "our distributed implementation produces the
 * same output as would have been produced by a non-faulting sequential execution" (section 3.3). It holds from the moment
 * at which the name is there, because from then on others read it.
 *
 * @param expected what `runSequentially` gives; the map and reduce functions must be deterministic
 */
export function outputsAreSequential(expected: JobResult): Property {
  const files = new Map(expected.outputs.map((records, task) => [outputName(task), canonical(records)]));
  // A file is a value: what was compared once need not be compared again.
  const compared = new WeakMap<object, boolean>();
  return {
    name: "outputs are sequential",
    check(world) {
      const system = stateOf<FileSystem>(world, "file system");
      if (system === null) return null;
      for (const [name, wanted] of files) {
        const contents = storedFile(system, name)?.contents;
        if (contents === undefined) continue;
        let isEqual = compared.get(contents);
        if (isEqual === undefined) compared.set(contents, (isEqual = canonical(contents.records) === wanted));
        if (!isEqual) return `${name} holds ${show(contents.records)}, but the sequential run gives ${show(expected.outputs[[...files.keys()].indexOf(name)])}`;
      }
      return null;
    },
  };
}

/** No file gets its final name twice: what somebody has read never changes. (Section 3.3, "atomic commits".) */
export const committedOnce: Property = {
  name: "committed once",
  check(world) {
    const system = stateOf<FileSystem>(world, "file system");
    if (system === null) return null;
    for (const name of fileNames(system)) {
      const { commits } = storedFile(system, name)!;
      if (isFinal(name) && commits > 1) return `${name} was committed ${commits} times`;
    }
    return null;
  },
};

/**
 * When the job is done, every output is there, and each task has counted once: "the master […] eliminates the effects of duplicate
 * executions of the same map or reduce task to avoid double counting" (section 4.8).
 *
 * @param expected what `runSequentially` gives
 */
export function doneIsDone(expected: JobResult): Property {
  const wanted = canonical(expected.counters);
  return {
    name: "done is done",
    check(world) {
      const master = stateOf<Master>(world, "master");
      if (master?.phase.kind !== "done") return null;
      if (canonical(master.phase.counters) !== wanted) {
        return `the counters are ${show(master.phase.counters)}, but the sequential run gives ${show(expected.counters)}`;
      }
      const system = stateOf<FileSystem>(world, "file system");
      const missing = expected.outputs.findIndex((_, task) => system !== null && storedFile(system, outputName(task)) === undefined);
      return missing < 0 ? null : `the job is done, but there is no ${outputName(missing)}`;
    },
  };
}

/**
 * Nobody is given the output of a map task by a worker that has not, in its present life, said that the task is done: an
 * output of a failed attempt, or a part of one, reaches no reduce task (section 3.3: the output of a map task is private until it is done).
 */
export const readsFinishedOutputs: Property<ReadonlyMap<NodeId, readonly number[]>> = {
  name: "reads finished outputs",
  memory: new Map(),
  observe(finished, happened: Observation) {
    if (happened.kind === "crash") return withChange(finished, (copy) => void copy.delete(happened.node));
    if (happened.kind !== "send") return finished;
    const message = happened.message as Done | Fetched;
    if (message.kind === "done" && message.phase === "map") {
      return withChange(finished, (copy) => void copy.set(happened.from, [...new Set([...(copy.get(happened.from) ?? []), message.attempt])]));
    }
    if (message.kind !== "fetched" || message.block === null || finished.get(happened.from)?.includes(message.attempt)) return finished;
    return withChange(finished, (copy) => void copy.set(WRONG, [message.task]));
  },
  check: (_, finished) => (finished.has(WRONG) ? `an output of map task ${finished.get(WRONG)![0]} was handed out that no finished attempt has made` : null),
};

/** Each completed map task that the master counts on is on the disk of its worker, if that worker is up and in that life. */
export const completedMapsAreHeld: Property = {
  name: "completed maps are held",
  check(world) {
    const master = stateOf<Master>(world, "master");
    if (master === null) return null;
    for (const [task, { done }] of master.maps.entries()) {
      const worker = world.nodes.find(({ id }) => id === done?.worker)?.state as Worker | null | undefined;
      if (done && worker && worker.life === done.life && !worker.disk.has(done.attempt)) {
        return `the master counts on ${done.worker} for the output of map task ${task}, which it does not have`;
      }
    }
    return null;
  },
};

/**
 * All of them.
 *
 * @param expected what `runSequentially` gives
 */
export function mapReduceProperties(expected: JobResult): readonly Property[] {
  return [outputsAreSequential(expected), committedOnce, doneIsDone(expected), readsFinishedOutputs, completedMapsAreHeld];
}

/** Stands among the names of nodes for what has gone wrong. */
const WRONG = "\0wrong" as NodeId;

function withChange<K, V>(map: ReadonlyMap<K, V>, change: (copy: Map<K, V>) => void): Map<K, V> {
  const copy = new Map(map);
  change(copy);
  return copy;
}

function stateOf<T>({ nodes }: World, role: string): T | null {
  return (nodes.find((node) => node.role === role)?.state ?? null) as T | null;
}
