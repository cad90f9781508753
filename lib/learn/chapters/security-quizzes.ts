import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.4, by name. */
export const securityQuizzes: Readonly<Record<never, Quiz>> = {};
