import { shared, type Shared } from "./clone.js";
import type { Tagged } from "./role.js";
import type { Effect } from "./step.js";

/** How a number is written; `String` writes all its digits, and `rounded` those that a reader wants. */
export type NumberWriter = (value: number) => string;

/** A number for a reader: 12.345678 is "12.3457", 123456.78912 is "123456.789"; whole numbers keep all their digits. */
export function rounded(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Math.abs(value) >= 1000 ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(6)));
}

/** A message, timer or request in a few words: its kind, then its fields. `accept ballot=(2, p2) value=x`. */
export function brief(tagged: Tagged, number?: NumberWriter): string {
  const fields = Object.entries(tagged).filter(([name]) => name !== "kind");
  return [tagged.kind, ...fields.map(([name, value]) => `${name}=${words(value, number)}`)].join(" ");
}

/** A value as papers write it: an object as the tuple of its fields, a set in braces, nothing as a dash. */
export function words(value: unknown, number: NumberWriter = String): string {
  const inner = (item: unknown): string => words(item, number);
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return number(value);
  if (typeof value !== "object") return String(value);
  const said = (value as Partial<Shared>)[shared];
  if (typeof said === "function") return said(value);
  if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
  if (value instanceof Set) return `{${Array.from(value, inner).join(", ")}}`;
  if (value instanceof Map) return `{${Array.from(value, ([key, item]) => `${inner(key)} → ${inner(item)}`).join(", ")}}`;
  return `(${Object.values(value).map(inner).join(", ")})`;
}

/** What a rule asked for, in a few words: `send to p2: promised ballot=(2, p2) vote=–`. */
export function effectText(effect: Effect): string {
  switch (effect.kind) {
    case "send":
      return `send to ${effect.to}: ${brief(effect.message)}`;
    case "setTimer":
      return `set timer: ${brief(effect.timer)}, after ${words(effect.after)} ms`;
    case "cancelTimer":
      return `cancel timer: ${brief(effect.timer)}`;
    case "write": {
      const fields = Object.entries(effect.fields).map(([name, value]) => `${name}=${words(value)}`);
      return `write${effect.flush ? " and flush" : ""}: ${fields.join(" ")}`;
    }
    case "decide":
      return `decide ${words(effect.outcome)}`;
    case "reply":
      return `reply to ${effect.call}: ${words(effect.result)}`;
  }
}
