/**
 * What a notebook shows of a value: one text for each form, keyed by its MIME type. The front end takes the richest
 * form that it can draw.
 */
export type Bundle = Readonly<Record<string, unknown>>;

/** Give a class with bundles the method by which its values show themselves as the last value of a cell. */
export function showsItself(prototype: { bundle(): Bundle }): void {
  Object.defineProperty(prototype, Symbol.for("Jupyter.display"), {
    value(this: { bundle(): Bundle }): Bundle {
      return this.bundle();
    },
  });
}
