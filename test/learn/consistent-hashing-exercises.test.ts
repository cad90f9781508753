import { describe, expect, it } from "vitest";
import type { Exercise } from "../../lib/learn.js";
import { consistentHashingExercises as tasks } from "../../lib/learn/chapters/consistent-hashing-exercises.js";
import { consistentHashingQuizzes } from "../../lib/learn/chapters/consistent-hashing-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import { balance } from "../../lib/measure.js";
import { keyNames, Maglev, ModuloHashing, movement, Rendezvous, Ring, Jump } from "../../lib/placement.js";
import * as answers from "./consistent-hashing-answers.js";
import type { Wrong } from "./consistent-hashing-answers.js";

/** What a learner waits for at most, in ms of real time, with room for a busy machine. */
const patience = 3_000;

const cases = (Object.keys(tasks) as (keyof typeof tasks)[]).map((name) => ({
  name,
  exercise: tasks[name] as unknown as Exercise<unknown>,
  sound: answers[name].sound as readonly unknown[],
  wrong: answers[name].wrong as readonly Wrong<unknown>[],
}));

describe.each(cases)("the exercise $name of the chapter on consistent hashing", ({ exercise, sound, wrong }) => {
  it("lets the solution pass, however it is written", () => {
    for (const answer of sound) {
      const began = performance.now();
      expect(exercise.judge(answer)).toMatchObject({ kind: "passed" });
      expect(performance.now() - began).toBeLessThan(patience);
    }
  });

  it.each(wrong)("rejects: $name", ({ answer, trial, problem }) => {
    const judgement = exercise.judge(answer);
    if (judgement.kind !== "failed") throw new Error(`it passed: ${judgement.passed.join("; ")}`);
    expect(judgement.trial).toMatch(trial);
    expect(judgement.problem).toMatch(problem);
    expect(judgement.look).not.toBe("");
  });

  it("says what is wrong with an answer of the wrong shape", () => {
    for (const answer of [null, undefined, 3, "a"]) {
      expect(exercise.judge(answer)).toMatchObject({ kind: "failed", trial: "the shape of the answer", problem: expect.stringMatching(/^the answer must be a function, got /) });
    }
  });
});

describe("the questions of the chapter", () => {
  it("can be asked and answered", () => {
    const all = Object.entries(consistentHashingQuizzes);
    for (const [name, quiz] of all) expect(checkQuiz(name, quiz)).toBe(quiz);
    expect(all.length).toBeGreaterThanOrEqual(6);
  });

  it("have the answers that the library gives", () => {
    const keys = keyNames(20_000);
    const four = ["a", "b", "c", "d"];
    expect(movement(new ModuloHashing(four), keys, (it) => it.add("e")).share).toBeCloseTo(0.8, 2);
    const spread = [100, 400].map((points) => balance(new Ring(keyNames(500, "n"), { points }).ownership().map(({ share }) => share)).cv);
    expect(spread[0]! / spread[1]!).toBeGreaterThan(1.8);
    expect(spread[0]! / spread[1]!).toBeLessThan(2.2);
    const nodes = keyNames(1_000, "n");
    const bytes = [new Jump(nodes), new Rendezvous(nodes), new Maglev(nodes), new Ring(nodes)].map((it) => it.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(bytes.slice(0, 3)).toEqual([0, 4_000, 4 * 65_537]);
  });
});
