/** The exercises of chapter 2.2, by name. */
export const isolationExercises: Readonly<Record<never, never>> = {};
