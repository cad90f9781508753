/** About what a value takes in V8's memory, in bytes, with its place in a list. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return 40 + value.length;
  if (typeof value === "number") return 16;
  if (typeof value !== "object" || value === null) return 16;
  if (value instanceof Uint8Array) return 120 + value.length;
  let size = 64;
  for (const part of Object.values(value)) size += 16 + sizeOf(part);
  return size;
}
