import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.4, by name. */
export const computingQuizzes: Readonly<Record<never, Quiz>> = {};
