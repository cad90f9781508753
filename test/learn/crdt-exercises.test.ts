import { describe, expect, it } from "vitest";
import { ids } from "../../lib/core.js";
import { gSet, orSet, orSetWithTombstones, pnCounter, twoPhaseSet } from "../../lib/crdt.js";
import { crdtQuizzes } from "../../lib/learn/chapters/crdt-quizzes.js";
import { checkQuiz } from "../../lib/learn/quiz.js";
import * as answers from "./crdt-answers.js";
import { holdExercises } from "./hold-exercises.js";

holdExercises("2.1.4", answers);

describe("the questions of the chapter on CRDTs", () => {
  it("can be asked and answered", () => {
    const all = Object.entries(crdtQuizzes);
    for (const [name, quiz] of all) expect(checkQuiz(name, quiz)).toBe(quiz);
    expect(all.length).toBeGreaterThanOrEqual(6);
  });

  it("have the answer that the sets give: a removal and an addition at the same time", () => {
    const [a, b] = ids("a", "b");
    const put = { kind: "add", item: "x" } as const;
    const take = { kind: "remove", item: "x" } as const;
    const isIn = (type: typeof orSet): boolean => {
      const both = type.update(type.initial, put, a!);
      return type.value(type.merge(type.update(both, take, a!), type.update(both, put, b!))).length > 0;
    };
    const { options } = crdtQuizzes.concurrentRemoval as Extract<(typeof crdtQuizzes)["concurrentRemoval"], { kind: "multiple" }>;
    expect(options.map(({ right = false }) => right)).toEqual([isIn(twoPhaseSet as never), isIn(orSetWithTombstones as never), isIn(orSet), gSet.name === "G-Set"]);
  });

  it("have as many numbers in a counter as there are", () => {
    let state = pnCounter.initial;
    for (const id of ids("a", "b", "c", "d", "e")) state = pnCounter.update(pnCounter.update(state, { kind: "add" }, id), { kind: "subtract" }, id);
    expect(Object.keys(state.up).length + Object.keys(state.down).length).toBe((crdtQuizzes.counterNumbers as { readonly value: number }).value);
  });
});
