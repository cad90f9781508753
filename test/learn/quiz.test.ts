import { describe, expect, it } from "vitest";
import { allQuizzes } from "../../lib/learn/course.js";
import { hide, unhide } from "../../lib/learn/hidden.js";
import { checkQuiz, lettered, mark, rightAnswer, solved, type Quiz } from "../../lib/learn/quiz.js";
import { quizBundle, quizType, type QuizKey, type QuizPage } from "../../lib/learn/quiz-bundle.js";

const single: Quiz = {
  kind: "single", question: "Which?",
  options: [{ text: "this", why: "Not this." }, { text: "that.", right: true, why: "Just that." }, { text: "none", why: "Some." }],
};
const multiple: Quiz = {
  kind: "multiple", question: "Which ones?",
  options: [{ text: "one", right: true, why: "One is." }, { text: "two", right: true, why: "Two is." }, { text: "three", why: "Three is not." }],
};
const numeric: Quiz = { kind: "numeric", question: "How many?", unit: "ms", value: 2.5, tolerance: 0.5, why: "So many.", near: [{ value: 5, why: "Twice." }], otherwise: "Count." };
const ordering: Quiz = { kind: "ordering", question: "In which order?", items: ["first", "second", "third"], why: "As it comes.", otherwise: "Think." };

describe("marking", () => {
  it.each<[Quiz, string | number | readonly string[], boolean, readonly string[]]>([
    [single, "b", true, ["b) that: right. Just that."]],
    [single, "A", false, ["a) this: no. Not this."]],
    [multiple, "a, b", true, ["a) one: right. One is.", "b) two: right. Two is."]],
    [multiple, ["b", "a"], true, ["a) one: right. One is.", "b) two: right. Two is."]],
    [multiple, "ac", false, ["a) one: right. One is.", "c) three: no. Three is not.", "1 right answer is missing."]],
    [multiple, "c", false, ["c) three: no. Three is not.", "2 right answers are missing."]],
    [multiple, "a b c", false, ["a) one: right. One is.", "b) two: right. Two is.", "c) three: no. Three is not."]],
    [numeric, 2, true, ["So many."]],
    [numeric, "3.0", true, ["So many."]],
    [numeric, 3.001, false, ["Count."]],
    [numeric, 5.2, false, ["Twice."]],
  ])("gives each option its word: %#", (quiz, given, right, lines) => {
    expect(mark("q", quiz, given)).toEqual({ right, lines });
  });

  it("says how far an order is right", () => {
    const letter = (text: string): string => lettered("q", ordering).find((item) => item.text === text)!.letter;
    const order = (...texts: string[]): string => texts.map(letter).join(", ");
    expect(rightAnswer("q", ordering)).toBe(order("first", "second", "third"));
    expect(mark("q", ordering, order("first", "second", "third"))).toEqual({ right: true, lines: ["As it comes."] });
    expect(mark("q", ordering, order("first", "third", "second"))).toEqual({ right: false, lines: ["Think.", "The first one is right."] });
    expect(mark("q", ordering, order("third", "second", "first"))).toEqual({ right: false, lines: ["Think.", "It begins with another one."] });
  });

  it.each<[Quiz, string | number | readonly string[], string]>([
    [single, "d", 'q takes letters from a to c, as "b", got "d"'],
    [single, "", 'q takes letters from a to c, as "b", got ""'],
    [single, 2, 'q takes letters from a to c, as "b", got 2'],
    [single, "ab", 'q has one right answer: give one letter, got "ab"'],
    [multiple, "a, a", 'q: a was given twice, got "a, a"'],
    [numeric, "many", 'q asks for a number, got "many"'],
    [numeric, "", 'q asks for a number, got ""'],
    [numeric, NaN, "q asks for a number, got NaN"],
    [ordering, "a, b", 'q asks for all 3 letters in order, as "a, b, c", got "a, b"'],
  ])("refuses what is no answer: %#", (quiz, given, message) => {
    expect(() => mark("q", quiz, given)).toThrow(new RangeError(message));
  });
});

describe("an ill-made quiz", () => {
  const option = (text: string, right = false, why = "So."): { text: string; right: boolean; why: string } => ({ text, right, why });
  it.each<[string, object, string]>([
    ["without a right answer", { ...single, options: [option("a"), option("b")] }, "quiz q: no option is right"],
    ["with two in a single choice", { ...single, options: [option("a", true), option("b", true)] }, "quiz q: a single choice must have one right option, got 2"],
    ["with a wrong option without feedback", { ...single, options: [option("a", true), option("b", false, "")] }, 'quiz q: option "b" has no feedback; its why must be a text, got ""'],
    ["with one option", { ...single, options: [option("a", true)] }, "quiz q: options must be 2 to 10, got 1"],
    ["with an option twice", { ...single, options: [option("a", true), option("a")] }, 'quiz q: options must be different, got "a" twice'],
    ["with a tolerance below 0", { ...numeric, tolerance: -1 }, "quiz q: tolerance must be a finite number of at least 0, got -1"],
    ["with a number that is none", { ...numeric, value: NaN }, "quiz q: value must be a finite number"],
    ["with a wrong number that is right", { ...numeric, near: [{ value: 3, why: "Near." }] }, "quiz q: near[0] must be wrong, but 3 is within the tolerance of 2.5"],
    ["with nothing to say to other numbers", { ...numeric, otherwise: "" }, 'quiz q: otherwise must be a text, got ""'],
    ["with one thing to order", { ...ordering, items: ["a"] }, "quiz q: items must be 2 to 10, got 1"],
    ["with a thing twice", { ...ordering, items: ["a", "a"] }, 'quiz q: items must be different, got "a" twice'],
    ["without a question", { ...single, question: " " }, 'quiz q: question must be a text, got " "'],
    ["of no kind", { kind: "essay", question: "Why?" }, 'quiz q: kind must be one of "single", "multiple", "numeric", "ordering", got "essay"'],
  ])("%s is an error", (_, quiz, message) => {
    expect(() => checkQuiz("q", quiz as Quiz)).toThrow(message);
  });

  it("is one of none of these", () => {
    for (const quiz of [single, multiple, numeric, ordering]) expect(checkQuiz("q", quiz)).toBe(quiz);
  });
});

describe("what travels in the notebook", () => {
  it.each([single, multiple, numeric, ordering])("shows the question of a $kind quiz, and no answer", (quiz) => {
    const bundle = quizBundle("q", quiz);
    const page = bundle[quizType] as QuizPage;
    const open = JSON.stringify({ ...bundle, [quizType]: { ...page, key: "" } }) + page.key;
    expect(bundle["text/plain"]).toContain(quiz.question);
    for (const { letter, text } of lettered("q", quiz)) expect(bundle["text/plain"]).toContain(`${letter}) ${text}`);
    const answers = quiz.kind === "single" || quiz.kind === "multiple" ? quiz.options.map(({ why }) => why) : [quiz.why, quiz.otherwise];
    for (const answer of answers) expect(open).not.toContain(answer);
    expect(open).not.toMatch(/right":|"value"|tolerance/);
    const key = JSON.parse(unhide(page.key)) as QuizKey;
    if (quiz.kind === "numeric") expect(key).toMatchObject({ value: 2.5, tolerance: 0.5, praise: "So many." });
    else expect(key.right.join(", ")).toBe(rightAnswer("q", quiz));
  });

  it("never shows things to order in their order", () => {
    for (let i = 0; i < 50; i++) {
      const items = ["one", "two", "three"].slice(0, 2 + (i % 2));
      expect(lettered(`q${i}`, { ...ordering, items }).map(({ text }) => text)).not.toEqual(items);
    }
  });

  it("escapes what would be HTML", () => {
    const html = quizBundle("q", { ...single, question: "Is a < b?" })["text/html"];
    expect(html).toContain("Is a &lt; b?");
  });

  it("comes back from hiding as it was, letters of all scripts included", () => {
    for (const text of ["", "plain", "多数派 ≥ 2 🙂", "\u0000\uffff"]) expect(unhide(hide(text))).toBe(text);
    // Stored notebooks hold texts that were hidden so.
    expect(hide("aaaa")).toBe("5a2cf8e596da3493");
    expect(() => unhide("xyz")).toThrow(RangeError);
  });
});

describe("the questions of the course", () => {
  it("are well made, and have names of their own", () => {
    const all = allQuizzes();
    for (const { name, asked } of all) expect(checkQuiz(name, asked)).toBe(asked);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all.filter(({ chapter }) => chapter === "3.1.1").length).toBeGreaterThanOrEqual(6);
  });

  it.each(allQuizzes())("$name takes its right answer, and shows it when asked", ({ name, asked }) => {
    expect(mark(name, asked, rightAnswer(name, asked))).toMatchObject({ right: true });
    expect(solved(name, asked)[0]).toContain(`The answer: ${rightAnswer(name, asked)}`);
  });
});
