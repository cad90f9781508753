import { shared, type Shared } from "./clone.js";
import type { Tagged } from "./role.js";
import type { Effect } from "./step.js";

/** A message, timer or request in a few words: its kind, then its fields. `accept ballot=(2, p2) value=x`. */
export function brief(tagged: Tagged): string {
  const fields = Object.entries(tagged).filter(([name]) => name !== "kind");
  return [tagged.kind, ...fields.map(([name, value]) => `${name}=${words(value)}`)].join(" ");
}

/** A value as papers write it: an object as the tuple of its fields, a set in braces, nothing as a dash. */
export function words(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "object") return String(value);
  const said = (value as Partial<Shared>)[shared];
  if (typeof said === "function") return said(value);
  if (Array.isArray(value)) return `[${value.map(words).join(", ")}]`;
  if (value instanceof Set) return `{${Array.from(value, words).join(", ")}}`;
  if (value instanceof Map) return `{${Array.from(value, ([key, item]) => `${words(key)} → ${words(item)}`).join(", ")}}`;
  return `(${Object.values(value).map(words).join(", ")})`;
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
