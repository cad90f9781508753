import { describe, expect, it } from "vitest";
import { exercises, type ChapterNumber, type Exercise } from "../../lib/learn.js";

/** An answer that a check must reject, and what it must say. */
export interface Wrong<A> {
  readonly name: string;
  readonly answer: A;
  /** The trial that finds it. */
  readonly trial: RegExp;
  readonly problem: RegExp;
  /** Whether a run is shown. */
  readonly run: boolean;
}

/** A right answer to an exercise, and wrong ones, each a mistake of its own. */
export interface Answers<A> {
  readonly sound: A;
  readonly wrong: readonly Wrong<A>[];
}

/** What a learner waits for at most, in ms of real time, with room for a busy machine. */
const patience = 25_000;

/** Each exercise of the chapter lets its right answer pass, and rejects each wrong one for its own reason. */
export function holdExercises<C extends ChapterNumber>(chapter: C, answers: Readonly<Record<keyof ReturnType<typeof exercises<C>> & string, Answers<unknown>>>): void {
  const tasks = exercises(chapter) as unknown as Readonly<Record<string, Exercise<unknown>>>;
  const given = answers as Readonly<Record<string, Answers<unknown>>>;
  const cases = Object.entries(tasks).map(([name, exercise]) => ({ name, exercise, ...given[name]! }));

  describe.each(cases)(`the exercise $name of chapter ${chapter}`, ({ exercise, sound, wrong }) => {
    const judge = (answer: unknown): ReturnType<Exercise<unknown>["judge"]> => {
      const began = performance.now();
      const judgement = exercise.judge(answer);
      expect(performance.now() - began).toBeLessThan(patience);
      return judgement;
    };

    it("lets the solution pass", () => {
      expect(judge(sound)).toMatchObject({ kind: "passed" });
    });

    it.each(wrong)("rejects: $name", ({ answer, trial, problem, run }) => {
      const judgement = judge(answer);
      if (judgement.kind !== "failed") throw new Error(`it passed: ${judgement.passed.join("; ")}`);
      expect(judgement.trial).toMatch(trial);
      expect(judgement.problem).toMatch(problem);
      if (run) expect(judgement.trace.length).toBeGreaterThan(0);
      expect(judgement.look).not.toBe("");
    });

    it("says what is wrong with an answer of the wrong shape", () => {
      for (const answer of [null, undefined, 3, "accept"]) {
        expect(judge(answer)).toMatchObject({ kind: "failed", trial: "the shape of the answer", problem: expect.stringMatching(/^the answer must be an? .+, got /) });
      }
    });
  });
}
