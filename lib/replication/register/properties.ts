import type { Property } from "../../core/property.js";
import { words } from "../../core/words.js";
import type { Copies } from "./replica.js";

/** A stamp is given to one write: whoever keeps a value under it keeps the same. */
export const oneValuePerStamp: Property = {
  name: "one value per stamp",
  check({ nodes }) {
    const found = new Map<string, { readonly node: string; readonly value: unknown }>();
    for (const { id, state } of nodes) {
      for (const [key, { stamp, value }] of (state as Partial<Copies> | null)?.copies ?? []) {
        const name = `${key}: (${stamp.counter}, ${stamp.writer})`;
        const other = found.get(name);
        if (other && other.value !== value) return `${name} is ${words(other.value)} at ${other.node}, but ${words(value)} at ${id}`;
        found.set(name, { node: id, value });
      }
    }
    return null;
  },
};
