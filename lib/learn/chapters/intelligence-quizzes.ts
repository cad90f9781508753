import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.2, by name. */
export const intelligenceQuizzes: Readonly<Record<never, Quiz>> = {};
