/** The exercises of chapter 2.1.3, by name. */
export const limitsExercises: Readonly<Record<never, never>> = {};
