/**
 * One text per value: equal values have equal texts, in whatever order their fields were set or their map
 * and set entries added. Two different values never share a text.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : canonicalObject(value);
    default:
      return String(value);
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof Set) return `Set{${Array.from(value, canonical).sort().join()}}`;
  if (value instanceof Map) {
    const entries = Array.from(value, ([key, item]) => `${canonical(key)}=>${canonical(item)}`);
    return `Map{${entries.sort().join()}}`;
  }
  const fields = Object.keys(value)
    .sort()
    .map((name) => `${nameText(name)}:${canonical((value as Record<string, unknown>)[name])}`);
  return `{${fields.join()}}`;
}

/** A field's name: quoted where a colon or a comma in it could be taken for the text's own. */
function nameText(name: string): string {
  return /^\w+$/.test(name) ? name : JSON.stringify(name);
}

/** How many bytes a message takes on the wire, if it travels as JSON in UTF-8. Maps and sets travel as arrays. */
export function bytesOf(value: unknown): number {
  const text = JSON.stringify(value, (_, item: unknown) =>
    item instanceof Map || item instanceof Set ? [...item] : item,
  );
  let bytes = 0;
  for (const letter of text ?? "") {
    const code = letter.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
