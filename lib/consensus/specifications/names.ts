/** `a1`, `a2` and so on. */
export function numbered(letter: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
}

/** An object with this value for each name: TLA+'s `[a \in Acceptor |-> value]`. */
export function each<Value>(names: readonly string[], value: Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/**
 * The set with one more message. Kept in the order of the alphabet, so that equal sets look equal; the same set where
 * the message is in it already.
 */
export function withMessage(msgs: ReadonlySet<string>, message: string): ReadonlySet<string> {
  return msgs.has(message) ? msgs : new Set([...msgs, message].sort());
}
