/**
 * How wide a text is, without a font.
 *
 * A picture must have the same bytes on every machine, so its layout cannot ask the machine for its fonts.
 * The widths are those of Helvetica, which Arial, Liberation Sans and Nimbus Sans share letter by letter: one of them
 * is found wherever the picture is shown later. Other sans-serif fonts differ by a few per cent.
 */

/** The fonts a picture names: all have the widths of the table below, so that what was laid out is what is seen. */
export const FONT_FAMILY = "Helvetica, Arial, Liberation Sans, Nimbus Sans, sans-serif";

/** Height of letters over the base line, as a share of the font size. */
export const ASCENT = 0.905;

/** Depth of letters under the base line, as a share of the font size. */
export const DESCENT = 0.212;

/** What the width of a letter depends on besides the letter. */
export interface Font {
  /** In CSS pixels. */
  readonly size: number;
  readonly bold: boolean;
  readonly monospace: boolean;
}

/** The width of one line of text, in CSS pixels. */
export function textWidth(text: string, font: Font): number {
  let thousandths = 0;
  for (const character of text) thousandths += characterWidth(character.codePointAt(0) as number, font);
  return (thousandths / 1000) * font.size;
}

// Widths in thousandths of the font size, for the characters from space (32) to tilde (126).
const REGULAR = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722,
  778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556,
  278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260,
  334, 584,
];
const BOLD = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722,
  778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556,
  333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280,
  389, 584,
];
const MONOSPACE = 600;
const WIDE = 1000;

/** Signs that figures use and whose width is no letter's. */
const SIGNS = new Map<string, number>([
  ...row("  ", 278), // no-break and narrow no-break space
  ...row("‐‑", 333),
  ...row("–−+×÷±=≠≈≡<>≤≥∞¬", 570),
  ...row("—―…‰←→↔⇐⇒⇔™", 1000),
  ...row("‘’‚′·∙•", 280),
  ...row("“”„″", 350),
  ...row("↑↓⇑⇓", 500),
  ...row("∂∆∏∑Ωµμσ√∩∪∈∉⊂⊆∅∀∃", 640),
  ...row("■□▪●○◆◇▲▼►◄", 700),
  ...row("₀₁₂₃₄₅₆₇₈₉₊₋⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", 370),
]);

function row(characters: string, width: number): [string, number][] {
  return [...characters].map((character) => [character, width]);
}

function characterWidth(code: number, font: Font): number {
  if (isWide(code)) return WIDE;
  if (isInvisible(code)) return 0;
  if (font.monospace) return MONOSPACE;
  const table = font.bold ? BOLD : REGULAR;
  const ascii = table[code - 32];
  if (ascii !== undefined) return ascii;
  const character = String.fromCodePoint(code);
  const sign = SIGNS.get(character);
  if (sign !== undefined) return sign;
  const letter = character.normalize("NFD").codePointAt(0) as number; // é is as wide as e
  const base = table[letter - 32];
  if (base !== undefined) return base;
  const isCapital = character.toLowerCase() !== character;
  return (isCapital ? 720 : 570) + (font.bold ? 40 : 0);
}

/** Chinese, Japanese and Korean letters, full-width forms and emoji fill a square. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff01 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Controls, combining accents, zero-width spaces and joiners, variation selectors. */
function isInvisible(code: number): boolean {
  return (
    code < 32 ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x300 && code <= 0x36f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff
  );
}
