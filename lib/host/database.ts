/** A row of an answer: what each column says, as text; null where it says nothing. */
export type DatabaseRow = Readonly<Record<string, string | null>>;

/** Who carries out statements, one after the other. */
export interface DatabaseSession {
  /**
   * Carry out one statement of SQL. The rows that it answers with; none for a statement that has no answer.
   *
   * @throws DatabaseError where the database refuses it, or is down, or lost on the way
   */
  run(sql: string): Promise<readonly DatabaseRow[]>;
}

/** A real database on this machine, in a process of its own, which can be killed and started again. */
export interface Database extends DatabaseSession {
  readonly name: string;
  /**
   * How often it has waited until a piece of its log was on disk, since it was started, counted by itself: its forced
   * writes. Ask twice, and take the difference.
   */
  forcedWrites(): Promise<number>;
  /** Kill its process, as a power cut does (SIGKILL), and wait until it is gone. */
  kill(): Promise<void>;
  /** Start it again on the data that it left; without effect where it is up. */
  start(): Promise<void>;
}

/** Some databases that were started together. */
export interface Databases<D extends Database = Database> {
  /** What they are, as "PostgreSQL 15.18". */
  readonly version: string;
  /** In the order of the names that they were started with. */
  readonly databases: readonly D[];
  /** End all processes and remove their data. */
  stop(): Promise<void>;
}

/** A statement that was not carried out, with the words of the database and its code (SQLSTATE: five letters and digits). */
export class DatabaseError extends Error {
  override readonly name: string = "DatabaseError";
  /** As "23514" for a broken rule of a table, "55P03" for a lock that is not to be had, "08006" for a process that is gone. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The code for a process that ended before it answered. */
export const CONNECTION_LOST = "08006";
