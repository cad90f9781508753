/**
 * The letter before every name that the compiled cell has and its source has not. It is a letter, so that it may
 * begin a name, and one that nobody types.
 */
export const MARK = "ɵ";
