/** The exercises of chapter 1, by name. */
export const backgroundExercises: Readonly<Record<never, never>> = {};
