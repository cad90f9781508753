import { isolation, type IsolationVerdict } from "../../history/isolation.js";
import { type HistoryEvent, type TransactionHistory, transactionText } from "../../history/notation.js";
import { finite, oneOf, options, show } from "../../core/parameters.js";
import { type Answer, emptyData, execute, type Setting } from "./engine.js";
import { type Level, levels, type Scheme, schemes } from "./scheme.js";
import { type AbortReason, checkPredicates, type Predicate, type Statement } from "./statement.js";

/** In which database a script is run. */
export interface ScriptOptions {
  /** The level, by its name; or choices of one's own, as to leave out a rule. */
  readonly level: Level | Scheme;
  /** What is in each row at first; rows that are not named are not there. */
  readonly rows?: Readonly<Record<string, number>>;
  /** The predicates of the script, by their names. */
  readonly predicates?: Readonly<Record<string, Predicate>>;
}

/** One statement of a script, and what came of it. */
export interface ScriptStep {
  /** As the script says it: "w1[x=11]". */
  readonly statement: string;
  readonly transaction: string;
  /** "waits" where the answer came later or never; "not asked" where the transaction was over already. */
  readonly result: string;
}

/** A script that was run. */
export interface ScriptRun {
  readonly steps: readonly ScriptStep[];
  /** What the transactions did, in the order in which the database did it. */
  readonly history: TransactionHistory;
  /** The same as text, with the version that each read found. */
  readonly text: string;
  /** How each transaction ended: as reason why it was given up, or waiting. */
  readonly outcomes: Readonly<Record<string, "committed" | "open" | "waiting" | AbortReason>>;
  readonly verdict: IsolationVerdict;
}

/**
 * Run transactions statement by statement in the order of the script, each of them in a session of its own. Whose
 * statement has to wait says nothing more until it has its answer, and then catches up; the others go on. So Kleppmann's
 * Hermitage (2014) tries databases.
 *
 *     interleave("r1[x] r2[x] w1[x=x+1] w2[x=x+1] c1 c2", { level: "read committed", rows: { x: 10 } })
 *
 * Statements: `b1` or `b1[read only]`, `r1[x]`, `r1[P]` for a predicate, `w1[x=5]`, `w1[x=y+3]` from what T1 has read,
 * `w1[x=none]` to delete, `w1[x+=5]` to read and write in one, `c1`, `a1`.
 *
 * @throws RangeError for a script that cannot be read, a level that is none, or a predicate that nobody has named
 */
export function interleave(script: string, given: ScriptOptions): ScriptRun {
  const { setting, rows } = settingOf("interleave", given);
  return run(parse(script), setting, rows);
}

/**
 * Every way in which the statements of some transactions can follow each other, each transaction's in its order: there are
 * 20 of two with three statements each.
 */
export function interleavings(...programs: readonly string[]): readonly string[] {
  const all: string[] = [];
  const merge = (before: readonly string[], left: readonly (readonly string[])[]): void => {
    if (left.every((rest) => rest.length === 0)) all.push(before.join(" "));
    left.forEach((rest, i) => {
      if (rest.length > 0) merge([...before, rest[0]!], left.map((other, j) => (j === i ? other.slice(1) : other)));
    });
  };
  merge([], programs.map((program) => parse(program).map(({ text }) => text)));
  return all;
}

/** The setting of a level, or of choices of one's own. */
export function settingOf(name: string, given: ScriptOptions): { readonly setting: Setting; readonly rows: Readonly<Record<string, number>> } {
  const { level, rows = {}, predicates = {} } = options(name, given, ["level", "rows", "predicates"]);
  const scheme = typeof level === "object" && level !== null ? level : schemes[oneOf(`${name}.level`, level, levels)];
  for (const [key, value] of Object.entries(rows)) finite(`${name}.rows.${key}`, value, { min: -Number.MAX_VALUE });
  return { setting: { scheme, predicates: checkPredicates(`${name}.predicates`, predicates) }, rows };
}

/** The order of versions in a history of this database. */
export function orderOf({ writes }: Scheme): "writes" | "commits" {
  return writes === "unlocked" ? "writes" : "commits";
}

/** A statement of a script. */
export interface Parsed {
  /** As the script says it: "w1[x=11]". */
  readonly text: string;
  readonly transaction: string;
  /** Of a write: the row from which the value is reckoned, if there is one. */
  readonly from: string | null;
  readonly statement: Statement;
}

interface Session {
  readonly found: Map<string, number | null>;
  /** The step whose answer it waits for. */
  waitsFor: number | null;
  readonly later: number[];
  end: "committed" | AbortReason | null;
}

function run(script: readonly Parsed[], setting: Setting, rows: Readonly<Record<string, number>>): ScriptRun {
  const data = emptyData(rows);
  const events: HistoryEvent[] = [];
  const results = script.map(() => "not asked");
  const sessions = new Map<string, Session>();
  for (const { transaction } of script) sessions.set(transaction, { found: new Map(), waitsFor: null, later: [], end: null });

  const ask = (i: number): void => {
    const { transaction, statement, from } = script[i]!;
    const session = sessions.get(transaction)!;
    if (session.end !== null) return;
    if (session.waitsFor !== null) return void session.later.push(i);
    session.waitsFor = i;
    results[i] = "waits";
    const known = from === null ? 0 : (session.found.get(from) ?? 0);
    const asked = statement.kind === "write" && from !== null ? { ...statement, value: known + statement.value! } : statement;
    // All answers are noted before anybody goes on, for the database gave them at one moment.
    const answers = execute(data, setting, { transaction, statement: asked }, (event) => events.push(event));
    const next = answers.flatMap((answer) => hear(answer));
    next.forEach(ask);
  };

  /** Note an answer; what the session has to say now. */
  const hear = ({ transaction, result }: Answer): readonly number[] => {
    const session = sessions.get(transaction)!;
    const at = session.waitsFor;
    if (at === null) throw new Error(`${transaction} has an answer to nothing`);
    session.waitsFor = null;
    const waited = results[at] === "waits" && at !== current;
    const { statement } = script[at]!;
    if (result.kind === "value" && statement.kind === "read") session.found.set(statement.key, result.value);
    if (result.kind === "rows") for (const [key, value] of Object.entries(result.rows)) session.found.set(key, value);
    if (result.kind === "committed") session.end = "committed";
    if (result.kind === "aborted") session.end = result.reason;
    results[at] = `${waited ? "waits, then " : ""}${wordsOf(result)}`;
    return session.later.splice(0);
  };

  let current = -1;
  script.forEach((_, i) => {
    current = i;
    ask(i);
  });
  // Whoever was given up between two statements would hear it with the next one.
  for (const [transaction, reason] of data.ended) sessions.get(transaction)!.end ??= reason;
  const history: TransactionHistory = { events, order: orderOf(setting.scheme), initially: initially(setting, rows) };
  return {
    steps: script.map(({ text, transaction }, i) => ({ statement: text, transaction, result: results[i]! })),
    history,
    text: transactionText({ events: events.filter(({ kind }) => kind !== "begin") }),
    outcomes: Object.fromEntries(Array.from(sessions, ([name, { end, waitsFor }]) => [name, end ?? (waitsFor === null ? "open" : "waiting")])),
    verdict: isolation(history),
  };
}

/** Which predicates the rows match at first. */
export function initially({ predicates }: Setting, rows: Readonly<Record<string, number>>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(rows).map(([key, value]) => [
      key,
      Object.entries(predicates).flatMap(([name, { prefix = "", min = -Infinity, max = Infinity }]) => (key.startsWith(prefix) && value >= min && value <= max ? [name] : [])),
    ]),
  );
}

function wordsOf(result: Answer["result"]): string {
  switch (result.kind) {
    case "value":
      return result.value === null ? "none" : String(result.value);
    case "rows":
      return Object.entries(result.rows).map(([key, value]) => `${key}=${value}`).join(", ") || "no rows";
    case "aborted":
      return `aborted: ${result.reason}`;
    default:
      return result.kind;
  }
}

/** The statements of a script, in its order. @throws RangeError for a script that cannot be read */
export function parse(script: string): readonly Parsed[] {
  if (typeof script !== "string") throw new TypeError(`a script must be a text such as "r1[x] w1[x=1] c1", got ${show(script)}`);
  const parsed: Parsed[] = [];
  const one = /\s*([rwbca])(\d+)(?:\[([^\]]*)\])?/y;
  for (let at = 0; script.slice(at).trim() !== ""; at = one.lastIndex) {
    one.lastIndex = at;
    const found = one.exec(script);
    const read = found && statementOf(found[1]!, found[3] ?? null);
    if (!found || !read) throw new RangeError(`cannot read the script at ${show(script.slice(at).trim().slice(0, 30))}: expected a statement such as r1[x], r1[P], w2[y=5], w2[y=x+1], c1 or a2`);
    parsed.push({ text: found[0].trim(), transaction: `T${found[2]}`, ...read });
  }
  return parsed;
}

function statementOf(verb: string, body: string | null): Pick<Parsed, "statement" | "from"> | null {
  const plain = (statement: Statement): Pick<Parsed, "statement" | "from"> => ({ statement, from: null });
  if (verb === "b") return body === null || body === "read only" ? plain({ kind: "begin", readOnly: body !== null }) : null;
  if (verb === "c" || verb === "a") return body === null ? plain({ kind: verb === "c" ? "commit" : "rollback" }) : null;
  if (verb === "r") {
    const name = /^\s*([A-Za-z][\w-]*)\s*$/.exec(body ?? "")?.[1];
    if (name === undefined) return null;
    return plain(/^[A-Z]/.test(name) ? { kind: "select", predicate: name } : { kind: "read", key: name });
  }
  const write = /^\s*([a-z][\w-]*)\s*(\+?=)\s*(?:(none)|([a-z][\w-]*?)\s*(?:([+-])\s*(\d+(?:\.\d+)?))?|(-?\d+(?:\.\d+)?))\s*$/.exec(body ?? "");
  if (!write) return null;
  const [, key, sign, none, from, plusOrMinus, amount, value] = write;
  if (sign === "+=") return value === undefined ? null : plain({ kind: "add", key: key!, amount: Number(value) });
  if (none !== undefined) return plain({ kind: "write", key: key!, value: null });
  if (from !== undefined) return { statement: { kind: "write", key: key!, value: Number(amount ?? 0) * (plusOrMinus === "-" ? -1 : 1) }, from };
  return plain({ kind: "write", key: key!, value: Number(value) });
}
