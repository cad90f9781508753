/** The exercises of chapter 2.1, by name. */
export const consistencyExercises: Readonly<Record<never, never>> = {};
