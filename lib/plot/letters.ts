/**
 * How wide a text is, without a font. A diagram must have the same bytes on every machine, so its layout cannot ask the
 * machine for its fonts: these are the widths of Helvetica (Adobe Core 14 metrics), which Arial, Liberation Sans and
 * Nimbus Sans share.
 */

/** The width of one line of text in pixels, at a font size in pixels. */
export function textWidth(text: string, size: number, { bold = false }: { readonly bold?: boolean } = {}): number {
  const widths = bold ? boldWidths : regularWidths;
  let thousandths = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0)!;
    if (code >= 32 && code < 127) thousandths += widths[code - 32]!;
    else if (code >= 0x300 && code < 0x370) thousandths += 0;
    else if (code < 0x1100) thousandths += 600;
    else thousandths += narrow.get(letter) ?? 1000;
  }
  return (thousandths * size) / 1000;
}

/** The text in lines of at most so many pixels, broken at spaces; a word that is too long is broken anywhere. */
export function wrap(text: string, width: number, size: number, style: { readonly bold?: boolean } = {}): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    let rest = word;
    for (;;) {
      const joined = line === "" ? rest : `${line} ${rest}`;
      if (textWidth(joined, size, style) <= width) {
        line = joined;
        break;
      }
      if (line !== "") {
        lines.push(line);
        line = "";
        continue;
      }
      let fits = Math.max(1, rest.length - 1);
      while (fits > 1 && textWidth(rest.slice(0, fits), size, style) > width) fits--;
      lines.push(rest.slice(0, fits));
      rest = rest.slice(fits);
      if (rest === "") break;
    }
  }
  if (line !== "" || lines.length === 0) lines.push(line);
  return lines;
}

/** The text, or its beginning with an ellipsis where it is wider than so many pixels. */
export function shorten(text: string, width: number, size: number, style: { readonly bold?: boolean } = {}): string {
  if (textWidth(text, size, style) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 0 && textWidth(`${letters.join("")}…`, size, style) > width) letters.pop();
  return `${letters.join("")}…`;
}

// Thousandths of the font size, from space (32) to tilde (126).
const regularWidths: readonly number[] = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
const boldWidths: readonly number[] = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
  556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
  280, 389, 584,
];
const narrow: ReadonlyMap<string, number> = new Map([..."–‐‑‘’‚“”„•‹›−∞≤≥≠≈·"].map((letter) => [letter, 560] as const));
