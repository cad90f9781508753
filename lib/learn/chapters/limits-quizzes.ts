import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1.3, by name. */
export const limitsQuizzes: Readonly<Record<never, Quiz>> = {};
