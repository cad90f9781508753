/** Failure detectors. */
export {};
