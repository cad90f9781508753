/** Broadcast: reliable, FIFO, causal and total order. */
export {};
