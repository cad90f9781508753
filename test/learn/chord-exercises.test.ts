import { describe, expect, it } from "vitest";
import { FingerRing } from "../../lib/chord.js";
import { chordQuizzes } from "../../lib/learn/chapters/chord-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import * as answers from "./chord-answers.js";
import { holdExercises } from "./hold-exercises.js";

holdExercises("3.3.2", answers);

describe("the questions of the chapter on Chord", () => {
  it("can be asked and answered", () => {
    for (const [name, quiz] of Object.entries(chordQuizzes)) expect(checkQuiz(name, quiz)).toBe(quiz);
  });

  it("have the answers that the library gives", () => {
    const full = new FingerRing(Array.from({ length: 1_024 }, (_, id) => id), { bits: 10 });
    expect(chordQuizzes.fullRingHops).toMatchObject({ value: full.route(0, 101).hops });
    const many = FingerRing.random({ nodes: 2 ** 16, seed: 1 });
    const fingers = Array.from({ length: 100 }, (_, i) => many.fingers(i * 600)).reduce((sum, n) => sum + n, 0) / 100;
    expect(Math.abs(fingers - 16)).toBeLessThan(1);
    expect(chordQuizzes.listLength).toMatchObject({ value: expect.closeTo(100 / 2 ** 10, 3) });
  });
});
