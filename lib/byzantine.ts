/** Byzantine faults. */
export {};
