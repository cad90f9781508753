import { checkInterrupt } from "../core/interrupt.js";
import { integer, options } from "../core/parameters.js";
import { pause } from "../notebook/kernel.js";
import { show } from "../notebook/show.js";
import { gradedTrials } from "./chapters/project-exercises.js";
import type { StoreParts } from "./chapters/project-store.js";
import { tried, type Finding } from "./trial.js";

/** How the final project is graded. */
export interface GradeOptions {
  /** The runs take their seeds from here on (default 1). */
  readonly firstSeed?: number;
}

/** A line of a grade. */
export interface GradedRow {
  readonly check: string;
  readonly points: number;
  readonly of: number;
  /** What was looked at, or what went wrong. */
  readonly found: string;
}

/** What a store was found to be worth. */
export interface Grade {
  readonly points: number;
  readonly of: number;
  readonly rows: readonly GradedRow[];
  /** The first thing that went wrong, with the shortest run that shows it; null where nothing did. */
  readonly finding: Finding | null;
}

/**
 * Grade the store of the final project: every check is made, whatever comes of the others, and each gives all of its
 * points or none.
 *
 * @throws RangeError for a first seed that is no whole number from 1 on
 */
export function gradeOf(parts: StoreParts, given: GradeOptions = {}): Grade {
  const { firstSeed = 1 } = options("options of gradeOf", given, ["firstSeed"]);
  integer("firstSeed", firstSeed, { min: 1 });
  let finding: Finding | null = null;
  const rows = gradedTrials.map(({ points: of, trial }): GradedRow => {
    checkInterrupt();
    const result = tried(trial, parts, firstSeed);
    if (result.kind === "seen") return { check: trial.name, points: of, of, found: result.what };
    finding ??= result;
    return { check: trial.name, points: 0, of, found: `${result.seed === null ? "" : `seed ${result.seed}: `}${result.problem}` };
  });
  const sum = (what: "points" | "of"): number => rows.reduce((total, row) => total + row[what], 0);
  return { points: sum("points"), of: sum("of"), rows, finding };
}

/** Grade a store, and show the grade; below it what to look for first. */
export async function grade(parts: StoreParts, given: GradeOptions = {}): Promise<Grade> {
  await pause(); // so that the page shows that something runs
  const graded = gradeOf(parts, given);
  const { points, of, rows, finding } = graded;
  show(rows, { caption: `${points} of ${of} points` });
  if (finding !== null) show(`Look: ${finding.look}\nThe exercise's check shows the shortest run of the first thing that went wrong.`);
  return graded;
}
