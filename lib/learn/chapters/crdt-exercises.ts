/** The exercises of chapter 2.1.4, by name. */
export const crdtExercises: Readonly<Record<never, never>> = {};
