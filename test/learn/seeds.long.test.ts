import { describe, expect, it } from "vitest";
import { exercises, type ChapterNumber, type Exercise } from "../../lib/learn.js";
import * as background from "./background-answers.js";
import * as challenges from "./challenges-answers.js";
import * as chord from "./chord-answers.js";
import * as comparison from "./comparison-answers.js";
import * as computing from "./computing-answers.js";
import * as consistency from "./consistency-answers.js";
import * as consistentHashing from "./consistent-hashing-answers.js";
import * as crdt from "./crdt-answers.js";
import * as dynamo from "./dynamo-answers.js";
import * as fourPhase from "./four-phase-answers.js";
import * as intelligence from "./intelligence-answers.js";
import * as isolation from "./isolation-answers.js";
import * as limits from "./limits-answers.js";
import * as mapreduce from "./mapreduce-answers.js";
import * as multiPaxos from "./multi-paxos-answers.js";
import * as order from "./order-answers.js";
import * as paxos from "./paxos-answers.js";
import * as raft from "./raft-answers.js";
import * as raftInService from "./raft-in-service-answers.js";
import * as realTime from "./real-time-answers.js";
import * as replication from "./replication-answers.js";
import * as scale from "./scale-answers.js";
import * as security from "./security-answers.js";
import * as spark from "./spark-answers.js";
import * as threePhase from "./three-phase-answers.js";
import * as twoPhase from "./two-phase-answers.js";
import { projectAnswers as project } from "./project-answers.js";
import type { Answers } from "./hold-exercises.js";

/** The right answers of all chapters, and others. */
const answers: Readonly<Record<string, object>> = {
  "1": background,
  "2.1": consistency,
  "2.1.2": order,
  "2.1.3": limits,
  "2.1.4": crdt,
  "2.2": isolation,
  "2.3": replication,
  "2.4": computing,
  "3.1.1": paxos,
  "3.1.1.2": multiPaxos,
  "3.1.2": raft,
  "3.1.2.2": raftInService,
  "3.1.3": comparison,
  "3.2.1": twoPhase,
  "3.2.2": threePhase,
  "3.2.3": fourPhase,
  // Several right answers each; the first one stands for all.
  "3.3.1": Object.fromEntries(Object.entries(consistentHashing).map(([name, { sound: [sound] }]) => [name, { sound }])),
  "3.3.1.2": dynamo,
  "3.3.2": chord,
  "3.4.1": mapreduce,
  "3.4.2": spark,
  "5.1": scale,
  "5.2": intelligence,
  "5.3": realTime,
  "5.4": security,
  "5.5": challenges,
  "6.3": project,
};

const cases = Object.entries(answers).flatMap(([chapter, ofChapter]) =>
  Object.entries(exercises(chapter as ChapterNumber)).map(([name, exercise]) => ({
    chapter, name, exercise: exercise as unknown as Exercise<unknown>, sound: (ofChapter as Readonly<Record<string, Answers<unknown>>>)[name]!.sound,
  })));

describe("whoever grades may take seeds of their own", () => {
  it("in the exercises of every chapter", () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  it.each(cases)("chapter $chapter, $name: the solution passes with other seeds", ({ exercise, sound }) => {
    for (const firstSeed of [1_001, 70_001]) {
      const judgement = exercise.judge(sound, { firstSeed });
      expect(judgement.kind === "passed" ? null : `${judgement.trial}, seed ${judgement.seed}: ${judgement.problem}`).toBeNull();
    }
  });
});
