import { describe, expect, test } from "vitest";
import { checkpointOverhead, roundsDone, roundsJob, youngInterval, type RoundsOptions } from "../../../lib/mapreduce.js";
import { simulate } from "../../../lib/sim.js";

const base: RoundsOptions = { rounds: 10, partitions: 12, machines: 4, bytes: 30e6, computeMs: 1_000 };
const crash = (at: number, node = "m2") => ({ at, kind: "crash", node }) as const;

function run(options: Partial<RoundsOptions> = {}, faults: readonly object[] = []) {
  const job = roundsJob({ ...base, ...options });
  const result = simulate({
    ...job, faults: faults as never, limits: { time: 1e7 },
    until: (event) => event.kind === "decide" && (event.outcome as { round: number }).round === (options.rounds ?? base.rounds),
  });
  return roundsDone(result);
}

describe("a job of rounds", () => {
  test("without faults, each partition is made once in each round, by all machines", () => {
    const done = run();
    expect(done).toMatchObject({ tasks: 120, again: 0, bytesWritten: 0, bytesSent: 0 });
    // Three waves of a second in each round; the first also reads its input, 30 MB at 30 MB/s.
    expect(done.seconds).toBeGreaterThan(33);
    expect(done.seconds).toBeLessThan(34);
  });
  test("after a loss, lineage makes the lost chain again, from the input on", () => {
    const done = run({}, [crash(20_000)]);
    // Six rounds' worth of three lost partitions, less what was under way.
    expect(done.again).toBeGreaterThanOrEqual(9);
    expect(done.again).toBeLessThanOrEqual(18);
  });
  test("a checkpoint bounds how far the chain goes back", () => {
    expect(run({ writeEvery: 2 }, [crash(24_000)]).again).toBeLessThanOrEqual(6);
    expect(run({ writeEvery: 2 }).bytesWritten).toBe(5 * 12 * 30e6 * 2);
  });
  test("files and copies make little or nothing again, and cost something in each round", () => {
    const files = run({ inMemory: false, writeEvery: 1 }, [crash(40_000)]);
    expect(files.again).toBe(0);
    expect(run({ inMemory: false, writeEvery: 1 }).seconds).toBeGreaterThan(run().seconds * 2);
    const copies = run({ copies: 2 }, [crash(20_000)]);
    expect(copies.again).toBeLessThanOrEqual(3);
    expect(run({ copies: 2 }).bytesSent).toBe(120 * 30e6);
  });
  test("with wide dependencies, the loss of one machine is the loss of all rounds since the last checkpoint", () => {
    const narrow = run({ partitions: 4 }, [crash(8_500)]);
    const wide = run({ partitions: 4, dependencies: "wide" }, [crash(25_000)]);
    expect(wide.again).toBeGreaterThan(narrow.again * 2);
  });
  test("a machine that comes back has lost its memory, however short it was away", () => {
    const done = run({}, [{ ...crash(20_000), forMs: 5 }]);
    expect(done.again).toBeGreaterThanOrEqual(9);
  });
  test("without locality, most input crosses the network", () => {
    expect(run({ locality: false }).bytesSent).toBeGreaterThan(0.5 * 9 * 12 * 30e6);
    expect(run({ locality: false }).seconds).toBeGreaterThan(run().seconds * 1.5);
  });
  test("options that make no sense are refused", () => {
    expect(() => roundsJob({ ...base, inMemory: false })).toThrow("writeEvery must be 1 where nothing stays in memory, got 0");
    expect(() => roundsJob({ ...base, copies: 3 })).toThrow("copies must be a whole number from 1 to 2, got 3");
  });
});

describe("checkpoint intervals (Young 1974)", () => {
  test("the interval is where the overhead is least", () => {
    const [cost, failuresEvery] = [2, 100];
    const best = youngInterval({ cost, failuresEvery });
    expect(best).toBe(20);
    const at = (interval: number): number => checkpointOverhead({ interval, cost, failuresEvery });
    expect(at(best)).toBeLessThan(at(best * 1.1));
    expect(at(best)).toBeLessThan(at(best / 1.1));
    expect(at(best)).toBeCloseTo(Math.sqrt((2 * cost) / failuresEvery));
  });
});
