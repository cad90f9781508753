import { show } from "../core/parameters.js";

/** The name of the file with the learner's progress, in the folder in which the notebook runs. */
export const progressFile: string = ".distlab-progress.json";

/** What can be done in a chapter. */
export type Doing = "exercises" | "quizzes";

/** What was done in one chapter, by name. */
export interface ChapterNotes {
  readonly exercises: readonly string[];
  readonly quizzes: readonly string[];
  /** How many hints of an exercise were taken; left out where none were. */
  readonly hints?: Readonly<Record<string, number>>;
}

/** What was done, by chapter. */
export type Notes = Readonly<Record<string, ChapterNotes>>;

/**
 * What the learner has done so far, in any session. Kept as a small JSON file in the reader's own folder, next to the
 * notebook; `DISTLAB_PROGRESS` in the environment names another file, or says `off`. Without a file system, as in a web
 * page, notes last as long as the page.
 *
 * @throws Error if there is a file that is not ours: it is never overwritten
 */
export function notes(): Notes {
  const file = openFile();
  return file === null ? inMemory : read(file);
}

/** Note that something was done. Noting it twice changes nothing. */
export function noteDone(chapter: string, doing: Doing, name: string): void {
  change(chapter, (known) =>
    known[doing].includes(name) ? known : { ...known, [doing]: [...known[doing], name].sort() },
  );
}

/** Note that so many hints of an exercise were taken. To read the first one again changes nothing. */
export function noteHint(chapter: string, exercise: string, taken: number): void {
  change(chapter, (known) =>
    (known.hints?.[exercise] ?? 0) >= taken ? known : { ...known, hints: { ...known.hints, [exercise]: taken } },
  );
}

function change(chapter: string, changed: (known: ChapterNotes) => ChapterNotes): void {
  const file = openFile();
  const before = file === null ? inMemory : read(file);
  const known = before[chapter] ?? { exercises: [], quizzes: [] };
  const now = changed(known);
  if (now === known) return;
  const after: Notes = { ...before, [chapter]: now };
  if (file === null) inMemory = after;
  else file.write(`${JSON.stringify({ version: 1, chapters: after }, null, 2)}\n`);
}

/** From which seed on hidden runs are drawn: 1, unless `DISTLAB_FIRST_SEED` in the environment says otherwise. */
export function hiddenSeed(): number {
  const given = Number(host.process?.env?.["DISTLAB_FIRST_SEED"] ?? 1);
  return Number.isSafeInteger(given) && given >= 1 ? given : 1;
}

let inMemory: Notes = {};

interface OpenFile {
  readonly path: string;
  /** Null where there is no such file. */
  read(): string | null;
  write(text: string): void;
}

/** Null where progress is kept in memory only. */
function openFile(): OpenFile | null {
  const path = host.process?.env?.["DISTLAB_PROGRESS"] ?? progressFile;
  // Asked for at run time, so that the library needs nothing of Node where there is none.
  const fs = host.process?.getBuiltinModule?.("node:fs") as FileSystem | undefined;
  if (fs === undefined || path === "off") return null;
  return {
    path,
    read: () => (fs.existsSync(path) ? fs.readFileSync(path, "utf8") : null),
    write(text) {
      // A file that is replaced whole is never half written.
      fs.writeFileSync(`${path}.new`, text);
      fs.renameSync(`${path}.new`, path);
    },
  };
}

function read(file: OpenFile): Notes {
  const text = file.read();
  if (text === null) return {};
  const chapters = parsed(text);
  if (chapters === null) {
    throw new Error(`${file.path} does not hold the progress of this course, got ${show(text)}; move it away to begin afresh`);
  }
  return chapters;
}

function parsed(text: string): Notes | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { version, chapters } = (value ?? {}) as { readonly version?: unknown; readonly chapters?: unknown };
  if (version !== 1 || !isObject(chapters)) return null;
  return Object.values(chapters).every(isChapterNotes) ? (chapters as Notes) : null;
}

function isChapterNotes(value: unknown): boolean {
  if (!isObject(value) || !isNames(value["exercises"]) || !isNames(value["quizzes"])) return false;
  const { hints = {} } = value;
  return isObject(hints) && Object.values(hints).every((taken) => Number.isInteger(taken));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

interface FileSystem {
  existsSync(path: string): boolean;
  readFileSync(path: string, encoding: "utf8"): string;
  writeFileSync(path: string, text: string): void;
  renameSync(from: string, to: string): void;
}

/** What the host may have: Node's process, with its modules. */
const host = globalThis as {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly getBuiltinModule?: (name: string) => unknown;
  };
};
