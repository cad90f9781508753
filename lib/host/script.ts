import { setTimeout as pause } from "node:timers/promises";
import { finite, integer, oneOf, options } from "../core/parameters.js";
import { DatabaseError, type DatabaseRow, type DatabaseSession } from "./database.js";
import type { PostgresDatabase } from "./postgres.js";

/** How a script of transactions is run on PostgreSQL. */
export interface PostgresScriptOptions {
  /** The level of all its transactions, by PostgreSQL's name for it. */
  readonly level: "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE";
  /** What is in each row at first; rows that are not named are not there. */
  readonly rows?: Readonly<Record<string, number>>;
  /** What the predicates of the script look for, as conditions on `key` and `value`: `{ P: "value >= 1" }`. */
  readonly predicates?: Readonly<Record<string, string>>;
  /**
   * After how many ms without an answer PostgreSQL is asked whether the statement waits for a lock, so that the next one
   * is said (default 80). A machine that is only slow is asked again.
   */
  readonly waitMs?: number;
}

/** One statement of a script, and what PostgreSQL made of it. */
export interface PostgresStep {
  readonly statement: string;
  readonly transaction: string;
  /** What was read; or done, committed, refused with PostgreSQL's code, or not asked because the transaction was over. */
  readonly result: string;
}

interface Client {
  readonly session: DatabaseSession;
  /** The number of its process, by which the table of locks knows it. */
  readonly pid: number;
  readonly known: Map<string, number>;
  /** Settles when all that it was told so far is done. */
  last: Promise<void>;
  isOver: boolean;
}

/**
 * A function that runs scripts of transactions, such as `r1[x] w1[x=x+1] c1`, on a real database: each transaction in a
 * session of its own, one statement after the other; whose statement waits, catches up later. The rows are those of a
 * table `data` that each script makes anew. One script at a time: they share the sessions.
 *
 *     const run = postgresScripts(database);
 *     await run("r1[x] w1[x=x+1] c1", { level: "SERIALIZABLE", rows: { x: 10 } });
 *
 * The function throws a RangeError for a script that cannot be said in SQL, or an option out of its range.
 */
export function postgresScripts(database: PostgresDatabase): (script: string, given: PostgresScriptOptions) => Promise<readonly PostgresStep[]> {
  const sessions: DatabaseSession[] = [];
  return (script, given) => run(database, (i) => (sessions[i] ??= database.session()), script, given);
}

async function run(
  database: PostgresDatabase,
  sessionOf: (i: number) => DatabaseSession,
  script: string,
  given: PostgresScriptOptions,
): Promise<readonly PostgresStep[]> {
  const { level, rows = {}, predicates = {}, waitMs = 80 } = options("options of the script", given, ["level", "rows", "predicates", "waitMs"]);
  oneOf("level", level, ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]);
  integer("waitMs", waitMs, { min: 10, max: 10_000 });
  await database.run("DROP TABLE IF EXISTS data");
  await database.run("CREATE TABLE data (key text PRIMARY KEY, value int)");
  for (const [key, value] of Object.entries(rows)) await database.run(`INSERT INTO data VALUES (${quoted(key)}, ${finite(`rows.${key}`, value, { min: -Number.MAX_VALUE })})`);

  const statements = script.match(/[rwbca]\d+(\[[^\]]*\])?/g) ?? [];
  const clients = new Map<string, Client>();
  const results = statements.map(() => "not asked");
  const steps = statements.map((statement) => ({ statement, transaction: `T${/\d+/.exec(statement)![0]}` }));
  for (const { transaction } of steps) {
    if (clients.has(transaction)) continue;
    const session = sessionOf(clients.size);
    const [{ pid } = {}] = await session.run("SELECT pg_backend_pid() AS pid");
    clients.set(transaction, { session, pid: Number(pid), known: new Map(), last: Promise.resolve(), isOver: false });
  }
  for (const [i, { statement, transaction }] of steps.entries()) {
    const client = clients.get(transaction)!;
    let isLate = false;
    let isDone = false;
    client.last = client.last.then(async () => {
      if (client.isOver) return;
      const result = await resultOf(client, sqlOf(statement, client, { level, predicates, isFirst: steps.findIndex((step) => step.transaction === transaction) === i }), statement);
      results[i] = isLate ? `waits, then ${result}` : result;
    });
    const done = client.last.then(() => (isDone = true));
    while (!isDone && !isLate) {
      await Promise.race([done, pause(waitMs)]);
      if (!isDone) isLate = await waitsForLock(database, client);
    }
  }
  await Promise.all(Array.from(clients.values(), ({ last }) => last));
  for (const { isOver, session } of clients.values()) if (!isOver) await session.run("ROLLBACK");
  return steps.map((step, i) => ({ ...step, result: results[i]! }));
}

/** Whether this session waits for what another one has locked. */
async function waitsForLock(database: PostgresDatabase, { pid }: Client): Promise<boolean> {
  return (await database.run(`SELECT pid FROM pg_locks WHERE NOT granted AND pid = ${pid}`)).length > 0;
}

async function resultOf(client: Client, sql: readonly string[], statement: string): Promise<string> {
  try {
    let found: readonly DatabaseRow[] = [];
    for (const one of sql) found = await client.session.run(one);
    const kind = statement[0];
    if (kind === "c" || kind === "a") client.isOver = true;
    if (kind !== "r") return kind === "c" ? "committed" : kind === "a" ? "aborted: rollback" : "done";
    for (const { key, value } of found) client.known.set(key!, Number(value));
    if (/\[[A-Z]/.test(statement)) return found.map(({ key, value }) => `${key}=${value}`).join(", ") || "no rows";
    return found[0]?.["value"] ?? "none";
  } catch (problem) {
    if (!(problem instanceof DatabaseError)) throw problem;
    client.isOver = true;
    await client.session.run("ROLLBACK");
    return `refused: ${problem.code}`;
  }
}

/** A statement of a script in SQL. The first one of a transaction begins it. */
function sqlOf(
  statement: string,
  { known }: Client,
  { level, predicates, isFirst }: Required<Pick<PostgresScriptOptions, "level" | "predicates">> & { readonly isFirst: boolean },
): readonly string[] {
  const [, verb, , body = ""] = /^(\w)(\d+)(?:\[(.*)\])?$/.exec(statement)!;
  const begin = isFirst ? [`BEGIN ISOLATION LEVEL ${level}${body === "read only" ? " READ ONLY" : ""}`] : [];
  switch (verb) {
    case "b":
      // A transaction has its snapshot from its first query on.
      return [...begin, "SELECT FROM data LIMIT 0"];
    case "c":
      return [...begin, "COMMIT"];
    case "a":
      return [...begin, "ROLLBACK"];
    case "r": {
      if (!/^[A-Z]/.test(body)) return [...begin, `SELECT key, value FROM data WHERE key = ${quoted(body)}`];
      const condition = predicates[body];
      if (condition === undefined) throw new RangeError(`no predicate ${body} in this script: ${Object.keys(predicates).join(", ") || "it has none"}`);
      return [...begin, `SELECT key, value FROM data WHERE ${condition} ORDER BY key`];
    }
    default: {
      const write = /^(\w+)=(?:(\w*[a-z]\w*)\+)?(-?\d+)$/.exec(body.replace(/\s/g, ""));
      if (!write) throw new RangeError(`cannot say ${statement} in SQL: a write looks like w1[x=5] or w1[x=x+1]`);
      const [, key, from, amount] = write;
      const value = Number(amount) + (from === undefined ? 0 : (known.get(from) ?? 0));
      return [...begin, `INSERT INTO data VALUES (${quoted(key!)}, ${value}) ON CONFLICT (key) DO UPDATE SET value = ${value}`];
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
