import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.1, by name. */
export const scaleQuizzes: Readonly<Record<never, Quiz>> = {};
