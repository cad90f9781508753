import type { Quiz } from "../quiz.js";

/** The questions of chapter 6.3, by name. */
export const projectQuizzes: Readonly<Record<never, Quiz>> = {};
