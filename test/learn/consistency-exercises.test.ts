import { describe, expect, it } from "vitest";
import { consistencyLadder, historyOfText } from "../../lib/history.js";
import { consistencyQuizzes } from "../../lib/learn/chapters/consistency-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import * as answers from "./consistency-answers.js";
import { holdExercises } from "./hold-exercises.js";

holdExercises("2.1", answers);

describe("the questions of the chapter on consistency", () => {
  it("can be asked and answered", () => {
    const all = Object.entries(consistencyQuizzes);
    for (const [name, quiz] of all) expect(checkQuiz(name, quiz)).toBe(quiz);
    expect(all.length).toBeGreaterThanOrEqual(6);
  });

  it("have the answer that the judge gives: both miss the other's write", () => {
    const rungs = consistencyLadder(historyOfText("a: w(x)1 r(y)0\nb: w(y)1 r(x)0"), { initial: 0 });
    expect(rungs.find(({ allowed }) => allowed)?.model).toBe("causal memory");
  });
});
