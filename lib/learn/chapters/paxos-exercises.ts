import { majority } from "../../core/quorum.js";
import { show } from "../../core/parameters.js";
import type { Property } from "../../core/property.js";
import type { Stream } from "../../core/random.js";
import { ids, type AnyRole, type NodeId } from "../../core/role.js";
import { explore } from "../../check/explore.js";
import { agreement, validity } from "../../consensus/agreement.js";
import { acceptor, type Acceptor } from "../../consensus/paxos/acceptor.js";
import { isBefore, nameOf, type Ballot } from "../../consensus/paxos/ballot.js";
import { forgetfulProposer, looseProposer } from "../../consensus/paxos/broken.js";
import type { Vote } from "../../consensus/paxos/messages.js";
import { chosenStays, onlyChosenIsLearned, oneValuePerBallot, paxosProperties } from "../../consensus/paxos/properties.js";
import { proposer, type ProposerOptions } from "../../consensus/paxos/proposer.js";
import type { Run, SimulateOptions } from "../../sim/simulate.js";
import type { Nodes } from "../../sim/options.js";
import { Exercise } from "../exercise.js";
import { count, everyWorld, manyCases, manySeeds, oneRun, wrong, type Trial } from "../trial.js";
import {
  acceptorWith, learnerBy, proposerChoosing, proposerOpening,
  type AcceptRule, type ChoiceRule, type ChosenRule, type HeardVote, type OpenRule,
} from "./paxos-roles.js";

const chapter = "3.1.1";
/** In a picture a message has its ballot, and the value that it carries, as in the chapter. */
const words = { message: ballotAndValue, decision: String };
const three = ids("a1", "a2", "a3");
const wishes = [
  { node: "p1", request: { kind: "propose", value: "x" } },
  { node: "p2", request: { kind: "propose", value: "y" } },
];

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

function each(names: readonly NodeId[], role: AnyRole): Record<string, AnyRole> {
  return Object.fromEntries(names.map((name) => [name, role]));
}

/**
 * Two proposers: p1 asks a1 and a2, and p2 asks a2 and a3, or all. So only a2 belongs to both, if p2 asks no more than it
 * needs.
 */
function rivals(make: (options: ProposerOptions) => AnyRole, contact: "quorum" | "all" = "quorum"): Record<string, AnyRole> {
  return {
    p1: make({ acceptors: three, contact: "quorum" }),
    p2: make({ acceptors: [...three.slice(1), ...three.slice(0, 1)], contact }),
  };
}

function nobodyDecided(run: Run<Nodes>): string | null {
  return run.decisions.length > 0 ? null : "nobody decides, although nothing is lost and nobody crashes";
}

/** One proposer, no faults: whoever does nothing is found here. */
function quiet(nodes: Record<string, AnyRole>): SimulateOptions<Nodes> {
  return { nodes, network: { latency: 10 }, requests: wishes.slice(0, 1).map((wish) => ({ at: 0, ...wish })), until: 1_000 };
}

// ------------------------------------------------------------------------------------------------- the acceptor's vote

const acceptLook = {
  agreement: "Find the acceptor that belongs to both quorums. What had it promised when it voted, and what did it say afterwards about its vote?",
  "what is chosen stays chosen": "One acceptor votes in two ballots. In which order do they come, and what does it still know of the first when it is asked again?",
  "votes are as asked": "The number and the value of a vote belong together. From which messages did the acceptor take the two?",
  "one value per ballot": "Two votes bear the same number and different values. From which messages do the number and the value come?",
  else: "What had the acceptor promised before this vote, and what is on its disk after it?",
};

/** What an acceptor remembers of its vote is what it was asked: a number and a value that belong together. */
const votesAsAsked: Property<ReadonlySet<string>> = {
  name: "votes are as asked",
  memory: new Set(),
  observe(asked, happened) {
    if (happened.kind !== "send" || happened.message.kind !== "accept") return asked;
    const vote = voteText(happened.message as unknown as Vote);
    return asked.has(vote) ? asked : new Set(asked).add(vote);
  },
  check({ nodes }, asked) {
    for (const { id, role, state } of nodes) {
      const vote = role === "acceptor" ? (state as Acceptor | null)?.vote : null;
      if (vote && !asked.has(voteText(vote))) return `${id} remembers a vote for ${voteText(vote)}, for which nobody asked`;
    }
    return null;
  },
};

function voteText({ ballot, value }: Vote): string {
  return `${show(value)} in ${nameOf(ballot)}`;
}

const acceptRule: Exercise<AcceptRule> = new Exercise({
  chapter,
  words,
  name: "acceptRule",
  task: "Write what an acceptor does when it is asked to vote.",
  hints: [
    "An acceptor has told somebody that it takes part in nothing before self.promised. Which accepts does that forbid? Mind the ballot that is just the promised one.",
    "A vote changes two fields: it is the acceptor's last vote, and it also joins the ballot. Both must survive a crash, and so be on disk before anybody hears of the vote.",
    "Return if isBefore(ballot, self.promised). Set self.promised and self.vote, then out.persist(), then send { kind: \"accepted\", ballot, value } to the proposer that asked.",
  ],
  shape: isFunction,
  trials: [
    oneRun("one proposer, no faults", {
      options: (answer) => quiet({ p1: proposer({ acceptors: three }), ...each(three, acceptorWith(answer)) }),
      atEnd: nobodyDecided,
      look: "Does the acceptor answer the accept of the very ballot that it has promised?",
    }),
    everyWorld("two rivals, whose quorums share one acceptor", {
      options: (answer) => ({ nodes: { ...rivals(proposer), ...each(three, acceptorWith(answer)) }, requests: wishes, properties: [agreement], reduce: true }),
      look: acceptLook,
    }),
    everyWorld("the same, and the shared acceptor may crash", {
      options: (answer) => ({
        nodes: { ...rivals(proposer), ...each(three, acceptorWith(answer)) }, requests: wishes, properties: [agreement],
        crashes: { a2: 1 }, reduce: true,
      }),
      look: { ...acceptLook, agreement: "The acceptor that crashes has told of a vote. Was that vote on its disk when it told? After the restart it reports what the disk says." },
    }),
    everyWorld("two rivals, of which one asks all", {
      options: (answer) => ({
        nodes: { ...rivals(proposer, "all"), ...each(three, acceptorWith(answer)) }, requests: wishes, properties: [votesAsAsked], reduce: true,
      }),
      look: acceptLook,
    }),
    everyWorld("quorums of one promise and two votes, one time-out", {
      options: (answer) => {
        // Both ask a2 first; a1 is asked to vote without ever having been asked to join, and later p1 asks it to join.
        const [a1, a2] = three as [NodeId, NodeId, NodeId];
        const [two, quorums] = [[a2, a1], { prepare: 1, accept: 2 }];
        const rival = proposer({ acceptors: two, quorums, contact: "quorum" });
        return {
          nodes: { p1: rival, p2: rival, ...each([a1, a2], acceptorWith(answer)) },
          requests: wishes, properties: [chosenStays({ acceptors: two, quorums }), oneValuePerBallot], timers: { p1: 1 }, reduce: true,
        };
      },
      look: acceptLook,
    }),
    manySeeds("storms of loss, copies and crashes", {
      seeds: 12,
      options: (answer) => ({
        nodes: { p1: proposer({ acceptors: three }), p2: proposer({ acceptors: three }), ...each(three, acceptorWith(answer)) },
        network: { latency: [5, 15], loss: 0.2, duplication: 0.1 },
        disk: { flush: [1, 5] },
        requests: wishes.map((wish, i) => ({ at: 5 * i, ...wish })),
        nemesis: { until: 1_000, nodes: three, crashes: 10, writeCrashes: 10 },
        properties: paxosProperties({ acceptors: three }),
        limits: { time: 10_000 },
      }),
      atEnd: (run) => (run.decisions.length > 0 ? null : "nobody decides, although the storm is over"),
      look: acceptLook,
    }),
  ],
});

// ------------------------------------------------------------------------------------------------ the proposer's choice

const choiceLook = {
  agreement: "The later ballot's promises tell of votes. Which of them is of the highest ballot, and what did the proposer ask for instead?",
  validity: "Nobody proposed this value. Where does it come from?",
  else: "Which votes did the promises tell of?",
};

/** Three ballots of one round, one after the other; a1 has voted in the first, and a2 and a3 in the second. */
function relay(choose: ChoiceRule, last: readonly NodeId[]): SimulateOptions<Nodes> {
  const made = (acceptors: readonly NodeId[]): AnyRole => proposerChoosing(choose, { acceptors, contact: "quorum", retryAfter: 10_000 });
  const [a1, a2, a3] = three as [NodeId, NodeId, NodeId];
  return {
    nodes: { p1: made([a1, a2, a3]), p2: made([a2, a3, a1]), p3: made(last), ...each(three, acceptor()) },
    network: { latency: 10 },
    requests: [...wishes, { node: "p3", request: { kind: "propose", value: "z" } }].map((wish, i) => ({ at: 100 * i, ...wish })),
    // The accept of the first ballot finds a2 down.
    faults: [{ at: 25, kind: "crash", node: a2 }, { at: 60, kind: "restart", node: a2 }],
    properties: [agreement, validity],
    until: 1_000,
  };
}

const choice: Exercise<ChoiceRule> = new Exercise({
  chapter,
  words,
  name: "choice",
  task: "Choose the value for which a proposer asks after phase 1.",
  hints: [
    "If a value may already be chosen, one of these promises tells of a vote for it. So when is the choice really yours?",
    "Of several votes only one counts. Values say nothing about it, and neither does who answered first: ballots do.",
    "Go through promises.values(), keep the vote whose ballot is the highest (isBefore compares), and return its value, or the wish if there was no vote at all.",
  ],
  shape: isFunction,
  trials: [
    oneRun("one proposer, no faults", {
      options: (answer) => ({ ...quiet({ p1: proposerChoosing(answer, { acceptors: three }), ...each(three, acceptor()) }), properties: [validity] }),
      atEnd: nobodyDecided,
      look: choiceLook,
    }),
    everyWorld("two rivals, whose quorums share one acceptor", {
      options: (answer) => ({
        nodes: { ...rivals((options) => proposerChoosing(answer, options)), ...each(three, acceptor()) },
        requests: wishes, properties: [agreement, validity], reduce: true,
      }),
      look: choiceLook,
    }),
    ...[["a1", "a2", "a3"], ["a2", "a1", "a3"]].map((last) =>
      oneRun<ChoiceRule>(`three ballots in a row, the last of which asks ${last[0]} and then ${last[1]}`, {
        options: (answer) => relay(answer, ids(...last)),
        look: { ...choiceLook, agreement: "p3 hears of two votes, of ballots (1, p1) and (1, p2). Which ballot is the later one, and which of the two values had been chosen?" },
      }),
    ),
    manyCases("promises drawn by chance", {
      cases: 300,
      draw: drawPromises,
      judge(answer, promises) {
        const got: unknown = answer(promises, "wish");
        const right = latestOf(promises)?.value ?? "wish";
        return got === right ? null : `of ${promisesText(promises)} it makes ${show(got)}, where only ${show(right)} is safe`;
      },
      look: "Order the votes by their ballots: first by round, then by the name of the proposer.",
    }),
  ],
});

function drawPromises(chance: Stream): ReadonlyMap<NodeId, Vote | null> {
  const names = chance.shuffle(ids("a1", "a2", "a3", "a4", "a5")).slice(0, 3);
  return new Map(names.map((name) => [name, chance.chance(0.3) ? null : drawVote(chance)]));
}

/** A vote whose value follows from its ballot, as in every run of Paxos. */
function drawVote(chance: Stream): Vote {
  const ballot: Ballot = { round: 1 + chance.below(12), proposer: chance.pick(ids("p1", "p2", "p3")) };
  return { ballot, value: ["m", "b", "z", "k"][(ballot.round * 5 + ballot.proposer.charCodeAt(1)) % 4]! };
}

function latestOf(promises: ReadonlyMap<NodeId, Vote | null>): Vote | null {
  return [...promises.values()].reduce((last, vote) => (vote && (!last || isBefore(last.ballot, vote.ballot)) ? vote : last), null);
}

function promisesText(promises: ReadonlyMap<NodeId, Vote | null>): string {
  return Array.from(promises, ([name, vote]) => `${name}: ${vote ? voteText(vote) : "no vote"}`).join("; ");
}

// ------------------------------------------------------------------------------------------------------ quorums

/** Whether quorums of these sizes keep Paxos safe: so many promises open a ballot, so many votes choose, of n acceptors. */
export type QuorumRule = (n: number, prepare: number, accept: number) => boolean;

/** Two ballots one after the other, whose quorums share as few acceptors as they can. */
function passing(n: number, prepare: number, accept: number): SimulateOptions<Nodes> {
  const names = ids(...Array.from({ length: n }, (_, i) => `a${i + 1}`));
  const made = (acceptors: readonly NodeId[]): AnyRole => looseProposer({ prepare, accept }, { acceptors, contact: "quorum", retryAfter: 10_000 });
  return {
    nodes: { p1: made(names), p2: made([...names].reverse()), ...each(names, acceptor()) },
    network: { latency: 10 },
    requests: wishes.map((wish, i) => ({ at: 100 * i, ...wish })),
    properties: [agreement],
    until: 1_000,
  };
}

const quorumTrial = (name: string, cases: readonly (readonly [number, number, number])[]): Trial<QuorumRule> => ({
  name,
  run(answer) {
    for (const [n, prepare, accept] of cases) {
      const got: unknown = answer(n, prepare, accept);
      const what = `${count(prepare, "promise")} and ${count(accept, "vote")} of ${n}`;
      if (typeof got !== "boolean") return wrong({ problem: `for ${what} it returns ${show(got)}`, look: "The answer is true or false." });
      const isSafe = prepare + accept > n;
      if (got === isSafe) continue;
      if (isSafe) {
        return wrong({
          problem: `${what} is called unsafe, but it is safe`,
          look: `Try to find ${prepare} acceptors that promise and ${accept} others that have voted before: of ${n} there are not enough. Two quorums of the same phase need not meet.`,
        });
      }
      const seen = oneRun<null>(name, {
        options: () => passing(n, prepare, accept),
        look: "p2's promises come from acceptors none of which has voted in p1's ballot. How large must the two sets be to share one?",
      }).run(null);
      return seen.kind === "wrong" ? { ...seen, problem: `${what} is called safe, but: ${seen.problem}` } : seen;
    }
    return { kind: "seen", what: count(cases.length, "case") };
  },
});

/** All sizes of quorums of 1 to `most` acceptors. */
function sizes(from: number, most: number): (readonly [number, number, number])[] {
  const all: (readonly [number, number, number])[] = [];
  for (let n = from; n <= most; n++) {
    for (let prepare = 1; prepare <= n; prepare++) for (let accept = 1; accept <= n; accept++) all.push([n, prepare, accept]);
  }
  return all;
}

const quorumRule: Exercise<QuorumRule> = new Exercise({
  chapter,
  words,
  name: "quorumRule",
  task: "Say which sizes of quorums keep Paxos safe.",
  hints: [
    "Which of the two quorums has to learn what the other did? Say which pairs must share an acceptor: two of phase 1, two of phase 2, or one of each?",
    "Two sets of sizes a and b out of n can avoid each other as long as both fit beside one another.",
    "A phase 1 must meet every earlier phase 2, and nothing else is needed: prepare + accept > n (Howard, Malkhi and Spiegelman, 2016).",
  ],
  shape: isFunction,
  trials: [quorumTrial("one to four acceptors", sizes(1, 4)), quorumTrial("five to nine acceptors", sizes(5, 9))],
});

// -------------------------------------------------------------------------------------------- chosen, or only voted for

const chosenLook = {
  "only what is chosen is learned": "Count the acceptors that voted for this value in one ballot when the learner decided.",
  else: "Count acceptors, not messages, and each ballot for itself.",
};

const chosenRule: Exercise<ChosenRule> = new Exercise({
  chapter,
  words,
  name: "chosenRule",
  task: "Tell from the votes that a learner has heard of which value is chosen.",
  hints: [
    "A value is chosen when a majority of the acceptors has voted for it in one ballot. What does the list hold that must not be counted?",
    "The network may bring a vote twice, so a list is no set of acceptors. And votes of different ballots never add up, not even for the same value.",
    "Collect for each nameOf(ballot) the set of those who voted (a Map of Sets). Where a set has reached majority(acceptors), return the value of that ballot.",
  ],
  shape: isFunction,
  trials: [
    oneRun("one proposer, no faults", {
      options: (answer) => ({
        ...quiet({
          p1: proposer({ acceptors: three, retryAfter: 10_000 }), ...each(three, acceptor({ learners: ids("l1") })),
          l1: learnerBy(answer, { acceptors: three }),
        }),
        properties: [onlyChosenIsLearned({ acceptors: three })],
      }),
      atEnd: (run) => (run.decisions.length > 0 ? null : "all three acceptors have voted, and the learner has not learned it"),
      look: chosenLook,
    }),
    everyWorld("two rivals and a message that may arrive twice", {
      options: (answer) => ({
        nodes: { ...rivals(proposer), ...each(three, acceptor({ learners: ids("l1") })), l1: learnerBy(answer, { acceptors: three }) },
        requests: wishes, properties: [onlyChosenIsLearned({ acceptors: three })], duplicates: 1, reduce: true,
        reach: { "the learner learns": ({ decisions }) => decisions.length > 0 },
      }),
      look: chosenLook,
    }),
    manyCases("votes drawn by chance", {
      cases: 300,
      draw: drawVotes,
      judge(answer, { votes, acceptors }) {
        const got: unknown = answer(votes, acceptors);
        const right = chosenOf(votes, acceptors);
        if (got === right) return null;
        const heard = votes.map((vote) => `${vote.from} ${voteText(vote)}`).join("; ");
        return `with ${acceptors} acceptors and the votes ${heard || "(none)"} it returns ${show(got)}, but ${right === null ? "nothing is known to be chosen" : `${show(right)} is chosen`}`;
      },
      look: chosenLook.else,
    }),
  ],
});

/** Votes in some ballots, each of which has one value; at most one value gets a majority. */
function drawVotes(chance: Stream): { readonly votes: readonly HeardVote[]; readonly acceptors: number } {
  const acceptors = chance.pick([3, 4, 5]);
  const names = ids("a1", "a2", "a3", "a4", "a5").slice(0, acceptors);
  const few = majority(acceptors) - 1;
  const votes: HeardVote[] = [];
  const winner = chance.below(6);
  for (let round = 1; round <= 3; round++) {
    const ballot: Ballot = { round, proposer: chance.pick(ids("p1", "p2")) };
    const voters = chance.shuffle(names).slice(0, winner === round ? majority(acceptors) : chance.below(few + 1));
    const value = winner === round ? "w" : chance.pick(["w", "v", "u"]);
    for (const from of voters) {
      votes.push({ from, ballot, value });
      if (chance.chance(0.3)) votes.push({ from, ballot, value });
    }
  }
  return { votes: chance.shuffle(votes), acceptors };
}

function chosenOf(votes: readonly HeardVote[], acceptors: number): string | null {
  for (const { ballot, value } of votes) {
    const voters = new Set(votes.filter((vote) => nameOf(vote.ballot) === nameOf(ballot)).map(({ from }) => from));
    if (voters.size >= majority(acceptors)) return value;
  }
  return null;
}

// ----------------------------------------------------------------------------------------------------- fresh ballots

/** By acceptor and ballot, who asked for it; then what is wrong, if anything is. */
interface Opened {
  readonly by: ReadonlyMap<string, NodeId>;
  readonly problem: string | null;
}

/** "Different proposers choose their numbers from disjoint sets", and no proposer uses one twice (section 2.5). */
function freshBallots(name: string, isWrong: (by: NodeId, before: NodeId) => boolean): Property<Opened> {
  return {
    name,
    memory: { by: new Map(), problem: null },
    observe(memory, happened) {
      if (happened.kind !== "send" || happened.message.kind !== "prepare") return memory;
      const { ballot } = happened.message as unknown as { readonly ballot: Ballot };
      const key = `${nameOf(ballot)} ${happened.to}`;
      const before = memory.by.get(key);
      const by = new Map(memory.by).set(key, happened.from);
      if (before === undefined || !isWrong(happened.from, before)) return { by, problem: memory.problem };
      const whose = before === happened.from ? `${before} had opened it before` : `${before} had opened it`;
      return { by, problem: `${happened.from} opens the ballot ${nameOf(ballot)}, but ${whose}` };
    },
    check: (_, { problem }) => problem,
  };
}

const notShared = freshBallots("no ballot is shared", (by, before) => by !== before);
const notTwice = freshBallots("no ballot is opened twice", (by, before) => by === before);

const openLook = {
  "no ballot is shared": "Two proposers have opened one ballot, and may ask for different values in it. What could make their numbers different?",
  "no ballot is opened twice": "The same number again. What did the proposer know of the rounds that it had used, and where was that written when it needed it?",
  else: "What is in self.round at each step, and what is on the disk?",
};

const openRule: Exercise<OpenRule> = new Exercise({
  chapter,
  words,
  name: "openRule",
  task: "Open a ballot that was never used before, by anybody, also after a crash.",
  hints: [
    "A ballot is a round and a name. What keeps two proposers apart, and what keeps one proposer from using a number twice?",
    "After a crash the proposer knows of self.round what was last written. So when must the new round be on disk?",
    "Add 1 to self.round, then out.persist(), then return { round: self.round, proposer: self.id }.",
  ],
  shape: isFunction,
  trials: [
    oneRun("one proposer, no faults", {
      options: (answer) => quiet({ p1: proposerOpening(answer, { acceptors: three }), ...each(three, acceptor()) }),
      atEnd: nobodyDecided,
      look: openLook,
    }),
    everyWorld("two proposers, each with a time-out", {
      options: (answer) => {
        const acceptors = ids("a1");
        const made = proposerOpening(answer, { acceptors });
        return { nodes: { p1: made, p2: made, a1: acceptor() }, requests: wishes, properties: [notShared, notTwice], timers: { p1: 1, p2: 1 }, reduce: true };
      },
      look: openLook,
    }),
    everyWorld("a proposer that may crash", {
      options: (answer) => {
        const acceptors = three.slice(0, 2);
        const [first] = wishes;
        return {
          nodes: { p1: proposerOpening(answer, { acceptors }), ...each(acceptors, acceptor()) },
          requests: [[first!, { node: "p1", request: { kind: "propose", value: "y" } }]],
          properties: [notTwice, agreement], crashes: { p1: 1 }, timers: { p1: 1 }, reduce: true,
        };
      },
      look: openLook,
    }),
  ],
});

// --------------------------------------------------------------------------------------------- what a search must allow

/** How often something may happen in one run of a search: in all, or by node. */
export interface Bounds {
  readonly timers?: number | Readonly<Record<string, number>>;
  readonly crashes?: number | Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

const bounds: Exercise<Bounds> = new Exercise({
  chapter,
  words,
  name: "bounds",
  task: "Give the search the bounds in which it catches the forgetful proposer, and no more than that.",
  hints: [
    "Read what is broken: the proposer keeps nothing on its disk. In a run in which nothing goes wrong, when would it read its disk?",
    "It must forget. So which of timers, crashes and duplicates makes a node forget, and at which node?",
    "One crash of p1 is enough, as its client asks a second time, for another value: { crashes: { p1: 1 } }.",
  ],
  shape: (answer) => (typeof answer === "object" && answer !== null && !Array.isArray(answer) ? null : "must be an object of bounds"),
  trials: [
    {
      name: "the forgetful proposer within these bounds",
      run({ timers = 0, crashes = 0, duplicates = 0, ...rest }) {
        const [unknown] = Object.keys(rest);
        if (unknown !== undefined) return wrong({ problem: `there is no bound ${show(unknown)}`, look: "The bounds are timers, crashes and duplicates." });
        const verdict = explore({
          nodes: { p1: forgetfulProposer({ acceptors: three }), ...each(three, acceptor()) },
          requests: [[wishes[0]!, { node: "p1", request: { kind: "propose", value: "y" } }]] as never,
          properties: [agreement], timers, crashes, duplicates, reduce: true, maxWorlds: 100_000,
        });
        if (verdict.kind === "holds") {
          return wrong({
            problem: `nothing is found in ${count(verdict.worlds, "world")}: within these bounds the broken proposer does no harm`,
            look: "What does the broken proposer do in another way than the sound one, and what must happen before it does?",
          });
        }
        if (verdict.kind === "unfinished") {
          return wrong({ problem: `the search was stopped after ${count(verdict.worlds, "world")}, before it found anything`, look: "Which of the bounds has nothing to do with what is broken?" });
        }
        const spent = total(timers) + total(crashes) + duplicates;
        if (spent > 1) {
          return wrong({ problem: `it is caught, after ${count(verdict.worlds, "world")}, but the bounds allow ${spent} events where one is enough`, look: "Look which of the allowed events the schedule uses.", trace: verdict.trace });
        }
        return { kind: "seen", what: `caught in ${verdict.schedule.length} steps, after ${count(verdict.worlds, "world")}` };
      },
    },
  ],
});

function total(bound: number | Readonly<Record<string, number>>): number {
  return typeof bound === "number" ? bound : Object.values(bound).reduce((sum, n) => sum + n, 0);
}

/** The exercises of the Paxos chapter, by name. */
export const paxosExercises: {
  readonly acceptRule: Exercise<AcceptRule>;
  readonly choice: Exercise<ChoiceRule>;
  readonly quorumRule: Exercise<QuorumRule>;
  readonly chosenRule: Exercise<ChosenRule>;
  readonly openRule: Exercise<OpenRule>;
  readonly bounds: Exercise<Bounds>;
} = { acceptRule, choice, quorumRule, chosenRule, openRule, bounds };

function ballotAndValue({ kind, ballot, value, vote }: { kind: string; ballot?: Ballot; value?: unknown; vote?: Vote | null }): string {
  const parts = [ballot && nameOf(ballot), value === undefined ? null : show(value), vote && `(had voted ${show(vote.value)})`];
  return [kind, ...parts.filter((part) => part)].join(" ");
}
