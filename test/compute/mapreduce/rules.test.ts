import { describe, expect, it } from "vitest";
import type { Call, NodeId } from "../../../lib/core.js";
import { ids, step } from "../../../lib/core.js";
import {
  type Assign, type Done, fileSystem, liveWork, master, type Master, type MasterOptions, recordSplits, worker, type Worker, type Work, wordCount,
} from "../../../lib/mapreduce.js";

const [M, F, w1, w2, w3] = ids("master", "files", "w1", "w2", "w3") as readonly [NodeId, NodeId, NodeId, NodeId, NodeId];
const work: Work = liveWork(wordCount({ reducers: 1 }), recordSplits([[0, "a b"], [1, "a"]], { splits: 2 }));

/** A role with its state, to which things happen one by one. */
function played(role: any, id: NodeId) {
  const state = role.init(id);
  const effects = (list: readonly any[] | null): string[] =>
    (list ?? []).map((effect) => {
      switch (effect.kind) {
        case "send":
          return `${effect.to} ${effect.message.kind}${detail(effect.message)}`;
        case "setTimer":
          return `timer ${effect.timer.kind}`;
        case "cancelTimer":
          return `no timer ${effect.timer.kind}`;
        case "reply":
          return `reply ${effect.result.kind}`;
        case "decide":
          return `decide ${effect.outcome.kind}`;
        default:
          return effect.flush ? "persist" : "write";
      }
    });
  return {
    state,
    start: () => effects(step(role, state, { kind: "start" })),
    gets: (from: NodeId, message: any) => effects(step(role, state, { kind: "message", from, message })),
    asked: () => effects(step(role, state, { kind: "request", call: "user#1" as Call, request: { kind: "run" } })),
    timer: (kind: string) => effects(step(role, state, { kind: "timer", timer: { kind } })),
  };
}

function detail(message: any): string {
  if (message.kind === "assign") return ` ${message.phase} ${message.task}${message.skip.length > 0 ? ` without ${message.skip}` : ""}`;
  if (message.kind === "news") return ` of ${message.locations.map(({ task, worker: at }: any) => `${task} at ${at}`).join(", ")}`;
  if (message.kind === "done" || message.kind === "lastGasp") return ` ${message.phase} ${message.task}`;
  if (message.kind === "fetched") return message.block === null ? " nothing" : ` ${message.block.records} pairs`;
  if (message.kind === "pong") return message.unknown.length > 0 ? ` without ${message.unknown}` : "";
  return "";
}

const pong = (life = 1, unknown: number[] = [], lacking: number[] = []) => ({ kind: "pong", life, unknown, lacking });
const done = (phase: string, task: number, attempt: number, more: Partial<Done> = {}): Done =>
  ({ kind: "done", phase, task, attempt, life: 1, counters: { n: 1 }, skip: [], copiedAt: 0, inBytes: 0, outBytes: 0, ...more }) as Done;

describe("the master", () => {
  const begun = (options: Partial<MasterOptions> = {}) => {
    const played_ = played(master({ work, workers: [w1, w2, w3], backups: 0, ...options }), M);
    played_.start();
    played_.asked();
    return played_ as typeof played_ & { readonly state: Master };
  };
  const attemptsOf = (state: Master, phase: "maps" | "reduces", task: number) => state[phase][task]!.attempts;

  it("pings all workers when it is asked to run, and is asked in vain a second time", () => {
    const it = played(master({ work, workers: [w1, w2], backups: 0 }), M);
    expect(it.start()).toEqual(["persist"]);
    expect(it.asked()).toEqual(["persist", "w1 ping", "w2 ping", "timer ping"]);
    expect(it.asked()).toEqual([]);
  });

  it("gives each worker that answers one task of each kind, as long as there are any", () => {
    const it = begun();
    expect(it.gets(w1, pong())).toEqual(["w1 assign map 0", "w1 assign reduce 0"]);
    expect(it.gets(w1, pong())).toEqual([]);
    expect(it.gets(w2, pong())).toEqual(["w2 assign map 1"]);
    expect(it.gets(w3, pong())).toEqual([]);
  });

  it("sends an assignment again that did not arrive", () => {
    const it = begun();
    it.gets(w1, pong());
    const { attempt } = attemptsOf(it.state, "maps", 0)[0]!;
    expect(it.gets(w1, pong(1, [attempt]))).toEqual(["w1 assign map 0"]);
    expect(it.gets(w2, pong(1, [attempt]))).toEqual(["w2 assign map 1"]); // it is not w2's
  });

  it("tells workers that reduce where a new map output is, and ignores a second completion", () => {
    const it = begun();
    it.gets(w1, pong());
    it.gets(w2, pong());
    const { attempt } = attemptsOf(it.state, "maps", 1)[0]!;
    expect(it.gets(w2, done("map", 1, attempt))).toEqual(["w1 news of 1 at w2"]);
    expect(it.gets(w2, done("map", 1, attempt))).toEqual([]);
    expect(it.state.done.map).toBe(1);
  });

  it("has the map tasks that a silent worker had done made again, and not its reduce tasks", () => {
    const it = begun({ patience: 1 });
    it.gets(w1, pong());
    it.gets(w2, pong());
    it.gets(w1, done("map", 0, attemptsOf(it.state, "maps", 0)[0]!.attempt));
    it.gets(w1, done("reduce", 0, attemptsOf(it.state, "reduces", 0)[0]!.attempt));
    it.timer("ping");
    it.gets(w2, pong());
    it.gets(w3, pong());
    expect(it.timer("ping")).toEqual(["w1 ping", "w2 ping", "w3 ping", "timer ping", "w3 assign map 0"]);
    expect(it.state.done).toEqual({ map: 0, reduce: 1 });
  });

  it("gives up what it knew of a worker that has restarted, and hears no more of its earlier life", () => {
    const it = begun();
    it.gets(w1, pong());
    it.gets(w1, done("map", 0, attemptsOf(it.state, "maps", 0)[0]!.attempt));
    expect(it.gets(w1, pong(2))).toEqual(["w1 assign map 0", "w1 assign reduce 0"]);
    expect(it.gets(w1, done("map", 0, 1))).toEqual([]);
    expect(it.state.done.map).toBe(0);
  });

  it("starts a backup of the last tasks, and stops the other attempt when one is done", () => {
    const it = begun({ backups: 1 });
    it.gets(w1, pong());
    it.gets(w2, pong());
    expect(attemptsOf(it.state, "maps", 0)).toHaveLength(1);
    const before = it.gets(w3, pong());
    expect(before).toEqual(["w3 assign map 0"]);
    const [first, backup] = attemptsOf(it.state, "maps", 0);
    expect(first!.worker).not.toBe(backup!.worker);
    expect(it.gets(w3, done("map", 0, backup!.attempt))).toContain("w1 abandon");
  });

  it("has a record left out on which a task has failed twice, and fails where it may leave out nothing", () => {
    const gasp = (attempt: number) => ({ kind: "lastGasp", phase: "map", task: 0, attempt, life: 1, record: 7, problem: "bad" });
    const skipping = begun({ work: { ...work, skipBadRecords: true }, workers: [w1] });
    skipping.gets(w1, pong());
    const fail = () => skipping.gets(w1, gasp(attemptsOf(skipping.state, "maps", 0)[0]!.attempt));
    expect(fail()).toEqual(["w1 assign map 0"]);
    expect(fail()).toEqual(["w1 assign map 0 without 7"]);
    const strict = begun({ workers: [w1], maxFailures: 2 });
    strict.gets(w1, pong());
    strict.gets(w1, gasp(attemptsOf(strict.state, "maps", 0)[0]!.attempt));
    expect(strict.gets(w1, gasp(attemptsOf(strict.state, "maps", 0)[0]!.attempt)).slice(-2)).toEqual(["decide failed", "reply failed"]);
  });

  it("has an output made again that cannot be read, or says where it is by now", () => {
    const it = begun();
    it.gets(w1, pong());
    const { attempt } = attemptsOf(it.state, "maps", 0)[0]!;
    it.gets(w1, done("map", 0, attempt));
    expect(it.gets(w2, { kind: "unreadable", task: 0, attempt: attempt - 1 })).toEqual(["w2 news of 0 at w1"]);
    expect(it.state.done.map).toBe(1);
    it.gets(w2, { kind: "unreadable", task: 0, attempt });
    expect(it.state.done.map).toBe(0);
  });

  it("answers when all is done, with each task counted once", () => {
    const it = begun({ workers: [w1] });
    it.gets(w1, pong());
    for (const task of [0, 1]) it.gets(w1, done("map", task, attemptsOf(it.state, "maps", task)[0]!.attempt));
    const effects = it.gets(w1, done("reduce", 0, attemptsOf(it.state, "reduces", 0)[0]!.attempt));
    expect(effects.slice(-3)).toEqual(["persist", "decide done", "reply done"]);
    expect(it.state.phase).toEqual({ kind: "done", counters: { n: 3 }, skipped: [] });
    expect(it.asked()).toEqual(["reply done"]);
  });

  it.each<[Partial<MasterOptions>, string]>([
    [{ workers: [] }, "workers"],
    [{ workers: [w1, w1] }, "workers"],
    [{ patience: 0 }, "patience"],
    [{ backups: -1 }, "backups"],
    [{ pingEvery: -1 }, "pingEvery"],
    [{ maxFailures: 0 }, "maxFailures"],
    [{ slots: { map: 0 } }, "slots.map"],
  ])("refuses %j", (options, message) => {
    expect(() => master({ work, workers: [w1], ...options })).toThrow(message);
  });
});

describe("a worker", () => {
  const begun = () => {
    const played_ = played(worker({ work, master: M, files: F }), w1);
    played_.start();
    return played_ as typeof played_ & { readonly state: Worker };
  };
  const assign = (phase: "map" | "reduce", task: number, attempt: number, locations: unknown[] = []): Assign =>
    ({ kind: "assign", phase, task, attempt, skip: [], news: phase === "map" ? null : { kind: "news", locations } }) as Assign;

  it("begins a new life each time it starts, and says so", () => {
    const it = begun();
    expect(it.state.life).toBe(1);
    expect(it.start()).toEqual(["persist"]);
    expect(it.gets(M, { kind: "ping", awaits: [9] })).toEqual(["master pong without 9"]);
    expect(it.state.life).toBe(2);
  });

  it("maps, keeps the output, and says again that it is done when it is asked again", () => {
    const it = begun();
    expect(it.gets(M, assign("map", 0, 5))).toEqual(["master done map 0"]);
    expect(it.gets(M, assign("map", 0, 5))).toEqual(["master done map 0"]);
    expect(it.gets(M, { kind: "ping", awaits: [5] })).toEqual(["master done map 0", "master pong"]);
    expect(it.gets(w2, { kind: "fetch", task: 0, attempt: 5, partition: 0 })).toEqual(["w2 fetched 2 pairs"]);
    expect(it.gets(w2, { kind: "fetch", task: 0, attempt: 6, partition: 0 })).toEqual(["w2 fetched nothing"]);
  });

  it("copies all map outputs, its own without the network, reduces, writes, renames, and only then says that it is done", () => {
    const it = begun();
    it.gets(M, assign("map", 0, 5));
    const block = { ...(work.runMap(1, []) as any).blocks[0] };
    expect(it.gets(M, assign("reduce", 0, 6, [{ task: 0, worker: w1, attempt: 5 }]))).toEqual([]);
    expect(it.gets(M, { kind: "news", locations: [{ task: 1, worker: w2, attempt: 3 }] })).toEqual(["w2 fetch"]);
    expect(it.gets(w2, { kind: "fetched", task: 1, attempt: 2, partition: 0, block })).toEqual([]); // of another attempt
    expect(it.gets(w2, { kind: "fetched", task: 1, attempt: 3, partition: 0, block })).toEqual(["files writeFile"]);
    expect(it.gets(F, { kind: "fileWritten", file: "tmp-6/output-0" })).toEqual(["files rename"]);
    expect(it.gets(F, { kind: "fileWritten", file: "tmp-6/output-0" })).toEqual([]);
    expect(it.gets(F, { kind: "renamed", from: "tmp-6/output-0", to: "output-0", found: true })).toEqual(["master done reduce 0"]);
  });

  it("does again at a ping what may have been lost, and complains of an output that it asked for three times", () => {
    const it = begun();
    it.gets(M, assign("reduce", 0, 6, [{ task: 1, worker: w2, attempt: 3 }]));
    const ping = () => it.gets(M, { kind: "ping", awaits: [6] });
    expect(ping()).toEqual(["w2 fetch", "master pong"]);
    expect(ping()).toEqual(["w2 fetch", "master pong"]);
    expect(ping()).toEqual(["master unreadable", "w2 fetch", "master pong"]);
  });

  it("keeps a task waiting until a slot is free, and does nothing of what it was told to stop", () => {
    const it = begun();
    it.gets(M, assign("reduce", 0, 6));
    expect(it.gets(M, assign("reduce", 0, 7))).toEqual([]);
    expect(it.state.waiting).toHaveLength(1);
    it.gets(M, { kind: "abandon", attempt: 6 });
    expect([...it.state.running.keys()]).toEqual([7]);
    expect(it.gets(M, assign("reduce", 0, 6))).toEqual([]);
  });

  it("gasps where a function throws", () => {
    const bad: Work = { ...work, runMap: () => ({ kind: "failed", record: 1, problem: "bad" }) };
    const it = played(worker({ work: bad, master: M, files: F }), w1);
    it.start();
    expect(it.gets(M, assign("map", 0, 5))).toEqual(["master lastGasp map 0"]);
  });
});

describe("the file system", () => {
  it("renames at once and as a whole, and the first one wins", () => {
    const it = played(fileSystem(), F);
    const file = (records: unknown[]) => ({ records });
    it.gets(w1, { kind: "writeFile", file: "tmp-1/out", contents: file([1]) });
    it.gets(w2, { kind: "writeFile", file: "tmp-2/out", contents: file([2]) });
    expect(it.gets(w2, { kind: "rename", from: "tmp-2/out", to: "out" })).toEqual(["persist", "w2 renamed"]);
    expect(it.gets(w1, { kind: "rename", from: "tmp-1/out", to: "out" })).toEqual(["persist", "w1 renamed"]);
    expect(it.gets(w2, { kind: "rename", from: "tmp-2/out", to: "out" })).toEqual(["w2 renamed"]);
    expect([...it.state.buckets[0].files]).toMatchObject([["out", { contents: { records: [2] }, commits: 1 }]]);
  });
});
