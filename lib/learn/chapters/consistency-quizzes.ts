import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1, by name. */
export const consistencyQuizzes: Readonly<Record<never, Quiz>> = {};
