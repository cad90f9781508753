import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answer, courseProgress, Exercise, exercises, progressOf, quiz, reveal, type ExerciseParts, type Finding, type Trial } from "../../lib/learn.js";
import { acceptor, proposer } from "../../lib/paxos.js";
import { ids, simulate } from "../../lib/sim.js";
import { interruptWith } from "../../lib/core/interrupt.js";
import { notes } from "../../lib/notebook/store.js";
import { printed, withKernel } from "../notebook-layer/kernel.js";
import { acceptRule } from "./paxos-answers.js";

const even: Trial<number> = {
  name: "even",
  run: (n) => (n % 2 === 0 ? { kind: "seen", what: "1 case" } : { kind: "wrong", problem: `${n} is <odd>`, look: "Halve it.", seed: 7, trace: [], schedule: null }),
};
const parts: ExerciseParts<number> = {
  chapter: "9.9", name: "halving", task: "Give a number that can be halved.", hints: ["Look.", "It is even.", "Say 2."],
  shape: (given) => (typeof given === "number" ? null : "must be a number"), trials: [even],
};

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "distlab-progress-"));
  vi.stubEnv("DISTLAB_PROGRESS", join(folder, "progress.json"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("an exercise", () => {
  it("notes a right answer as solved, unless it is the chapter's own", async () => {
    const halving = new Exercise(parts);
    expect(await printed(() => halving.check(4, { counts: false }))).toEqual(["Passed: halving.\n✓ even: 1 case"]);
    expect(notes()).toEqual({});
    await printed(() => halving.check(4));
    expect(notes()).toEqual({ "9.9": { exercises: ["halving"], quizzes: [] } });
  });

  it("says what went wrong, on which seed, and what to look at", async () => {
    const [shown] = await withKernel(() => new Exercise(parts).check(3));
    expect(shown!.data["text/plain"]).toBe("Not yet: halving.\n✗ even, seed 7: 3 is <odd>\nLook: Halve it.\nStuck? halving.hint() gives a hint.");
    expect(shown!.data["text/html"]).toContain("3 is &lt;odd&gt;");
    expect(notes()).toEqual({});
  });

  it("draws the shortest run, with what to look at", async () => {
    const gullible = acceptRule.wrong.find(({ name }) => name === "does not look at the promise")!;
    const [said, drawn] = await withKernel(() => exercises("3.1.1").acceptRule.check(gullible.answer));
    expect(said!.data["text/plain"]).toMatch(/\nThe shortest run that shows it:\n 1\. request p1: propose value=x\n[^]*\n18\. deliver /);
    expect(drawn!.data["image/svg+xml"]).toContain("What had it promised when it voted");
    expect(drawn!.data["text/plain"]).toMatch(/^acceptRule: p1 decided "x", but p2 decided "y"\n/);
  });

  it("draws of a long run the part in which it goes wrong", async () => {
    const rival = proposer({ acceptors: ids("a1", "a2"), backoff: 0 });
    const voter = acceptor({ nack: true });
    const { trace } = simulate({
      seed: 1, nodes: { p1: rival, p2: rival, a1: voter, a2: voter }, network: { latency: 10, kinds: { accept: { latency: 40 } } },
      requests: [{ at: 0, node: "p1", request: { kind: "propose", value: "x" } }, { at: 35, node: "p2", request: { kind: "propose", value: "y" } }],
      limits: { time: 2_000 },
    });
    const finding = { kind: "wrong", problem: "nobody decides", look: "Look.", seed: 1, trace, schedule: null } as const;
    const drawn = async (what: Finding): Promise<string> => {
      const shown = await withKernel(() => new Exercise({ ...parts, trials: [{ name: "endless", run: () => what }] }).check(3));
      return /Showing [\d,.]+–[\d,.]+ ms/.exec(shown[1]!.data["text/plain"]!)![0];
    };
    expect(trace.filter(({ kind }) => kind === "send").length).toBeGreaterThan(200);
    expect(await drawn({ ...finding, shownAt: 1_500 })).toMatch(/^Showing 1,[1-4][\d.]+–1,(500|49[\d.]+) ms$/);
    const broken = trace.map((event) => (event.kind === "timer" && event.at > 1_000 ? { ...event, kind: "violation", property: "p", problem: "wrong" } : event)) as typeof trace;
    expect(await drawn({ ...finding, trace: broken })).toMatch(/^Showing (8|9)\d\d(\.\d+)?–/);
    // Where nobody says when, it begins as it began.
    expect(await drawn(finding)).toMatch(/^Showing 0–/);
  });

  it("says in the chapter's words what goes over the arrows, and what is decided", async () => {
    const [, drawn] = await withKernel(() => exercises("3.1.2").upToDate.check((candidate, own) => candidate.index >= own.index));
    const picture = drawn!.data["image/svg+xml"]!;
    expect(picture).toContain(">vote? term 2<");
    expect(picture).toContain(">decides 2@2<");
    expect(picture).not.toContain("requestVote ");
  });

  it("gives its hints one by one, and begins again", async () => {
    const halving = new Exercise(parts);
    expect((await printed(() => { for (let i = 0; i < 4; i++) halving.hint(); })).map((line) => line.split("\n")[0])).toEqual([
      "Hint 1 of 3: Look.", "Hint 2 of 3: It is even.", "Hint 3 of 3: Say 2.", "Hint 1 of 3: Look.",
    ]);
  });

  it("notes how many of its hints were taken, whichever comes again", async () => {
    const halving = new Exercise(parts);
    await printed(() => { for (let i = 0; i < 2; i++) halving.hint(); });
    expect(notes()).toEqual({ "9.9": { exercises: [], quizzes: [], hints: { halving: 2 } } });
    await printed(() => new Exercise(parts).hint());
    expect(notes()["9.9"]?.hints).toEqual({ halving: 2 });
    await printed(() => halving.check(4));
    expect(notes()["9.9"]).toEqual({ exercises: ["halving"], quizzes: [], hints: { halving: 2 } });
  });

  it("takes what an answer throws for a finding, but lets the Stop button through", () => {
    const throwing = (thrown: () => unknown): Exercise<number> => new Exercise({ ...parts, trials: [{ name: "t", run: () => { throw thrown(); } }] });
    expect(throwing(() => new TypeError("no such field")).judge(2)).toMatchObject({ kind: "failed", problem: "your code stopped with TypeError: no such field" });
    expect(throwing(() => 3).judge(2)).toMatchObject({ kind: "failed", problem: "your code stopped with 3" });
    let isStopped = false;
    interruptWith(() => { if (isStopped) throw new Error("stopped by the Stop button"); });
    try {
      expect(() => throwing(() => { isStopped = true; return new Error("within"); }).judge(2)).toThrow("stopped by the Stop button");
    } finally {
      interruptWith(null);
    }
  });

  it.each<[string, Partial<ExerciseParts<number>>, string]>([
    ["no name", { name: "" }, 'an exercise needs a name, got ""'],
    ["an empty hint", { hints: ["a", " ", "c"] }, "exercise halving must have 3 hints"],
    ["no trial", { trials: [] }, "exercise halving must have at least one trial, or every answer would be right"],
  ])("must not have %s", (_, change, message) => {
    expect(() => new Exercise({ ...parts, ...change })).toThrow(message);
  });
});

describe("in a notebook", () => {
  it("a question is asked, answered, revealed, and noted once it is answered rightly", async () => {
    const lines = await printed(() => {
      quiz("3.1.1", "livelock");
      answer("livelock", "?");
      answer("livelock", "a");
    });
    expect(lines[0]).toMatch(/\n {2}c\) Termination\nOne is right\. Answer with answer\("livelock", "a"\)\.$/);
    expect(lines[1]).toMatch(/^Not answered yet/);
    expect(lines[2]).toMatch(/^Not yet\.\na\) Agreement: no\. /);
    expect(notes()).toEqual({});
    const [right, open] = await printed(() => { answer("livelock", "c"); reveal("livelock"); });
    expect(right).toMatch(/^Right\.\nc\) Termination: right\. /);
    expect(open).toMatch(/^The answer: c\.\n/);
    expect(notes()["3.1.1"]).toEqual({ exercises: [], quizzes: ["livelock"] });
  });

  it("progress says what is done and what is left", async () => {
    await printed(() => exercises("3.1.1").bounds.check({ crashes: 1 }));
    await printed(() => answer("messages", 28));
    const [without] = await printed(() => progressOf("3.1.1"));
    expect(without).not.toContain("Hints");
    await printed(() => { for (const times of [1, 2]) void times, exercises("3.1.1").choice.hint(); });
    const [chapter, course] = await printed(() => { progressOf("3.1.1"); courseProgress(); });
    expect(chapter).toBe(
      "Chapter 3.1.1\nExercises solved: 1 of 6; left: acceptRule, choice, quorumRule, chosenRule, openRule.\n" +
        "Questions answered: 1 of 7; left: chosenMoment, quorumPairs, heardVotes, onDisk, ballotOrder, livelock.\n" +
        "Hints taken: choice (2 of 3).",
    );
    expect(course).toMatch(/3\.1\.1 Paxos +1 of 6 +1 of 7 +2$/m);
  });

  it("counts no exercises in a chapter that has only questions", async () => {
    const [chapter, course] = await printed(() => { progressOf("6.1"); courseProgress(); });
    expect(chapter).toMatch(/^Chapter 6\.1\nQuestions answered: 0 of \d/);
    expect(course).toMatch(/6\.1 Summary +– +0 of \d+ +0$/m);
  });

  it.each<[string, () => unknown, string | RegExp]>([
    ["a chapter", () => exercises("9.9" as never), /^chapter must be one of .*3\.1\.1.*, got "9\.9"$/],
    ["progress of a chapter", () => progressOf("toString" as never), /^chapter must be one of .*3\.1\.1.*, got "toString"$/],
    ["a quiz of a chapter", () => quiz("3.1.1", "terms" as never), 'chapter 3.1.1 has no quiz "terms"; it has chosenMoment, '],
    ["a question to answer", () => answer("terms" as never, "a"), /^there is no quiz "terms"; there are .*chosenMoment, /],
    ["a question to reveal", () => reveal("terms" as never), 'there is no quiz "terms"'],
  ])("%s that there is none of is an error", (_, work, message) => {
    expect(work).toThrow(message);
  });
});
