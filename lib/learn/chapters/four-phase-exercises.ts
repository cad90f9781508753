import { colocate } from "../../core/colocate.js";
import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { type AnyRole, ids } from "../../core/role.js";
import { mortal } from "../../core/mortal.js";
import { atomicity, commitNeedsAllVotes, irrevocability, undecided } from "../../commit/properties.js";
import type { Decided, Outcome } from "../../commit/transaction.js";
import { participant } from "../../commit/four-phase/participant.js";
import { acceptor } from "../../commit/paxos-commit/acceptor.js";
import { leader } from "../../commit/paxos-commit/leader.js";
import { manager } from "../../commit/paxos-commit/manager.js";
import { commitIsChosen, instancesStayChosen, voteInBallot0 } from "../../commit/paxos-commit/properties.js";
import { sagaParticipant } from "../../commit/saga/participant.js";
import { sagaGuarantee } from "../../commit/saga/properties.js";
import type { Nodes } from "../../sim/options.js";
import { simulate, type Run, type SimulateOptions } from "../../sim/simulate.js";
import { only } from "../../trace/event.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, oneRun } from "../trial.js";
import {
  acceptors,
  coordinatorTakingOver,
  leaderChoosing,
  leaderCounting,
  orchestratorWith,
  type AcceptorsCostRule,
  type CountedVote,
  type InstanceRule,
  type LastVote,
  type OutcomeRule,
  type SagaRule,
  type TakeOverRule,
} from "./four-phase-roles.js";

const chapter = "3.2.3";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
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

// ------------------------------------------------------------------------------------------------ a backup takes over

const takeOverLook = "What does the one who has decided know, and what do those know who could still lead after it?";

/** A coordinator with backups that die on request, and two participants. */
function order(answer: TakeOverRule, backups: number): Record<string, AnyRole> {
  const names = ids("b1", "b2").slice(0, backups);
  const line = [...ids("c"), ...names];
  const leading = mortal(coordinatorTakingOver(answer, { backups: names }), line);
  return {
    ...Object.fromEntries(line.map((name) => [name, leading])),
    p1: mortal(participant(), line),
    p2: mortal(participant(), line),
  };
}

const die = (node: string) => ({ node, request: { kind: "die" } });

function deaths(
  name: string,
  about: { readonly backups: number; readonly votes: readonly ["yes", "yes" | "no"]; readonly dead: readonly string[] },
) {
  return everyWorld<TakeOverRule>(name, {
    options: (answer) => ({
      nodes: order(answer, about.backups),
      requests: [
        { node: "c", request: { kind: "commit", transaction: "t1", work: { p1: about.votes[0], p2: about.votes[1] } } },
        ...about.dead.map(die),
      ] as never,
      properties: [atomicity, irrevocability, commitNeedsAllVotes()],
      reduce: true,
    }),
    look: takeOverLook,
  });
}

const takeOver: Exercise<TakeOverRule> = new Exercise({
  chapter,
  name: "takeOver",
  task: "Say what a backup does when all before it are dead.",
  hints: [
    "There are two cases for the outcome: it was told one, or it was not. What can somebody have decided in each of them?",
    "A dead leader may have told you, and nobody after you. If you told a participant now and died, what would the next backup go for?",
    'Return { outcome: told ?? "abort", first: after > 0 ? "backups" : "participants" }.',
  ],
  shape: isFunction,
  trials: [
    deaths("one backup, and a participant that vetoes", { backups: 1, votes: ["yes", "no"], dead: ["c"] }),
    deaths("one backup, and all are willing", { backups: 1, votes: ["yes", "yes"], dead: ["c"] }),
    deaths("two backups, and the first dies as well", { backups: 2, votes: ["yes", "yes"], dead: ["c", "b1"] }),
    manyCases("whom a backup tells", {
      cases: 20,
      draw: (chance) => ({ told: chance.pick([null, "commit", "abort"] as const), after: chance.below(3) }),
      judge(answer, { told, after }) {
        const right = told ?? "abort";
        const given = answer(told, after);
        if (given?.outcome === right) return null;
        return `it was told ${show(told)}, and ${after} come after it: the outcome was ${show(given?.outcome)}, and must be ${show(right)}`;
      },
      look: "Who was told nothing knows that nobody has decided to commit.",
    }),
  ],
});

// ------------------------------------------------------------------------------------- what a leader of Paxos Commit asks for

const instanceLook = {
  "AC2: commit needs every vote": "Who can say that a resource manager is prepared?",
  else: "Which of the votes it was told of may have been chosen already? Look at the latest one.",
};

interface Play {
  readonly managers?: number;
  readonly leaders?: readonly string[];
  readonly leading: AnyRole;
}

function paxosCluster({ managers = 1, leaders = ["l1"], leading }: Play): Record<string, AnyRole> {
  const managing = manager({ acceptors, leaders: ids(...leaders) });
  return {
    ...Object.fromEntries(Array.from({ length: managers }, (_, i) => [`r${i + 1}`, managing])),
    ...Object.fromEntries(leaders.map((name) => [name, leading])),
    ...Object.fromEntries(acceptors.map((name) => [name, acceptor()])),
  };
}

const asks = (work: Readonly<Record<string, unknown>>, node: string = "l1") =>
  ({ node, request: { kind: "commit", transaction: "t1", work } }) as const;

function calm(play: Play, work: Readonly<Record<string, unknown>>, more: object = {}): SimulateOptions<Nodes> {
  return {
    nodes: paxosCluster({ ...play, managers: Object.keys(work).length }),
    network: { latency: 10 },
    until: 3_000,
    requests: [{ at: 0, ...asks(work) }],
    properties: [atomicity, commitNeedsAllVotes(voteInBallot0)],
    ...more,
  } as unknown as SimulateOptions<Nodes>;
}

function drawLast(chance: Stream): readonly (LastVote | null)[] {
  // Ballot 0 has one value, and so has each later one.
  const values = Array.from({ length: 4 }, (): LastVote["value"] => chance.pick(["prepared", "aborted"]));
  return Array.from({ length: 2 + chance.below(2) }, () => {
    if (chance.chance(0.3)) return null;
    const ballot = chance.below(4);
    return { ballot: ballot === 0 ? 0 : ballot + 0.1, value: values[ballot]! };
  });
}

const instance: Exercise<InstanceRule> = new Exercise({
  chapter,
  name: "instance",
  task: "Say for what a leader asks in the instance of one resource manager.",
  hints: [
    "It is Paxos: what may have been chosen before must be asked for again. Which of the votes tells?",
    "And where nobody has voted at all, a leader is free. But nobody may be called prepared who has not said so.",
    'Take the vote with the highest ballot among those that are not null, and return its value; if there is none, return "aborted".',
  ],
  shape: isFunction,
  trials: [
    oneRun("a resource manager is down from the start", {
      options: (answer) =>
        calm(
          { leading: leaderChoosing(answer, { acceptors }) },
          { r1: "yes", r2: "yes" },
          { faults: [{ at: 1, kind: "crash", node: "r2" }] },
        ),
      atEnd: allKnow(["l1", "r1"], "abort"),
      look: instanceLook,
    }),
    oneRun("the first leader dies when all have voted", {
      options: (answer) =>
        calm(
          { leading: leaderChoosing(answer, { acceptors }), leaders: ["l1", "l2"] },
          { r1: "yes", r2: "yes" },
          { faults: [{ at: 25, kind: "crash", node: "l1" }] },
        ),
      atEnd: allKnow(["r1", "r2"], "commit"),
      look: instanceLook,
    }),
    everyWorld("every world of one resource manager, and its leader is impatient", {
      options: (answer) => ({
        nodes: paxosCluster({ leading: leaderChoosing(answer, { acceptors }) }),
        requests: [asks({ r1: "yes" })] as never,
        timers: { l1: 1 },
        properties: [atomicity, commitNeedsAllVotes(voteInBallot0), instancesStayChosen({ acceptors })],
        reduce: true,
      }),
      look: instanceLook,
    }),
    manyCases("what acceptors may tell", {
      cases: 300,
      draw: drawLast,
      judge(answer, votes) {
        const cast = votes.filter((vote) => vote !== null).sort((one, other) => other.ballot - one.ballot);
        const right = cast[0]?.value ?? "aborted";
        const given: unknown = answer([...votes]);
        if (given === right) return null;
        const told = votes.map((vote) => (vote ? `"${vote.value}" in ballot ${vote.ballot}` : "nothing")).join(", ");
        return `a majority tells of ${told}: the answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "The latest vote counts, not the most frequent one and not the first.",
    }),
  ],
});

// -------------------------------------------------------------------------------------------------- counting the votes

const outcomeLook = {
  "AC2: commit needs every vote": "Had every resource manager's instance chosen something?",
  else: "Count by instance, by ballot and by acceptor: what was really chosen?",
};

/** The truth, counted slowly. */
function outcomeOf(managers: readonly string[], votes: readonly CountedVote[], quorum: number): Outcome | "wait" {
  const chosen = managers.map((name) => {
    for (const { ballot, value } of votes.filter((vote) => vote.instance === name)) {
      const voters = new Set(
        votes
          .filter((vote) => vote.instance === name && vote.ballot === ballot && vote.value === value)
          .map((vote) => vote.acceptor),
      );
      if (voters.size >= quorum) return value;
    }
    return null;
  });
  return chosen.includes("aborted") ? "abort" : chosen.every((value) => value === "prepared") ? "commit" : "wait";
}

const counted: Exercise<OutcomeRule> = new Exercise({
  chapter,
  name: "counted",
  task: "Say from the acceptors' votes whether the transaction is committed, aborted or open.",
  hints: [
    "Each instance is a Paxos of its own. When has one chosen a value, and which instances does a commit need?",
    "A message may come twice, and an acceptor votes in several ballots: only votes of different acceptors in one and the same ballot count together.",
    'For each manager collect, by ballot and value, a Set of acceptors; a set of at least quorum is a choice. Any "aborted": "abort". All "prepared": "commit". Else "wait".',
  ],
  shape: isFunction,
  trials: [
    oneRun("two that are willing", {
      options: (answer) => calm({ leading: leaderCounting(answer, { acceptors }) }, { r1: "yes", r2: "yes" }),
      atEnd: allKnow(["l1", "r1", "r2"], "commit"),
      look: outcomeLook,
    }),
    oneRun("one of three vetoes", {
      options: (answer) => calm({ leading: leaderCounting(answer, { acceptors }) }, { r1: "yes", r2: "no", r3: "yes" }),
      atEnd: allKnow(["l1", "r1", "r2", "r3"], "abort"),
      look: outcomeLook,
    }),
    everyWorld("every world of one resource manager, and messages may be copied", {
      options: (answer) => ({
        nodes: paxosCluster({ leading: leaderCounting(answer, { acceptors }) }),
        requests: [asks({ r1: "yes" })] as never,
        duplicates: 1,
        properties: [atomicity, commitIsChosen({ acceptors })],
        reduce: true,
      }),
      look: outcomeLook,
    }),
    manyCases("votes of all sorts", {
      cases: 400,
      draw(chance) {
        const managers = ids("r1", "r2", "r3").slice(0, 1 + chance.below(3));
        const leaning = chance.pick([0.1, 0.5, 0.95]);
        const votes = managers.flatMap((name) => {
          // A ballot of an instance has one value.
          const values = Array.from({ length: 3 }, (): LastVote["value"] =>
            chance.chance(leaning) ? "prepared" : "aborted",
          );
          return Array.from({ length: 1 + chance.below(6) }, (): CountedVote => {
            const ballot = chance.below(3);
            return { instance: name, acceptor: chance.pick(acceptors), ballot, value: values[ballot]! };
          });
        });
        return { managers, votes: consistent(votes) };
      },
      judge(answer, { managers, votes }) {
        const right = outcomeOf(managers, votes, 2);
        const given: unknown = answer([...managers], [...votes], 2);
        if (given === right) return null;
        const heard = votes
          .map(({ instance: name, acceptor: who, ballot, value }) => `${who} in ballot ${ballot} of ${name}: ${value}`)
          .join("; ");
        return `with the managers ${managers.join(", ")} and a quorum of 2 (${heard}) the answer was ${show(given)}, and must be ${show(right)}`;
      },
      look: "One set of acceptors for each instance and each ballot; a name is in a set once.",
    }),
  ],
});

/** Without votes that contradict an earlier choice of their instance: such a history does not exist. */
function consistent(votes: readonly CountedVote[]): readonly CountedVote[] {
  return votes.filter(({ instance: name, ballot, value }) =>
    votes.every((other) => {
      if (other.instance !== name || other.value === value) return true;
      const voters = new Set(
        votes.filter((vote) => vote.instance === name && vote.ballot === other.ballot).map((vote) => vote.acceptor),
      );
      return other.ballot > ballot || voters.size < 2;
    }),
  );
}

// ------------------------------------------------------------------------------------------------------------ a saga

const sagaLook = "Which steps are done at this moment, and which of them has nobody undone?";

function sagaOf(
  answer: SagaRule,
  steps: readonly { readonly node: string; readonly amount: number }[],
  bounds: object = {},
) {
  return {
    nodes: {
      o: orchestratorWith(answer),
      ...Object.fromEntries(["p1", "p2", "p3"].map((name) => [name, sagaParticipant({ opening: { x: 100 } })])),
    } as Nodes,
    requests: [
      {
        node: "o",
        request: {
          kind: "saga",
          transaction: "t1",
          steps: steps.map(({ node, amount }) => ({ node, does: { x: amount }, undoes: { x: -amount } })),
        },
      },
    ] as never,
    properties: [atomicity, irrevocability, sagaGuarantee({ t1: steps.length })],
    ...bounds,
  };
}

const through = [
  { node: "p1", amount: -30 },
  { node: "p2", amount: -20 },
  { node: "p3", amount: 50 },
];
const stuck = [
  { node: "p1", amount: -30 },
  { node: "p2", amount: 80 },
  { node: "p3", amount: -110 },
];
const stuckAtOnce = [
  { node: "p1", amount: -130 },
  { node: "p2", amount: 130 },
];

function sagaRun(answer: SagaRule, steps: typeof through): SimulateOptions<Nodes> {
  const { requests, ...rest } = sagaOf(answer, steps);
  return {
    ...rest,
    network: { latency: 10 },
    until: 2_000,
    requests: (requests as readonly object[]).map((request) => ({ at: 0, ...request })),
  } as unknown as SimulateOptions<Nodes>;
}

function ends(outcome: Outcome, balances: readonly number[]) {
  return (run: Run<Nodes>): string | null => {
    const decision = run.decisions[0];
    if (!decision) return "the saga never comes to its end";
    const ended = (decision.outcome as Decided).outcome;
    if (ended !== outcome) return `the saga ends with "${ended}", and must end with "${outcome}"`;
    const left = balances.map(
      (_, i) =>
        (run.simulation.state(`p${i + 1}`) as { balances?: Map<string, { value: number }> } | null)?.balances?.get("x")
          ?.value,
    );
    const wrongAt = left.findIndex((value, i) => value !== balances[i]);
    return wrongAt < 0 ? null : `p${wrongAt + 1} has ${left[wrongAt]} in the end, and must have ${balances[wrongAt]}`;
  };
}

const nextStep: Exercise<SagaRule> = new Exercise({
  chapter,
  name: "nextStep",
  task: "Say what a saga does next.",
  hints: [
    "Forward there are three cases: the step was done and there is another one, it was done and was the last, or it could not be done. Backward there are two.",
    "A step that could not be done has left nothing behind. So which one is the first to be undone, and in which direction does it go on from there?",
    'Forward, done: at + 1 < steps ? { way: "forward", at: at + 1 } : "commit". Otherwise (not done, or on the way back): at > 0 ? { way: "backward", at: at - 1 } : "abort".',
  ],
  shape: isFunction,
  trials: [
    oneRun("three steps that can be done", {
      options: (answer) => sagaRun(answer, through),
      atEnd: ends("commit", [70, 80, 150]),
      look: sagaLook,
    }),
    oneRun("the third step cannot be done", {
      options: (answer) => sagaRun(answer, stuck),
      atEnd: ends("abort", [100, 100, 100]),
      look: sagaLook,
    }),
    oneRun("the first step cannot be done", {
      options: (answer) => sagaRun(answer, stuckAtOnce),
      atEnd: ends("abort", [100, 100, 100]),
      look: sagaLook,
    }),
    everyWorld("every world, with a crash of the orchestrator", {
      options: (answer) => sagaOf(answer, stuck, { crashes: { o: 1 }, reduce: true }) as never,
      look: sagaLook,
    }),
  ],
});

// --------------------------------------------------------------------------------------------------------- the price

/** What a commit costs in a run, as Figure 4 counts: a resource manager begins, and the leader shares a node with an acceptor. */
function measured(n: number, faults: number, faster: boolean): number {
  const named = (letter: string, count: number) => ids(...Array.from({ length: count }, (_, i) => `${letter}${i + 1}`));
  const [managers, accepting] = [named("r", n), named("a", 2 * faults + 1)];
  const first = accepting[0]!;
  const managing = manager({ acceptors: accepting, leaders: [first], faster });
  const nodes = {
    ...Object.fromEntries(managers.map((name) => [name, managing])),
    ...Object.fromEntries(accepting.map((name) => [name, acceptor()])),
    [first]: colocate("leader and acceptor", leader({ acceptors: accepting, faster }), acceptor()),
  };
  const request = {
    kind: "begin",
    transaction: "t1",
    coordinator: first,
    work: Object.fromEntries(managers.map((name) => [name, "yes"])),
  };
  const { trace } = simulate({
    nodes,
    network: { latency: 10 },
    requests: [{ at: 0, node: "r1", request }],
    until: 90,
  } as never);
  return only(trace, "send").length;
}

const price: Exercise<AcceptorsCostRule> = new Exercise({
  chapter,
  name: "price",
  task: "Say how many messages a commit takes by Paxos Commit and by Faster Paxos Commit.",
  hints: [
    "Count one kind at a time. One manager begins; the leader asks the others; each tells its vote; the acceptors tell on; the managers learn. Of 2F + 1 acceptors, how many are used?",
    "F + 1 acceptors are used. The leader shares the node of the first of them: what they say to each other is no message, and neither is the first manager's call to begin, beside its vote.",
    "Prepare: n − 1. Votes: n (F + 1). To the leader: F, and its n decisions; so (n + 1)(F + 3) − 4. Faster: the acceptors tell every manager, (F + 1) n, and nobody else; so n (2F + 3) − 1.",
  ],
  shape: isFunction,
  trials: [
    manyCases("runs with up to six resource managers", {
      cases: 40,
      draw: (chance) => ({ n: 1 + chance.below(6), faults: chance.below(4) }),
      judge(answer, { n, faults }) {
        const given = answer(n, faults);
        for (const [what, faster] of [
          ["messages", false],
          ["faster", true],
        ] as const) {
          const right = measured(n, faults, faster);
          if (given?.[what] === right) continue;
          return `with ${n} resource managers and F = ${faults}, ${faster ? "Faster Paxos Commit" : "Paxos Commit"}: your answer is ${show(given?.[what])} messages, and the run has ${right}`;
        }
        return null;
      },
      look: "Draw a run with F = 0 first: that is two-phase commit, 3n − 1 messages. Then add an acceptor, and see what comes to it.",
    }),
  ],
});

/** The exercises of the chapter on four-phase commit and Paxos Commit, by name. */
export const fourPhaseExercises: {
  readonly takeOver: Exercise<TakeOverRule>;
  readonly instance: Exercise<InstanceRule>;
  readonly counted: Exercise<OutcomeRule>;
  readonly price: Exercise<AcceptorsCostRule>;
  readonly nextStep: Exercise<SagaRule>;
} = { takeOver, instance, counted, price, nextStep };
