import { describe, expect, it } from "vitest";
import { exercises, type Exercise } from "../../lib/learn.js";
import * as answers from "./paxos-answers.js";
import type { Wrong } from "./paxos-answers.js";

const tasks = exercises("3.1.1");
/** What a learner waits for at most, in ms of real time, with room for a busy machine. */
const patience = 8_000;

/** The exercises with their answers, whose types belong together name by name. */
const cases = (Object.keys(tasks) as (keyof typeof tasks)[]).map((name) => ({
  name,
  exercise: tasks[name] as unknown as Exercise<unknown>,
  sound: answers[name].sound as unknown,
  wrong: answers[name].wrong as readonly Wrong<unknown>[],
}));

describe.each(cases)("the exercise $name of the Paxos chapter", ({ exercise, sound, wrong }) => {
  it("lets the solution pass", () => {
    const began = performance.now();
    const judgement = exercise.judge(sound);
    const ms = performance.now() - began;
    if (process.env["TIMES"]) console.log(exercise.name, Math.round(ms), JSON.stringify(judgement.passed));
    expect(judgement).toMatchObject({ kind: "passed" });
    expect(ms).toBeLessThan(patience);
  });

  it.each(wrong)("rejects: $name", ({ answer, trial, problem, run, name }) => {
    const began = performance.now();
    const judgement = exercise.judge(answer);
    const ms = performance.now() - began;
    if (process.env["TIMES"]) console.log(exercise.name, "|", name, "|", Math.round(ms), "|", judgement.kind === "failed" ? `${judgement.trial}: ${judgement.problem} (${judgement.schedule?.split("\n").length})` : "PASSED");
    if (judgement.kind !== "failed") throw new Error(`it passed: ${judgement.passed.join("; ")}`);
    expect(judgement.trial).toMatch(trial);
    expect(judgement.problem).toMatch(problem);
    if (run) expect(judgement.trace.length).toBeGreaterThan(0);
    expect(judgement.look).not.toBe("");
    expect(ms).toBeLessThan(patience);
  });

  it("says what is wrong with an answer of the wrong shape", () => {
    for (const answer of [null, undefined, 3, "accept"]) {
      expect(exercise.judge(answer)).toMatchObject({ kind: "failed", trial: "the shape of the answer", problem: expect.stringMatching(/^the answer must be (a function|an object of bounds), got /) });
    }
  });
});
