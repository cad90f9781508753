import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.3, by name. */
export const realTimeQuizzes: Readonly<Record<never, Quiz>> = {};
