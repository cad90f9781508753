import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1.4, by name. */
export const crdtQuizzes: Readonly<Record<never, Quiz>> = {};
