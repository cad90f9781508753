/**
 * Hide a text from a passing glance: the answers of a quiz travel with it in the notebook file, where nobody should
 * read them by chance. It is no secret: whoever wants to can undo it, as the page does to mark an answer.
 *
 * Each UTF-16 unit is four hexadecimal digits of it combined (exclusive or) with a number that depends on its place.
 */
export function hide(text: string): string {
  let hidden = "";
  for (let i = 0; i < text.length; i++) hidden += (text.charCodeAt(i) ^ padAt(i)).toString(16).padStart(4, "0");
  return hidden;
}

/**
 * The text that was hidden.
 *
 * @throws RangeError for what `hide` did not make
 */
export function unhide(hidden: string): string {
  if (!/^([0-9a-f]{4})*$/.test(hidden)) throw new RangeError("hidden text must be groups of four hexadecimal digits");
  return (hidden.match(/.{4}/g) ?? []).map((unit, i) => String.fromCharCode(parseInt(unit, 16) ^ padAt(i))).join("");
}

function padAt(i: number): number {
  return (i * 40_503 + 23_117) & 0xffff;
}
