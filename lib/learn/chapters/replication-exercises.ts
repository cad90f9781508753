/** The exercises of chapter 2.3, by name. */
export const replicationExercises: Readonly<Record<never, never>> = {};
