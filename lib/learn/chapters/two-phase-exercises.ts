import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import type { AnyRole } from "../../core/role.js";
import { accounts, type ScriptedWork } from "../../commit/resource.js";
import { atomicity, commitNeedsAllVotes, commitProperties, undecided } from "../../commit/properties.js";
import type { Decided, Outcome, Vote } from "../../commit/transaction.js";
import { coordinator } from "../../commit/two-phase/coordinator.js";
import { participant, type Participant, type ParticipantOptions } from "../../commit/two-phase/participant.js";
import type { Nodes } from "../../sim/options.js";
import { simulate, type Run, type SimulateOptions } from "../../sim/simulate.js";
import { Simulation } from "../../sim/simulation.js";
import { only } from "../../trace/event.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, manySeeds, oneRun } from "../trial.js";
import {
  coordinatorAnswering, coordinatorDeciding, participantAdvising, participantPreparing,
  type AdviceRule, type DecideRule, type FateRule, type InquiryRule, type Known, type PrepareRule, type ReadersCostRule,
} from "./two-phase-roles.js";

const chapter = "3.2.1";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

type Works = Readonly<Record<string, ScriptedWork>>;
const willing = (n: number): Works => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i + 1}`, "yes" as const]));
const asks = (work: Readonly<Record<string, unknown>>, transaction = "t1") => ({ node: "c", request: { kind: "commit", transaction, work } }) as const;

interface Cast {
  readonly coordinator?: AnyRole;
  readonly participant?: AnyRole;
}

function cluster(n: number, { coordinator: c = coordinator(), participant: p = participant() }: Cast): Record<string, AnyRole> {
  return { c, ...Object.fromEntries(Object.keys(willing(n)).map((name) => [name, p])) };
}

/** One transaction in a network that loses nothing; the coordinator waits 100 ms for votes. */
function calm(cast: Cast, work: Works, more: Partial<SimulateOptions<Nodes>> = {}): SimulateOptions<Nodes> {
  return {
    nodes: cluster(Object.keys(work).length, cast), network: { latency: 10 }, until: 2_000, properties: commitProperties(),
    requests: [{ at: 0, ...asks(work) }], ...more,
  } as SimulateOptions<Nodes>;
}

/** Everybody named knows the outcome, and it is this one. */
function allKnow(names: readonly string[], outcome: Outcome) {
  return ({ decisions }: Run<Nodes>): string | null => {
    const [open] = undecided(decisions, { t1: names });
    if (open) return `${open.node} never learns how t1 ended`;
    const other = decisions.find((each) => (each.outcome as Decided).outcome !== outcome);
    return other ? `${other.node} decided to ${(other.outcome as Decided).outcome} t1, which must ${outcome}` : null;
  };
}

/** Loss, copies and crashes, while five transactions run, some of them vetoed. In the end nobody may be in doubt. */
function stormy(nodes: Record<string, AnyRole>): Parameters<typeof simulate>[0] {
  const requests = Array.from({ length: 5 }, (_, i) => ({
    at: 200 * i, ...asks(i % 3 === 2 ? { p1: "yes", p2: "no" } : { p1: "yes", p2: "yes" }, `t${i + 1}`),
  }));
  return {
    nodes, network: { latency: [1, 20], loss: 0.1, duplication: 0.1 }, disk: { flush: [1, 5] }, requests,
    nemesis: { until: 1_500, crashes: 3, writeCrashes: 3 }, until: 6_000, properties: commitProperties(),
  } as never;
}

// ---------------------------------------------------------------------------------------------------- the coordinator decides

const decideLook = {
  "AC2: commit needs every vote": "Which of the votes were yes when it decided? All of them must be, or read-only.",
  else: "Which votes had come, and was its time over? Look at the last moment at which it could still choose.",
};

const decide: Exercise<DecideRule> = new Exercise({
  chapter,
  name: "decide",
  task: "Say when a coordinator decides, and what.",
  hints: [
    "One vote decides alone, and it needs no company. The other outcome takes all of the votes. Which is which?",
    "A participant that only reads agrees to either outcome. And when the time is over, who is missing may be down: what may the coordinator still choose?",
    'Any "no" among votes.values(): "abort". Else, if votes.size === participants.length: "commit". Else isOver ? "abort" : "wait".',
  ],
  shape: isFunction,
  trials: [
    oneRun("three that are willing, one of them slow", {
      options: (answer) => calm({ coordinator: coordinatorDeciding(answer) }, willing(3), { network: { latency: 10, links: { "c>p3": { latency: 40 } } } }),
      atEnd: allKnow(["c", "p1", "p2", "p3"], "commit"),
      look: decideLook,
    }),
    oneRun("one of them vetoes", {
      options: (answer) => calm({ coordinator: coordinatorDeciding(answer) }, { p1: "yes", p2: "no", p3: "yes" }),
      atEnd: allKnow(["c", "p1", "p2", "p3"], "abort"),
      look: decideLook,
    }),
    oneRun("one of them only reads", {
      options: (answer) => calm({ coordinator: coordinatorDeciding(answer) }, { p1: "yes", p2: "read-only", p3: "yes" }),
      atEnd: allKnow(["c", "p1", "p3"], "commit"),
      look: decideLook,
    }),
    oneRun("one of them is down", {
      options: (answer) =>
        calm({ coordinator: coordinatorDeciding(answer) }, willing(3), { faults: [{ at: 0, kind: "crash", node: "p3" }] } as never),
      atEnd: allKnow(["c", "p1", "p2"], "abort"),
      look: decideLook,
    }),
    everyWorld("every world of two participants, one of them unwilling", {
      options: (answer) => ({
        nodes: cluster(2, { coordinator: coordinatorDeciding(answer) }), requests: [asks({ p1: "yes", p2: "no" })], timers: { c: 1 }, duplicates: 1,
        crashes: { c: 1 }, properties: [atomicity, commitNeedsAllVotes()], reduce: true,
      }),
      look: decideLook,
    }),
    manyCases("votes of all sorts", {
      cases: 300,
      draw(chance) {
        const participants = Object.keys(willing(1 + chance.below(4)));
        const votes = new Map<string, Vote>();
        for (const name of participants) if (chance.chance(0.8)) votes.set(name, chance.pick(["yes", "yes", "yes", "no", "read-only"] as const));
        return { participants, votes, isOver: chance.chance(0.3) };
      },
      judge(answer, { participants, votes, isOver }) {
        const right = [...votes.values()].includes("no") ? "abort" : votes.size === participants.length ? "commit" : isOver ? "abort" : "wait";
        const given: unknown = answer(participants, new Map(votes), isOver);
        if (given === right) return null;
        const heard = participants.map((name) => `${name}: ${votes.get(name) ?? "nothing yet"}`).join(", ");
        return `${heard}; the time is ${isOver ? "over" : "not over"}: the answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "One veto is enough, whoever else is still to be heard.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------ the vote

const prepareLook = {
  "AC1: all decide the same": "What had the one who changed its mind on its disk when its first vote left?",
  else: "What does its log say before it answers, and what afterwards?",
};

/** Two transactions want the money of one account, so that what can be done changes with time. */
function rivals(p1: AnyRole): Record<string, AnyRole> {
  return { c: coordinator({ form: "presumed-abort" }), p1, p2: participant({ form: "presumed-abort" }) };
}

/** Somebody who votes once so, and once otherwise. */
function fickle({ trace }: Run<Nodes>): string | null {
  const votes = new Map<string, unknown>();
  for (const { from, message } of only(trace, "send")) {
    if (message.kind !== "vote") continue;
    const { vote } = message as unknown as { readonly vote: Vote };
    if (votes.has(from) && votes.get(from) !== vote) return `${from} votes ${show(votes.get(from))}, and when it is asked again ${show(vote)}`;
    votes.set(from, vote);
  }
  return null;
}

const prepareVote: Exercise<PrepareRule> = new Exercise({
  chapter,
  name: "prepareVote",
  task: "Write what a participant does when it is asked to prepare.",
  hints: [
    "Somebody who has answered before gives the same answer again, whatever its resource could do now. The message may be a copy, or its first answer may be lost.",
    "Both answers are promises: yes gives away the right to abort, no decides to abort. A promise that a crash can undo is none.",
    'If entry.record is "prepared" return "yes"; if it is not "nothing" return "no". Else set entry.record to can ? "prepared" : "abort", then out.persist(), and return can ? "yes" : "no".',
  ],
  shape: isFunction,
  trials: [
    oneRun("three that are willing", {
      options: (answer) => calm({ participant: participantPreparing(answer) }, willing(3)),
      atEnd: allKnow(["c", "p1", "p2", "p3"], "commit"),
      look: prepareLook,
    }),
    oneRun("one of them cannot", {
      options: (answer) => calm({ participant: participantPreparing(answer) }, { p1: "yes", p2: "no", p3: "yes" }),
      atEnd: allKnow(["c", "p1", "p2", "p3"], "abort"),
      look: prepareLook,
    }),
    oneRun("the question comes twice", {
      options: (answer) =>
        calm({ participant: participantPreparing(answer) }, willing(2), { network: { latency: 10, duplication: 1 } }),
      atEnd: (run) => allKnow(["c", "p1", "p2"], "commit")(run) ?? fickle(run),
      look: prepareLook,
    }),
    everyWorld("a participant crashes once, anywhere", {
      options: (answer) => ({
        nodes: cluster(2, { participant: participantPreparing(answer, { cooperative: true }) }), requests: [asks(willing(2))],
        crashes: { p1: 1 }, timers: { p2: 1 }, properties: [atomicity], reduce: true,
      }),
      look: prepareLook,
    }),
    everyWorld("two transactions, one account, a crash and a copy", {
      options: (answer) => ({
        nodes: rivals(participantPreparing(answer, { resource: accounts({ a: 100 }), form: "presumed-abort" })),
        requests: [[asks({ p1: { a: 10 } }, "t0"), asks({ p1: { a: -60 }, p2: "yes" }, "t1")]],
        crashes: { p1: 1 }, duplicates: 1, properties: [atomicity], reduce: true, maxWorlds: 90_000,
      }),
      look: prepareLook,
    }),
    manyCases("records of all sorts", {
      cases: 40,
      draw: (chance) => ({ record: chance.pick(["nothing", "prepared", "abort"] as const), can: chance.chance(0.5) }),
      judge(answer, { record, can }) {
        const right = record === "prepared" || (record === "nothing" && can) ? "yes" : "no";
        const entry = { record: record as Known };
        const given: unknown = answer(entry, can, { persist() {} });
        if (given !== right) return `its log says ${record}, and its resource ${can ? "can" : "cannot"}: the answer was ${show(given)}, and must be ${show(right)}`;
        const kept = record !== "nothing" ? record : can ? "prepared" : "abort";
        return entry.record === kept ? null : `its log said ${record}, it voted ${right}, and now its log says ${entry.record}`;
      },
      look: "What stands in the log decides; only who has no record may still choose.",
    }),
  ],
});

// ----------------------------------------------------------------------------------------------- the coordinator is asked

const inquiryLook = "What does the coordinator know at this moment, and what may it still decide later?";

const inquiry: Exercise<InquiryRule> = new Exercise({
  chapter,
  name: "inquiry",
  task: "Write what a coordinator of presumed abort answers to a participant in doubt.",
  hints: [
    "There are three cases. In one the outcome is known, in one it is not yet known to anybody, and one gives the form its name.",
    "Nothing is written about an abort, and a commit is remembered until all have acknowledged it. So what must have happened to a transaction of which nothing is known?",
    'knows === "commit": "commit". knows === "voting": null, it will be told. Else "abort".',
  ],
  shape: isFunction,
  trials: [
    oneRun("the coordinator crashes before it has decided", {
      options: (answer) =>
        calm({ coordinator: coordinatorAnswering(answer), participant: participant({ form: "presumed-abort" }) }, willing(2), {
          faults: [{ at: 15, kind: "crash", node: "c" }, { at: 300, kind: "restart", node: "c" }],
        } as never),
      atEnd: allKnow(["p1", "p2"], "abort"),
      look: inquiryLook,
    }),
    oneRun("the news of a commit is lost", {
      options: (answer) =>
        calm({ coordinator: coordinatorAnswering(answer, { resendAfter: 1_900 }), participant: participant({ form: "presumed-abort" }) }, willing(2), {
          faults: [{ at: 20, kind: "cut", from: ["c"], to: ["p2"], forMs: 30 }], until: 1_500,
        } as never),
      atEnd: allKnow(["c", "p1", "p2"], "commit"),
      look: inquiryLook,
    }),
    everyWorld("a participant asks too early", {
      options: (answer) => ({
        nodes: cluster(2, { coordinator: coordinatorAnswering(answer), participant: participant({ form: "presumed-abort" }) }),
        requests: [asks(willing(2))], timers: { p1: 1 }, properties: [atomicity], reduce: true,
      }),
      look: inquiryLook,
    }),
    everyWorld("the coordinator crashes once, anywhere, and anybody may ask", {
      options: (answer) => ({
        nodes: cluster(2, { coordinator: coordinatorAnswering(answer), participant: participant({ form: "presumed-abort" }) }),
        requests: [asks(willing(2))], timers: { c: 1, p1: 1, p2: 1 }, crashes: { c: 1 }, properties: commitProperties(), reduce: true,
      }),
      look: inquiryLook,
    }),
    manySeeds("storms of loss, copies and crashes", {
      seeds: 4,
      options: (answer) => stormy(cluster(2, { coordinator: coordinatorAnswering(answer), participant: participant({ form: "presumed-abort" }) })) as never,
      atEnd: ({ simulation }) => inDoubt(simulation.state("p1") as Participant) ?? inDoubt(simulation.state("p2") as Participant),
      look: inquiryLook,
    }),
  ],
});

function inDoubt({ id, log }: Participant): string | null {
  const open = [...log].find(([, record]) => record.kind === "prepared");
  return open ? `long after the storm ${id} is still in doubt about ${open[0]}` : null;
}

// ------------------------------------------------------------------------------------------------- another one asks

const adviceLook = {
  "AC1: all decide the same": "What did the log of the one who gave the advice say, and what has it promised to whom?",
  else: "Could the one who was asked have helped?",
};

const advising = (answer: AdviceRule, options: ParticipantOptions = {}): Cast => ({ participant: participantAdvising(answer, options) });

const advise: Exercise<AdviceRule> = new Exercise({
  chapter,
  name: "advise",
  task: "Write what a participant answers to another one that is in doubt.",
  hints: [
    "Who knows the outcome says it. Who is in doubt itself has nothing to say. There is a third sort of participant.",
    "Who has not voted may still abort, and so can end the other's doubt. But then it must never vote yes, not after a crash either.",
    'If entry.record is "nothing": set it to "abort", out.persist(), return "abort". If it is "prepared" return null. Else return entry.record.',
  ],
  shape: isFunction,
  trials: [
    oneRun("the coordinator dies before it has asked all", {
      options: (answer) =>
        calm(advising(answer), willing(2), {
          faults: [{ at: 0, kind: "cut", from: ["c"], to: ["p2"] }, { at: 15, kind: "crash", node: "c" }],
        } as never),
      atEnd: allKnow(["p1", "p2"], "abort"),
      look: adviceLook,
    }),
    oneRun("the coordinator dies before it has told all", {
      options: (answer) =>
        calm(advising(answer), willing(2), {
          faults: [{ at: 20, kind: "cut", from: ["c"], to: ["p2"] }, { at: 25, kind: "crash", node: "c" }],
        } as never),
      atEnd: allKnow(["p1", "p2"], "commit"),
      look: adviceLook,
    }),
    everyWorld("one of two asks, at any time", {
      options: (answer) => ({
        nodes: cluster(2, advising(answer)), requests: [asks(willing(2))], timers: { p1: 1 }, properties: [atomicity], reduce: true,
      }),
      look: adviceLook,
    }),
    everyWorld("the one who is asked crashes once, anywhere", {
      options: (answer) => ({
        nodes: cluster(2, advising(answer, { form: "presumed-abort" })),
        requests: [asks(willing(2))], timers: { p1: 1 }, crashes: { p2: 1 }, duplicates: 1, properties: [atomicity], reduce: true,
      }),
      look: adviceLook,
    }),
  ],
});

// ---------------------------------------------------------------------------------------------------- what can be known

/** The logs that some participants are left with when a transaction is stopped at a random moment, and the coordinator never comes back. */
function stopped(chance: Stream): { readonly logs: readonly Known[]; readonly right: Outcome | "blocked" } {
  const names = Object.keys(willing(2 + chance.below(3)));
  const work = Object.fromEntries(names.map((name) => [name, chance.chance(0.85) ? "yes" : "no"] as const));
  const nodes = cluster(names.length, {});
  const simulation = new Simulation({ seed: chance.below(1_000_000), nodes, network: { latency: [1, 30] }, requests: [{ at: 0, ...asks(work) }] as never });
  simulation.run({ until: 5 + chance.below(80) });
  simulation.crash("c" as never);
  const reached = names.filter(() => chance.chance(0.8));
  const logs = (reached.length > 0 ? reached : names.slice(0, 1)).map((name): Known => {
    const kind = (simulation.state(name as never) as unknown as Participant).log.get("t1")?.kind;
    return kind === undefined || kind === "read-only" ? "nothing" : kind;
  });
  const right = logs.includes("commit") ? "commit" : logs.includes("abort") || logs.includes("nothing") ? "abort" : "blocked";
  return { logs, right };
}

const fate: Exercise<FateRule> = new Exercise({
  chapter,
  name: "fate",
  task: "Read the logs of the participants that can be reached, and say what can be done without the coordinator.",
  hints: [
    "One decided log is enough. What does a log without a record of the transaction tell you?",
    "Who has no record has not voted, so nobody can have decided to commit; and who has a record of yes may be one of those who have been told, or of those who have not. What if all have one?",
    'logs.includes("commit"): "commit". logs.includes("abort") or logs.includes("nothing"): "abort". Else "blocked".',
  ],
  shape: isFunction,
  trials: [
    manyCases("transactions that were stopped somewhere", {
      cases: 250,
      draw: stopped,
      judge(answer, { logs, right }) {
        const given: unknown = answer([...logs]);
        return given === right ? null : `the logs say ${logs.join(", ")}: the answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "Which decisions could somebody have made who is not among these? One that you cannot rule out, you must not contradict.",
    }),
  ],
});

// --------------------------------------------------------------------------------------------------------- the price

/** What a commit costs in a run: n participants, and the last `readers` of them only read. */
function measured(n: number, readers: number): { readonly messages: number; readonly forced: number } {
  const work = Object.fromEntries(Object.keys(willing(n)).map((name, i) => [name, i < n - readers ? "yes" : "read-only"] as const));
  const nodes = cluster(n, { coordinator: coordinator({ form: "presumed-abort" }), participant: participant({ form: "presumed-abort" }) });
  const { trace } = simulate({ nodes, network: { latency: 10 }, requests: [{ at: 0, ...asks(work) }] as never });
  return { messages: only(trace, "send").length, forced: only(trace, "write").filter(({ flush }) => flush).length };
}

const readersCost: Exercise<ReadersCostRule> = new Exercise({
  chapter,
  name: "readersCost",
  task: "Say what a commit of presumed abort costs if some participants only read.",
  hints: [
    "A reader is asked, answers, and is done. What do the others send and receive, and what does each of them write before it answers?",
    "The others: prepare, vote, decision, ack, and two forced writes. The coordinator forces one record of its commit. Always?",
    "messages: 4 * (n - readers) + 2 * readers; forced: 2 * (n - readers) + (readers < n ? 1 : 0).",
  ],
  shape: isFunction,
  trials: [
    manyCases("runs with up to eight participants", {
      cases: 60,
      draw(chance) {
        const n = 1 + chance.below(8);
        return { n, readers: chance.below(n + 1) };
      },
      judge(answer, { n, readers }) {
        const given = answer(n, readers);
        const right = measured(n, readers);
        for (const what of ["messages", "forced"] as const) {
          if (given?.[what] === right[what]) continue;
          const noun = what === "messages" ? "messages" : "forced writes";
          return `with ${n} participants, of which ${readers} only read: your answer has ${show(given?.[what])} ${noun}, and the run ${right[what]}`;
        }
        return null;
      },
      look: "Draw a run with one writer and one reader, and count. Then let both only read: is there anything left to write?",
    }),
  ],
});

/** The exercises of the chapter on two-phase commit, by name. */
export const twoPhaseExercises: {
  readonly decide: Exercise<DecideRule>;
  readonly prepareVote: Exercise<PrepareRule>;
  readonly inquiry: Exercise<InquiryRule>;
  readonly advise: Exercise<AdviceRule>;
  readonly fate: Exercise<FateRule>;
  readonly readersCost: Exercise<ReadersCostRule>;
} = { decide, prepareVote, inquiry, advise, fate, readersCost };
