/** The exercises of chapter 5.5, by name. */
export const challengesExercises: Readonly<Record<never, never>> = {};
