/**
 * Marks plain data as a value that nobody changes any more. A copy of a state shares it with the state, which makes a
 * log of a thousand entries as cheap to write to a disk as a number.
 */
export const shared: unique symbol = Symbol("shared");

/** A value that copies share. Whoever wants another one makes another one. */
export interface Shared<T = any> {
  /** How to say the value in words where a reader would not know its fields; or just true. */
  readonly [shared]: true | ((value: T) => string);
}

/** A deep copy of plain data, maps and sets: all that a state or a message may be made of. What is `Shared` stays the same. */
export function clone<T>(value: T): T {
  if (typeof value !== "object" || value === null || (value as Partial<Shared>)[shared] !== undefined) return value;
  if (Array.isArray(value)) return value.map(clone) as T;
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [clone(key), clone(item)])) as T;
  if (value instanceof Set) return new Set(Array.from(value, clone)) as T;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = clone((value as Record<string, unknown>)[name]);
  return copy as T;
}

/** Freeze plain data all through, so that a rule which later changes it throws where it does so. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const name of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[name]);
  return value;
}
