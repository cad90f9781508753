import { rounded, words } from "../core/words.js";

/**
 * Numbers and values as a reader wants them: three to four significant digits, thousands apart, and never
 * 0.30000000000000004, undefined or [object Object].
 */

/** One value as a short text on one line: 1234.5678 is "1,235", true is "yes", nothing is "–". */
export function format(value: unknown): string {
  switch (typeof value) {
    case "number":
      return formatNumber(value);
    case "boolean":
      return value ? "yes" : "no";
    case "string":
      return oneLine(value);
    case "bigint":
      return separated(value.toString());
    case "undefined":
      return "–";
    case "function":
      return `function ${value.name}`.trim();
    case "symbol":
      return value.description ?? "symbol";
    default:
      return oneLine(value instanceof Error ? `${value.name}: ${value.message}` : inWords(value));
  }
}

/** A value of a run as papers write it, its numbers rounded for a reader. */
export function inWords(value: unknown): string {
  return words(value, rounded);
}

/** One number: 0.30000000000000004 is "0.3", 1234567.8 is "1,234,568", 1e-9 is "1e-9". */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4)
    return minus(
      value
        .toExponential(3)
        .replace(/\.?0+e/, "e")
        .replace("e+", "e"),
    );
  if (Number.isInteger(value) || size >= 1000) return separated(value.toFixed(0));
  return minus(String(Number(value.toPrecision(4))));
}

/**
 * The numbers of one column, all with the same number of decimals, so that their points stand below each other.
 * A number that these decimals would turn into 0 is written on its own.
 */
export function formatColumn(values: readonly unknown[]): string[] {
  const numbers = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  if (numbers.length === 0 || numbers.every(Number.isInteger)) return values.map(format);
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest >= 1e15 || largest < 1e-4) return values.map(format);
  let whole = 1;
  while (whole < 5 && largest >= 10 ** whole) whole++;
  let decimals = Math.max(0, 4 - whole);
  for (let small = largest; small < 0.1; small *= 10) decimals++;
  while (decimals > 0 && numbers.every((value) => value.toFixed(decimals).endsWith("0"))) decimals--;
  return values.map((value) => {
    if (typeof value !== "number" || !Number.isFinite(value)) return format(value);
    const text = value.toFixed(decimals);
    return Number(text) === 0 && value !== 0 ? formatNumber(value) : separated(text);
  });
}

/** Thousands apart by a comma, and a minus sign that is as wide as a digit. */
function separated(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return minus(fraction === undefined ? apart : `${apart}.${fraction}`);
}

function minus(text: string): string {
  return text.replace(/^-/, "−").replace(/e-/, "e−");
}

const longest = 120;

function oneLine(text: string): string {
  const line = text.replace(/\s*[\r\n]+\s*/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
