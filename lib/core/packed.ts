/*
 * Plain data, maps and sets as what JSON can say, and back: what cannot be said stands in an object with one field that
 * begins with "$"; such fields of the value's own get a second "$".
 */

/** The value as JSON can say it. */
export function packed(value: unknown): unknown {
  switch (typeof value) {
    case "undefined":
      return { $undefined: 0 };
    case "bigint":
      return { $bigint: String(value) };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "object":
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(packed);
  if (value instanceof Map) return { $map: Array.from(value, ([key, item]) => [packed(key), packed(item)]) };
  if (value instanceof Set) return { $set: Array.from(value, packed) };
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.startsWith("$") ? `$${name}` : name, packed(item)]));
}

/** The value that `packed` made this of. */
export function unpacked(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unpacked);
  const fields = Object.entries(value);
  const [name, item] = fields.length === 1 ? fields[0]! : ["", null];
  switch (name) {
    case "$undefined":
      return undefined;
    case "$bigint":
      return BigInt(item as string);
    case "$number":
      return Number(item);
    case "$map":
      return new Map((item as [unknown, unknown][]).map(([key, each]) => [unpacked(key), unpacked(each)]));
    case "$set":
      return new Set((item as unknown[]).map(unpacked));
    default:
      return Object.fromEntries(fields.map(([key, each]) => [key.startsWith("$$") ? key.slice(1) : key, unpacked(each)]));
  }
}
