import { escape } from "../plot/escape.js";
import type { Bundle } from "../plot/display.js";
import { hide } from "./hidden.js";
import { lettered, rightAnswer, type Quiz } from "./quiz.js";

/** The MIME type of a quiz that a page can ask by itself: JupyterLab's extension and the static site know it. */
export const quizType = "application/vnd.distlab.quiz+json";

/** A quiz as a page gets it. The answers are in `key`, hidden, as the JSON of a `QuizKey`. */
export interface QuizPage {
  readonly version: 1;
  readonly name: string;
  readonly kind: Quiz["kind"];
  readonly question: string;
  readonly unit: string;
  readonly options: readonly { readonly letter: string; readonly text: string }[];
  readonly key: string;
}

/** What a page needs to mark an answer. */
export interface QuizKey {
  /** The right letters in order; empty for a number. */
  readonly right: readonly string[];
  /** What to say to each letter. */
  readonly why: Readonly<Record<string, string>>;
  /** For a number. */
  readonly value: number;
  readonly tolerance: number;
  readonly near: readonly { readonly value: number; readonly why: string }[];
  /** What to say to a right number or order, and to any other. */
  readonly praise: string;
  readonly otherwise: string;
}

/** The forms of a question: plain text, HTML that needs no script, and the JSON that a page turns into a form. */
export function quizBundle(name: string, quiz: Quiz): Bundle {
  const options = lettered(name, quiz);
  const how = howToAnswer(name, quiz);
  const unit = quiz.kind === "numeric" ? (quiz.unit ?? "") : "";
  const page: QuizPage = { version: 1, name, kind: quiz.kind, question: quiz.question, unit, options, key: hide(JSON.stringify(keyOf(name, quiz))) };
  const items = options.map(({ text }) => `<li>${escape(text)}</li>`).join("\n");
  return {
    [quizType]: page,
    "text/html": [
      `<p><strong>${escape(quiz.question)}</strong></p>`,
      ...(options.length > 0 ? [`<ol type="a">\n${items}\n</ol>`] : []),
      `<p>${escape(how)}</p>`,
    ].join("\n"),
    "text/plain": [quiz.question, ...options.map(({ letter, text }) => `  ${letter}) ${text}`), how].join("\n"),
  };
}

function howToAnswer(name: string, quiz: Quiz): string {
  const call = (given: string): string => `answer("${name}", ${given})`;
  switch (quiz.kind) {
    case "single":
      return `One is right. Answer with ${call('"a"')}.`;
    case "multiple":
      return `One or more are right. Answer with ${call('"a, b"')}.`;
    case "numeric":
      return `Answer with a number${quiz.unit === undefined ? "" : ` (${quiz.unit})`}: ${call("1")}.`;
    case "ordering":
      return `Put them in order: ${call(`"${lettered(name, quiz).map(({ letter }) => letter).join(", ")}"`)}.`;
  }
}

function keyOf(name: string, quiz: Quiz): QuizKey {
  const none = { right: [], why: {}, value: 0, tolerance: 0, near: [], praise: "", otherwise: "" };
  switch (quiz.kind) {
    case "single":
    case "multiple": {
      const options = lettered(name, quiz);
      return { ...none, right: rightAnswer(name, quiz).split(", "), why: Object.fromEntries(options.map(({ letter }, i) => [letter, quiz.options[i]!.why])) };
    }
    case "numeric":
      return { ...none, value: quiz.value, tolerance: quiz.tolerance, near: quiz.near, praise: quiz.why, otherwise: quiz.otherwise };
    case "ordering":
      return { ...none, right: rightAnswer(name, quiz).split(", "), praise: quiz.why, otherwise: quiz.otherwise };
  }
}
