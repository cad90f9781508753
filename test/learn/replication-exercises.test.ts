import { describe, expect, it } from "vitest";
import { expectedResidue, pushRounds, rumor } from "../../lib/gossip.js";
import { reedSolomon, repairReads } from "../../lib/erasure.js";
import { replicationQuizzes } from "../../lib/learn/chapters/replication-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import { holdExercises } from "./hold-exercises.js";
import * as answers from "./replication-answers.js";

holdExercises("2.3", answers);

describe("the questions of the chapter on storage", () => {
  it("can be asked and answered", () => {
    for (const [name, quiz] of Object.entries(replicationQuizzes)) expect(checkQuiz(name, quiz)).toBe(quiz);
  });

  it("have the answers that the library gives", () => {
    expect(Math.abs((replicationQuizzes.gossipRounds as { value: number }).value - pushRounds(1_000_000))).toBeLessThan(0.5);
    expect(replicationQuizzes.erasureRepair).toMatchObject({ value: 4 * repairReads(reedSolomon({ data: 10, parity: 4 }), 0) });
    const { residue, traffic } = rumor({ n: 100_000, k: 3, seed: 1 });
    expect(residue / Math.exp(-traffic)).toBeCloseTo(1, 0);
    expect(expectedResidue(3)).toBeCloseTo(0.02, 2);
  });
});
