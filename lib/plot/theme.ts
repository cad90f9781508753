/**
 * Colours, dashes and patterns. Series differ by more than colour, because one reader in twelve sees colours
 * differently and printers see none: lines by dash and marker, bars by pattern.
 */

/**
 * Colours for marks on white and on JupyterLab's dark ground (#111) alike: each has a contrast of at least 3:1 with
 * both, which WCAG 2.2 (1.4.11) asks for graphics. After Okabe and Ito, Color Universal Design (2008); their yellow,
 * orange and sky blue are too pale for white paper, so purple, brown and grey take their places.
 */
export const palette: readonly string[] = ["#0072b2", "#d55e00", "#009e73", "#c2659b", "#7b61c4", "#a6761d", "#777777"];

/** The dash of the n-th line. */
export const dashes: readonly string[] = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

/** The marker of the n-th line. */
export const markers: readonly string[] = ["circle", "square", "diamond", "triangle-up", "x", "triangle-down", "star"];

/** The pattern of the n-th group of bars. */
export const patterns: readonly string[] = ["", "/", ".", "x", "-", "\\", "+"];

/** The n-th of a list that starts again when it ends. */
export function nth<T>(list: readonly T[], n: number): T {
  return list[n % list.length]!;
}

/** The colour with an opacity: `#0072b2` and 0.2 give "rgba(0,114,178,0.2)". */
export function transparent(colour: string, opacity: number): string {
  const channel = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
  return `rgba(${channel(1)},${channel(3)},${channel(5)},${opacity})`;
}

/** Fonts whose letters have the widths of `letters.ts`, so that a text takes the room that was left for it. */
export const fontFamily = "Helvetica, Arial, Liberation Sans, Nimbus Sans, sans-serif";
