import { majority } from "../../core/quorum.js";
import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import { ids, type AnyRole, type NodeId } from "../../core/role.js";
import { keyValueStore, type KeyValueCommand } from "../../consensus/key-value-store.js";
import type { StateMachine } from "../../consensus/state-machine.js";
import { isBefore, nameOf } from "../../consensus/paxos/ballot.js";
import { acceptor } from "../../consensus/multi-paxos/acceptor.js";
import { leader } from "../../consensus/multi-paxos/leader.js";
import { multiPaxosProperties, noSlotSkipped, oneCommandPerSlot, replicasAlike } from "../../consensus/multi-paxos/properties.js";
import { replica } from "../../consensus/multi-paxos/replica.js";
import { serverOf } from "../../consensus/multi-paxos/server.js";
import { linearizableAnswers } from "../../history/property.js";
import { keyValueMap } from "../../history/models.js";
import type { Nodes } from "../../sim/options.js";
import type { Run, SimulateOptions } from "../../sim/simulate.js";
import { Exercise } from "../exercise.js";
import { everyWorld, manyCases, oneRun } from "../trial.js";
import {
  leaderAdopting, leaderTrusting, replicaPerforming,
  type AdoptRule, type ForgetRule, type LastCall, type LeaseQuestion, type LeaseRule, type OnceRule, type PerformRule, type ToldVote,
} from "./multi-paxos-roles.js";

const chapter = "3.1.1.2";
/** In a picture a message has its slot and its command in a word. */
const words = {
  message: (message: { kind: string; slot?: unknown; command?: unknown }) => `${message.kind} ${slotAndWord(message)}`.trim(),
  decision: slotAndWord,
};
const three = ids("a1", "a2", "a3");

/** A log of texts as a state machine: each command is written behind the others, and answered with how many there are. */
const listOfTexts: StateMachine<readonly string[], string, number> = {
  initial: [],
  apply: (texts, text) => ({ state: [...texts, text], result: texts.length + 1 }),
};

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

function each(names: readonly NodeId[], role: AnyRole): Record<string, AnyRole> {
  return Object.fromEntries(names.map((name) => [name, role]));
}

const wish = (node: string, operation: string): { readonly node: string; readonly request: { readonly kind: "command"; readonly operation: string } } => ({
  node, request: { kind: "command", operation },
});

/** How many calls must be answered, where nothing is lost and nobody crashes. */
function answered(count: number): (run: Run<Nodes>) => string | null {
  return ({ trace }) => {
    const answers = trace.filter(({ kind }) => kind === "reply").length;
    return answers >= count ? null : `${answers} of ${count} commands are answered, although nothing is lost and nobody crashes`;
  };
}

// --------------------------------------------------------------------------------------------------- slot by slot

const performLook = {
  "no slot skipped": "Which slot was decided when this one was performed, and which was not?",
  "replicas alike": "Both replicas have performed as many slots. Which commands are in the state of one and not of the other?",
  else: "Which slots are decided, and which is the first that is not performed?",
};

/** One leader, one acceptor and two replicas, of which the first is asked for some commands. */
function performing(rule: PerformRule, commands: number) {
  const replicas = ids("r1", "r2");
  const acceptors = ids("a1");
  const role = replicaPerforming(rule, { machine: listOfTexts, acceptors, leaders: ids("l1"), replicas });
  return {
    nodes: { r1: role, r2: role, l1: leader({ acceptors, replicas }), a1: acceptor({ acceptors }) },
    requests: ["x", "y", "z"].slice(0, commands).map((text) => wish("r1", text)),
  };
}

const performRule: Exercise<PerformRule> = new Exercise({
  chapter,
  words,
  name: "performRule",
  task: "Say which slots a replica may perform now.",
  hints: [
    "Decisions arrive in any order. Which of them may be performed while slot 3 is decided, and slot 2 is not?",
    "Begin at `next`, and go on as long as there is no hole. A decision that fills a hole may free many slots at once.",
    "const slots = []; for (let slot = next; decided.has(slot); slot++) slots.push(slot); return slots;",
  ],
  shape: isFunction,
  trials: [
    oneRun("one command, no faults", {
      options: (answer) => {
        const { nodes, requests } = performing(answer, 1);
        return { nodes, network: { latency: 10 }, requests: requests.map((request) => ({ at: 50, ...request })), properties: multiPaxosProperties, until: 500 } as SimulateOptions<Nodes>;
      },
      atEnd: answered(1),
      look: "The decision of slot 1 arrives, and slot 1 is the next. What does the rule return?",
    }),
    everyWorld("every order in which two decisions can arrive at two replicas", {
      options: (answer) => ({ ...performing(answer, 2), properties: [noSlotSkipped, replicasAlike, oneCommandPerSlot], reduce: true }),
      look: performLook,
    }),
    manyCases("decisions drawn by chance", {
      cases: 200,
      draw: drawDecided,
      judge(answer, { decided, next }) {
        const got: unknown = answer(decided, next);
        const right: number[] = [];
        for (let slot = next; decided.has(slot); slot++) right.push(slot);
        const slots = [...decided.keys()].sort((a, b) => a - b).join(", ");
        return JSON.stringify(got) === JSON.stringify(right) ? null : `of slots ${slots || "none"}, from ${next} on, it performs ${show(got)}, where ${show(right)} is right`;
      },
      look: "Count from the next slot on. Where is the first that is not decided?",
    }),
  ],
});

function drawDecided(chance: Stream): { readonly decided: ReadonlyMap<number, unknown>; readonly next: number } {
  const next = 1 + chance.below(12);
  const slots = Array.from({ length: 15 }, (_, i) => i + 1).filter((slot) => slot < next || chance.chance(0.7));
  return { decided: new Map(chance.shuffle(slots).map((slot) => [slot, "command"])), next };
}

// ------------------------------------------------------------------------------------------- what a new leader does

const adoptLook = {
  "one command per slot": "A quorum had voted in this slot. What did the promises of the next leader tell of it, and what did it ask for?",
  else: "Go through the slots one by one: which votes did the promises tell of, and of which ballots?",
};

/** Two leaders and two replicas, each pair with a wish of its own, and one acceptor. */
function rivals(rule: AdoptRule) {
  const acceptors = ids("a1");
  const apart = (i: 1 | 2): Record<string, AnyRole> => ({
    [`r${i}`]: replica({ machine: listOfTexts, acceptors, leaders: ids(`l${i}`), replicas: ids("r1", "r2"), window: 2 }),
    [`l${i}`]: leaderAdopting(rule, { acceptors, replicas: ids(`r${i}`), window: 2 }),
  });
  return { nodes: { ...apart(1), ...apart(2), a1: acceptor({ acceptors }) }, requests: [wish("r1", "x"), wish("r2", "y")] };
}

/**
 * Three servers' worth of roles: l1 decides "x", asks for votes for "y" while it is cut off, and for "z" when it is not, and
 * crashes. Then l2 takes over.
 */
function holed(rule: AdoptRule): SimulateOptions<Nodes> {
  const replicas = ids("r1", "r2");
  const leaders = ids("l1", "l2");
  const leading = leaderAdopting(rule, { acceptors: three, replicas, leaders, first: leaders[0]! });
  const role = replica({ machine: listOfTexts, acceptors: three, leaders, replicas, retryAfter: 60_000 });
  return {
    nodes: { r1: role, r2: role, l1: leading, l2: leading, ...each(three, acceptor({ acceptors: three })) },
    network: { latency: 10 },
    requests: [{ at: 50, ...wish("r1", "x") }, { at: 100, ...wish("r1", "y") }, { at: 104, ...wish("r1", "z") }],
    faults: [
      // What r1 proposes for the second slot reaches l1 only, and l1's question for it nobody.
      { at: 99, kind: "cut", from: replicas, to: leaders.slice(1), forMs: 10 },
      { at: 109, kind: "cut", from: leaders.slice(0, 1), to: three, forMs: 2 },
      { at: 123, kind: "crash", node: "l1" },
      { at: 123, kind: "crash", node: "r1" },
    ],
    properties: multiPaxosProperties,
    until: 2_000,
  } as unknown as SimulateOptions<Nodes>;
}

const adoptRule: Exercise<AdoptRule> = new Exercise({
  chapter,
  words,
  name: "adoptRule",
  task: "Say what a new leader asks votes for, before it takes new commands.",
  hints: [
    "It is the proposer's choice of single-decree Paxos, made for each slot by itself. In which slots does a promise tell of a vote, and which vote counts?",
    "A slot without a vote, before one with a vote, was asked for by nobody who got far. Replicas cannot pass it. What may be put there that does nothing?",
    "Of each slot from `first` on keep the vote of the highest ballot. Then, from `first` to the greatest slot that has a vote, take the vote's command, or \"no-op\".",
  ],
  shape: isFunction,
  trials: [
    everyWorld("every world of two leaders that want different things", {
      options: (answer) => ({ ...rivals(answer), properties: [oneCommandPerSlot, noSlotSkipped], reduce: true }),
      look: adoptLook,
    }),
    oneRun("a leader that crashes, and leaves a hole", {
      options: holed,
      atEnd: ({ decisions }) => {
        const reached = decisions.filter(({ node }) => node === "r2").length;
        return reached >= 3 ? null : `of three slots r2 performs ${reached}, and never the third, which was decided`;
      },
      look: "Which slots have votes, which have none, and what does r2 wait for?",
    }),
    manyCases("promises drawn by chance", {
      cases: 300,
      draw: drawPromises,
      judge(answer, { promises, first }) {
        const got: unknown = answer(promises, first);
        const right = adopted(promises, first);
        return got instanceof Map && sameMap(got, right) ? null : `of ${promisesText(promises)}, from slot ${first} on, it makes ${mapText(got)}, where ${mapText(right)} is right`;
      },
      look: "Look at each slot by itself: is there a vote for it, and of which ballot is the latest? Slots before the first are decided.",
    }),
  ],
});

function drawPromises(chance: Stream): { readonly promises: readonly (readonly ToldVote[])[]; readonly first: number } {
  const first = 1 + chance.below(4);
  const promise = (): readonly ToldVote[] =>
    Array.from({ length: 4 }, () => 1 + chance.below(8)).filter((slot, i, all) => all.indexOf(slot) === i && chance.chance(0.6)).map((slot) => {
      const ballot = { round: 1 + chance.below(11), proposer: chance.pick(ids("l1", "l2")) };
      // The command follows from slot and ballot, as in every run of Paxos.
      return { slot, ballot, command: `${"xyzw"[(ballot.round * 7 + slot + ballot.proposer.charCodeAt(1)) % 4]!}${slot}` };
    });
  return { promises: [promise(), promise()], first };
}

/** What is right: of each slot the latest vote, and no-ops between. */
function adopted(promises: readonly (readonly ToldVote[])[], first: number): ReadonlyMap<number, string> {
  const latest = new Map<number, ToldVote>();
  for (const vote of promises.flat()) {
    const known = latest.get(vote.slot);
    if (vote.slot >= first && (!known || isBefore(known.ballot, vote.ballot))) latest.set(vote.slot, vote);
  }
  const last = Math.max(0, ...latest.keys());
  return new Map(Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => [first + i, latest.get(first + i)?.command ?? "no-op"]));
}

function sameMap(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  return a.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}

function mapText(map: unknown): string {
  if (!(map instanceof Map)) return show(map);
  return map.size === 0 ? "nothing" : [...map].sort(([a], [b]) => Number(a) - Number(b)).map(([slot, command]) => `${slot}: ${String(command)}`).join(", ");
}

function promisesText(promises: readonly (readonly ToldVote[])[]): string {
  return promises.map((votes) => (votes.length === 0 ? "no votes" : votes.map(({ slot, ballot, command }) => `${slot}: ${command} in ${nameOf(ballot)}`).join(", "))).join("; and ");
}

// ------------------------------------------------------------------------------------------------------- exactly once

/** A log as it was decided: some calls more than once, each client's own in order. */
function drawCalls(chance: Stream): readonly { readonly client: string; readonly serial: number }[] {
  const next = new Map<string, number>();
  const calls: { client: string; serial: number }[] = [];
  for (let i = 0; i < 12; i++) {
    const client = chance.pick(["c1", "c2", "c10"]);
    const serial = next.get(client) ?? 0;
    // Again, an older one again, or the next.
    const again = serial > 0 && chance.chance(0.4);
    const which = again ? (chance.chance(0.5) ? serial : 1 + chance.below(serial)) : serial + 1;
    next.set(client, Math.max(serial, which));
    calls.push({ client, serial: which });
  }
  return calls;
}

const onceRule: Exercise<OnceRule> = new Exercise({
  chapter,
  words,
  name: "onceRule",
  task: "Carry each call out once, however often it was decided.",
  hints: [
    "A client has one call under way at a time. How does a replica know from the serial number whether it has seen this call?",
    "A call that comes again must get the answer that it got the first time. A call older than the last one was answered long ago: nobody waits for its answer, but it must not be carried out.",
    "const last = sessions.get(client); if (last && serial <= last.serial) return last.answer; const answer = perform(); sessions.set(client, { serial, answer }); return answer;",
  ],
  shape: isFunction,
  trials: [
    manyCases("logs in which calls come twice", {
      cases: 200,
      draw: drawCalls,
      judge(answer, calls) {
        const sessions = new Map<string, LastCall>();
        const done = new Map<string, number>();
        let counter = 0;
        for (const [i, { client, serial }] of calls.entries()) {
          const call = `${client}#${serial}`;
          const isNew = !done.has(call);
          const isLatest = serial === Math.max(serial, ...calls.slice(0, i).filter((other) => other.client === client).map((other) => other.serial));
          let runs = 0;
          const got: unknown = answer(sessions, client, serial, () => (runs++, ++counter));
          const log = calls.slice(0, i + 1).map((other) => `${other.client}#${other.serial}`).join(", ");
          if (runs !== (isNew ? 1 : 0)) return `after ${log}: ${call} was carried out ${isNew ? (runs === 0 ? "never" : `${runs} times at once`) : "again"}`;
          if (isNew) done.set(call, counter);
          if (isLatest && got !== done.get(call)) return `after ${log}: ${call} is answered with ${show(got)}, and its answer is ${done.get(call)}`;
        }
        return null;
      },
      look: "Which calls of this client came before, and what do the sessions hold of them?",
    }),
    manyCases("two replicas that perform the same log", {
      cases: 50,
      draw: drawCalls,
      judge(answer, calls) {
        const answers = [0, 1].map(() => {
          const sessions = new Map<string, LastCall>();
          let counter = 0;
          return calls.map(({ client, serial }) => answer(sessions, client, serial, () => ++counter));
        });
        return JSON.stringify(answers[0]) === JSON.stringify(answers[1]) ? null : "two replicas that perform the same log give different answers";
      },
      look: "Does the rule keep something that is not in the sessions? Every replica must come to the same answer.",
    }),
  ],
});

// ----------------------------------------------------------------------------------------------------------- leases

const store = linearizableAnswers(keyValueMap(), { request: ({ request }) => (request as unknown as { readonly operation: KeyValueCommand }).operation });

const leaseLook = {
  "linearizable answers": "Who led when this read was answered, and by whose word did the old leader believe that nobody else could?",
  else: "How old was the word of each acceptor, by the leader's clock?",
};

/** Three servers; s1 leads and is cut off at 200 ms. Another takes over as soon as it can, and writes. s1 is asked all the while. */
function cutOff(rule: LeaseRule, about: { readonly rate: number; readonly oneWay: boolean }): SimulateOptions<Nodes> {
  const servers = ids("s1", "s2", "s3");
  const role = serverOf({ replica, leader: (options) => leaderTrusting(rule, options), acceptor }, {
    machine: keyValueStore, servers, reads: "lease", leaseMs: 800, patience: [60, 1_000], drift: 0.25,
  });
  const put = (value: string): KeyValueCommand => ({ kind: "put", key: "x", value });
  const get: KeyValueCommand = { kind: "get", key: "x" };
  return {
    nodes: each(servers, role),
    network: { latency: 5 },
    requests: [
      { at: 100, node: "s1", request: { kind: "command", operation: put("1") } },
      { at: 230, node: "s2", request: { kind: "command", operation: put("2") } },
      ...Array.from({ length: 80 }, (_, i) => ({ at: 150 + 15 * i, node: "s1", request: { kind: "read", operation: get } })),
    ],
    faults: [
      ...(about.rate === 1 ? [] : [{ at: 0, kind: "skew", node: "s1", rate: about.rate }]),
      about.oneWay
        ? { at: 200, kind: "cut", from: servers.slice(0, 2), to: servers.slice(2), forMs: 1_500 }
        : { at: 200, kind: "isolate", node: "s1", forMs: 1_500 },
    ],
    properties: [store],
    until: 1_500,
  } as unknown as SimulateOptions<Nodes>;
}

const leaseRule: Exercise<LeaseRule> = new Exercise({
  chapter,
  words,
  name: "leaseRule",
  task: "Say whether the leader may answer a read at once.",
  hints: [
    "Another leader needs the promises of a quorum. Of how many acceptors must the leader know that they promise nobody anything now?",
    "An acceptor counts its lease from when the heartbeat arrived, by its own clock, and that is after it was sent. By how much may the leader's clock fall behind the acceptor's while the lease runs?",
    "Count the acceptors with now < sentAt + leaseMs * (1 - drift), and compare with a majority of `acceptors`.",
  ],
  shape: isFunction,
  trials: [
    oneRun("a leader that nobody disturbs", {
      options: (answer) => {
        const options = cutOff(answer, { rate: 1, oneWay: false });
        return { ...options, faults: [], requests: (options.requests ?? []).filter(({ at }) => at < 200) };
      },
      atEnd: ({ trace }) => {
        const reads = trace.filter((event) => event.kind === "reply" && event.at >= 150);
        const times = new Map(trace.flatMap((event) => (event.kind === "request" ? [[event.call, event.at] as const] : [])));
        const late = reads.filter((event) => event.kind === "reply" && event.at > times.get(event.call)!);
        return late.length === 0 ? null : `${late.length} of ${reads.length} reads take a slot of their own, although all three acceptors have just granted a lease`;
      },
      look: "All grants are a few ms old. What keeps the leader from answering at once?",
    }),
    oneRun("a leader that is cut off, while others go on", {
      options: (answer) => cutOff(answer, { rate: 1, oneWay: false }),
      look: leaseLook,
    }),
    oneRun("the same, and its clock runs slow, by no more than the drift allows", {
      options: (answer) => cutOff(answer, { rate: 0.8, oneWay: false }),
      look: { ...leaseLook, "linearizable answers": "The leader's clock runs at 0.8 of the true speed, and the drift that is allowed for is 0.25. When is the lease over for the acceptors, and when for the leader?" },
    }),
    manyCases("grants drawn by chance", {
      cases: 300,
      draw: drawGrants,
      judge(answer, question) {
        const got: unknown = answer(question);
        const { now, grants, leaseMs, drift, acceptors } = question;
        const running = [...grants.values()].filter((sentAt) => now < sentAt + leaseMs * (1 - drift)).length;
        const right = running >= majority(acceptors);
        if (got === right) return null;
        const told = Array.from(grants, ([name, sentAt]) => `${name} at ${sentAt}`).join(", ");
        return `of ${acceptors} acceptors ${grants.size === 0 ? "none" : told} has granted ${leaseMs} ms with a drift of ${drift}; at ${now} it says ${show(got)}, where ${right} is right`;
      },
      look: "For how many acceptors is the lease not over, with the drift taken off?",
    }),
  ],
});

function drawGrants(chance: Stream): LeaseQuestion {
  const acceptors = chance.pick([3, 4, 5]);
  const now = 1_000;
  const granting = ids("a1", "a2", "a3", "a4", "a5").slice(0, acceptors).filter(() => chance.chance(0.7));
  return {
    now, leaseMs: 200, drift: chance.pick([0, 0.1, 0.25]), acceptors,
    grants: new Map(granting.map((name) => [name, 780 + 5 * chance.below(44)])),
  };
}

// ------------------------------------------------------------------------------------------------------- forgetting

const forgetRule: Exercise<ForgetRule> = new Exercise({
  chapter,
  words,
  name: "forgetRule",
  task: "Say before which slot acceptors may forget.",
  hints: [
    "What was forgotten can be had from a replica's disk only. How many machines may crash for ever, and how many disks must hold a slot, so that one of them is left?",
    "With a majority of the disks holding a slot, any other majority has one of them. Sort the numbers: which of them do so many reach?",
    "const slots = [...onDisk.values()].sort((a, b) => b - a); return slots[majority(replicas) - 1] ?? 1;",
  ],
  shape: isFunction,
  trials: [
    manyCases("checkpoints drawn by chance", {
      cases: 300,
      draw(chance) {
        const replicas = chance.pick([1, 3, 4, 5, 7]);
        const names = ids("r1", "r2", "r3", "r4", "r5", "r6", "r7").slice(0, replicas);
        const said = names.filter(() => chance.chance(0.8));
        return { replicas, onDisk: new Map(said.map((name) => [name, chance.pick([9, 10, 11, 100, 101, 1 + chance.below(120)])])) };
      },
      judge(answer, { onDisk, replicas }) {
        const got: unknown = answer(onDisk, replicas);
        const right = [...onDisk.values()].sort((a, b) => b - a)[majority(replicas) - 1] ?? 1;
        if (got === right) return null;
        const told = onDisk.size === 0 ? "nobody has said anything" : Array.from(onDisk, ([name, slot]) => `${name}: ${slot}`).join(", ");
        if (typeof got !== "number") return `of ${replicas} replicas (${told}) it makes ${show(got)}, which is no slot`;
        const holders = [...onDisk.values()].filter((slot) => slot >= got).length;
        if (got > right) return `of ${replicas} replicas (${told}) it lets slot ${got - 1} be forgotten, which ${holders === 1 ? "one disk holds" : `${holders} disks hold`}: if those machines are lost, so is the slot`;
        return `of ${replicas} replicas (${told}) it forgets before ${got}, and could before ${right}: with one replica down for long, acceptors would remember for ever`;
      },
      look: "How many of the disks hold every slot before the one that you return?",
    }),
  ],
});

/** The exercises of the chapter on Multi-Paxos, by name. */
export const multiPaxosExercises: {
  readonly performRule: Exercise<PerformRule>;
  readonly adoptRule: Exercise<AdoptRule>;
  readonly onceRule: Exercise<OnceRule>;
  readonly leaseRule: Exercise<LeaseRule>;
  readonly forgetRule: Exercise<ForgetRule>;
} = { performRule, adoptRule, onceRule, leaseRule, forgetRule };

function slotAndWord({ slot, command }: { slot?: any; command?: any }): string {
  const word = command && (typeof command.operation === "string" ? command.operation : (command.operation?.value ?? command.operation?.kind ?? command.kind));
  return [slot, word].filter((part) => part !== undefined).join(": ");
}
