import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.5, by name. */
export const challengesQuizzes: Readonly<Record<never, Quiz>> = {};
