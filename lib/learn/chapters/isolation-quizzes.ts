import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.2, by name. */
export const isolationQuizzes: Readonly<Record<never, Quiz>> = {};
