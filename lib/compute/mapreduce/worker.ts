import { integer, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";
import { type Layout, localityOf } from "../cluster/layout.js";
import { type Machine, readMs, recordsMs, sortMs, transferMs, varied, writeMs, writeReplicatedMs } from "../cluster/machine.js";
import { outputName, sideName, temporaryName } from "./files.js";
import type { Phase } from "./job.js";
import type {
  Abandon, Assign, Attempt, BulkNews, Done, Fetch, Fetched, FileWritten, LastGasp, Location, News, Ping, Pong, Rename, Renamed, Unreadable, WriteFile,
} from "./messages.js";
import type { Notes } from "./task.js";
import { type Block, type File, fileOf, type MapMade, type ReduceMade, type Size, type Work } from "./work.js";

/** What a worker knows. Only `life` survives a crash: the outputs of its map tasks do not, for who reads them can no more. */
export interface Worker {
  readonly id: NodeId;
  /** How often it has started. */
  life: number;
  /** The attempts under way, by number. */
  running: Map<Attempt, Running>;
  /** Assignments that wait for a free slot, in the order in which they came. */
  waiting: Assign[];
  /** What it has said of finished attempts, and null for those that it was told to stop. */
  reports: Map<Attempt, Done | LastGasp | null>;
  /** The outputs of its map tasks, on its local disk: a block for each reduce task. */
  disk: Map<Attempt, readonly Block[]>;
}

/** An attempt under way. */
export type Running =
  | {
      readonly phase: "map";
      readonly assign: Assign;
      /** What comes of it, when its time is over. */
      readonly made: MapMade;
      commit: Commit | null;
    }
  | {
      readonly phase: "reduce";
      readonly assign: Assign;
      /** Where map outputs are, by task. */
      readonly locations: Map<number, Location>;
      /** What it has copied, by map task. */
      readonly blocks: Map<number, Block>;
      /** How often it was pinged while it waits for a block, by map task. */
      readonly waits: Map<number, number>;
      readonly bulk: Bulk | null;
      copiedAt: number;
      /** What comes of it, when its time is over; null while it copies. */
      made: ReduceMade | null;
      commit: Commit | null;
    };

/** How far a reduce task has come that copies in bulk. Completions of map tasks have numbers. */
export interface Bulk {
  /** It has heard of all completions below. */
  known: number;
  /** It had copied all that it needs of the completions below this, and is copying those below `copying`. */
  copied: number;
  copying: number;
  /** How many outputs it is copying now, how many wait, and how many it has. */
  underWay: number;
  queued: number;
  had: number;
  /** It has missed some news, and asks for all of them at the next ping. */
  gap: boolean;
  /** Completions that were lost before it had copied them, and those that it did not need because it had the same output. */
  readonly dropped: Set<number>;
  readonly spared: Set<number>;
}

/** The files of a finished attempt on their way to their final names, one after the other. */
export interface Commit {
  readonly files: readonly (readonly [name: string, contents: File])[];
  /** How many of them have their final names. */
  renamed: number;
  /** Whether the next one has been written under its temporary name. */
  written: boolean;
}

export type WorkerSignature = {
  state: Worker;
  receives: Ping | Assign | News | BulkNews | Abandon | Fetch | Fetched | FileWritten | Renamed;
  timers: { readonly kind: "work"; readonly attempt: Attempt } | { readonly kind: "copy"; readonly attempt: Attempt };
  sends: Pong | Done | LastGasp | Unreadable | Fetch | Fetched | WriteFile | Rename;
};

/** How many tasks of each kind a worker does at a time. */
export interface Slots {
  readonly map: number;
  readonly reduce: number;
}

/** Slots, checked: one of each kind unless said otherwise. */
export function slotsOf(given: Partial<Slots> = {}): Slots {
  const { map = 1, reduce = 1 } = options("slots", given, ["map", "reduce"]);
  return { map: integer("slots.map", map, { min: 1, max: 1000 }), reduce: integer("slots.reduce", reduce, { min: 1, max: 1000 }) };
}

export interface WorkerOptions {
  readonly work: Work;
  readonly master: NodeId;
  /** The node that plays the file system. */
  readonly files: NodeId;
  /** By default one of each kind. */
  readonly slots?: Partial<Slots>;
  /** What things cost; by default nothing takes time but messages. */
  readonly machine?: Machine;
  /** Where the machines stand, for the cost of reading input. */
  readonly layout?: Layout;
  /** On how many machines the file system keeps what is written. Default 2, as in the paper's sort. */
  readonly replicas?: number;
}

/** How many pings a reduce worker waits for a map output before it tells the master. */
const PATIENCE = 3;

/**
 * A worker (工作者) of "MapReduce: Simplified Data Processing on Large Clusters" (Dean & Ghemawat, 2004), section 3.1. It runs map
 * tasks and keeps their output on its own disk, parted into R regions; it runs reduce tasks, which copy their regions from all
 * workers, merge them, reduce, and commit the output by renaming it.
 */
export function worker(given: WorkerOptions): Role<WorkerSignature> {
  return workerWith(given, {});
}

/** Rules that can be broken, to show what they are for. */
export interface WorkerRules {
  /** Whether a reduce task has all it needs. */
  readonly hasAll?: (copied: number, maps: number, known: number) => boolean;
  /** What a reduce task takes for a block that is not there; null: it waits for another. */
  readonly instead?: Block | null;
  /** The name under which an attempt first writes a file. */
  readonly temporary?: (file: string, attempt: Attempt) => string;
  /** The file in the pieces in which it gets there, each of which replaces the one before. */
  readonly pieces?: (contents: File) => readonly File[];
  /** What a worker keeps as the block of each reduce task. */
  readonly keep?: (self: Worker, blocks: readonly Block[]) => readonly Block[];
}

/** The worker with some rule broken. */
export function workerWith(given: WorkerOptions, rules: WorkerRules): Role<WorkerSignature> {
  const { work, master, files, machine = null, layout, replicas = 2 } = options("worker", given, [
    "work", "master", "files", "slots", "machine", "layout", "replicas",
  ]);
  integer("replicas", replicas, { min: 1, max: 100 });
  const slots = slotsOf(given.slots);
  const { hasAll = (copied, maps) => copied === maps, instead = null, temporary = temporaryName, pieces = (contents) => [contents] } = rules;
  const { keep = (_, blocks) => blocks } = rules;

  type Effects = Out<WorkerSignature>;

  function begin(self: Worker, assign: Assign, out: Effects): void {
    if (count(self, assign.phase) >= slots[assign.phase]) return void self.waiting.push(assign);
    if (assign.phase === "map") beginMap(self, assign, out);
    else beginReduce(self, assign, out);
  }

  // Step 3: "reads the contents of the corresponding input split, parses key/value pairs and passes each to Map."
  function beginMap(self: Worker, assign: Assign, out: Effects): void {
    const made = work.runMap(assign.task, assign.skip);
    self.running.set(assign.attempt, { phase: "map", assign, made, commit: null });
    if (machine === null) return finishMap(self, assign.attempt, out);
    const { bytes, records } = work.mapInput(assign.task);
    const places = work.places[assign.task] ?? [];
    const locality = layout === undefined ? "remote" : localityOf(layout, self.id, places);
    const outBytes = made.kind === "done" ? made.outBytes : 0;
    const takes = taskMs(machine) + readMs(machine, bytes, locality) + recordsMs(machine, records) + writeMs(machine, outBytes);
    out.setTimer({ kind: "work", attempt: assign.attempt }, varied(machine, takes));
  }

  function finishMap(self: Worker, attempt: Attempt, out: Effects): void {
    const running = self.running.get(attempt) as Running & { readonly phase: "map" };
    const { assign, made } = running;
    if (made.kind === "failed") return gasp(self, assign, made, out);
    running.commit = commitOf(sideFiles(assign, made));
    commitNext(self, assign.attempt, out);
  }

  // Step 5: "When a reduce worker is notified by the master about these locations, it uses remote procedure calls to read the
  // buffered data from the local disks of the map workers."
  function beginReduce(self: Worker, assign: Assign, out: Effects): void {
    const news = assign.news!;
    const running: Running & { readonly phase: "reduce" } = {
      phase: "reduce",
      assign,
      locations: new Map(),
      blocks: new Map(),
      waits: new Map(),
      bulk: news.kind === "news" ? null : { known: 0, copied: 0, copying: 0, underWay: 0, queued: 0, had: 0, gap: false, dropped: new Set(), spared: new Set() },
      copiedAt: 0,
      made: null,
      commit: null,
    };
    self.running.set(assign.attempt, running);
    if (news.kind === "news") learn(self, running, news.locations, out);
    else learnInBulk(self, running, news, out);
  }

  function learn(self: Worker, running: Running & { readonly phase: "reduce" }, locations: readonly Location[], out: Effects): void {
    for (const location of locations) {
      if (running.blocks.has(location.task)) continue;
      running.locations.set(location.task, location);
      running.waits.set(location.task, 0);
      if (location.worker === self.id) take(running, location, self.disk.get(location.attempt)?.[running.assign.task] ?? instead);
      else fetch(running, location, out);
    }
    reduceIfAll(self, running, out);
  }

  function fetch(running: Running, { task, worker, attempt }: Location, out: Effects): void {
    out.send(worker, { kind: "fetch", task, attempt, partition: running.assign.task });
  }

  function take(running: Running & { readonly phase: "reduce" }, { task }: Location, block: Block | null): void {
    if (block !== null && !running.blocks.has(task)) running.blocks.set(task, block);
  }

  // "When a reduce worker has read all intermediate data, it sorts it by the intermediate keys."
  function reduceIfAll(self: Worker, running: Running & { readonly phase: "reduce" }, out: Effects): void {
    const { assign, bulk, blocks, made } = running;
    if (made !== null) return;
    const copied = bulk === null ? blocks.size : bulk.queued + bulk.underWay > 0 ? -1 : bulk.had;
    if (!hasAll(copied, work.maps, running.locations.size)) return;
    const inOrder = [...blocks].sort(([one], [other]) => one - other).map(([, block]) => block);
    running.made = work.runReduce(assign.task, inOrder, assign.skip);
    running.copiedAt = out.clock();
    if (machine === null) return finishReduce(self, assign.attempt, out);
    const size = bulk === null ? sizeOf(inOrder) : work.reduceInput(assign.task);
    const outBytes = running.made.kind === "done" ? running.made.outBytes : 0;
    const transfer = bulk === null ? transferMs(machine, size.bytes) : 0; // in bulk that time is over
    const takes = taskMs(machine) + transfer + sortMs(machine, size.bytes) + recordsMs(machine, size.records) + writeReplicatedMs(machine, outBytes, replicas);
    out.setTimer({ kind: "work", attempt: assign.attempt }, varied(machine, takes));
  }

  function finishReduce(self: Worker, attempt: Attempt, out: Effects): void {
    const running = self.running.get(attempt) as Running & { readonly phase: "reduce" };
    const { assign, made } = running;
    if (made!.kind === "failed") return gasp(self, assign, made!, out);
    running.commit = commitOf([...sideFiles(assign, made!), [outputName(assign.task), made!.file]]);
    commitNext(self, attempt, out);
  }

  // Write the next file under a name of this attempt's own, rename it, and so on; when none is left, the task is done. "When a
  // reduce task completes, the reduce worker atomically renames its temporary output file to the final output file" (section 3.3).
  function commitNext(self: Worker, attempt: Attempt, out: Effects): void {
    const { assign, commit } = self.running.get(attempt)!;
    const next = commit!.files[commit!.renamed];
    if (next === undefined) return report(self, doneOf(self, attempt, out), out);
    const [name, contents] = next;
    const file = temporary(name, assign.attempt);
    if (commit!.written) return out.send(files, { kind: "rename", from: file, to: name });
    for (const piece of pieces(contents)) out.send(files, { kind: "writeFile", file, contents: piece });
  }

  function doneOf(self: Worker, attempt: Attempt, out: Effects): Done {
    const running = self.running.get(attempt)!;
    const { phase, task, skip } = running.assign;
    const made = running.made as (MapMade | ReduceMade) & { readonly kind: "done" };
    if (running.phase === "map") self.disk.set(attempt, keep(self, (made as MapMade & { readonly kind: "done" }).blocks));
    const inBytes = running.phase === "map" ? work.mapInput(task).bytes : running.bulk === null ? sizeOf(running.blocks.values()).bytes : work.reduceInput(task).bytes;
    return {
      kind: "done", phase, task, attempt, life: self.life, counters: made.counters, skip,
      copiedAt: running.phase === "map" ? out.clock() : running.copiedAt, inBytes, outBytes: made.outBytes,
    };
  }

  // Section 4.6: "a 'last gasp' UDP packet that contains the sequence number".
  function gasp(self: Worker, { phase, task, attempt }: Assign, failed: { readonly record: number; readonly problem: string }, out: Effects): void {
    report(self, { kind: "lastGasp", phase, task, attempt, life: self.life, record: failed.record, problem: failed.problem }, out);
  }

  function report(self: Worker, said: Done | LastGasp, out: Effects): void {
    self.reports.set(said.attempt, said);
    out.send(master, said);
    stop(self, said.attempt, out);
  }

  /** A slot is free for the next that waits. */
  function stop(self: Worker, attempt: Attempt, out: Effects): void {
    self.running.delete(attempt);
    const next = self.waiting.findIndex(({ phase }) => count(self, phase) < slots[phase]);
    if (next >= 0) begin(self, self.waiting.splice(next, 1)[0]!, out);
  }

  // In bulk.

  function learnInBulk(self: Worker, running: Running & { readonly phase: "reduce" }, news: BulkNews, out: Effects): void {
    const bulk = running.bulk!;
    bulk.gap = news.from > bulk.known;
    if (bulk.gap) return;
    const first = bulk.known;
    bulk.queued += Math.max(0, news.to - first);
    bulk.known = Math.max(first, news.to);
    for (const completion of news.lost) {
      if (completion < bulk.copied || bulk.spared.has(completion) || bulk.dropped.has(completion)) continue;
      bulk.dropped.add(completion);
      if (completion < bulk.copying) bulk.underWay--;
      else bulk.queued--;
    }
    for (const [completion, before] of news.repeats) {
      if (completion < first || bulk.dropped.has(before)) continue;
      bulk.spared.add(completion);
      if (!bulk.dropped.delete(completion)) bulk.queued--;
    }
    copyMore(self, running, out);
  }

  function copyMore(self: Worker, running: Running & { readonly phase: "reduce" }, out: Effects): void {
    const bulk = running.bulk!;
    if (bulk.copying > bulk.copied) return; // the network is busy
    if (bulk.queued === 0) {
      bulk.copied = bulk.copying = bulk.known;
      return reduceIfAll(self, running, out);
    }
    bulk.copying = bulk.known;
    bulk.underWay = bulk.queued;
    bulk.queued = 0;
    const { bytes } = work.reduceInput(running.assign.task);
    const takes = machine === null ? 0 : transferMs(machine, (bytes * bulk.underWay) / work.maps);
    out.setTimer({ kind: "copy", attempt: running.assign.attempt }, takes);
  }

  return {
    name: "worker",
    durable: ["life"],
    init: (id) => ({ id, life: 0, running: new Map(), waiting: [], reports: new Map(), disk: new Map() }),
    request: {},

    // A new life: before anybody hears of it, so that no two lives have the same number.
    start(self, out) {
      self.life++;
      out.persist();
    },

    receive: {
      // Say what is wrong, and do again what may have been lost.
      ping(self, { awaits }, _, out) {
        const unknown: Attempt[] = [];
        const lacking: Attempt[] = [];
        for (const attempt of awaits) {
          const said = self.reports.get(attempt);
          if (said) out.send(master, said);
          else if (!self.running.has(attempt) && !self.waiting.some((one) => one.attempt === attempt)) {
            unknown.push(attempt);
            // A master that went back to a checkpoint may want again what it had told to stop.
            self.reports.delete(attempt);
          }
        }
        for (const [attempt, running] of self.running) {
          if (running.commit !== null) commitNext(self, attempt, out);
          else if (running.phase === "reduce" && running.made === null) {
            if (running.bulk === null ? running.locations.size < work.maps : running.bulk.gap) lacking.push(attempt);
            for (const location of running.locations.values()) askAgain(self, running, location, out);
          }
        }
        out.send(master, { kind: "pong", life: self.life, unknown, lacking });
      },

      // A second copy of an assignment changes nothing.
      assign(self, assign, _, out) {
        const { attempt } = assign;
        const said = self.reports.get(attempt);
        if (said) return out.send(master, said);
        if (said === null || self.running.has(attempt) || self.waiting.some((one) => one.attempt === attempt)) return;
        begin(self, assign, out);
      },

      news(self, { locations }, _, out) {
        for (const running of [...self.running.values()]) {
          if (running.phase === "reduce" && running.made === null) learn(self, running, locations, out);
        }
      },

      bulk(self, news, _, out) {
        for (const running of [...self.running.values()]) {
          if (running.phase === "reduce" && running.made === null) learnInBulk(self, running, news, out);
        }
      },

      abandon(self, { attempt }, _, out) {
        if (self.reports.get(attempt)) return;
        self.reports.set(attempt, null);
        self.waiting = self.waiting.filter((assign) => assign.attempt !== attempt);
        if (!self.running.has(attempt)) return;
        out.cancelTimer({ kind: "work", attempt });
        out.cancelTimer({ kind: "copy", attempt });
        stop(self, attempt, out);
      },

      fetch(self, { task, attempt, partition }, from, out) {
        out.send(from, { kind: "fetched", task, attempt, partition, block: self.disk.get(attempt)?.[partition] ?? null });
      },

      fetched(self, { task, attempt, partition, block }, _, out) {
        for (const running of [...self.running.values()]) {
          if (running.phase !== "reduce" || running.assign.task !== partition || running.made !== null) continue;
          const location = running.locations.get(task);
          if (location?.attempt !== attempt) continue;
          take(running, location, block ?? instead);
          reduceIfAll(self, running, out);
        }
      },

      fileWritten(self, { file }, _, out) {
        const found = committing(self, file);
        if (found === null || found[1].written) return;
        found[1].written = true;
        commitNext(self, found[0], out);
      },

      renamed(self, { from: file, found: isThere }, _, out) {
        const found = committing(self, file);
        if (found === null || !found[1].written) return;
        const [attempt, commit] = found;
        if (isThere) commit.renamed++;
        commit.written = false;
        commitNext(self, attempt, out);
      },
    },

    timeout: {
      work(self, { attempt }, out) {
        const running = self.running.get(attempt);
        if (running === undefined) return;
        if (running.phase === "map") finishMap(self, attempt, out);
        else finishReduce(self, attempt, out);
      },

      copy(self, { attempt }, out) {
        const running = self.running.get(attempt);
        if (running?.phase !== "reduce") return;
        const bulk = running.bulk!;
        bulk.had += bulk.underWay;
        bulk.underWay = 0;
        bulk.copied = bulk.copying;
        copyMore(self, running, out);
      },
    },
  };

  function askAgain(self: Worker, running: Running & { readonly phase: "reduce" }, location: Location, out: Effects): void {
    const { task, attempt, worker: holder } = location;
    if (running.blocks.has(task)) return;
    const waits = running.waits.get(task)! + 1;
    running.waits.set(task, waits);
    if (waits >= PATIENCE) out.send(master, { kind: "unreadable", task, attempt });
    if (holder !== self.id) fetch(running, location, out);
  }

  /** The attempt that waits for word of this temporary file. */
  function committing(self: Worker, file: string): readonly [Attempt, Commit] | null {
    for (const [attempt, { commit }] of self.running) {
      const next = commit?.files[commit.renamed];
      if (next !== undefined && temporary(next[0], attempt) === file) return [attempt, commit!];
    }
    return null;
  }
}

function count({ running }: Worker, phase: Phase): number {
  let sum = 0;
  for (const one of running.values()) if (one.phase === phase) sum++;
  return sum;
}

function commitOf(files: Commit["files"]): Commit {
  return { files, renamed: 0, written: false };
}

function sideFiles({ phase, task }: Assign, { sides }: Notes): [string, File][] {
  return Object.entries(sides).map(([file, records]) => [sideName(file, phase, task), fileOf(records)]);
}

function sizeOf(blocks: Iterable<Block>): Size {
  let [bytes, records] = [0, 0];
  for (const block of blocks) {
    bytes += block.bytes;
    records += block.records;
  }
  return { bytes, records };
}

function taskMs(of: Machine): number {
  return of.taskMs * of.slowness;
}
