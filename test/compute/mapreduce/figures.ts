import { layout, masterOf, rateRows, type RateRow, type SizedJob, sizedCluster, taskRows } from "../../../lib/mapreduce.js";
import { Simulation, type ScriptedFault } from "../../../lib/sim.js";

/** "10^10 100-byte records", in 15,000 pieces of 64 MB (Dean & Ghemawat 2004, section 5.3). */
export const sort: SizedJob = { name: "sort", maps: 15_000, reduces: 4_000, inputBytes: 1e12, recordBytes: 100 };

/** The same data, searched for a pattern that "occurs in 92,337 records" (section 5.2). */
export const grep: SizedJob = { name: "grep", maps: 15_000, reduces: 1, inputBytes: 1e12, recordBytes: 100, mapShare: (92_337 * 100) / 1e12 };

/** "Approximately 1,800 machines", of which so many ran the sort. */
export const WORKERS = 1_746;

/** What came of a job at the size of the paper. */
export interface Figure {
  readonly seconds: number;
  /** When the last map task was done, and when all reduce tasks but five were. */
  readonly mapsDone: number;
  readonly allButFive: number;
  readonly rates: readonly RateRow[];
  readonly backups: number;
  readonly lost: number;
  /** The share of map tasks that read from their own disk. */
  readonly local: number;
}

interface Setting {
  readonly slow?: { readonly count: number; readonly factor: number };
  readonly backups?: number;
  readonly faults?: readonly ScriptedFault[];
  readonly workers?: number;
}

/** Run a job at the size of the paper, in some seconds of real time. */
export function figure(job: SizedJob, { slow = { count: 0, factor: 1 }, backups = 0.05, faults = [], workers = WORKERS }: Setting = {}): Figure {
  const simulation = new Simulation({
    ...sizedCluster(job, { workers: layout({ workers, slow }), backups }),
    faults: faults as never,
    limits: { time: 1e7, events: 1e8 },
  });
  simulation.run();
  const master = masterOf({ simulation });
  if (master.phase.kind !== "done") throw new Error(`the ${job.name} is ${master.phase.kind}`);
  const rows = taskRows(master);
  const ends = (phase: string): number[] =>
    rows.filter((row) => row.phase === phase && (row.outcome === "done" || row.outcome === "lost")).map(({ to }) => to! / 1000).sort((a, b) => a - b);
  const maps = rows.filter(({ phase }) => phase === "map");
  return {
    seconds: simulation.decisions[0]!.at / 1000,
    mapsDone: ends("map").at(-1)!,
    allButFive: ends("reduce").at(-6) ?? 0,
    rates: rateRows(rows),
    backups: rows.filter(({ backup }) => backup).length,
    lost: rows.filter(({ outcome }) => outcome === "lost").length,
    local: maps.filter(({ locality }) => locality === "machine").length / maps.length,
  };
}

/** "200 out of 1746 worker processes" are killed, and new ones start on the same machines at once (section 5.5). */
export function kill(atMs: number): ScriptedFault[] {
  return Array.from({ length: 200 }, (_, i) => ({ at: atMs, kind: "crash", node: `w${8 * i + 1}`, forMs: 1_000 }));
}
