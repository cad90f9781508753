import { describe, expect, it } from "vitest";
import { isAtMost } from "../../lib/dynamo.js";
import { dynamoQuizzes } from "../../lib/learn/chapters/dynamo-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import * as answers from "./dynamo-answers.js";
import { holdExercises } from "./hold-exercises.js";

holdExercises("3.3.1.2", answers);

describe("the questions of the chapter on replicas on the ring", () => {
  it("can be asked and answered", () => {
    const all = Object.entries(dynamoQuizzes);
    for (const [name, quiz] of all) expect(checkQuiz(name, quiz)).toBe(quiz);
    expect(all.length).toBeGreaterThanOrEqual(6);
  });

  it("have the answer that counting gives: the fewest reads that meet each write of 2 among 5", () => {
    const sets = (size: number): readonly number[] => Array.from({ length: 32 }, (_, set) => set).filter((set) => [0, 1, 2, 3, 4].filter((i) => (set >> i) & 1).length === size);
    const meets = (r: number): boolean => sets(r).every((read) => sets(2).every((write) => (read & write) !== 0));
    const { value } = dynamoQuizzes.leastReads as { readonly value: number };
    expect([1, 2, 3, 4, 5].find(meets)).toBe(value);
  });

  it("have the concurrent clocks that the library finds", () => {
    const clocks = (text: string) => [...text.matchAll(/\{([^}]*)\}/g)].map(([, inner]) => inner!.split(", ").map((part) => ({ actor: part.split(" ")[0]!, counter: Number(part.split(" ")[1]), at: 0 })));
    const { options } = dynamoQuizzes.clocksConcurrent as Extract<(typeof dynamoQuizzes)["clocksConcurrent"], { kind: "multiple" }>;
    for (const { text, right = false } of options) {
      const [one, other] = clocks(text);
      expect(!isAtMost(one!, other!) && !isAtMost(other!, one!)).toBe(right);
    }
  });
});
