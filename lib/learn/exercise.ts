import { checkInterrupt } from "../core/interrupt.js";
import { integer, show as shown } from "../core/parameters.js";
import { display, pause } from "../notebook/kernel.js";
import { show } from "../notebook/show.js";
import { hiddenSeed, noteDone, noteHint } from "../notebook/store.js";
import { escape } from "../plot/escape.js";
import { sequence } from "../plot/sequence.js";
import type { TraceEvent } from "../trace/event.js";
import { tried, type Finding, type Trial } from "./trial.js";

/** What an exercise is made of. Its text stands in the chapter, and so do the stub and the solution. */
export interface ExerciseParts<A> {
  /** The chapter by its number, as "3.1.1". */
  readonly chapter: string;
  /** The name under which the chapter offers it and progress is kept: "acceptRule". */
  readonly name: string;
  /** What to do, in a sentence. */
  readonly task: string;
  /** Three hints: where to look, what is missing, how to write it. */
  readonly hints: readonly [string, string, string];
  /** Null for an answer of the right shape, or what is wrong with it: "must be a function". */
  readonly shape: (answer: unknown) => string | null;
  readonly trials: readonly Trial<A>[];
  /** What stands in the picture of a run that goes wrong (default: every field of a message, of a decision). */
  readonly words?: {
    /** What stands on an arrow, as in `sequence`. */
    readonly message: (message: any) => string;
    /** What stands beside a decision, behind "decides". */
    readonly decision: (outcome: any) => string;
  };
}

/** What came of an answer. */
export type Judgement = {
  /** The trials in which nothing wrong was found, each with what was looked at: "every world of two rivals: 412 worlds". */
  readonly passed: readonly string[];
} & ({ readonly kind: "passed" } | ({ readonly kind: "failed"; /** The trial that found it. */ readonly trial: string } & Omit<Finding, "kind">));

/** How an answer is checked. */
export interface CheckOptions {
  /** Whether a right answer counts as the learner's own and is noted as solved (default true). Solutions of the chapter say false. */
  readonly counts?: boolean;
  /**
   * Hidden runs and cases take their seeds from here on (default 1, or `DISTLAB_FIRST_SEED` in the environment): whoever
   * grades takes seeds of their own, and nobody can have written an answer for these.
   */
  readonly firstSeed?: number;
}

/**
 * An exercise: you write a rule or a function, and `check` tries it in worlds and runs that you do not see. Whatever
 * behaves rightly is right, however it is written.
 */
export class Exercise<A> {
  readonly #parts: ExerciseParts<A>;
  #hints = 0;

  constructor(parts: ExerciseParts<A>) {
    for (const field of ["chapter", "name", "task"] as const) {
      if (typeof parts[field] !== "string" || parts[field] === "") throw new TypeError(`an exercise needs a ${field}, got ${shown(parts[field])}`);
    }
    const { hints, trials, name } = parts;
    if (hints.length !== 3 || hints.some((hint) => hint.trim() === "")) throw new RangeError(`exercise ${name} must have 3 hints, got ${shown(hints)}`);
    if (trials.length === 0) throw new RangeError(`exercise ${name} must have at least one trial, or every answer would be right`);
    this.#parts = parts;
  }

  get chapter(): string {
    return this.#parts.chapter;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** What to do, in a sentence. */
  get task(): string {
    return this.#parts.task;
  }

  /** The hints, from where to look to how to write it. `hint()` shows them one at a time. */
  get hints(): readonly string[] {
    return this.#parts.hints;
  }

  /**
   * Try the answer, and show what came of it: that it passed, or what went wrong, on which seed, the shortest run that
   * shows it, and what to look at there. A right answer is noted as solved. An answer of the wrong shape is a finding, too:
   * a check never throws for what the learner wrote.
   */
  async check(answer: A, { counts = true, firstSeed = hiddenSeed() }: CheckOptions = {}): Promise<void> {
    await pause(); // so that the page shows that something runs
    const judgement = this.judge(answer, { firstSeed });
    const text = this.#words(judgement);
    display({ "text/html": html(text), "text/plain": text.join("\n") });
    if (judgement.kind === "passed") {
      if (counts) noteDone(this.chapter, "exercises", this.name);
    } else if (judgement.trace.length > 0) {
      const { words } = this.#parts;
      const titled = { title: `${this.name}: ${judgement.problem}`, note: judgement.look, ...lastPart(judgement) };
      show(words ? sequence(inWords(judgement.trace, words.decision), { ...titled, label: words.message }) : sequence(judgement.trace, titled));
    }
  }

  /** Try the answer, trial by trial up to the first that finds something. Shows and notes nothing. */
  judge(answer: A, { firstSeed = 1 }: Pick<CheckOptions, "firstSeed"> = {}): Judgement {
    integer("firstSeed", firstSeed, { min: 1 });
    const passed: string[] = [];
    const misshapen = this.#parts.shape(answer);
    if (misshapen !== null) {
      const problem = `the answer ${misshapen}, got ${shown(answer)}`;
      return { kind: "failed", passed, trial: "the shape of the answer", problem, look: "Compare your cell with the stub: what does it pass to check?", seed: null, trace: [], schedule: null };
    }
    for (const trial of this.#parts.trials) {
      checkInterrupt();
      const result = tried(trial, answer, firstSeed);
      if (result.kind === "wrong") {
        const { kind: _, ...finding } = result;
        return { kind: "failed", passed, trial: trial.name, ...finding };
      }
      passed.push(`${trial.name}: ${result.what}`);
    }
    return { kind: "passed", passed };
  }

  /**
   * Show the next hint, and note that it was taken. There are three, each saying more than the one before; after the last
   * one comes the first again.
   */
  hint(): void {
    const nth = this.#hints++ % this.#parts.hints.length;
    noteHint(this.chapter, this.name, nth + 1);
    const after = nth < 2 ? `Run this again for hint ${nth + 2}.` : "That was the last hint; the solution is in the closed cell below the exercise.";
    show(`Hint ${nth + 1} of 3: ${this.#parts.hints[nth]}\n${after}`);
  }

  #words(judgement: Judgement): string[] {
    const { passed } = judgement;
    if (judgement.kind === "passed") return [`Passed: ${this.name}.`, ...passed.map((line) => `✓ ${line}`)];
    const { trial, problem, look, seed, schedule } = judgement;
    return [
      `Not yet: ${this.name}.`,
      ...passed.map((line) => `✓ ${line}`),
      `✗ ${trial}${seed === null ? "" : `, seed ${seed}`}: ${problem}`,
      `Look: ${look}`,
      ...(schedule === null ? [] : ["The shortest run that shows it:", schedule]),
      `Stuck? ${this.name}.hint() gives a hint.`,
    ];
  }
}

/** The first line stands out, and a schedule is folded away: its picture follows. */
function html(lines: readonly string[]): string {
  const [head = "", ...rest] = lines;
  const parts = rest.map((line) =>
    line.includes("\n") ? `<details><summary>Step by step</summary><pre>${escape(line)}</pre></details>` : `<p>${escape(line)}</p>`,
  );
  return [`<p><strong>${escape(head)}</strong></p>`, ...parts].join("\n");
}

function inWords(trace: readonly TraceEvent[], decision: (outcome: any) => string): readonly TraceEvent[] {
  return trace.map((event) => (event.kind === "decide" ? { ...event, outcome: decision(event.outcome) } : event));
}

/** How many messages of a finding are drawn. */
const mostDrawn = 50;

/** Of a long run the part is shown in which it goes wrong, where that is one moment; the picture says what it leaves out. */
function lastPart({ trace, shownAt }: Pick<Finding, "trace" | "shownAt">): { readonly from?: number; readonly to?: number } {
  const end = shownAt ?? trace.find(({ kind }) => kind === "violation")?.at;
  if (end === undefined) return {};
  const sendings = trace.filter(({ kind, at }) => at <= end && (kind === "send" || kind === "invoke" || kind === "reply"));
  return sendings.length > mostDrawn ? { from: sendings.at(-mostDrawn)!.at, ...(shownAt === undefined ? {} : { to: shownAt }) } : {};
}
