import { finite, show } from "../core/parameters.js";
import { stream } from "../core/random.js";

/** An option of a question, and what is said to somebody who chose it. */
export interface Option {
  readonly text: string;
  readonly right?: boolean;
  /** Why it is right, or what it overlooks. */
  readonly why: string;
}

/** A question of a quiz, as its author writes it. */
export type Quiz =
  /** Exactly one option is right. */
  | { readonly kind: "single"; readonly question: string; readonly options: readonly Option[] }
  /** Those options that are right, at least one, and no other. */
  | { readonly kind: "multiple"; readonly question: string; readonly options: readonly Option[] }
  /** A number, right if it differs from `value` by no more than `tolerance`; `near` are wrong numbers that people think of. */
  | {
      readonly kind: "numeric";
      readonly question: string;
      /** What the number counts: "ms". */
      readonly unit?: string;
      readonly value: number;
      readonly tolerance: number;
      readonly why: string;
      readonly near: readonly { readonly value: number; readonly why: string }[];
      /** What is said to any other wrong number. */
      readonly otherwise: string;
    }
  /** Things to be put in order; `items` stand in the right one. */
  | {
      readonly kind: "ordering";
      readonly question: string;
      readonly items: readonly string[];
      readonly why: string;
      /** What is said where the order is wrong. */
      readonly otherwise: string;
    };

/** What came of an answer to a quiz: whether it was right, and what is to be said, in lines. */
export interface Marked {
  readonly right: boolean;
  readonly lines: readonly string[];
}

/** A question as it is asked: the letters from a, in the order shown, each with its text. Numeric ones have none. */
export type Lettered = readonly { readonly letter: string; readonly text: string }[];

/**
 * Check that a quiz can be asked and answered.
 *
 * @throws RangeError or TypeError where it has no right answer, two in a single choice, a wrong option without
 * feedback, a tolerance below 0, or things to order that are less than two or not different
 */
export function checkQuiz(name: string, quiz: Quiz): Quiz {
  const said = (field: string, value: unknown): void => {
    if (typeof value !== "string" || value.trim() === "") throw new TypeError(`quiz ${name}: ${field} must be a text, got ${show(value)}`);
  };
  said("question", quiz.question);
  switch (quiz.kind) {
    case "single":
    case "multiple": {
      const { options } = quiz;
      if (options.length < 2 || options.length > letters.length) throw new RangeError(`quiz ${name}: options must be 2 to ${letters.length}, got ${options.length}`);
      for (const [i, { text, why }] of options.entries()) {
        said(`options[${i}].text`, text);
        if (typeof why !== "string" || why.trim() === "") throw new TypeError(`quiz ${name}: option ${show(text)} has no feedback; its why must be a text, got ${show(why)}`);
      }
      different(name, "options", options.map(({ text }) => text));
      const right = options.filter((option) => option.right).length;
      if (right === 0) throw new RangeError(`quiz ${name}: no option is right`);
      if (quiz.kind === "single" && right > 1) throw new RangeError(`quiz ${name}: a single choice must have one right option, got ${right}`);
      return quiz;
    }
    case "numeric": {
      finite(`quiz ${name}: value`, quiz.value, { min: -Number.MAX_VALUE });
      finite(`quiz ${name}: tolerance`, quiz.tolerance);
      said("why", quiz.why);
      said("otherwise", quiz.otherwise);
      for (const [i, near] of quiz.near.entries()) {
        finite(`quiz ${name}: near[${i}].value`, near.value, { min: -Number.MAX_VALUE });
        said(`near[${i}].why`, near.why);
        if (isClose(near.value, quiz)) throw new RangeError(`quiz ${name}: near[${i}] must be wrong, but ${near.value} is within the tolerance of ${quiz.value}`);
      }
      return quiz;
    }
    case "ordering":
      if (quiz.items.length < 2 || quiz.items.length > letters.length) throw new RangeError(`quiz ${name}: items must be 2 to ${letters.length}, got ${quiz.items.length}`);
      quiz.items.forEach((item, i) => said(`items[${i}]`, item));
      different(name, "items", quiz.items);
      said("why", quiz.why);
      said("otherwise", quiz.otherwise);
      return quiz;
    default:
      throw new RangeError(`quiz ${name}: kind must be one of "single", "multiple", "numeric", "ordering", got ${show((quiz as { readonly kind: unknown }).kind)}`);
  }
}

/** The options under their letters. What is to be ordered is shuffled, the same way on every machine, and never right already. */
export function lettered(name: string, quiz: Quiz): Lettered {
  return shownTexts(name, quiz).map((text, i) => ({ letter: letters[i]!, text }));
}

/** The right answer as it would be typed: "b", "a, c", "4", "c, a, b". */
export function rightAnswer(name: string, quiz: Quiz): string {
  switch (quiz.kind) {
    case "single":
    case "multiple":
      return letters.filter((_, i) => quiz.options[i]?.right).join(", ");
    case "numeric":
      return String(quiz.value);
    case "ordering": {
      const texts = shownTexts(name, quiz);
      return quiz.items.map((item) => letters[texts.indexOf(item)]).join(", ");
    }
  }
}

/**
 * Mark an answer: a letter, letters as "a, c" or ["a", "c"], or a number.
 *
 * @throws RangeError for what is no answer to this question: letters that it does not have, two for a single choice,
 * an order that leaves something out, or no number
 */
export function mark(name: string, quiz: Quiz, given: string | number | readonly string[]): Marked {
  switch (quiz.kind) {
    case "single":
    case "multiple": {
      const chosen = lettersOf(name, quiz, given);
      if (quiz.kind === "single" && chosen.length > 1) throw new RangeError(`${name} has one right answer: give one letter, got ${show(given)}`);
      const options = quiz.options.map((option, i) => ({ ...option, letter: letters[i]!, isChosen: chosen.includes(letters[i]!) }));
      const lines = options.filter(({ isChosen }) => isChosen).map(judged);
      const missing = options.filter((option) => option.right && !option.isChosen).length;
      const tooMany = options.some((option) => !option.right && option.isChosen);
      if (quiz.kind === "multiple" && missing > 0) lines.push(`${missing} right ${missing === 1 ? "answer is" : "answers are"} missing.`);
      return { right: missing === 0 && !tooMany, lines };
    }
    case "numeric": {
      const number = typeof given === "number" ? given : typeof given === "string" && given.trim() !== "" ? Number(given) : NaN;
      if (!Number.isFinite(number)) throw new RangeError(`${name} asks for a number, got ${show(given)}`);
      if (isClose(number, quiz)) return { right: true, lines: [quiz.why] };
      return { right: false, lines: [quiz.near.find(({ value }) => Math.abs(value - number) <= quiz.tolerance)?.why ?? quiz.otherwise] };
    }
    case "ordering": {
      const order = lettersOf(name, quiz, given);
      if (order.length !== quiz.items.length) throw new RangeError(`${name} asks for all ${quiz.items.length} letters in order, as "${letters.slice(0, quiz.items.length).join(", ")}", got ${show(given)}`);
      if (order.join(", ") === rightAnswer(name, quiz)) return { right: true, lines: [quiz.why] };
      const right = rightAnswer(name, quiz).split(", ");
      const good = order.findIndex((letter, i) => letter !== right[i]);
      return { right: false, lines: [quiz.otherwise, good === 0 ? "It begins with another one." : `The first ${good === 1 ? "one is" : `${good} are`} right.`] };
    }
  }
}

/** The right answer with its reasons, in lines. */
export function solved(name: string, quiz: Quiz): readonly string[] {
  const right = rightAnswer(name, quiz);
  switch (quiz.kind) {
    case "single":
    case "multiple":
      return [`The answer: ${right}.`, ...quiz.options.map((option, i) => judged({ letter: letters[i]!, ...option }))];
    case "numeric":
      return [`The answer: ${right}${quiz.unit === undefined ? "" : ` ${quiz.unit}`}. ${quiz.why}`];
    case "ordering":
      return [`The answer: ${right}.`, ...quiz.items.map((item, i) => `${i + 1}. ${item}`), quiz.why];
  }
}

/** What is to be said of one option. An option that is a sentence has its end elsewhere. */
function judged({ letter, text, right, why }: Option & { readonly letter: string }): string {
  return `${letter}) ${text.replace(/\.$/, "")}: ${right ? "right" : "no"}. ${why}`;
}

/** Whether a number is right, with room for the rounding of decimals. */
function isClose(number: number, { value, tolerance }: { readonly value: number; readonly tolerance: number }): boolean {
  return Math.abs(number - value) <= tolerance + 1e-9 * Math.abs(value);
}

const letters: readonly string[] = [..."abcdefghij"];

function shownTexts(name: string, quiz: Quiz): readonly string[] {
  switch (quiz.kind) {
    case "single":
    case "multiple":
      return quiz.options.map(({ text }) => text);
    case "numeric":
      return [];
    case "ordering": {
      const shuffled = stream(name, "order of a quiz").shuffle(quiz.items);
      return shuffled.some((item, i) => item !== quiz.items[i]) ? shuffled : [...shuffled].reverse();
    }
  }
}

/** The letters that were given, each once. */
function lettersOf(name: string, quiz: Quiz, given: string | number | readonly string[]): string[] {
  const known = letters.slice(0, shownTexts(name, quiz).length);
  const texts = typeof given === "string" ? given.toLowerCase().match(/[^\s,;]/g) ?? [] : Array.isArray(given) ? given.map((item) => String(item).trim().toLowerCase()) : [];
  const stray = texts.find((text) => !known.includes(text));
  if (texts.length === 0 || stray !== undefined) throw new RangeError(`${name} takes letters from ${known[0]} to ${known.at(-1)}, as ${quiz.kind === "single" ? '"b"' : '"a, b"'}, got ${show(given)}`);
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined) throw new RangeError(`${name}: ${twice} was given twice, got ${show(given)}`);
  return texts;
}

function different(name: string, what: string, texts: readonly string[]): void {
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined) throw new RangeError(`quiz ${name}: ${what} must be different, got ${show(twice)} twice`);
}
