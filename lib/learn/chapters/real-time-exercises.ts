/** The exercises of chapter 5.3, by name. */
export const realTimeExercises: Readonly<Record<never, never>> = {};
