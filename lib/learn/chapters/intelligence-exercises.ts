/** The exercises of chapter 5.2, by name. */
export const intelligenceExercises: Readonly<Record<never, never>> = {};
