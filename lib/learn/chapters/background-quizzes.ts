import type { Quiz } from "../quiz.js";

/** The questions of chapter 1, by name. */
export const backgroundQuizzes: Readonly<Record<never, Quiz>> = {};
