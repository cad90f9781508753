import { describe, expect, it } from "vitest";
import { FingerRing } from "../../lib/chord.js";
import { pushSum } from "../../lib/gossip.js";
import { scaleQuizzes } from "../../lib/learn/chapters/scale-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import { holdExercises } from "./hold-exercises.js";
import * as answers from "./scale-answers.js";

holdExercises("5.1", answers);

describe("the questions of the chapter on scale", () => {
  it("can be asked and answered", () => {
    for (const [name, quiz] of Object.entries(scaleQuizzes)) expect(checkQuiz(name, quiz)).toBe(quiz);
  });

  it("have the answers that the library gives", () => {
    expect(scaleQuizzes.everyDayFailures).toMatchObject({ value: expect.closeTo(100 * (1 - Math.pow(1 - 1e-3, 2e3)), 0) });
    const ring = FingerRing.random({ nodes: 1_000, seed: 1 });
    let hops = 0;
    for (let i = 0; i < 400; i++) hops += ring.route((7 * i) % 1_000, ring.id((13 * i + 500) % 1_000)).hops;
    expect(Math.abs(hops / 400 - 5)).toBeLessThan(0.7);
    // What is lost in push-sum is agreed on.
    const values = Array.from({ length: 200 }, (_, i) => i + 1);
    const lossy = pushSum({ values, rounds: 80, seed: 1, loss: 0.1 }).at(-1)!;
    expect(lossy.worst - lossy.typical).toBeLessThan(1e-6);
    expect(lossy.typical).toBeGreaterThan(1e-4);
  });
});
