import { describe, expect, it } from "vitest";
import { searchSeeds } from "../../../lib/check.js";
import {
  doubleCountingMaster, emptyHandedWorker, forgettingMaster, hastyWorker, openWritingWorker, overwritingFileSystem, saltedWorker,
} from "../../../lib/mapreduce.js";
import { atEnd, type Broken, cluster, search } from "./swarm.js";

describe("a job in trouble", () => {
  it("gives what the sequential run gives, whatever is lost, doubled, slow, cut off or crashed", () => {
    search(150);
  }, 120_000);

  it("tells what was left out also where the master has lost its count of failures in a crash", () => {
    search([387]);
  });

  it("tells a reduce task of a new output also where that task is not the one that the master thinks is running", () => {
    search([2096]);
  });

  it("begins anew what a master wants that has forgotten, in a crash, that it had told a worker to stop it", () => {
    search([6464]);
  });

  it.each<readonly [string, Broken, string]>([
    ["a master that counts each completion", { roles: { master: doubleCountingMaster } }, "the counters are"],
    ["a master that does not do lost map tasks again", { roles: { master: forgettingMaster } }, "the job is running"],
    ["a worker that reduces before all map tasks are done", { roles: { worker: hastyWorker } }, "but the sequential run gives"],
    ["a worker that takes a lost output for an empty one", { roles: { worker: emptyHandedWorker } }, "but the sequential run gives"],
    ["a worker that writes under the final name", { roles: { worker: openWritingWorker } }, "but the sequential run gives"],
    ["a worker with a hash of its own", { roles: { worker: saltedWorker } }, "but the sequential run gives"],
    ["a file system that overwrites", { files: overwritingFileSystem() }, "was committed 2 times"],
  ])("is led astray by %s", (_, broken, problem) => {
    const verdict = searchSeeds({ seeds: 600, run: (seed) => cluster(seed, broken), atEnd });
    if (verdict.kind !== "failed") throw new Error(verdict.report);
    expect(verdict.failure.problem).toContain(problem);
  }, 120_000);
});
