/**
 * Checks of what a caller passes in. Each returns the value, or throws before any work starts, with the
 * parameter's name, what was given, and what is allowed.
 */

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number in the range (0 to 2^53 - 1 unless said otherwise). */
export function integer(name: string, value: unknown, { min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${show(value)}`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number ${between(min, max)}, got ${show(value)}`);
  }
  return value;
}

/** A finite number in the range (0 and up unless said otherwise). */
export function finite(name: string, value: unknown, { min = 0, max = Number.MAX_VALUE }: Range = {}): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${show(value)}`);
  if (!Number.isFinite(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a finite number ${between(min, max)}, got ${show(value)}`);
  }
  return value;
}

/** A probability: a number from 0 to 1. */
export function probability(name: string, value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${show(value)}`);
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must be a probability in [0, 1], got ${show(value)}`);
  return value;
}

/** A delay in ms: a number of at least 0, or a pair [min, max] with min <= max. */
export function delay(name: string, value: unknown): number | readonly [number, number] {
  if (!Array.isArray(value)) return finite(name, value);
  if (value.length !== 2) throw new RangeError(`${name} must be a number of ms or a pair [min, max], got ${show(value)}`);
  const min = finite(`${name}[0]`, value[0]);
  const max = finite(`${name}[1]`, value[1]);
  if (min > max) throw new RangeError(`${name} must be a pair [min, max] with min <= max, got ${show(value)}`);
  return value as unknown as readonly [number, number];
}

/** One of the listed values. */
export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw new RangeError(`${name} must be one of ${list(allowed)}, got ${show(value)}`);
  return value as T;
}

/** True or false, and nothing that merely counts as such. */
export function flag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError(`${name} must be true or false, got ${show(value)}`);
  return value;
}

/** Names of different nodes, at least one of them unless said otherwise. */
export function nodeNames<T extends string>(name: string, value: readonly T[], { min = 1 }: Range = {}): readonly T[] {
  if (!Array.isArray(value) || value.some((node) => typeof node !== "string" || node === "")) {
    throw new TypeError(`${name} must be a list of names of nodes, got ${show(value)}`);
  }
  if (value.length < min) {
    const got = value.length === 0 ? "none" : `only ${value.length}`;
    throw new RangeError(`${name} must name at least ${min} node${min === 1 ? "" : "s"}, got ${got}`);
  }
  const seen = new Set<T>();
  const twice = value.find((node) => seen.size === seen.add(node).size);
  if (twice !== undefined) throw new RangeError(`${name} must be different nodes, got ${show(twice)} twice`);
  return value;
}

/** An object that has no fields but these: a misspelt option is an error, not a silence. */
export function options<T extends object>(name: string, value: T, known: readonly string[]): T {
  if (typeof value !== "object" || value === null) throw new TypeError(`${name} must be an object, got ${show(value)}`);
  // The nodes of a cluster are options, too, and there may be thousands.
  const names = known.length > 32 ? new Set(known) : null;
  for (const key of Object.keys(value)) {
    if (!(names?.has(key) ?? known.includes(key))) throw new RangeError(`${name} has no option "${key}"; it knows ${list(known)}`);
  }
  return value;
}

/** A value as an error message shows it: short, on one line, and never "[object Object]". */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (value === undefined) return "nothing";
  if (typeof value === "function") return `the function ${value.name || "(without a name)"}`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? `${item}n` : item)) ?? "an object";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function between(min: number, max: number): string {
  const open = max === Number.MAX_SAFE_INTEGER || max === Number.MAX_VALUE;
  return open ? `of at least ${min}` : `from ${min} to ${max}`;
}

function list(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(", ");
}
