import { show } from "../../core/parameters.js";
import type { World } from "../../core/property.js";
import type { Stream } from "../../core/random.js";
import { type AnyRole, ids } from "../../core/role.js";
import type { ExploreOptions } from "../../check/options.js";
import { mortal, type Mortal } from "../../core/mortal.js";
import { atomicity, commitNeedsAllVotes, commitProperties, undecided } from "../../commit/properties.js";
import { site as quorumSite } from "../../commit/quorum-commit/site.js";
import type { ScriptedWork } from "../../commit/resource.js";
import { site } from "../../commit/three-phase/site.js";
import type { Decided, Outcome } from "../../commit/transaction.js";
import type { Nodes } from "../../sim/options.js";
import { simulate, type Run, type SimulateOptions } from "../../sim/simulate.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, oneRun } from "../trial.js";
import {
  siteChoosing, siteComingBack, siteObeying, siteTerminating,
  type BlockingStatesRule, type ChooseRule, type LocalState, type ObeyRule, type PatienceRule, type TerminateRule, type TotalFailureRule,
} from "./three-phase-roles.js";

const chapter = "3.2.2";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

type Works = Readonly<Record<string, ScriptedWork>>;
const willing = (n: number): Works => Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i + 1}`, "yes" as const]));
const asks = (work: Works) => ({ node: "c", request: { kind: "commit", transaction: "t1", work } }) as const;
const split = "Who decided first, and what did the other one know when it decided?";

/** The coordinator and the participants play the same role. */
function cluster(role: AnyRole, work: Works): Record<string, AnyRole> {
  return Object.fromEntries(["c", ...Object.keys(work)].map((name) => [name, role]));
}

/** One transaction in a synchronous network: a message takes 10 ms, and silence of 100 ms means death. */
function calm(role: AnyRole, work: Works, more: Partial<SimulateOptions<Nodes>> = {}): SimulateOptions<Nodes> {
  return { nodes: cluster(role, work), network: { latency: 10 }, until: 3_000, properties: commitProperties(), requests: [{ at: 0, ...asks(work) }], ...more } as SimulateOptions<Nodes>;
}

/** Everybody named knows the outcome, and it is this one, if one is given. */
function allKnow(names: readonly string[], outcome?: Outcome) {
  return ({ decisions }: Run<Nodes>): string | null => {
    const [open] = undecided(decisions, { t1: names });
    if (open) return `${open.node} never learns how t1 ended`;
    const other = decisions.find((each) => outcome && (each.outcome as Decided).outcome !== outcome);
    return other ? `${other.node} decided to ${(other.outcome as Decided).outcome} t1, which must ${outcome}` : null;
  };
}

type Fate = { readonly node: string; readonly request: { readonly kind: "die" | "rise"; readonly when?: "now" | "at the next write" } };
const die = (node: string, when: "now" | "at the next write" = "now"): Fate => ({ node, request: { kind: "die", when } });
const rise = (node: string): Fate => ({ node, request: { kind: "rise" } });

/** Every world in which these fates befall the nodes, with a failure detector that is never wrong. */
function fated(role: AnyRole, work: Works, fates: readonly (Fate | readonly Fate[])[], more: Partial<ExploreOptions<Nodes>> = {}): ExploreOptions<Nodes> {
  const names = ids("c", ...Object.keys(work));
  const each = mortal(role, names);
  return {
    nodes: Object.fromEntries(names.map((name) => [name, each])), requests: [asks(work), ...fates] as never,
    properties: [atomicity, commitNeedsAllVotes()], reduce: true, ...more,
  };
}

const inTheEnd = { eventually: { "nobody who lives waits for ever": ({ nodes }: World) => nodes.every(({ state }) => knowsAll((state as Mortal).inner)) } };

function knowsAll(inner: object | null): boolean {
  const log = (inner as { readonly log?: ReadonlyMap<string, { readonly kind: string }> } | null)?.log;
  return [...(log?.values() ?? [])].every(({ kind }) => kind === "commit" || kind === "abort");
}

// ------------------------------------------------------------------------------------------------------- Skeen's theorem

const twoPhase: readonly LocalState[] = [
  { name: "has not voted", committable: false, besideCommit: false, besideAbort: true },
  { name: "prepared", committable: false, besideCommit: true, besideAbort: true },
  { name: "committed", committable: true, besideCommit: true, besideAbort: false },
  { name: "aborted", committable: false, besideCommit: false, besideAbort: true },
];

const hasty: readonly LocalState[] = [
  { name: "waiting", committable: false, besideCommit: true, besideAbort: false },
  { name: "ready", committable: true, besideCommit: true, besideAbort: false },
];

function blocks({ committable, besideCommit, besideAbort }: LocalState): boolean {
  return besideCommit && (besideAbort || !committable);
}

function judgeStates(answer: BlockingStatesRule, states: readonly LocalState[]): string | null {
  const right = states.filter(blocks).map(({ name }) => name);
  const given: unknown = answer(states);
  if (!Array.isArray(given)) return `the answer must be a list of names, got ${show(given)}`;
  if (given.join("|") === right.join("|")) return null;
  const said = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));
  const facts = states.map(({ name, committable, besideCommit, besideAbort }) =>
    `${name} (${committable ? "committable" : "not committable"}; beside ${[besideCommit && "a commit", besideAbort && "an abort"].filter(Boolean).join(" and ") || "neither"})`);
  return `of ${facts.join("; ")} the answer was ${said(given)}, and must be ${said(right)}`;
}

const theoremLook = "The theorem has two conditions, and a state that breaks either one blocks.";

const blockingStates: Exercise<BlockingStatesRule> = new Exercise({
  chapter,
  name: "blockingStates",
  task: "Say which states of a protocol make it block, by Skeen's theorem.",
  hints: [
    "There are two conditions. One is about two kinds of neighbours, the other about one of them.",
    "Whoever is left must be able to choose. If another one can have committed, it may not abort; if it cannot know that all have voted yes, or another one can have aborted, it may not commit.",
    "Keep the names of those with besideCommit && (besideAbort || !committable).",
  ],
  shape: isFunction,
  trials: [
    manyCases("a participant of two-phase commit", { cases: 1, draw: () => twoPhase, judge: judgeStates, look: theoremLook }),
    manyCases("a state without an abort beside it", { cases: 1, draw: () => hasty, judge: judgeStates, look: theoremLook }),
    manyCases("states of all sorts", {
      cases: 200,
      draw: (chance) => Array.from({ length: 1 + chance.below(4) }, (_, i) => ({
        name: `s${i + 1}`, committable: chance.chance(0.5), besideCommit: chance.chance(0.5), besideAbort: chance.chance(0.5),
      })),
      judge: judgeStates,
      look: theoremLook,
    }),
  ],
});

// ---------------------------------------------------------------------------------------------------- termination protocol

const terminateLook = {
  "AC1: all decide the same": split,
  "AC2: commit needs every vote": "What did the leader know about the votes?",
  else: "What may somebody who is dead have decided, and what would the next leader find?",
};

const terminate: Exercise<TerminateRule> = new Exercise({
  chapter,
  name: "terminate",
  task: "Write what an elected coordinator does with what it has heard.",
  hints: [
    "Somebody who is dead may have decided. What must everybody have known before it could commit?",
    "If anybody who lives is preCommitted, all have voted yes. But whoever is still uncertain would abort, if it became the leader: so who must know what before you commit?",
    'Is nobody preCommitted, yourself included: "abort". Are all: "commit". Else "preCommit first".',
  ],
  shape: isFunction,
  trials: [
    oneRun("the coordinator dies before it has told anybody", {
      options: (answer) => calm(siteTerminating(answer), willing(3), { faults: [{ at: 15, kind: "crash", node: "c" }] } as never),
      atEnd: allKnow(["p1", "p2", "p3"], "abort"),
      look: terminateLook,
    }),
    oneRun("the coordinator dies when it has told one", {
      options: (answer) => calm(siteTerminating(answer), willing(3), {
        faults: [{ at: 15, kind: "cut", from: ["c"], to: ["p1", "p2"] }, { at: 25, kind: "crash", node: "c" }],
      } as never),
      atEnd: allKnow(["p1", "p2", "p3"]),
      look: terminateLook,
    }),
    everyWorld("the coordinator dies anywhere, and nobody else", {
      options: (answer) => fated(siteTerminating(answer), willing(2), [die("c")], inTheEnd),
      look: terminateLook,
    }),
    everyWorld("the first two in the order die anywhere", {
      options: (answer) => fated(siteTerminating(answer), willing(2), [die("c"), die("p1")], inTheEnd),
      look: terminateLook,
    }),
    everyWorld("one of two vetoes and dies, and the coordinator too", {
      options: (answer) => fated(siteTerminating(answer), { p1: "yes", p2: "no" }, [die("c"), die("p2")], inTheEnd),
      look: terminateLook,
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------- whom to obey

const obeyLook = {
  "AC1: all decide the same": "Whom had the one that obeyed told how far it was, and what did that leader make of it?",
  else: "Who waits for whom here, and who could have answered?",
};

const obey: Exercise<ObeyRule> = new Exercise({
  chapter,
  name: "obey",
  task: "Say which leaders a participant obeys.",
  hints: [
    "Messages of a leader that is dead may still be under way. And a leader may be elected before you have heard that the old one is dead.",
    "Who has told a leader how far it is must not change that on the word of an earlier one.",
    "attempt >= own.",
  ],
  shape: isFunction,
  trials: [
    oneRun("nothing fails", {
      options: (answer) => calm(siteObeying(answer), willing(3), { until: 90 }),
      atEnd: allKnow(["c", "p1", "p2", "p3"], "commit"),
      look: obeyLook,
    }),
    oneRun("the coordinator dies before it has told anybody", {
      options: (answer) => calm(siteObeying(answer), willing(3), { faults: [{ at: 15, kind: "crash", node: "c" }] } as never),
      atEnd: allKnow(["p1", "p2", "p3"], "abort"),
      look: obeyLook,
    }),
    everyWorld("the coordinator dies anywhere, and nobody else", {
      options: (answer) => fated(siteObeying(answer), willing(2), [die("c")], { ...inTheEnd, reduce: false }), // who ignores a message has lost it
      look: obeyLook,
    }),
    everyWorld("the first two in the order die anywhere", {
      options: (answer) => fated(siteObeying(answer), willing(2), [die("c"), die("p1")], inTheEnd),
      look: obeyLook,
    }),
  ],
});

// -------------------------------------------------------------------------------------------------------- total failure

const comeBackLook = {
  "AC1: all decide the same": "Who was still up when this one failed, and what can it have done since?",
  else: "Who is back, and does anybody need to be waited for?",
};

const lastToFail: Exercise<TotalFailureRule> = new Exercise({
  chapter,
  name: "lastToFail",
  task: "Say when those who come back from a total failure may decide, and what.",
  hints: [
    "Who failed first knows least: the others may have decided without it. Who failed last?",
    "Somebody whose own list of those up has only itself in it has seen all others fail. If all n are back and nobody is such a one, nobody had decided at all.",
    "Look for one with up.length === 1: its state counts. If there is none and back.size === n, all states count. Else null. Then: any preCommitted that counts means commit, otherwise abort.",
  ],
  shape: isFunction,
  trials: [
    everyWorld("one participant dies and comes back, and the others live", {
      options: (answer) => fated(siteComingBack(answer), willing(2), [[die("p1"), rise("p1")]]),
      look: comeBackLook,
    }),
    everyWorld("all die one after the other, and the last comes back alone", {
      options: (answer) => fated(siteComingBack(answer), willing(2), [[die("c"), die("p1"), die("p2", "at the next write"), rise("p2")]]),
      look: comeBackLook,
    }),
    oneRun("all crash at once, and come back", {
      options: (answer) => calm(siteComingBack(answer), willing(2), {
        faults: [["c", 900], ["p1", 500], ["p2", 700]].map(([node, forMs]) => ({ at: 25, kind: "crash", node, forMs })),
      } as never),
      atEnd: allKnow(["c", "p1", "p2"]),
      look: comeBackLook,
    }),
    everyWorld("a coordinator and one participant die and come back, in any order", {
      options: (answer) => fated(siteComingBack(answer), willing(1), [[die("c"), rise("c")], [die("p1"), rise("p1")]]),
      look: comeBackLook,
    }),
    everyWorld("all three die one after the other, and the coordinator stays away", {
      options: (answer) => fated(siteComingBack(answer), willing(2), [[die("c"), die("p1"), die("p2"), rise("p2"), rise("p1")]]),
      look: comeBackLook,
    }),
    manyCases("testimonies of all sorts", {
      cases: 300,
      draw: testimonies,
      judge(answer, { back, n }) {
        const last = [...back.values()].find(({ up }) => up.length === 1);
        const counts = last ? [last] : back.size === n ? [...back.values()] : null;
        const right = counts === null ? null : counts.some(({ state }) => state === "preCommitted") ? "commit" : "abort";
        const given: unknown = answer(new Map(back), n);
        if (given === right) return null;
        const said = Array.from(back, ([name, { state, up }]) => `${name} was ${state} and had seen up: ${up.join(", ")}`).join("; ");
        return `of ${n}, these are back: ${said}. The answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "Is somebody back who has seen all others fail? Is everybody back?",
    }),
  ],
});

/** What some of n say who died one after the other, or all before they had heard of anybody's death. */
function testimonies(chance: Stream) {
  const names = ["c", ...Object.keys(willing(1 + chance.below(3)))];
  const fell = chance.shuffle(names);
  const seen = chance.chance(0.6);
  const knew = chance.below(names.length + 1); // how many of the last to fall were preCommitted
  const words = fell.map((name, i) => [name, {
    state: i >= fell.length - knew ? ("preCommitted" as const) : ("uncertain" as const),
    up: names.filter((other) => !seen || fell.indexOf(other) >= i),
  }] as const);
  return { n: names.length, back: new Map(chance.shuffle(words).slice(0, 1 + chance.below(names.length))) };
}

// ------------------------------------------------------------------------------------------------------------- quorums

const chooseLook = {
  "AC1: all decide the same": "How many were ready for each outcome when it was decided? The quorums must share somebody.",
  "AC2: commit needs every vote": "Who of those who answered knew that all had voted yes?",
  else: "For which outcome could a quorum still be had here?",
};

const choose: Exercise<ChooseRule> = new Exercise({
  chapter,
  name: "choose",
  task: "Choose what a leader of quorum-based three-phase commit makes the others ready for.",
  hints: [
    "Nobody changes what it is ready for. So count: who is ready for an outcome already, and who can still be made so?",
    "A commit needs one more thing than a quorum: somebody who knows that all have voted yes. Who is that?",
    'ready + open >= quorum.commit && ready > 0: "commit", where ready counts "commit" and open counts null. Else, counting "abort" and null, enough for quorum.abort: "abort". Else null.',
  ],
  shape: isFunction,
  trials: [
    oneRun("the coordinator dies when it has made one ready", {
      options: (answer) => ({
        nodes: cluster(siteChoosing(answer), willing(3)), network: { latency: 10 }, until: 3_000, properties: commitProperties(), requests: [{ at: 0, ...asks(willing(3)) }],
        faults: [{ at: 15, kind: "cut", from: ["c"], to: ["p2", "p3"] }, { at: 25, kind: "crash", node: "c" }],
      }) as never,
      atEnd: allKnow(["p1", "p2", "p3"]),
      look: chooseLook,
    }),
    oneRun("the coordinator is cut off with one who is ready", {
      options: (answer) => ({
        nodes: cluster(siteChoosing(answer), willing(3)), network: { latency: 10 }, until: 3_000, properties: commitProperties(), requests: [{ at: 0, ...asks(willing(3)) }],
        faults: [{ at: 15, kind: "cut", from: ["c"], to: ["p2", "p3"], forMs: 10 }, { at: 25, kind: "partition", groups: [["c", "p1"], ["p2", "p3"]], forMs: 1_500 }],
      }) as never,
      atEnd: allKnow(["c", "p1", "p2", "p3"]),
      look: chooseLook,
    }),
    everyWorld("two participants take over, at any time", {
      options: (answer) => ({ nodes: cluster(siteChoosing(answer), willing(2)), requests: [asks(willing(2))], timers: { p1: 2, p2: 2 }, properties: commitProperties(), reduce: true }) as never,
      look: chooseLook,
    }),
    everyWorld("one of three takes over though the coordinator lives", {
      options: (answer) => {
        const taught = siteChoosing(answer);
        const sound = quorumSite();
        return { nodes: { c: sound, p1: sound, p2: sound, p3: taught }, requests: [asks(willing(3))], timers: { p3: 2 }, properties: commitProperties(), reduce: true, maxWorlds: 300_000 } as never;
      },
      look: chooseLook,
    }),
    manyCases("answers of all sorts", {
      cases: 300,
      draw(chance) {
        const n = 1 + chance.below(5);
        const commit = Math.floor(n / 2) + 1;
        const answered = Object.keys(willing(n)).slice(0, 1 + chance.below(n));
        const states = new Map(answered.map((name) => [name, chance.pick(["commit", "abort", null, null] as const)]));
        return { n, states, quorum: { commit, abort: n - commit + 1 } };
      },
      judge(answer, { n, states, quorum }) {
        const having = (ready: Outcome | null): number => [...states.values()].filter((state) => state === ready).length;
        const can = { commit: having("commit") > 0 && having("commit") + having(null) >= quorum.commit, abort: having("abort") + having(null) >= quorum.abort };
        const given: unknown = answer(new Map(states), quorum);
        const fits = given === null ? !can.commit && !can.abort : given === "commit" ? can.commit : given === "abort" ? can.abort : false;
        if (fits) return null;
        const said = Array.from(states, ([name, ready]) => `${name}: ${ready ?? "nothing"}`).join(", ");
        const may = (["commit", "abort"] as const).filter((outcome) => can[outcome]).map((outcome) => show(outcome)).join(" or ") || "null";
        return `of ${n} participants these answer, and are ready for: ${said}. The answer was ${show(given)}, and must be ${may}`;
      },
      look: "Count those who are ready for it, add those who are ready for nothing, and compare with the quorum.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------------- patience

interface Speeds {
  readonly least: number;
  readonly most: number;
  readonly flush: number;
}

function patienceOf(answer: PatienceRule, speeds: Speeds): number {
  const given: unknown = answer(speeds);
  if (typeof given !== "number" || !(given > 0 && Number.isFinite(given))) throw new TypeError(`the answer must be a number of ms, more than 0, got ${show(given)}`);
  return given;
}

function speeds(chance: Stream): Speeds {
  const least = 1 + chance.below(20);
  return { least, most: least + chance.below(50), flush: chance.below(15) };
}

function inNetwork({ least, most, flush }: Speeds): string {
  return `with messages of ${least} to ${most} ms and writes of up to ${flush} ms`;
}

function running(answer: PatienceRule, drawn: Speeds, more: Partial<SimulateOptions<Nodes>>): Run<Nodes> {
  return simulate(calm(site({ patience: patienceOf(answer, drawn) }), willing(3), { properties: [atomicity], until: 10_000, ...more }));
}

const patience: Exercise<PatienceRule> = new Exercise({
  chapter,
  name: "patience",
  task: "Choose how long a leader of three-phase commit waits before it takes the silent for dead.",
  hints: [
    "Nobody who lives may be taken for dead. So take the slowest case: what lies between the moment at which the leader sets its timer and the answer?",
    "The leader writes before it asks, the question takes its way, the participant writes, the answer takes its way. And not much longer than that, or the dead are found out late.",
    "2 * (most + flush), and a little more.",
  ],
  shape: isFunction,
  trials: [
    manyCases("nothing fails, and everything is as slow as can be", {
      cases: 10,
      draw: speeds,
      judge(answer, drawn) {
        const run = running(answer, drawn, { network: { latency: drawn.most }, disk: { flush: drawn.flush } });
        const problem = run.violation?.problem ?? allKnow(["c", "p1", "p2", "p3"], "commit")(run);
        return problem && `${inNetwork(drawn)}: ${problem}`;
      },
      look: "Nothing had failed here. Who was taken for dead, and when would its answer have come?",
    }),
    manyCases("nothing fails, and one link is slow", {
      cases: 10,
      draw: speeds,
      judge(answer, drawn) {
        const latency = { latency: drawn.most };
        const run = running(answer, drawn, { network: { latency: drawn.least, links: { "c>p3": latency, "p3>c": latency } }, disk: { flush: drawn.flush } });
        const problem = run.violation?.problem ?? allKnow(["c", "p1", "p2", "p3"], "commit")(run);
        return problem && `${inNetwork(drawn)}: ${problem}`;
      },
      look: "Nothing had failed here. Who was taken for dead, and when would its answer have come?",
    }),
    manyCases("the coordinator dies at any time", {
      cases: 40,
      draw: (chance) => ({ ...speeds(chance), when: chance.next() }),
      judge(answer, { when, ...drawn }) {
        const soon = 20 * (drawn.most + drawn.flush);
        const run = running(answer, drawn, {
          network: { latency: [drawn.least, drawn.most] }, disk: { flush: [0, drawn.flush] }, until: soon,
          faults: [{ at: when * 6 * (drawn.most + drawn.flush), kind: "crash", node: "c" }],
        });
        const asked = new Set(run.trace.flatMap((event) => (event.kind === "deliver" && (event.message as { readonly kind: string }).kind === "canCommit" ? [event.to as string] : [])));
        const late = undecided(run.decisions, { t1: [...asked] })[0];
        const problem = run.violation?.problem ?? (late ? `${late.node} is still in doubt after ${soon} ms, twenty times a message and a write` : null);
        return problem && `${inNetwork(drawn)}: ${problem}`;
      },
      look: "How long did the participants wait for the dead coordinator? It is twice your patience.",
    }),
  ],
});

/** The exercises of the chapter on three-phase commit, in its order. */
export const threePhaseExercises: {
  readonly blockingStates: Exercise<BlockingStatesRule>;
  readonly terminate: Exercise<TerminateRule>;
  readonly obey: Exercise<ObeyRule>;
  readonly lastToFail: Exercise<TotalFailureRule>;
  readonly choose: Exercise<ChooseRule>;
  readonly patience: Exercise<PatienceRule>;
} = { blockingStates, terminate, obey, lastToFail, choose, patience };
