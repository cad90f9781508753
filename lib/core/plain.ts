import { show } from "./parameters.js";

/**
 * What keeps a value from being plain data (numbers, texts, booleans, null, arrays, plain objects, maps and sets), in
 * words that begin with the path to it: "state.when is an instance of Date". Null where nothing does.
 */
export function notPlain(value: unknown, path: string): string | null {
  if (typeof value === "function" || typeof value === "symbol")
    return `${path} is ${typeof value === "function" ? "a function" : "a symbol"}`;
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return firstProblem(value.map((item, i) => [item, `${path}[${i}]`] as const));
  if (value instanceof Set) return firstProblem(Array.from(value, (item) => [item, `an entry of ${path}`] as const));
  if (value instanceof Map) {
    return firstProblem(
      [...value].flatMap(
        ([key, item]) =>
          [
            [key, `a key of ${path}`],
            [item, `${path}[${show(key)}]`],
          ] as const,
      ),
    );
  }
  if (!isPlainObject(value)) return `${path} is an instance of ${value.constructor.name}`;
  return firstProblem(Object.entries(value).map(([name, item]) => [item, `${path}.${name}`] as const));
}

function firstProblem(parts: readonly (readonly [unknown, string])[]): string | null {
  for (const [value, path] of parts) {
    const problem = notPlain(value, path);
    if (problem) return problem;
  }
  return null;
}

/** Whether an object is no array, map, set or instance of a class. */
export function isPlainObject(value: object): boolean {
  // Plain objects of another realm count too: a notebook's cells may run in one of their own.
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
