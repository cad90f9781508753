/** The exercises of chapter 6.3, by name. */
export const projectExercises: Readonly<Record<never, never>> = {};
