/** The exercises of chapter 6.1, by name. */
export const summaryExercises: Readonly<Record<never, never>> = {};
