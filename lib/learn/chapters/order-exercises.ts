/** The exercises of chapter 2.1.2, by name. */
export const orderExercises: Readonly<Record<never, never>> = {};
