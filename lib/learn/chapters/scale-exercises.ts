/** The exercises of chapter 5.1, by name. */
export const scaleExercises: Readonly<Record<never, never>> = {};
