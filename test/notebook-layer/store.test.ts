import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { noteDone, noteHint, notes } from "../../lib/notebook/store.js";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "distlab-progress-"));
  file = join(folder, "progress.json");
  vi.stubEnv("DISTLAB_PROGRESS", file);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("keeps what was done in a file, each once, and leaves nothing else behind", () => {
  expect(notes()).toEqual({});
  expect(existsSync(file)).toBe(false);
  noteDone("3.1.1", "exercises", "choice");
  noteDone("3.1.1", "exercises", "acceptRule");
  noteDone("3.1.1", "exercises", "choice");
  noteDone("3.1.2", "quizzes", "terms");
  expect(notes()).toEqual({
    "3.1.1": { exercises: ["acceptRule", "choice"], quizzes: [] },
    "3.1.2": { exercises: [], quizzes: ["terms"] },
  });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ version: 1, chapters: notes() });
  expect(readdirSync(folder)).toEqual(["progress.json"]);
});

it("keeps how many hints were taken, beside what was done before there were any notes of hints", () => {
  writeFileSync(file, '{"version": 1, "chapters": {"3.1.1": {"exercises": ["choice"], "quizzes": []}}}');
  noteHint("3.1.1", "acceptRule", 2);
  noteHint("3.1.1", "acceptRule", 1);
  noteHint("3.1.1", "choice", 3);
  expect(notes()).toEqual({ "3.1.1": { exercises: ["choice"], quizzes: [], hints: { acceptRule: 2, choice: 3 } } });
});

it.each([
  ["no JSON", "{"],
  ["another file", '{"name": "distlab"}'],
  ["a later version", '{"version": 2, "chapters": {}}'],
  ["names that are none", '{"version": 1, "chapters": {"3.1.1": {"exercises": [1], "quizzes": []}}}'],
  ["hints that are no numbers", '{"version": 1, "chapters": {"3.1.1": {"exercises": [], "quizzes": [], "hints": {"choice": "all"}}}}'],
  ["half a chapter", '{"version": 1, "chapters": {"3.1.1": {"exercises": []}}}'],
])("refuses %s, and does not write over it", (_, text) => {
  writeFileSync(file, text);
  expect(() => notes()).toThrow(/progress\.json does not hold the progress of this course, got .*; move it away to begin afresh$/);
  expect(() => noteDone("3.1.1", "quizzes", "a")).toThrow("move it away");
  expect(readFileSync(file, "utf8")).toBe(text);
});

it("touches no file where progress is off", () => {
  vi.stubEnv("DISTLAB_PROGRESS", "off");
  noteDone("3.1.1", "quizzes", "kept in memory");
  expect(notes()["3.1.1"]?.quizzes).toEqual(["kept in memory"]);
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync("off")).toBe(false);
});
