/** The exercises of chapter 2.4, by name. */
export const computingExercises: Readonly<Record<never, never>> = {};
