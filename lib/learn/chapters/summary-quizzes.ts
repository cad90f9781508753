import type { Quiz } from "../quiz.js";

/** The questions of chapter 6.1, by name. */
export const summaryQuizzes: Readonly<Record<never, Quiz>> = {};
