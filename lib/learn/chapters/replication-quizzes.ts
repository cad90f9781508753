import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.3, by name. */
export const replicationQuizzes: Readonly<Record<never, Quiz>> = {};
