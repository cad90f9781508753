import { show as shown } from "../core/parameters.js";
import { display } from "../notebook/kernel.js";
import { show } from "../notebook/show.js";
import { noteDone, notes, type Notes } from "../notebook/store.js";
import { escape } from "../plot/escape.js";
import { backgroundExercises } from "./chapters/background-exercises.js";
import { backgroundQuizzes } from "./chapters/background-quizzes.js";
import { challengesExercises } from "./chapters/challenges-exercises.js";
import { challengesQuizzes } from "./chapters/challenges-quizzes.js";
import { chordExercises } from "./chapters/chord-exercises.js";
import { chordQuizzes } from "./chapters/chord-quizzes.js";
import { comparisonExercises } from "./chapters/comparison-exercises.js";
import { comparisonQuizzes } from "./chapters/comparison-quizzes.js";
import { computingExercises } from "./chapters/computing-exercises.js";
import { computingQuizzes } from "./chapters/computing-quizzes.js";
import { consistencyExercises } from "./chapters/consistency-exercises.js";
import { consistencyQuizzes } from "./chapters/consistency-quizzes.js";
import { consistentHashingExercises } from "./chapters/consistent-hashing-exercises.js";
import { consistentHashingQuizzes } from "./chapters/consistent-hashing-quizzes.js";
import { crdtExercises } from "./chapters/crdt-exercises.js";
import { crdtQuizzes } from "./chapters/crdt-quizzes.js";
import { dynamoExercises } from "./chapters/dynamo-exercises.js";
import { dynamoQuizzes } from "./chapters/dynamo-quizzes.js";
import { fourPhaseExercises } from "./chapters/four-phase-exercises.js";
import { fourPhaseQuizzes } from "./chapters/four-phase-quizzes.js";
import { intelligenceExercises } from "./chapters/intelligence-exercises.js";
import { intelligenceQuizzes } from "./chapters/intelligence-quizzes.js";
import { isolationExercises } from "./chapters/isolation-exercises.js";
import { isolationQuizzes } from "./chapters/isolation-quizzes.js";
import { limitsExercises } from "./chapters/limits-exercises.js";
import { limitsQuizzes } from "./chapters/limits-quizzes.js";
import { mapreduceExercises } from "./chapters/mapreduce-exercises.js";
import { mapreduceQuizzes } from "./chapters/mapreduce-quizzes.js";
import { multiPaxosExercises } from "./chapters/multi-paxos-exercises.js";
import { multiPaxosQuizzes } from "./chapters/multi-paxos-quizzes.js";
import { orderExercises } from "./chapters/order-exercises.js";
import { orderQuizzes } from "./chapters/order-quizzes.js";
import { paxosExercises } from "./chapters/paxos-exercises.js";
import { paxosQuizzes } from "./chapters/paxos-quizzes.js";
import { projectExercises } from "./chapters/project-exercises.js";
import { projectQuizzes } from "./chapters/project-quizzes.js";
import { raftExercises } from "./chapters/raft-exercises.js";
import { raftInServiceExercises } from "./chapters/raft-in-service-exercises.js";
import { raftInServiceQuizzes } from "./chapters/raft-in-service-quizzes.js";
import { raftQuizzes } from "./chapters/raft-quizzes.js";
import { realTimeExercises } from "./chapters/real-time-exercises.js";
import { realTimeQuizzes } from "./chapters/real-time-quizzes.js";
import { replicationExercises } from "./chapters/replication-exercises.js";
import { replicationQuizzes } from "./chapters/replication-quizzes.js";
import { scaleExercises } from "./chapters/scale-exercises.js";
import { scaleQuizzes } from "./chapters/scale-quizzes.js";
import { securityExercises } from "./chapters/security-exercises.js";
import { securityQuizzes } from "./chapters/security-quizzes.js";
import { sparkExercises } from "./chapters/spark-exercises.js";
import { sparkQuizzes } from "./chapters/spark-quizzes.js";
import { summaryExercises } from "./chapters/summary-exercises.js";
import { summaryQuizzes } from "./chapters/summary-quizzes.js";
import { threePhaseExercises } from "./chapters/three-phase-exercises.js";
import { threePhaseQuizzes } from "./chapters/three-phase-quizzes.js";
import { twoPhaseExercises } from "./chapters/two-phase-exercises.js";
import { twoPhaseQuizzes } from "./chapters/two-phase-quizzes.js";
import { checkQuiz, mark, solved, type Quiz } from "./quiz.js";
import { quizBundle } from "./quiz-bundle.js";

/** What the chapters hold to be done, by their numbers. Names of quizzes are different in the whole course. */
const chapters: Chapters = {
  "1": { title: "Background", exercises: backgroundExercises, quizzes: backgroundQuizzes },
  "2.1": { title: "Consistency", exercises: consistencyExercises, quizzes: consistencyQuizzes },
  "2.1.2": { title: "Time and order", exercises: orderExercises, quizzes: orderQuizzes },
  "2.1.3": { title: "What cannot be done", exercises: limitsExercises, quizzes: limitsQuizzes },
  "2.1.4": { title: "Replicas that need no agreement", exercises: crdtExercises, quizzes: crdtQuizzes },
  "2.2": { title: "Transactions", exercises: isolationExercises, quizzes: isolationQuizzes },
  "2.3": { title: "Storage", exercises: replicationExercises, quizzes: replicationQuizzes },
  "2.4": { title: "Computing", exercises: computingExercises, quizzes: computingQuizzes },
  "3.1.1": { title: "Paxos", exercises: paxosExercises, quizzes: paxosQuizzes },
  "3.1.1.2": { title: "Multi-Paxos", exercises: multiPaxosExercises, quizzes: multiPaxosQuizzes },
  "3.1.2": { title: "Raft", exercises: raftExercises, quizzes: raftQuizzes },
  "3.1.2.2": { title: "Raft in service", exercises: raftInServiceExercises, quizzes: raftInServiceQuizzes },
  "3.1.3": { title: "Paxos, Multi-Paxos and Raft", exercises: comparisonExercises, quizzes: comparisonQuizzes },
  "3.2.1": { title: "Two-phase commit", exercises: twoPhaseExercises, quizzes: twoPhaseQuizzes },
  "3.2.2": { title: "Three-phase commit", exercises: threePhaseExercises, quizzes: threePhaseQuizzes },
  "3.2.3": { title: "Four phases, and the way out", exercises: fourPhaseExercises, quizzes: fourPhaseQuizzes },
  "3.3.1": { title: "Consistent hashing", exercises: consistentHashingExercises, quizzes: consistentHashingQuizzes },
  "3.3.1.2": { title: "Replicas on the ring", exercises: dynamoExercises, quizzes: dynamoQuizzes },
  "3.3.2": { title: "Chord", exercises: chordExercises, quizzes: chordQuizzes },
  "3.4.1": { title: "MapReduce", exercises: mapreduceExercises, quizzes: mapreduceQuizzes },
  "3.4.2": { title: "Spark", exercises: sparkExercises, quizzes: sparkQuizzes },
  "5.1": { title: "Scale", exercises: scaleExercises, quizzes: scaleQuizzes },
  "5.2": { title: "Intelligence", exercises: intelligenceExercises, quizzes: intelligenceQuizzes },
  "5.3": { title: "Real time", exercises: realTimeExercises, quizzes: realTimeQuizzes },
  "5.4": { title: "Security", exercises: securityExercises, quizzes: securityQuizzes },
  "5.5": { title: "Challenges", exercises: challengesExercises, quizzes: challengesQuizzes },
  "6.1": { title: "Summary", exercises: summaryExercises, quizzes: summaryQuizzes },
  "6.3": { title: "Final project", exercises: projectExercises, quizzes: projectQuizzes },
};

interface Chapters {
  readonly "1": { readonly title: string; readonly exercises: typeof backgroundExercises; readonly quizzes: typeof backgroundQuizzes };
  readonly "2.1": { readonly title: string; readonly exercises: typeof consistencyExercises; readonly quizzes: typeof consistencyQuizzes };
  readonly "2.1.2": { readonly title: string; readonly exercises: typeof orderExercises; readonly quizzes: typeof orderQuizzes };
  readonly "2.1.3": { readonly title: string; readonly exercises: typeof limitsExercises; readonly quizzes: typeof limitsQuizzes };
  readonly "2.1.4": { readonly title: string; readonly exercises: typeof crdtExercises; readonly quizzes: typeof crdtQuizzes };
  readonly "2.2": { readonly title: string; readonly exercises: typeof isolationExercises; readonly quizzes: typeof isolationQuizzes };
  readonly "2.3": { readonly title: string; readonly exercises: typeof replicationExercises; readonly quizzes: typeof replicationQuizzes };
  readonly "2.4": { readonly title: string; readonly exercises: typeof computingExercises; readonly quizzes: typeof computingQuizzes };
  readonly "3.1.1": { readonly title: string; readonly exercises: typeof paxosExercises; readonly quizzes: typeof paxosQuizzes };
  readonly "3.1.1.2": { readonly title: string; readonly exercises: typeof multiPaxosExercises; readonly quizzes: typeof multiPaxosQuizzes };
  readonly "3.1.2": { readonly title: string; readonly exercises: typeof raftExercises; readonly quizzes: typeof raftQuizzes };
  readonly "3.1.2.2": { readonly title: string; readonly exercises: typeof raftInServiceExercises; readonly quizzes: typeof raftInServiceQuizzes };
  readonly "3.1.3": { readonly title: string; readonly exercises: typeof comparisonExercises; readonly quizzes: typeof comparisonQuizzes };
  readonly "3.2.1": { readonly title: string; readonly exercises: typeof twoPhaseExercises; readonly quizzes: typeof twoPhaseQuizzes };
  readonly "3.2.2": { readonly title: string; readonly exercises: typeof threePhaseExercises; readonly quizzes: typeof threePhaseQuizzes };
  readonly "3.2.3": { readonly title: string; readonly exercises: typeof fourPhaseExercises; readonly quizzes: typeof fourPhaseQuizzes };
  readonly "3.3.1": { readonly title: string; readonly exercises: typeof consistentHashingExercises; readonly quizzes: typeof consistentHashingQuizzes };
  readonly "3.3.1.2": { readonly title: string; readonly exercises: typeof dynamoExercises; readonly quizzes: typeof dynamoQuizzes };
  readonly "3.3.2": { readonly title: string; readonly exercises: typeof chordExercises; readonly quizzes: typeof chordQuizzes };
  readonly "3.4.1": { readonly title: string; readonly exercises: typeof mapreduceExercises; readonly quizzes: typeof mapreduceQuizzes };
  readonly "3.4.2": { readonly title: string; readonly exercises: typeof sparkExercises; readonly quizzes: typeof sparkQuizzes };
  readonly "5.1": { readonly title: string; readonly exercises: typeof scaleExercises; readonly quizzes: typeof scaleQuizzes };
  readonly "5.2": { readonly title: string; readonly exercises: typeof intelligenceExercises; readonly quizzes: typeof intelligenceQuizzes };
  readonly "5.3": { readonly title: string; readonly exercises: typeof realTimeExercises; readonly quizzes: typeof realTimeQuizzes };
  readonly "5.4": { readonly title: string; readonly exercises: typeof securityExercises; readonly quizzes: typeof securityQuizzes };
  readonly "5.5": { readonly title: string; readonly exercises: typeof challengesExercises; readonly quizzes: typeof challengesQuizzes };
  readonly "6.1": { readonly title: string; readonly exercises: typeof summaryExercises; readonly quizzes: typeof summaryQuizzes };
  readonly "6.3": { readonly title: string; readonly exercises: typeof projectExercises; readonly quizzes: typeof projectQuizzes };
}

/** The number of a chapter that has exercises: "3.1.1". */
export type ChapterNumber = keyof Chapters;

/** The name of a question, in whatever chapter. */
export type QuizName = { [C in ChapterNumber]: keyof Chapters[C]["quizzes"] }[ChapterNumber];

/**
 * The exercises of a chapter, by name: `const { acceptRule } = exercises("3.1.1");`
 *
 * @throws RangeError for a chapter without exercises
 */
export function exercises<C extends ChapterNumber>(chapter: C): Chapters[C]["exercises"] {
  return chapterOf(chapter).exercises;
}

/**
 * Ask a question: `quiz("3.1.1", "chosenMoment");`. Where the page has scripts it is a form; as plain text its options
 * have letters, and the next cell answers: `answer("chosenMoment", "b");`.
 *
 * @throws RangeError for a chapter or a question that there is none of
 */
export function quiz<C extends ChapterNumber>(chapter: C, name: keyof Chapters[C]["quizzes"] & string): void {
  const { quizzes } = chapterOf(chapter);
  if (!Object.hasOwn(quizzes, name)) throw new RangeError(`chapter ${chapter} has no quiz ${shown(name)}; it has ${Object.keys(quizzes).join(", ")}`);
  const asked = (quizzes as Readonly<Record<string, Quiz>>)[name]!;
  display(quizBundle(name, checkQuiz(name, asked)));
}

/**
 * Answer a question, and see why: a letter, letters as "a, c", or a number. "?" stands for no answer yet. A right answer
 * is noted.
 *
 * @throws RangeError for a question that there is none of, or for what is no answer to it
 */
export function answer(name: QuizName, given: string | number | readonly string[]): void {
  const { chapter, asked } = find(name);
  if (given === "?") return show("Not answered yet: put your answer in the place of the question mark, and run the cell again.");
  const { right, lines } = mark(name, asked, given);
  say([right ? "Right." : "Not yet.", ...lines]);
  if (right) noteDone(chapter, "quizzes", name);
}

/**
 * Show the right answer of a question, and what is to be said of the others.
 *
 * @throws RangeError for a question that there is none of
 */
export function reveal(name: QuizName): void {
  say(solved(name, find(name).asked));
}

/** How far somebody has come in a chapter. */
export interface ChapterProgress {
  readonly chapter: string;
  readonly title: string;
  readonly exercises: { readonly done: readonly string[]; readonly left: readonly string[] };
  readonly quizzes: { readonly done: readonly string[]; readonly left: readonly string[] };
  /** The exercises for which hints were taken, and how many of the three. */
  readonly hints: Readonly<Record<string, number>>;
}

/**
 * Show how far you are in a chapter: what is solved, what is left, and for which exercises you took hints.
 *
 * @throws RangeError for a chapter without exercises
 */
export function progressOf(chapter: ChapterNumber): void {
  chapterOf(chapter);
  const { exercises: tasks, quizzes, hints } = progressRow(chapter, notes());
  const taken = Object.entries(hints).map(([name, count]) => `${name} (${count} of 3)`);
  const line = (what: string, part: Part): string =>
    `${what}: ${share(part)}${part.left.length === 0 ? ", all done." : `; left: ${part.left.join(", ")}.`}`;
  say([
    `Chapter ${chapter}`,
    ...(size(tasks) === 0 ? [] : [line("Exercises solved", tasks)]),
    line("Questions answered", quizzes),
    ...(taken.length === 0 ? [] : [`Hints taken: ${taken.join(", ")}.`]),
  ]);
}

/** Show how far you are in the whole course, a line for each chapter. */
export function courseProgress(): void {
  const known = notes();
  const rows = Object.keys(chapters).map((number) => {
    const { chapter, title, exercises: tasks, quizzes, hints } = progressRow(number as ChapterNumber, known);
    const of = (part: Part): string => (size(part) === 0 ? "–" : share(part));
    const taken = Object.values(hints).reduce((sum, count) => sum + count, 0);
    return { chapter: `${chapter} ${title}`, "exercises solved": of(tasks), "questions answered": of(quizzes), "hints taken": taken };
  });
  show(rows, { caption: "Your progress" });
}

type Part = ChapterProgress["quizzes"];

function size({ done, left }: Part): number {
  return done.length + left.length;
}

function share(part: Part): string {
  return `${part.done.length} of ${size(part)}`;
}

/** What is done and what is left in a chapter. Names that the chapter no longer has do not count. */
export function progressRow(chapter: ChapterNumber, known: Notes): ChapterProgress {
  const { title, exercises: tasks, quizzes } = chapters[chapter];
  const split = (names: readonly string[], done: readonly string[]): ChapterProgress["quizzes"] => ({
    done: names.filter((name) => done.includes(name)),
    left: names.filter((name) => !done.includes(name)),
  });
  return {
    chapter,
    title,
    exercises: split(Object.keys(tasks), known[chapter]?.exercises ?? []),
    quizzes: split(Object.keys(quizzes), known[chapter]?.quizzes ?? []),
    hints: Object.fromEntries(Object.entries(known[chapter]?.hints ?? {}).filter(([name]) => Object.hasOwn(tasks, name))),
  };
}

/** All questions, with their chapters. */
export function allQuizzes(): readonly { readonly chapter: string; readonly name: string; readonly asked: Quiz }[] {
  return Object.entries(chapters).flatMap(([chapter, { quizzes }]) => Object.entries<Quiz>(quizzes).map(([name, asked]) => ({ chapter, name, asked })));
}

function find(name: string): { readonly chapter: string; readonly asked: Quiz } {
  const found = allQuizzes().find((entry) => entry.name === name);
  if (!found) throw new RangeError(`there is no quiz ${shown(name)}; there are ${allQuizzes().map((entry) => entry.name).join(", ")}`);
  return found;
}

function chapterOf<C extends ChapterNumber>(chapter: C): Chapters[C] {
  if (!Object.hasOwn(chapters, chapter)) throw new RangeError(`chapter must be one of ${Object.keys(chapters).join(", ")}, got ${shown(chapter)}`);
  return chapters[chapter];
}

function say(lines: readonly string[]): void {
  const [head = "", ...rest] = lines;
  display({
    "text/html": `<p><strong>${escape(head)}</strong></p>${rest.map((line) => `\n<p>${escape(line)}</p>`).join("")}`,
    "text/plain": lines.join("\n"),
  });
}
