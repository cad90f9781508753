import { hastyCoordinator, returningCoordinator } from "../../commit/four-phase/broken.js";
import { coordinator as fourPhaseCoordinator } from "../../commit/four-phase/coordinator.js";
import { protocol as fourPhase } from "../../commit/four-phase/protocol.js";
import { forwardUndoer, quittingOrchestrator } from "../../commit/saga/broken.js";
import type { SagaStep } from "../../commit/saga/messages.js";
import { orchestrator } from "../../commit/saga/orchestrator.js";
import { sagaParticipant } from "../../commit/saga/participant.js";
import { sagaGuarantee } from "../../commit/saga/properties.js";
import { acceptor } from "../../commit/paxos-commit/acceptor.js";
import { forgetfulAcceptor, hastyLeader, impatientManager, presumptuousLeader, stubbornLeader, usurpingLeader } from "../../commit/paxos-commit/broken.js";
import { leader } from "../../commit/paxos-commit/leader.js";
import { manager, type ManagerOptions } from "../../commit/paxos-commit/manager.js";
import { protocol as paxosCommit } from "../../commit/paxos-commit/protocol.js";
import { voteInBallot0 } from "../../commit/paxos-commit/properties.js";
import { commitProperties } from "../../commit/properties.js";
import type { CommitProtocol } from "../../commit/protocol.js";
import { fickleSite, forgetfulSite as forgetfulQuorumSite, minoritySite } from "../../commit/quorum-commit/broken.js";
import { protocol as quorumCommit } from "../../commit/quorum-commit/protocol.js";
import { scripted } from "../../commit/resource.js";
import { hastySite, independentSite, naiveSite, selfishSite } from "../../commit/three-phase/broken.js";
import { protocol as threePhase } from "../../commit/three-phase/protocol.js";
import {
  deafCoordinator, faithlessParticipant, forgetfulCoordinator, forgetfulParticipant, hastyForgetter, impatientParticipant, optimisticCoordinator,
  promisingParticipant, tellingCoordinator,
} from "../../commit/two-phase/broken.js";
import type { coordinator } from "../../commit/two-phase/coordinator.js";
import type { ParticipantOptions } from "../../commit/two-phase/participant.js";
import { protocol as twoPhase } from "../../commit/two-phase/protocol.js";
import { colocate } from "../../core/colocate.js";
import type { AnyRole, NodeId, Tagged } from "../../core/role.js";
import { operationLatencies } from "../../measure/latency.js";
import { choice, number, type Knob, type Settings } from "../knob.js";
import { all, brokenKnob, brokenParts, numbered, type BrokenRules, type Cluster, type Protocol } from "../protocol.js";

/** What stands in for sound roles of two-phase commit. */
const brokenTwoPhase: BrokenRules<{ readonly asks?: typeof coordinator; readonly votes?: (options: ParticipantOptions) => AnyRole }> = {
  optimistic: { label: "the coordinator decides to commit as soon as it has asked", asks: optimisticCoordinator },
  deaf: { label: "the coordinator takes every vote for a yes", asks: deafCoordinator },
  forgetful: { label: "the coordinator keeps nothing on its disk", asks: forgetfulCoordinator },
  telling: { label: "the coordinator tells its decision before it is written", asks: tellingCoordinator },
  "hasty-forgetter": { label: "the coordinator forgets a commit after the first acknowledgement", asks: hastyForgetter },
  "forgetful-participant": { label: "participants keep nothing on their disks", votes: forgetfulParticipant },
  promising: { label: "participants vote before their vote is written", votes: promisingParticipant },
  impatient: { label: "a participant that is in doubt for long aborts", votes: impatientParticipant },
  faithless: { label: "who is asked while in doubt says that it has aborted", votes: faithlessParticipant },
};

/** Of the others, what stands in for all their sites, for the coordinator and its backups, and for parts of Paxos Commit. */
const brokenThreePhase: BrokenRules<{ readonly site: () => AnyRole }> = {
  naive: { label: "who hears nothing decides by what it knows alone", site: naiveSite },
  hasty: { label: "the coordinator does not wait until all know of the votes", site: hastySite },
  selfish: { label: "who takes over does not look at what the others know", site: selfishSite },
  independent: { label: "who comes back from a crash decides without asking", site: independentSite },
};

const brokenQuorums: BrokenRules<{ readonly site: () => AnyRole }> = {
  minority: { label: "one participant that is ready is enough", site: minoritySite },
  fickle: { label: "a participant is ready for whatever it was asked last", site: fickleSite },
  forgetful: { label: "a crash takes what a participant was ready for", site: forgetfulQuorumSite },
};

const brokenFourPhase: BrokenRules<{ readonly asks: typeof fourPhaseCoordinator }> = {
  hasty: { label: "the coordinator does not wait until its backups know", asks: hastyCoordinator },
  returning: { label: "a coordinator that comes back leads again, and aborts", asks: returningCoordinator },
};

const brokenPaxosCommit: BrokenRules<{ readonly leads?: typeof leader; readonly accepts?: typeof acceptor; readonly prepares?: (options: ManagerOptions) => AnyRole }> = {
  presumptuous: { label: "a leader takes those that have not voted for prepared", leads: presumptuousLeader },
  hasty: { label: "a leader believes the first acceptor", leads: hastyLeader },
  stubborn: { label: "a leader of a later ballot asks for abort, whatever it is told", leads: stubbornLeader },
  usurping: { label: "a leader that is asked aborts what it does not know", leads: usurpingLeader },
  impatient: { label: "a participant that has waited for long aborts", prepares: impatientManager },
  "forgetful-acceptor": { label: "acceptors keep nothing on their disks", accepts: forgetfulAcceptor },
};

/** The protocol, with other roles for some of its nodes: whom this gives none keeps the sound one. */
function replacing(protocol: CommitProtocol, role: (node: NodeId, isParticipant: boolean) => AnyRole | undefined): CommitProtocol {
  return (resources) => {
    const { nodes, coordinators } = protocol(resources);
    return { nodes: Object.fromEntries(Object.entries(nodes).map(([node, sound]) => [node, role(node as NodeId, node in resources) ?? sound])), coordinators };
  };
}

/** One transaction over some participants, by any of the commit protocols. */
function commitment(
  about: Pick<Protocol, "name" | "title" | "about" | "chapter">,
  own: readonly Knob[],
  plug: (settings: Settings) => CommitProtocol,
): Protocol {
  return {
    ...about,
    until: 2_000,
    fails: { at: 15, for: 1_000 },
    knobs: [
      number("participants", "participants", { min: 1, max: 9, value: 3 }),
      choice("vote", "the last participant votes", { yes: "yes", no: "no", "read-only": "that it only reads" }),
      number("transactions", "transactions, one after the other", { min: 1, max: 10, value: 1 }),
      number("gap", "time between them", { unit: "ms", min: 1, max: 1_000, value: 150 }),
      number("flush", "a forced write", { unit: "ms", min: 0, max: 50, value: 2 }),
      ...own,
    ],
    cluster(settings) {
      const { participants, vote, transactions, gap, flush } = settings;
      const names = numbered("p", Number(participants));
      const { nodes, coordinators } = plug(settings)(all(names, scripted));
      const work = Object.fromEntries(names.map((name, i) => [name, i === names.length - 1 ? vote : "yes"]));
      return {
        nodes,
        disk: { flush: Number(flush) },
        requests: Array.from({ length: Number(transactions) }, (_, i) => ({
          at: i * Number(gap), node: coordinators[0]!, request: { kind: "commit", transaction: `t${i + 1}`, work },
        })),
        properties: commitProperties(about.name === "paxos-commit" ? { votes: voteInBallot0 } : {}),
        servers: [...new Set([...coordinators, ...(Object.keys(nodes) as NodeId[])])],
      };
    },
  };
}

const orchestrators = { none: orchestrator, forward: forwardUndoer, quitting: quittingOrchestrator };

const saga: Protocol = {
  name: "saga",
  title: "Sagas",
  about: "An orchestrator has one step after the other done, each committed at once; where one cannot be done, what was done is undone.",
  chapter: "3.2.3-four-phase-and-paxos-commit",
  until: 2_000,
  fails: { at: 40, for: 300 },
  knobs: [
    number("participants", "nodes, each with a step", { min: 1, max: 8, value: 3 }),
    number("sagas", "sagas", { min: 1, max: 10, value: 2 }),
    number("gap", "time between them", { unit: "ms", min: 0, max: 1_000, value: 100 }),
    choice("last", "the last step", { "in-turn": "fails in every second saga", done: "can be done", fails: "cannot be done" }),
    choice("recovery", "where a step fails", { backward: "what was done is undone", forward: "it is tried again" }),
    number("flush", "a forced write", { unit: "ms", min: 0, max: 50, value: 2 }),
    choice("broken", "what is broken", {
      none: "nothing", forward: "steps are undone in the order in which they were done", quitting: "after a failure nothing is undone",
    }),
  ],
  cluster({ participants, sagas, gap, last, recovery, flush, broken }) {
    const names = numbered("p", Number(participants));
    const step = (node: NodeId, amount: number): SagaStep => ({ node, does: { stock: amount }, undoes: { stock: -amount } });
    const all = Array.from({ length: Number(sagas) }, (_, i) => {
      const fails = last === "fails" || (last === "in-turn" && i % 2 === 1);
      return names.map((node, k) => step(node, fails && k === names.length - 1 ? -1_000 : -1));
    });
    return {
      nodes: {
        o: orchestrators[broken as keyof typeof orchestrators]({ recovery: recovery as "backward" }),
        ...Object.fromEntries(names.map((name) => [name, sagaParticipant({ opening: { stock: 100 } })])),
      } as Cluster["nodes"],
      disk: { flush: Number(flush) },
      requests: all.map((steps, i) => ({ at: i * Number(gap), node: "o" as NodeId, request: { kind: "saga", transaction: `t${i + 1}`, steps } as unknown as Tagged })),
      properties: [sagaGuarantee(Object.fromEntries(all.map((steps, i) => [`t${i + 1}`, steps.length])))],
      servers: ["o" as NodeId, ...names],
      waits: (trace) => ({ what: "saga", label: "from the request to the end of the saga", rows: operationLatencies(trace) }),
      tells({ decisions }) {
        const ended = decisions.map(({ outcome }) => outcome as { readonly transaction: string; readonly outcome: string });
        return ended.length === 0 ? [] : [`${ended.map(({ transaction, outcome }) => `${transaction} ends with ${outcome}`).join(", ")}.`];
      },
    };
  },
};

/** Atomic commitment, protocol by protocol. */
export const commit: readonly Protocol[] = [
  commitment(
    { name: "two-phase-commit", title: "Two-phase commit", about: "A coordinator asks all participants to prepare, and tells them how it ends.", chapter: "3.2.1-two-phase-commit" },
    [
      choice("form", "form", { basic: "basic", "presumed-abort": "presumed abort", "presumed-commit": "presumed commit" }),
      choice("cooperative", "who is in doubt asks the other participants", { yes: "yes", no: "no" }),
      brokenKnob(brokenTwoPhase),
    ],
    (settings) => {
      const [form, cooperative] = [settings["form"] as "basic", settings["cooperative"] === "yes"];
      const { asks, votes } = brokenParts(brokenTwoPhase, settings);
      return replacing(twoPhase({ form, cooperative }), (_, isParticipant) => (isParticipant ? votes?.({ form, cooperative }) : asks?.({ form })));
    },
  ),
  commitment(
    { name: "three-phase-commit", title: "Three-phase commit", about: "A third phase in between, so that nobody who is alone must wait: right where no link fails.", chapter: "3.2.2-three-phase-commit" },
    [brokenKnob(brokenThreePhase)],
    (settings) => replacing(threePhase(), () => brokenParts(brokenThreePhase, settings).site?.()),
  ),
  commitment(
    { name: "quorum-commit", title: "Quorum-based three-phase commit", about: "Who is left goes on only where it is a quorum.", chapter: "3.2.2-three-phase-commit" },
    [brokenKnob(brokenQuorums)],
    (settings) => replacing(quorumCommit(), () => brokenParts(brokenQuorums, settings).site?.()),
  ),
  commitment(
    { name: "four-phase-commit", title: "Four-phase commit (a reconstruction)", about: "Backups stand in for the coordinator, in a fixed order: right where no link fails.", chapter: "3.2.3-four-phase-and-paxos-commit" },
    [number("backups", "backups of the coordinator", { min: 0, max: 4, value: 1 }), brokenKnob(brokenFourPhase)],
    (settings) => {
      const backups = numbered("b", Number(settings["backups"]));
      return replacing(fourPhase({ backups: backups.length }), (_, isParticipant) => (isParticipant ? undefined : brokenParts(brokenFourPhase, settings).asks?.({ backups })));
    },
  ),
  commitment(
    { name: "paxos-commit", title: "Paxos Commit", about: "Each vote is chosen by Paxos, so no single crash blocks.", chapter: "3.2.3-four-phase-and-paxos-commit" },
    [
      number("faults", "crashes of acceptors that it survives", { min: 0, max: 3, value: 1 }),
      choice("faster", "Faster Paxos Commit", { no: "no", yes: "yes" }),
      brokenKnob(brokenPaxosCommit),
    ],
    (settings) => {
      const [faults, faster] = [Number(settings["faults"]), settings["faster"] === "yes"];
      const acceptors = numbered("a", 2 * faults + 1);
      const { leads = leader, accepts = acceptor, prepares = manager } = brokenParts(brokenPaxosCommit, settings);
      const accepting = colocate("leader and acceptor", leads({ acceptors, faster }), accepts());
      return replacing(paxosCommit({ faults, faster }), (_, isParticipant) => (isParticipant ? prepares({ acceptors, leaders: acceptors, faster }) : accepting));
    },
  ),
  saga,
];
