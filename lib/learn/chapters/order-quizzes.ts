import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1.2, by name. */
export const orderQuizzes: Readonly<Record<never, Quiz>> = {};
