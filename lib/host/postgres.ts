import { execFile, spawn } from "node:child_process";
import { access, chown, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { integer, nodeNames, options, show } from "../core/parameters.js";
import { CONNECTION_LOST, type Database, DatabaseError, type DatabaseRow, type Databases, type DatabaseSession } from "./database.js";

/** The oldest PostgreSQL whose counters can be asked for at once. */
const OLDEST = 15;

/** What separates columns, rows and answers in what psql prints: characters that no text of ours has. */
const [COLUMN, ROW, NOTHING, END] = ["\x1f", "\x1e", "\x1d", "\x04"];

/** Which servers, and with which patience. */
export interface PostgresOptions {
  /** A name for each of them (default: "east" and "west"); 1 to 4. */
  readonly names?: readonly string[];
  /** How long a statement may take, in ms (default 10,000): PostgreSQL's `statement_timeout`. */
  readonly patienceMs?: number;
}

interface Programs {
  readonly version: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly psql: string;
}

/** The version of PostgreSQL on this machine, as "15.18"; null where none is installed, or one older than 15. */
export async function postgresVersion(): Promise<string | null> {
  return (await programs())?.version ?? null;
}

/** Whoever was started last. Starting again ends it, so that a cell may be run twice. */
let latest: Databases<PostgresDatabase> | null = null;

/**
 * Some servers of PostgreSQL, each a cluster of its own with the one database `postgres`: their data and their sockets
 * are in a temporary folder, and nothing listens on the network. `PREPARE TRANSACTION` is switched on, and the log is
 * forced to disk. `stop()` ends the processes and removes the folder; so does the next call, and the end of this process.
 *
 *     const { databases: [east, west], stop } = await startPostgres();
 *     const rival = east.session(); // a second client of the same server
 *     await stop();
 *
 * @throws RangeError for an option out of its range; Error where PostgreSQL is not installed or does not come up
 */
export async function startPostgres(given: PostgresOptions = {}): Promise<Databases<PostgresDatabase>> {
  const { names = ["east", "west"], patienceMs = 10_000 } = options("startPostgres", given, ["names", "patienceMs"]);
  nodeNames("names", names);
  integer("names.length", names.length, { min: 1, max: 4 });
  integer("patienceMs", patienceMs, { min: 100, max: 600_000 });
  const found = await programs();
  if (found === null) throw new Error(`PostgreSQL ${OLDEST} or newer is not installed (on Debian: the package postgresql)`);
  const user = await serverUser();
  await latest?.stop();
  const folder = await mkdtemp(join(tmpdir(), "distlab-pg-"));
  if (user !== null) await chown(folder, user.uid, user.gid);
  const databases = names.map((name, i) => new PostgresServer({ name, folder: join(folder, `${i}`), programs: found, user, patienceMs }));
  const all: Databases<PostgresDatabase> = {
    version: `PostgreSQL ${found.version}`,
    databases,
    async stop() {
      for (const database of databases) await database.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      if (latest === all) latest = null;
    },
  };
  latest = all;
  try {
    await Promise.all(databases.map((database) => database.create()));
    await Promise.all(databases.map((database) => database.start()));
    return all;
  } catch (error) {
    await all.stop();
    throw error;
  }
}

/** A server of PostgreSQL. What it is asked itself goes through one session; others can be opened beside it. */
export interface PostgresDatabase extends Database {
  /** Where it is, for psql: what stands behind `\connect` in a script. */
  readonly address: string;
  /**
   * Another client of this server, in a process of its own.
   *
   * @throws DatabaseError where the server is down
   */
  session(): DatabaseSession;
  /**
   * A process of psql that carries out a script, and can be killed on the way: a coordinator that dies is one. It begins
   * at this server, may `\connect` to the address of another, says with `\echo` where it is, and stops at an error.
   *
   * @throws DatabaseError where the server is down
   */
  script(text: string): RunningScript;
}

class PostgresServer implements PostgresDatabase {
  readonly name: string;
  readonly #folder: string;
  readonly #programs: Programs;
  readonly #user: ServerUser | null;
  readonly #patienceMs: number;
  #server: Server | null = null;
  #sessions: Psql[] = [];
  #own: DatabaseSession | null = null;

  constructor({ name, folder, programs, user, patienceMs }: {
    readonly name: string;
    readonly folder: string;
    readonly programs: Programs;
    readonly user: ServerUser | null;
    readonly patienceMs: number;
  }) {
    this.name = name;
    this.#folder = folder;
    this.#programs = programs;
    this.#user = user;
    this.#patienceMs = patienceMs;
  }

  get address(): string {
    return `"${this.#address}"`;
  }

  get #address(): string {
    return `host='${this.#folder}' port=5432 user=postgres dbname=postgres`;
  }

  #client(patienceMs: number | null): Psql {
    if (this.#server === null) throw new DatabaseError(CONNECTION_LOST, `${this.name} is down; ${this.name}.start() brings it up`);
    const psql = new Psql(this.name, spawnPsql(this.#programs.psql, this.#address, patienceMs));
    this.#sessions.push(psql);
    return psql;
  }

  /** Lay its folders out. */
  async create(): Promise<void> {
    await mkdir(this.#folder, { mode: 0o700 });
    if (this.#user !== null) await chown(this.#folder, this.#user.uid, this.#user.gid);
    const flags = ["-D", join(this.#folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    await new Promise<void>((done, failed) => {
      const settings = { cwd: this.#folder, env: environment(), ...this.#user };
      execFile(this.#programs.initdb, flags, settings, (error, _, problems) => (error ? failed(new Error(problems.trim())) : done()));
    });
  }

  async start(): Promise<void> {
    // After a SIGKILL the server's own children need a moment to see that it is gone; until then a new one refuses.
    for (const end = performance.now() + 20_000; this.#server === null; await pause(50)) {
      const server = await launch(this.#programs.postgres, this.#folder, this.#user);
      if (server.problem === null) this.#server = server;
      else if (performance.now() > end) throw new Error(`${this.name} does not come up: ${server.problem}`);
    }
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#own = null;
    server?.kill();
    await server?.gone;
    await Promise.all(this.#sessions.splice(0).map((session) => session.kill()));
  }

  session(): DatabaseSession {
    return this.#client(this.#patienceMs);
  }

  script(text: string): RunningScript {
    if (typeof text !== "string" || text.trim() === "") throw new TypeError(`script must be the text of a script for psql, got ${show(text)}`);
    const psql = this.#client(null);
    psql.write(`\\set ON_ERROR_STOP on\n${text}\n\\q\n`);
    return psql;
  }

  async run(sql: string): Promise<readonly DatabaseRow[]> {
    this.#own ??= this.session();
    return this.#own.run(sql);
  }

  async forcedWrites(): Promise<number> {
    await this.run("SELECT pg_stat_force_next_flush()");
    const isInOneView = Number.parseInt(this.#programs.version) >= 18;
    const [row] = await this.run(isInOneView
      ? "SELECT sum(fsyncs) AS count FROM pg_stat_io WHERE object = 'wal' AND context = 'normal'"
      : "SELECT wal_sync AS count FROM pg_stat_wal");
    return Number(row?.["count"] ?? 0);
  }
}

/** A script on its way. */
export interface RunningScript {
  /**
   * Wait until it has printed this text. All that it has printed.
   *
   * @throws Error where it has ended without, with what it said instead, or takes longer than so many ms (default 10,000)
   */
  says(text: string, withinMs?: number): Promise<string>;
  /** Kill its process (SIGKILL), and wait until it is gone. */
  kill(): Promise<void>;
}

/** A process of psql: one client, with one connection at a time. */
class Psql implements DatabaseSession, RunningScript {
  readonly #name: string;
  readonly #process: ReturnType<typeof spawnPsql>;
  readonly #ended: Promise<unknown>;
  #isOver = false;
  #said = "";
  #problems = "";
  #last: Promise<unknown> = Promise.resolve();
  #listeners = new Set<() => void>();

  constructor(name: string, child: ReturnType<typeof spawnPsql>) {
    this.#name = name;
    this.#process = child;
    const { stdout, stderr } = this.#process;
    stdout.setEncoding("utf8").on("data", (text: string) => this.#hear(() => (this.#said += text)));
    stderr.setEncoding("utf8").on("data", (text: string) => this.#hear(() => (this.#problems += text)));
    this.#process.stdin.on("error", () => {});
    this.#ended = new Promise((done) => {
      this.#process.on("error", (error) => this.#hear(() => (this.#problems += error.message)));
      this.#process.on("close", () => done(this.#hear(() => (this.#isOver = true))));
    });
  }

  write(text: string): void {
    this.#process.stdin.write(text);
  }

  run(sql: string): Promise<readonly DatabaseRow[]> {
    const answer = this.#last.then(() => this.#ask(sql));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async says(text: string, withinMs = 10_000): Promise<string> {
    await this.#until(() => this.#said.includes(text), withinMs);
    if (!this.#said.includes(text)) throw new Error(`the script never says ${show(text)}: ${(this.#problems || this.#said).trim()}`);
    return this.#said;
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** The rows of a statement are printed first, and then a line of ours, which says whether it went well. */
  async #ask(sql: string): Promise<readonly DatabaseRow[]> {
    this.#said = "";
    this.write(`${sql.replace(/;\s*$/, "")};\n\\echo ${END}:ERROR :SQLSTATE :LAST_ERROR_MESSAGE\n`);
    const answer = new RegExp(`^([^]*)${END}(true|false) (\\S{5}) (.*)\\n$`);
    await this.#until(() => answer.test(this.#said));
    const [, printed = "", failed, code = "", message = ""] = answer.exec(this.#said) ?? [];
    if (failed === undefined) {
      const why = this.#problems.trim().split("\n").at(-1) || "its process ended";
      throw new DatabaseError(CONNECTION_LOST, `the connection to ${this.#name} was lost before it answered: ${why}`);
    }
    if (failed === "true") throw new DatabaseError(code, message);
    const [names = [], ...rows] = printed.replace(/\n$/, "").split(ROW).map((row) => row.split(COLUMN));
    return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] === NOTHING ? null : (row[i] ?? null)])));
  }

  #hear(change: () => void): void {
    change();
    for (const listener of this.#listeners) listener();
  }

  /** Wait until this is so, or the process is over, or the time is. */
  #until(isSo: () => boolean, withinMs = Infinity): Promise<void> {
    return new Promise((done) => {
      const look = (): void => {
        if (isSo() || this.#isOver) end();
      };
      const end = (): void => {
        clearTimeout(patience);
        this.#listeners.delete(look);
        done();
      };
      const patience = withinMs === Infinity ? undefined : setTimeout(end, withinMs);
      this.#listeners.add(look);
      look();
    });
  }
}

function spawnPsql(program: string, address: string, patienceMs: number | null) {
  const flags = ["-X", "-q", "-A", "-F", COLUMN!, "-R", ROW!, "-P", "footer=off", "-P", `null=${NOTHING}`, address];
  const patience = patienceMs === null ? {} : { PGOPTIONS: `-c statement_timeout=${patienceMs}` };
  return spawn(program, flags, { env: { ...environment(), ...patience } });
}

interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; then it runs as the user that its package has made. Null: as who we are. */
async function serverUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const number = (flag: string): Promise<number> => new Promise((found, failed) => {
    execFile("id", [flag, "postgres"], (error, output) => {
      if (error) failed(new Error("PostgreSQL does not run as root, and there is no user named postgres to run it"));
      else found(Number(output));
    });
  });
  return { uid: await number("-u"), gid: await number("-g") };
}

interface Server {
  /** What it said before it ended; null where it is up. */
  readonly problem: string | null;
  readonly gone: Promise<unknown>;
  kill(): void;
}

/**
 * A shell starts the server, tells its number, and waits for it. Beside it another shell waits for our end: when this
 * process ends, however it does, its input is closed, and it kills the first shell and the server and removes the data.
 * Where only the server ends, the first shell ends the other before it goes itself: with it goes the input of both, and
 * the data of a server that was killed must be there when it comes up again.
 */
const keeper = `
  exec 3<&0
  "$@" 3<&- &
  server=$!
  echo $server
  (cat <&3 >/dev/null; kill -KILL $$ $server; rm -rf "$FOLDER"; rmdir "\${FOLDER%/*}" 2>/dev/null) &
  watcher=$!
  wait $server
  kill -KILL $watcher
`;

async function launch(program: string, folder: string, user: ServerUser | null): Promise<Server> {
  const settings = [
    "listen_addresses=", `unix_socket_directories=${folder}`, "port=5432", "max_prepared_transactions=20", "max_connections=20",
    // Few writers in the background, so that the forced writes are those of the transactions.
    "shared_buffers=16MB", "autovacuum=off", "wal_writer_delay=10s", "bgwriter_delay=10s",
  ];
  const flags = ["-D", join(folder, "data"), ...settings.flatMap((setting) => ["-c", setting])];
  const shell = spawn("sh", ["-c", keeper, "sh", program, ...flags], {
    cwd: folder, env: { ...environment(), FOLDER: folder }, detached: true, ...user,
  });
  let said = "";
  let number = "";
  const gone = new Promise((done) => shell.on("exit", done).on("error", done));
  let isGone = false;
  // The server alone: the shells end when it is gone, and are killed where they linger.
  const kill = (): void => {
    if (!isGone && number !== "") process.kill(Number(number), "SIGKILL");
  };
  void gone.then(() => {
    isGone = true;
    try {
      process.kill(-shell.pid!, "SIGKILL");
    } catch {
      // There is nobody left.
    }
  });
  shell.stdout.setEncoding("utf8").on("data", (text: string) => (number += text.trim()));
  const isUp = await new Promise<boolean>((known) => {
    shell.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
      if (said.includes("is ready to accept connections")) known(true);
    });
    void gone.then(() => known(false));
  });
  return { problem: isUp ? null : said.trim() || "no shell to start it from", gone, kill };
}

/** The environment without what would lead PostgreSQL elsewhere, and with messages that can be read by us. */
function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name, value]) => value !== undefined && !name.startsWith("PG"));
  return { ...Object.fromEntries(entries as [string, string][]), LC_ALL: "C" };
}

/** The programs, from the path, or from where Debian and Homebrew put them, the newest first. */
async function programs(): Promise<Programs | null> {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...(await versionsIn("/usr/lib/postgresql", "bin")),
    ...(await versionsIn("/opt/homebrew/opt", "bin", "postgresql@")),
    ...(await versionsIn("/usr/local/opt", "bin", "postgresql@")),
  ];
  for (const folder of folders) {
    const [postgres, initdb, psql] = ["postgres", "initdb", "psql"].map((name) => join(folder, name)) as [string, string, string];
    if (!(await Promise.all([postgres, initdb, psql].map(exists))).every((one) => one)) continue;
    const version = await new Promise<string | null>((told) => {
      execFile(postgres, ["--version"], (error, output) => told(error ? null : (/\) (\d+(?:\.\d+)?)/.exec(output)?.[1] ?? null)));
    });
    if (version !== null && Number.parseInt(version) >= OLDEST) return { version, postgres, initdb, psql };
  }
  return null;
}

async function versionsIn(folder: string, inside: string, prefix = ""): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const versions = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length))).filter((one) => one > 0);
  return versions.sort((one, other) => other - one).map((version) => join(folder, `${prefix}${version}`, inside));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, () => false);
}
