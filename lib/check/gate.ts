/**
 * Whether the tables of a search may grow. On one thread they always may. Where threads share a search, all grow their
 * tables together, so that a number means the same everywhere; in between the gate is shut, and who meets something
 * that is in no table yet turns back and waits for the next time.
 */
export class Gate {
  isOpen = true;

  /** Say that a table has to grow. Throws `Unknown` while it may not. */
  pass(): void {
    if (!this.isOpen) throw UNKNOWN;
  }
}

/** What turns back the one who meets something that is in no table yet. It is no error: it never leaves a search. */
export class Unknown {}

const UNKNOWN = new Unknown();
