/** The exercises of chapter 5.4, by name. */
export const securityExercises: Readonly<Record<never, never>> = {};
