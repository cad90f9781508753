import { finite, options, show as shown } from "../core/parameters.js";
import { escape } from "../plot/escape.js";
import { format, formatNumber } from "../plot/format.js";
import { showsItself, type Bundle } from "../plot/display.js";
import { tableHtml, tableText, words } from "../plot/table.js";
import { display } from "./kernel.js";

/** What one can predict: a number, a text, or whether something holds. */
export type Predicted = number | string | boolean;

/** The measured values for a prediction, under the same names. */
export type MeasuredFor<P> = {
  readonly [K in keyof P]: P[K] extends number ? number | null : P[K] extends boolean ? boolean | null : string | null;
};

/**
 * Write down what you expect before you run: `const guess = predict({ messages: 12, ms: 20 });`, and in a later cell
 * `guess.compare({ messages: total.sent, ms: run.ended.at });` shows both side by side.
 *
 * @param options `within`: how far off a number may be and still count as right, as a share of what was measured
 * (default 0: exactly right)
 */
export function predict<P extends { readonly [name: string]: Predicted }>(
  expected: P,
  { within = 0 }: { readonly within?: number } = {},
): Prediction<P> {
  if (typeof expected !== "object" || expected === null || Object.keys(expected).length === 0) {
    throw new TypeError(`predict needs an object with what you expect, as { messages: 12 }, got ${shown(expected)}`);
  }
  for (const [name, value] of Object.entries(expected)) {
    if (!["number", "string", "boolean"].includes(typeof value)) {
      throw new TypeError(`the prediction of ${name} must be a number, a text, true or false, got ${shown(value)}`);
    }
  }
  return new Prediction(expected, finite("within", within, { max: 10 }));
}

/** What somebody expected. As the last value of a cell it shows itself. */
export class Prediction<P extends { readonly [name: string]: Predicted }> {
  readonly expected: P;
  readonly #within: number;

  constructor(expected: P, within: number) {
    this.expected = expected;
    this.#within = within;
  }

  /**
   * Show what was predicted beside what was measured, with the difference, and one sentence on how close it was.
   *
   * @param given `because`: why the measured numbers are what they are, without "because". It stands below the
   * comparison, so that nobody reads it before the guess is made.
   * @throws RangeError where a predicted name was not measured, or the reason is empty
   */
  compare(measured: MeasuredFor<P>, given: { readonly because?: string } = {}): void {
    const { because } = options("compare", given, ["because"]);
    if (because !== undefined && (typeof because !== "string" || because.trim() === "")) {
      throw new RangeError(`because must be the end of a sentence, got ${shown(because)}`);
    }
    const rows = Object.entries(this.expected).map(([name, predicted]) => {
      if (!Object.hasOwn(measured, name)) {
        throw new RangeError(
          `compare needs a measured value for ${name}; it got ${Object.keys(measured).join(", ") || "none"}`,
        );
      }
      const value = (measured as Readonly<Record<string, Predicted | null>>)[name] ?? null;
      const difference = typeof predicted === "number" && typeof value === "number" ? value - predicted : null;
      return { name: words(name), predicted, value, difference, right: this.#isRight(predicted, value) };
    });
    const anyNumber = rows.some(({ difference }) => difference !== null);
    const table = rows.map(({ name, predicted, value, difference }) => ({
      "": name,
      predicted: format(predicted),
      measured: format(value),
      ...(anyNumber ? { difference: difference === null ? "" : signed(difference) } : {}),
    }));
    const right = ["predicted", "measured", "difference"];
    const sentences = [this.#verdict(rows, because !== undefined)];
    if (because !== undefined) sentences.push(`It is so because ${because.trim().replace(/\.$/, "")}.`);
    display({
      "text/html": `${tableHtml(table, { right })}${sentences.map((line) => `\n<p>${escape(line)}</p>`).join("")}`,
      "text/plain": `${tableText(table, { right })}\n\n${sentences.join("\n")}`,
    });
  }

  bundle(): Bundle {
    const lines = Object.entries(this.expected).map(([name, value]) => `${words(name)}: ${format(value)}`);
    return { "text/plain": `Predicted ${lines.join(", ")}` };
  }

  #isRight(predicted: Predicted, value: Predicted | null): boolean {
    if (typeof predicted !== "number" || typeof value !== "number") return predicted === value;
    // A share of the larger of the two, and room for the rounding of sums.
    return (
      Math.abs(value - predicted) <=
      this.#within * Math.abs(value) + 1e-9 * Math.max(Math.abs(value), Math.abs(predicted))
    );
  }

  #verdict(
    rows: readonly {
      readonly name: string;
      readonly value: Predicted | null;
      readonly right: boolean;
      readonly difference: number | null;
    }[],
    isExplained: boolean,
  ): string {
    const wrong = rows.filter(({ right }) => !right);
    const close = this.#within > 0 ? ` (within ${formatNumber(this.#within * 100)} %)` : "";
    if (wrong.length === 0)
      return rows.length === 1 ? `As predicted${close}.` : `All ${rows.length} as predicted${close}.`;
    const how = wrong.map(({ name, value, difference }) => {
      if (value === null) return `${name} was not measured`;
      if (difference === null) return `${name}: ${format(value)}`;
      return `${name} ${difference > 0 ? "higher" : "lower"} than predicted by ${formatNumber(Math.abs(difference))}`;
    });
    const right = `${rows.length - wrong.length} of ${rows.length} as predicted${close}`;
    return `${right}; ${how.join("; ")}.${isExplained ? "" : " What did the prediction leave out?"}`;
  }

  static {
    showsItself(this.prototype);
  }
}

function signed(difference: number): string {
  const text = formatNumber(difference);
  return difference > 0 ? `+${text}` : text;
}
