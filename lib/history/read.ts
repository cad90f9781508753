import { flag, oneOf, options as checkOptions, show } from "../core/parameters.js";
import type { Tagged } from "../core/role.js";
import { readEdn, readEdnItems, type Form } from "./edn.js";
import type { HistoryOperation } from "./operation.js";

/** How a file becomes a history. */
export interface ReadOptions {
  /**
   * Whether values are pairs of a key and a value, as Jepsen's independent tests write them. By default it is seen from
   * the file: they are if every value of every call is a pair and not all calls are compare-and-sets.
   */
  readonly keyed?: boolean;
  /**
   * What ":fail" means. "no effect": the operation did not and will not happen, so it is left out; that is Jepsen's
   * meaning, and the default. "answer": a compare-and-set found another value, which is an answer that counts; that is
   * what the logs that Porcupine is tested with mean, and their default. Failed operations of other kinds are left out.
   */
  readonly failed?: "no effect" | "answer";
  /**
   * Where times come from: "time" takes the field :time, in ns, where all have one; "lines" takes the order of the
   * lines, one ms each. By default the first where it can.
   */
  readonly clock?: "time" | "lines";
}

/**
 * The history in a file of Jepsen, `history.edn`: maps with :process, :type (:invoke, :ok, :fail, :info), :f, :value and
 * perhaps :time, :key and :error, one after the other or in a vector. Operations that ended with :info stay open, and
 * what is not a client's (:nemesis) is left out.
 *
 * A request's `kind` is the name of :f; :value becomes `value`, and `from` and `to` for :cas; a key becomes `key`.
 *
 * @throws SyntaxError for what is no EDN; RangeError for a return without a call, a process that calls while it waits, a
 * clock that goes backward, and fields that mean nothing. All messages begin with the line.
 */
export function readJepsen(text: string, options: ReadOptions = {}): HistoryOperation[] {
  if (typeof text !== "string") throw new TypeError(`text must be the content of a history file, got ${show(text)}`);
  return historyFrom(readEdnItems(text).flatMap(entryOf), checked("readJepsen", options), "no effect");
}

/**
 * The history in a log as those that Porcupine is tested with: lines of Jepsen's own log, `INFO  jepsen.util - 3  :invoke
 * :cas  [1 2]`, or one map a line, `{:process 3, :type :invoke, :f :put, :key "x", :value "1"}`. Other lines are left out.
 * There are no times in them, so the order of the lines is the clock, one ms each.
 *
 * @throws as `readJepsen`
 */
export function readPorcupine(text: string, options: ReadOptions = {}): HistoryOperation[] {
  if (typeof text !== "string") throw new TypeError(`text must be the content of a log, got ${show(text)}`);
  const entries = text.split("\n").flatMap((line, i) => {
    if (/^\s*\{/.test(line)) return readEdn(line, i + 1).flatMap(entryOf);
    const said = /jepsen\.util - (\S+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s*(.*)$/.exec(line);
    if (said === null) return [];
    const [, process, type, f, rest = ""] = said;
    // What follows a failure may be an error in plain words, which nobody needs.
    const value = type === "fail" || type === "info" ? null : (readEdn(rest, i + 1)[0]?.value ?? null);
    const fields = {
      process: /^\d+$/.test(process!) ? Number(process) : `:${process}`,
      type: `:${type}`,
      f: `:${f}`,
      value,
    };
    return entryOf({ value: fields, line: i + 1 });
  });
  return historyFrom(entries, checked("readPorcupine", options), "answer");
}

/** One line of a history file: the beginning or the end of an operation. */
interface Entry {
  readonly line: number;
  readonly process: number | string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  readonly value: unknown;
  readonly key: unknown;
  readonly time: number | null;
}

const types = [":invoke", ":ok", ":fail", ":info"] as const;

function checked(name: string, options: ReadOptions): ReadOptions {
  checkOptions(`options of ${name}`, options, ["keyed", "failed", "clock"]);
  if (options.keyed !== undefined) flag("keyed", options.keyed);
  if (options.failed !== undefined) oneOf("failed", options.failed, ["no effect", "answer"]);
  if (options.clock !== undefined) oneOf("clock", options.clock, ["time", "lines"]);
  return options;
}

function entryOf({ value: form, line }: Form): Entry[] {
  if (typeof form !== "object" || form === null || Array.isArray(form) || form instanceof Map || form instanceof Set) {
    throw new RangeError(`line ${line}: an operation must be a map with :process, :type and :f, got ${show(form)}`);
  }
  const { process, type, f, value = null, key, time = null } = form as Readonly<Record<string, unknown>>;
  if (typeof process === "string" && process.startsWith(":")) return [];
  if (typeof process !== "number" && typeof process !== "string")
    throw new RangeError(`line ${line}: :process must be a number, got ${show(process)}`);
  if (!types.includes(type as ":ok"))
    throw new RangeError(`line ${line}: :type must be one of ${types.join(", ")}, got ${show(type)}`);
  if (typeof f !== "string" || !f.startsWith(":"))
    throw new RangeError(`line ${line}: :f must be a keyword, got ${show(f)}`);
  if (time !== null && (typeof time !== "number" || !Number.isFinite(time)))
    throw new RangeError(`line ${line}: :time must be a number of ns, got ${show(time)}`);
  return [
    { line, process, type: (type as ":ok").slice(1) as "ok", f: f.slice(1), value, key, time: time as number | null },
  ];
}

function historyFrom(
  entries: readonly Entry[],
  options: ReadOptions,
  usual: "no effect" | "answer",
): HistoryOperation[] {
  const {
    failed = usual,
    clock = entries.every(({ time }) => time !== null) ? "time" : "lines",
    keyed = looksKeyed(entries),
  } = options;
  const history: (HistoryOperation | null)[] = [];
  const open = new Map<number | string, { readonly row: number; readonly call: Entry }>();
  let now = -Infinity;
  for (const entry of entries) {
    const { line, process, type, f } = entry;
    if (clock === "time" && entry.time === null)
      throw new RangeError(`line ${line}: there is no :time; with clock: "lines" none is needed`);
    const at = clock === "time" ? entry.time! / 1e6 : line;
    if (at < now) {
      throw new RangeError(
        `line ${line}: the clock goes backward, from ${now} ms to ${at} ms; with clock: "lines" the order of the lines counts`,
      );
    }
    now = at;
    const begun = open.get(process);
    if (type === "invoke") {
      if (begun !== undefined)
        throw new RangeError(
          `line ${line}: process ${process} calls :${f} while its :${begun.call.f} of line ${begun.call.line} has no answer`,
        );
      open.set(process, { row: history.length, call: entry });
      history.push({
        client: String(process),
        request: requestOf(entry, keyed),
        result: undefined,
        invokedAt: at,
        returnedAt: null,
      });
      continue;
    }
    if (begun === undefined)
      throw new RangeError(
        `line ${line}: a return without a call: process ${process} has no operation under way that ends with :${type}`,
      );
    if (begun.call.f !== f)
      throw new RangeError(
        `line ${line}: process ${process} ends :${f}, but called :${begun.call.f} in line ${begun.call.line}`,
      );
    open.delete(process);
    const { row } = begun;
    if (type === "info") continue;
    if (type === "ok") history[row] = { ...history[row]!, result: resultOf(entry, keyed), returnedAt: at };
    else history[row] = failed === "answer" && f === "cas" ? { ...history[row]!, result: false, returnedAt: at } : null;
  }
  return history.filter((operation) => operation !== null);
}

function looksKeyed(entries: readonly Entry[]): boolean {
  const calls = entries.filter(({ type, key }) => type === "invoke" && key === undefined);
  return calls.some(({ f }) => f !== "cas") && calls.every(({ value }) => Array.isArray(value) && value.length === 2);
}

function requestOf(entry: Entry, keyed: boolean): Tagged {
  const { key, value } = partsOf(entry, keyed);
  const request: Record<string, unknown> & Tagged = { kind: entry.f };
  if (key !== undefined) request["key"] = key;
  if (entry.f === "cas") {
    if (!Array.isArray(value) || value.length !== 2)
      throw new RangeError(`line ${entry.line}: the value of :cas must be a pair, got ${show(value)}`);
    [request["from"], request["to"]] = value;
  } else if (value !== null && value !== undefined) request["value"] = value;
  return request;
}

/** What says that it was done has true for an answer; what asks has what it was told. */
function resultOf(entry: Entry, keyed: boolean): unknown {
  return entry.f === "cas" || entry.f === "acquire" || entry.f === "release" ? true : partsOf(entry, keyed).value;
}

function partsOf({ line, key, value }: Entry, keyed: boolean): { readonly key: unknown; readonly value: unknown } {
  if (!keyed) return { key, value };
  if (!Array.isArray(value) || value.length !== 2)
    throw new RangeError(`line ${line}: the value must be a pair of a key and a value, got ${show(value)}`);
  return { key: value[0], value: value[1] };
}
