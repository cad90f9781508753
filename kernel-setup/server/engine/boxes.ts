/** The place of one variable that all cells share. It has no `v` before its first assignment. */
export interface Box {
  v?: unknown;
}

/** The boxes of all variables that cells have declared, by name. */
export class Boxes {
  readonly #boxes = new Map<string, Box>();

  has(name: string): boolean {
    return this.#boxes.has(name);
  }

  /** The box of this name; a new one if there was none. */
  at(name: string): Box {
    let box = this.#boxes.get(name);
    if (!box) this.#boxes.set(name, (box = createBox()));
    return box;
  }

  value(name: string): unknown {
    return this.#boxes.get(name)?.v;
  }

  /** Forgets these names and empties their boxes, which running code may still hold. */
  forget(names: Iterable<string>): void {
    for (const name of names) {
      const box = this.#boxes.get(name);
      if (box) delete box.v;
      this.#boxes.delete(name);
    }
  }
}

/**
 * A box of a class of its own. V8 remembers for each class what kind of number its fields hold, so a counter in a loop
 * stays a plain machine number; a class shared by all variables would make each new number an object.
 */
function createBox(): Box {
  return new (class {})();
}
