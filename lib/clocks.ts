/** Clocks: logical, vector and hybrid time (lib/ordering/clocks). */
export {};
