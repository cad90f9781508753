import { describe, expect, it } from "vitest";
import { gradeOf } from "../../lib/learn.js";
import { holdExercises } from "./hold-exercises.js";
import { projectAnswers } from "./project-answers.js";

holdExercises("6.3", projectAnswers);

describe("the grade of a store", () => {
  const sound = projectAnswers.wholeStore.sound;

  it("is full for the solution, whatever the seeds", () => {
    expect(gradeOf(sound, { firstSeed: 501 })).toMatchObject({ points: 100, of: 100, finding: null });
  });

  it("goes on after a check that fails, and says what each one found", () => {
    const [flawed] = projectAnswers.participant.wrong.filter(({ name }) => name === "never frees");
    const { points, of, rows, finding } = gradeOf({ ...sound, shard: flawed!.answer });
    expect([points, of]).toEqual([20, 100]);
    expect(rows.map((row) => row.points > 0)).toEqual([true, true, ...rows.slice(2).map(() => false)]);
    expect(rows[2]!.found).toMatch(/^seed 1: .*(given back|committed)/);
    expect(finding!.trace.length).toBeGreaterThan(0);
  });

  it("takes only seeds that there are", () => {
    expect(() => gradeOf(sound, { firstSeed: 0 })).toThrow("firstSeed must be a whole number of at least 1, got 0");
    expect(() => gradeOf(sound, { seed: 1 } as never)).toThrow('options of gradeOf has no option "seed"');
  });
});
