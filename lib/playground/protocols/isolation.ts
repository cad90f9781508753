import type { NodeId, Tagged } from "../../core/role.js";
import { isolation as verdictOn, type PortableLevel } from "../../history/isolation.js";
import { transactionText } from "../../history/notation.js";
import { operationLatencies } from "../../measure/latency.js";
import type { Run } from "../../sim/simulate.js";
import { anomalies } from "../../transactions/isolation/anomalies.js";
import { brokenDatabases } from "../../transactions/isolation/broken-worlds.js";
import { database } from "../../transactions/isolation/database.js";
import { parse, type ScriptOptions } from "../../transactions/isolation/interleave.js";
import { databaseHistory, isolated } from "../../transactions/isolation/properties.js";
import { levels, type Level } from "../../transactions/isolation/scheme.js";
import { terminal } from "../../transactions/isolation/terminal.js";
import { abortsOf, databaseCluster, sessionNames, transactionCosts, workload, workloadRows } from "../../transactions/isolation/workload.js";
import { choice, number, type Settings } from "../knob.js";
import type { Cluster, Protocol } from "../protocol.js";

/** What each level promises, in Adya's names. */
const promises: Readonly<Record<Level, PortableLevel>> = {
  "read uncommitted": "PL-1", "read committed": "PL-2", "repeatable read": "PL-2.99", snapshot: "PL-SI", "snapshot, first committer": "PL-SI",
  "two-phase locking": "PL-3", "serializable snapshot": "PL-3", optimistic: "PL-3",
};

const dashed = (name: string): string => name.replaceAll(", ", "-").replaceAll(" ", "-");

const levelKnobs = [
  choice("level", "level", {
    "read-committed": "read committed",
    ...Object.fromEntries(levels.filter((level) => level !== "read committed").map((level) => [dashed(level), level])),
    ...Object.fromEntries(brokenDatabases.map(({ name }) => [dashed(name), `broken: ${name}`])),
  }),
  choice("must", "every history must be", { promised: "what the level promises", serializable: "serializable" }),
];

/** The level that the knob says, sound or broken, and what must hold. */
function levelOf(settings: Settings): { readonly level: ScriptOptions["level"]; readonly wanted: PortableLevel } {
  const sound = levels.find((level) => dashed(level) === settings["level"]);
  const broken = brokenDatabases.find(({ name }) => dashed(name) === settings["level"]);
  const promised = sound === undefined ? broken!.breaks : promises[sound];
  return { level: sound ?? broken!.scheme, wanted: settings["must"] === "serializable" ? "PL-3" : promised };
}

/** The verdict on what the transactions of a run did. */
function judged({ decisions }: Run<any>, options: ScriptOptions): readonly string[] {
  const history = databaseHistory(decisions, options);
  if (history.events.length === 0) return [];
  const text = transactionText({ events: history.events.filter(({ kind }) => kind !== "begin") });
  const { summary, order } = verdictOn(history);
  // A long serial order says no more than that there is one.
  const short = order !== null && order.length > 8 ? `${summary.split(":")[0]}.` : summary;
  return [...(text.length <= 400 ? [`The history: ${text}.`] : []), `The verdict on it: ${short}`];
}

/** What neither of these two databases is about: they lose nothing, and keep the order, as a connection by TCP does. */
const sound = { assumes: { lossless: true, fails: [] }, fails: { at: 0, for: 1 } } as const;

const scripts: Protocol = {
  ...sound,
  name: "isolation",
  title: "Isolation levels: a script",
  about: "Transactions say their statements in the order of a script; the level decides what a statement finds, who waits, and who is given up.",
  chapter: "2.2-transactions",
  until: 900,
  knobs: [
    choice("script", "the script", Object.fromEntries(
      [...anomalies].sort((a, b) => Number(b.name === "lost update") - Number(a.name === "lost update")).map(({ name }) => [dashed(name), name]),
    )),
    ...levelKnobs,
    number("gap", "time between two statements", { unit: "ms", min: 0, max: 500, value: 50 }),
  ],
  cluster(settings) {
    const { script, rows, predicates, story } = anomalies.find(({ name }) => dashed(name) === settings["script"])!;
    const { level, wanted } = levelOf(settings);
    const options: ScriptOptions = { level, rows, predicates };
    const statements = parse(script);
    const names = [...new Set(statements.map(({ transaction }) => transaction))].sort() as NodeId[];
    return {
      nodes: {
        database: database(options),
        ...Object.fromEntries(names.map((transaction) => [transaction, terminal({ database: "database" as NodeId, transaction })])),
      } as Cluster["nodes"],
      requests: statements.map(({ transaction, statement, from }, i) => ({
        at: i * Number(settings["gap"]), node: transaction as NodeId, request: { kind: "say", statement, from } as Tagged,
      })),
      properties: [isolated(wanted, options)],
      servers: ["database" as NodeId, ...names],
      fifo: true,
      fields: ["rows", "active", "locks", "waiting", "found", "waits", "later", "end"],
      waits: (trace) => ({ what: "statement", label: "from a statement to its answer", rows: operationLatencies(trace) }),
      tells: (run) => {
        const ends = names.map((name) => {
          const { end, waits } = run.simulation.state(name) as { readonly end: { readonly kind: string; readonly reason?: string } | null; readonly waits: object | null };
          if (end === null) return `${name} ${waits === null ? "is under way" : "waits for an answer"}`;
          return end.kind === "committed" ? `${name} commits` : `${name} is given up (${end.reason})`;
        });
        return [`The script: ${script}. ${story}`, `${ends.join(", ")}.`, ...judged(run, options)];
      },
    };
  },
};

const load: Protocol = {
  ...sound,
  name: "database",
  title: "Isolation levels: many clients",
  about: "Clients read rows and write what they found, and 1 more: what the level lets by, what it makes wait, and whom it gives up.",
  chapter: "2.2-transactions",
  until: 800,
  knobs: [
    ...levelKnobs,
    number("sessions", "clients", { min: 1, max: 12, value: 4 }),
    number("rows", "rows", { min: 1, max: 50, value: 8 }),
    number("reads", "rows that a transaction reads", { min: 1, max: 6, value: 2 }),
    number("writes", "rows of these that it writes", { min: 0, max: 6, value: 1 }),
    number("readers", "share of transactions that only read", { unit: "%", min: 0, max: 100, value: 20 }),
    number("think", "time between two statements", { unit: "ms", min: 0, max: 200, value: 5 }),
  ],
  cluster(settings) {
    const [rows, reads, writes, sessions] = ["rows", "reads", "writes", "sessions"].map((name) => Number(settings[name])) as [number, number, number, number];
    if (reads > rows) throw new RangeError(`reads must be at most the ${rows} rows, got ${reads}`);
    if (writes > reads) throw new RangeError(`writes must be at most the ${reads} rows that are read, got ${writes}`);
    const { level, wanted } = levelOf(settings);
    const options: ScriptOptions = { level, rows: workloadRows(rows) };
    const operations = workload({ rows, reads, writes, readers: Number(settings["readers"]) / 100 });
    return {
      nodes: databaseCluster({ ...options, sessions, think: Number(settings["think"]) }) as unknown as Cluster["nodes"],
      clients: Object.fromEntries(
        sessionNames(sessions).map((to) => [`c${to.slice(1)}`, { operations: operations as (chance: never) => Tagged, to: [to], timeoutMs: 1e6 }]),
      ) as never,
      properties: [isolated(wanted, options)],
      servers: ["db" as NodeId],
      fifo: true,
      fields: ["rows", "active", "locks", "waiting"],
      tells(run) {
        const { committed } = transactionCosts(run.history);
        const reasons = new Map<string, number>();
        for (const { reason } of abortsOf(run.trace)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        const why = [...reasons].map(([reason, times]) => `${times} × ${reason}`).join(", ");
        return [
          `${committed} transactions committed. The database gave up ${why === "" ? "none" : `tries: ${why}`}.`,
          ...judged(run, options),
        ];
      },
    };
  },
};

/** How a database keeps transactions apart. */
export const isolation: readonly Protocol[] = [scripts, load];
