import type * as TypeScript from "@tslab/typescript-for-tslab";
import type { Engine } from "./engine/engine.js";
import type { Compiler } from "./engine/tslab.js";

/** Completions beyond this many get no kind: nobody scrolls that far, and the reply stays small. */
const KINDS_LIMIT = 500;

/** Jupyter counts code points, JavaScript counts UTF-16 units: an emoji is one of the former and two of the latter. */
export function toUnits(text: string, points: number): number {
  let units = 0;
  for (const character of text) {
    if (points-- <= 0) break;
    units += character.length;
  }
  return units;
}

/** The opposite of `toUnits`. */
export function toPoints(text: string, units: number): number {
  let points = 0;
  for (const character of text) {
    if (units <= 0) break;
    units -= character.length;
    points++;
  }
  return points;
}

/** The content of complete_reply. */
export function complete(engine: Pick<Engine, "complete">, code: string, cursor: number): object {
  const { candidates, start, end, original } = engine.complete(code, toUnits(code, cursor));
  const kinds = new Map((original?.entries ?? []).map(({ name, kind }) => [name, kind]));
  const span = { start: toPoints(code, start), end: toPoints(code, end) };
  const types = candidates.slice(0, KINDS_LIMIT).map((text) => ({ text, type: kinds.get(text) ?? "", ...span }));
  return {
    status: "ok",
    matches: candidates,
    cursor_start: span.start,
    cursor_end: span.end,
    metadata: { _jupyter_types_experimental: types },
  };
}

/** The content of inspect_reply. */
export interface Inspection {
  readonly status: "ok";
  readonly found: boolean;
  readonly data: Record<string, string>;
  readonly metadata: object;
}

/** Signature, documentation and tags of what stands at the cursor, as text and as Markdown. */
export function inspect(engine: Pick<Engine, "inspect">, code: string, cursor: number): Inspection {
  const at = toUnits(code, cursor);
  // Behind a name, or behind the bracket of its call, is still at the name.
  const found = [at, at - 1, at - 2].filter((place) => place >= 0).map((place) => engine.inspect(code, place));
  const info = found.find((candidate) => candidate !== undefined);
  if (!info) return { status: "ok", found: false, data: {}, metadata: {} };
  // Of an imported name the compiler also says that it is one: "(alias) function f(): void\nimport f".
  const signature = text(info.displayParts).replace(/^\(alias\) ([^]+)\nimport .*$/, "$1");
  const documentation = text(info.documentation);
  const tags = info.tags ?? [];
  const plain = [signature, documentation, ...tags.map(plainTag)].filter((part) => part !== "").join("\n\n");
  const markdown = ["```ts\n" + signature + "\n```", documentation, ...tags.map(markdownTag)];
  return {
    status: "ok",
    found: true,
    data: { "text/plain": plain, "text/markdown": markdown.filter((part) => part !== "").join("\n\n") },
    metadata: {},
  };
}

function text(parts: readonly TypeScript.SymbolDisplayPart[] | undefined): string {
  return (parts ?? []).map((part) => part.text).join("");
}

function plainTag({ name, text: parts }: TypeScript.JSDocTagInfo): string {
  return `@${name} ${text(parts)}`.trim();
}

function markdownTag({ name, text: parts }: TypeScript.JSDocTagInfo): string {
  const content = text(parts);
  if (name === "example") return `*@example*\n\n${content.includes("```") ? content : "```ts\n" + content + "\n```"}`;
  const [first, ...rest] = parts ?? [];
  if (name === "param" && first) return `*@param* \`${first.text}\`${rest.length > 0 ? ` ${text(rest).trim()}` : ""}`;
  return `*@${name}* ${content}`.trim();
}

/** A cell that is nothing but `name?` or `?name` asks what the name is, as in Python's notebooks. */
export const QUESTION = /^\s*(?:\?{1,2}\s*([\p{L}_$][\p{L}\p{N}_$.]*)|([\p{L}_$][\p{L}\p{N}_$.]*)\?{1,2})\s*$/u;

/** The parse errors for a string and a regular expression that are not closed: no further line can close them. */
const ENDS_WITH_LINE = new Set([1002, 1161]);
/** The parse errors for a comment and a template that are not closed: they may go on over lines. */
const GOES_ON = new Set([1010, 1160]);

/** The content of is_complete_reply. */
export function isComplete(ts: Compiler, code: string): object {
  if (QUESTION.test(code)) return { status: "complete" };
  const file = ts.createSourceFile("cell.ts", `${code}\nexport {};`, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  if (errorsOf(file).length === 0 && !isTemplateOpen(ts, code)) return { status: "complete" };
  const errors = errorsOf(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS));
  const end = code.trimEnd().length;
  const atEnd = errors.every(({ start, code: number }) => !ENDS_WITH_LINE.has(number) && (start >= end || GOES_ON.has(number)));
  return errors.length > 0 && !atEnd ? { status: "invalid" } : { status: "incomplete", indent: indentAfter(code) };
}

interface ParseError {
  readonly start: number;
  readonly code: number;
}

function errorsOf(file: TypeScript.SourceFile): readonly ParseError[] {
  return (file as unknown as { parseDiagnostics?: readonly ParseError[] }).parseDiagnostics ?? [];
}

function isTemplateOpen(ts: Compiler, code: string): boolean {
  return errorsOf(ts.createSourceFile("cell.ts", code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS)).some((e) => e.code === 1160);
}

/** The indentation of the next line: one step deeper after an opening bracket. */
function indentAfter(code: string): string {
  const line = code.split("\n").filter((text) => text.trim() !== "").at(-1) ?? "";
  const indent = /^\s*/.exec(line)![0];
  return /[[({]\s*$/.test(line) ? `${indent}  ` : indent;
}
