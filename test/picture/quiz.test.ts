import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { allQuizzes } from "../../lib/learn/course.js";
import { lettered, mark, rightAnswer, type Quiz } from "../../lib/learn/quiz.js";
import { quizBundle, quizType, type QuizPage } from "../../lib/learn/quiz-bundle.js";

const script = readFileSync(new URL("../../kernel-setup/lab-extension/static/quiz.js", import.meta.url), "utf8");

/** A page with one question on it. */
function mounted(page: unknown): { readonly node: HTMLElement; readonly quiz: any; readonly said: () => string[]; readonly press: (words: string) => void } {
  const { window } = new JSDOM("<body><div></div></body>", { runScripts: "outside-only" });
  window.eval(script);
  const node = window.document.querySelector("div") as unknown as HTMLElement;
  const quiz = (window as unknown as { distlabQuiz: any }).distlabQuiz;
  quiz.mount(node, page);
  return {
    node,
    quiz,
    said: () => [...node.querySelectorAll("[role=status] p")].map(({ textContent }) => textContent ?? ""),
    press(words) {
      const button = [...node.querySelectorAll("button")].find((one) => one.textContent === words || one.getAttribute("aria-label") === words);
      if (!button) throw new Error(`no button ${words}`);
      button.click();
    },
  };
}

const pageOf = (name: string, quiz: Quiz): QuizPage => quizBundle(name, quiz)[quizType] as QuizPage;
const asked = (name: string): Quiz => allQuizzes().find((entry) => entry.name === name)!.asked;

/** Answers worth trying: every single letter, some sets and orders of them, and some numbers. */
function answers(name: string, quiz: Quiz): string[] {
  const letters = lettered(name, quiz).map(({ letter }) => letter);
  const right = rightAnswer(name, quiz);
  switch (quiz.kind) {
    case "single":
      return letters;
    case "multiple":
      return [...letters, right, letters.join(", "), right.split(", ").slice(1).join(", "), letters.slice(0, 2).join(", ")];
    case "numeric":
      return [right, "0", "-3", "1e9", ...quiz.near.map(({ value }) => String(value)), String(quiz.value + quiz.tolerance)];
    case "ordering":
      return [right, letters.join(", "), [...letters].reverse().join(", "), right.split(", ").map((_, i, all) => all[i === 0 ? 0 : all.length - i]!).join(", ")];
  }
}

describe("a question in the page", () => {
  it.each(allQuizzes())("marks $name as the library does", ({ name, asked: quiz }) => {
    const page = pageOf(name, quiz);
    const { quiz: script } = mounted(page);
    const tried = answers(name, quiz);
    expect(tried.some((given) => mark(name, quiz, given).right)).toBe(true);
    for (const given of tried) {
      // The page's arrays come from another window.
      expect(JSON.parse(JSON.stringify(script.mark(page, given.split(", ")))), given).toEqual(mark(name, quiz, given));
    }
  });

  it("is a group with a name, whose fields have labels and whose feedback is announced", () => {
    for (const { name, asked: quiz } of allQuizzes()) {
      const { node } = mounted(pageOf(name, quiz));
      expect(node.querySelector("fieldset > legend")?.textContent).toBe(quiz.question);
      for (const input of node.querySelectorAll("input")) expect(node.querySelector(`label[for="${input.id}"]`)?.textContent, name).toMatch(/\S/);
      for (const button of node.querySelectorAll("button")) expect(button.getAttribute("aria-label") ?? button.textContent).toMatch(/\w/);
      expect(node.querySelector("[role=status]")?.getAttribute("aria-live")).toBe("polite");
    }
  });

  it("asks for an answer, says what a wrong one overlooks, and how a right one is counted", () => {
    const { node, press, said } = mounted(pageOf("livelock", asked("livelock")));
    press("Check");
    expect(said()).toEqual(["Choose an answer first."]);
    const radios = [...node.querySelectorAll("input")];
    expect(radios.map(({ type }) => type)).toEqual(["radio", "radio", "radio"]);
    radios[0]!.click();
    press("Check");
    expect(said()).toEqual(["✗ Not yet.", "a) Agreement: no. Nobody decides, so no two decide differently."]);
    radios[2]!.click();
    press("Check");
    expect(said()[0]).toBe("✓ Right.");
    expect(said().at(-1)).toBe('In a notebook, answer("livelock", "c"); counts it as done.');
  });

  it("shows the answer when asked", () => {
    const { press, said } = mounted(pageOf("messages", asked("messages")));
    press("Show the answer");
    expect(said()[0]).toBe("The answer: 28 messages.");
  });

  it("lets things be put in order by buttons, and says where they are", () => {
    const quiz = asked("ballotOrder") as Quiz & { kind: "ordering" };
    const { node, press, said } = mounted(pageOf("ballotOrder", quiz));
    const texts = (): string[] => [...node.querySelectorAll("li span")].map(({ textContent }) => textContent!.slice(3));
    press(`Move up: ${texts()[0]}`);
    expect(said()).toEqual(["Item a is first already."]);
    for (const [place, item] of quiz.items.entries()) while (texts().indexOf(item) > place) press(`Move up: ${item}`);
    expect(said()).toEqual([expect.stringMatching(/^Item [a-f] is now number \d of 6\.$/)]);
    press("Check");
    expect(said()[0]).toBe("✓ Right.");
  });

  it("takes texts as texts", () => {
    const { node } = mounted(pageOf("q", { kind: "single", question: "<img src=x>", options: [{ text: "<b>a</b>", right: true, why: "-" }, { text: "b", why: "-" }] }));
    expect(node.querySelector("img, b")).toBe(null);
  });

  it.each([
    ["no question", null, "this is no question of a quiz"],
    ["a later version", { version: 2 }, "the question has version 2, and this page reads version 1"],
    ["another kind", { version: 1, kind: "essay" }, "there is no kind of question named essay"],
    ["damaged answers", { version: 1, kind: "single", options: [], key: "00ff" }, /JSON|token/],
  ])("refuses %s", (_, page, message) => {
    expect(() => mounted(page)).toThrow(message);
  });
});
