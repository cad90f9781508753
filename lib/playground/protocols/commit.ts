import { protocol as fourPhase } from "../../commit/four-phase/protocol.js";
import { protocol as paxosCommit } from "../../commit/paxos-commit/protocol.js";
import { voteInBallot0 } from "../../commit/paxos-commit/properties.js";
import { commitProperties } from "../../commit/properties.js";
import type { CommitProtocol } from "../../commit/protocol.js";
import { protocol as quorumCommit } from "../../commit/quorum-commit/protocol.js";
import { scripted } from "../../commit/resource.js";
import { protocol as threePhase } from "../../commit/three-phase/protocol.js";
import { protocol as twoPhase } from "../../commit/two-phase/protocol.js";
import type { NodeId } from "../../core/role.js";
import { choice, number, type Knob, type Settings } from "../knob.js";
import { all, numbered, type Protocol } from "../protocol.js";

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

/** Atomic commitment, protocol by protocol. */
export const commit: readonly Protocol[] = [
  commitment(
    { name: "two-phase-commit", title: "Two-phase commit", about: "A coordinator asks all participants to prepare, and tells them how it ends.", chapter: "3.2.1-two-phase-commit" },
    [
      choice("form", "form", { basic: "basic", "presumed-abort": "presumed abort", "presumed-commit": "presumed commit" }),
      choice("cooperative", "who is in doubt asks the other participants", { yes: "yes", no: "no" }),
    ],
    ({ form, cooperative }) => twoPhase({ form: form as "basic", cooperative: cooperative === "yes" }),
  ),
  commitment(
    { name: "three-phase-commit", title: "Three-phase commit", about: "A third phase in between, so that nobody who is alone must wait: right where no link fails.", chapter: "3.2.2-three-phase-commit" },
    [],
    () => threePhase(),
  ),
  commitment(
    { name: "quorum-commit", title: "Quorum-based three-phase commit", about: "Who is left goes on only where it is a quorum.", chapter: "3.2.2-three-phase-commit" },
    [],
    () => quorumCommit(),
  ),
  commitment(
    { name: "four-phase-commit", title: "Four-phase commit (a reconstruction)", about: "Backups stand in for the coordinator, in a fixed order: right where no link fails.", chapter: "3.2.3-four-phase-and-paxos-commit" },
    [number("backups", "backups of the coordinator", { min: 0, max: 4, value: 1 })],
    ({ backups }) => fourPhase({ backups: Number(backups) }),
  ),
  commitment(
    { name: "paxos-commit", title: "Paxos Commit", about: "Each vote is chosen by Paxos, so no single crash blocks.", chapter: "3.2.3-four-phase-and-paxos-commit" },
    [
      number("faults", "crashes of acceptors that it survives", { min: 0, max: 3, value: 1 }),
      choice("faster", "Faster Paxos Commit", { no: "no", yes: "yes" }),
    ],
    ({ faults, faster }) => paxosCommit({ faults: Number(faults), faster: faster === "yes" }),
  ),
];
