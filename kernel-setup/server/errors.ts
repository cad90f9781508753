import { inspect } from "node:util";
import { readable } from "./engine/engine.js";
import type { Diagnostic } from "./engine/tslab.js";
import { Interrupted } from "./runs.js";

/** An error as the protocol sends it. */
export interface ErrorReport {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** How many lines of source are shown before and after the faulty one. */
const AROUND = 2;

/** How many characters of a line are shown: a longer one would wrap, and its caret stand under something else. */
const LONGEST = 72;

/** The checker's errors for a name that is not declared. */
const UNKNOWN_NAMES = new Set([2304, 2552, 18004]);

// No grey: what is legible on white, JupyterLab's dark theme draws dark on dark red.
const red = (text: string): string => `\x1b[31m${text}\x1b[39m`;
const green = (text: string): string => `\x1b[32m${text}\x1b[39m`;

/** What the type checker found, each with its line and a caret under the place. */
export function reportDiagnostics(diagnostics: readonly Diagnostic[], source: string, cell: string): ErrorReport {
  const traceback = diagnostics.flatMap(({ fileName, start, end, code, messageText }, at) => {
    const place = `${fileName ?? cell}:${start.line + 1}:${start.character + 1}`;
    const message = `${green(place)} - ${red("error")} TS${code}: ${messageText}`;
    if (fileName !== undefined) return [message];
    const before = diagnostics[at - 1];
    // A chain of reasons names one place: show it once.
    if (before && before.start.offset === start.offset) return [`  ${messageText}`];
    const width = end.line === start.line ? end.character - start.character : 1;
    const frame = codeFrame(source, start.line + 1, start.character + 1, width);
    const unknown = UNKNOWN_NAMES.has(code) ? /'([^']+)'/.exec(messageText)?.[1] : undefined;
    const hint = unknown === undefined ? [] : [`If another cell declares ${unknown}, run that cell first.`];
    return [message, ...frame, ...hint];
  });
  const [first] = diagnostics;
  const evalue = first ? `${first.fileName ?? cell}:${first.start.line + 1} ${first.messageText}` : "";
  const more = new Set(diagnostics.map(({ start }) => start.offset)).size - 1;
  return { ename: "TypeScriptError", evalue: more > 0 ? `${evalue} (and ${more} more)` : evalue, traceback };
}

/**
 * What was thrown, with its stack and the line of the cell that threw it.
 * @param sourceOf the source of a cell by its name
 */
export function reportThrown(thrown: unknown, sourceOf: (cell: string) => string | undefined): ErrorReport {
  if (thrown instanceof Interrupted) {
    return { ename: thrown.name, evalue: thrown.message, traceback: [`${red(thrown.name)}: ${thrown.message}`] };
  }
  if (!isError(thrown)) {
    const evalue = inspect(thrown, { depth: 4 });
    return { ename: "Thrown", evalue, traceback: [`${red("Thrown")}: ${evalue}`] };
  }
  const ename = String(thrown.name || "Error");
  const evalue = readable(String(thrown.message));
  return { ename, evalue, traceback: traceback(thrown, sourceOf, new Set()) };
}

function traceback(error: Error, sourceOf: (cell: string) => string | undefined, seen: Set<unknown>): string[] {
  seen.add(error);
  const name = String(error.name || "Error");
  const message = readable(String(error.message));
  const frames = stackFrames(error);
  const lines = [`${red(name)}: ${message}`, ...frames.map((frame) => frame.replace(/(Cell \[[^\]]*\](?::\d+:\d+)?)/, green("$1")))];
  const place = frames.map((frame) => /(Cell \[[^\]]*\]):(\d+):(\d+)/.exec(frame)).find((match) => match !== null);
  const source = place ? sourceOf(place[1]!) : undefined;
  if (place && source !== undefined) lines.push("", ...codeFrame(source, Number(place[2]), Number(place[3]), 1));
  const rest = Object.entries(error).filter(([key]) => !["name", "message", "stack", "cause", "errors"].includes(key));
  if (rest.length > 0) lines.push(`  ${inspect(Object.fromEntries(rest), { depth: 2 })}`);
  if (Array.isArray((error as AggregateError).errors)) {
    for (const inner of (error as AggregateError).errors) lines.push(...nested("", inner, sourceOf, seen));
  }
  if (error.cause !== undefined) lines.push(...nested("Caused by ", error.cause, sourceOf, seen));
  return lines;
}

function nested(label: string, inner: unknown, sourceOf: (cell: string) => string | undefined, seen: Set<unknown>): string[] {
  if (seen.has(inner)) return [];
  const [first, ...rest] = isError(inner) ? traceback(inner, sourceOf, seen) : [inspect(inner, { depth: 4 })];
  return [`${label}${first}`, ...rest].map((line) => `  ${line}`);
}

/** Errors of other realms (a worker, a vm context) are errors too. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function stackFrames(error: Error): string[] {
  return String(error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
}

/** The lines around a place, with a caret under it. `line` and `column` count from 1. */
export function codeFrame(source: string, line: number, column: number, width: number): string[] {
  const lines = source.split("\n");
  if (lines[line - 1] === undefined) return [];
  const first = Math.max(1, line - AROUND);
  const last = Math.min(lines.length, line + AROUND);
  const digits = String(last).length;
  const frame: string[] = [];
  for (let at = first; at <= last; at++) {
    const text = lines[at - 1]!;
    const number = String(at).padStart(digits);
    if (at !== line) {
      frame.push(`  ${number} | ${cut(text, 0)}`);
      continue;
    }
    const length = Math.max(1, Math.min(width, text.length - column + 1));
    const from = column - 1 + length <= LONGEST ? 0 : Math.max(0, column - 1 - LONGEST / 2);
    frame.push(`${red(">")} ${number} | ${cut(text, from)}`);
    // Tabs stay tabs, so that the caret stands under its character however wide they are drawn.
    const indent = text.slice(from, column - 1).replace(/[^\t]/g, " ");
    const carets = "^".repeat(Math.min(length, LONGEST - indent.length));
    frame.push(`  ${" ".repeat(digits)} | ${indent}${red(carets)}`);
  }
  return frame;
}

/** The part of a line that begins at `from`, with dots where something is left out. */
function cut(text: string, from: number): string {
  const part = [...text.slice(from, from + LONGEST)];
  if (from > 0) part[0] = "…";
  if (text.length > from + LONGEST) part[part.length - 1] = "…";
  return part.join("");
}
