import { type SeedOptions, type SeedSearch, swarm } from "../../../lib/check.js";
import { paxosCommitProperties } from "../../../lib/commit/paxos-commit/properties.js";
import { acceptor } from "../../../lib/commit/paxos-commit/acceptor.js";
import { leader } from "../../../lib/commit/paxos-commit/leader.js";
import { manager } from "../../../lib/commit/paxos-commit/manager.js";
import { type Accounts, accounts } from "../../../lib/commit/resource.js";
import type { Decided } from "../../../lib/commit/transaction.js";
import { type AnyRole, stream } from "../../../lib/core.js";
import type { Nodes, Run } from "../../../lib/sim.js";
import { only } from "../../../lib/trace/event.js";
import { named } from "./clusters.js";
import { TROUBLE, without } from "../../support/trouble.js";

/** This module, for threads to load. */
export const here: string = import.meta.url;

/** When the nemesis ends, and by when all must be settled, in ms. */
const CALM = 1_500;
const DEADLINE = 30_000;

const KNOBS = {
  ...without(TROUBLE, "skews", "bridges"),
  latency: { oneOf: [[1, 50], [0, 5], { kind: "exponential", mean: 10 }] },
} as const;

const sound = { manager, leader, acceptor };
const OPENING = 100;
const managers = named("r", 4);

/** Each seed has a cluster, a network and a mix of faults of its own, and ten transfers between two or three accounts. */
export function cluster(seed: number, { form, ...cast }: Partial<typeof sound> & { readonly form?: "plain" | "faster" } = {}): SeedOptions {
  const roles = { ...sound, ...cast };
  const shape = stream(seed, "shape");
  const { loss = 0, duplication = 0, latency = [1, 10], flush = 0, crashes = 0, ...rates } = swarm(seed, KNOBS);
  const acceptors = named("a", shape.pick([1, 3, 3, 3, 5]));
  const leaders = named("l", 1 + shape.below(3));
  const faster = form === undefined ? shape.chance(0.3) : form === "faster";
  const contact = shape.pick(["quorum", "all"] as const);
  const resource = accounts(Object.fromEntries(["x", "y", "z"].map((name) => [name, OPENING])));
  const managed = roles.manager({ acceptors, leaders, faster, contact, resource: resource as never, inquireAfter: shape.pick([[100, 200], [300, 500]] as const) });
  const leading = roles.leader({ acceptors, faster, retryAfter: shape.pick([[60, 120], [100, 300]] as const) });
  const nodes: Record<string, AnyRole> = {};
  for (const name of managers) nodes[name] = managed;
  for (const name of leaders) nodes[name] = leading;
  for (const name of acceptors) nodes[name] = roles.acceptor();
  const clients = Array.from({ length: 10 }, (_, i) => {
    const [from, to, other] = shape.shuffle<string>(managers) as [string, string, string];
    const amount = 10 + shape.below(80);
    const account = (): string => shape.pick(["x", "y", "z"]);
    const reads = shape.chance(0.2) ? { [other]: { [account()]: 0 } } : {};
    const work = { [from]: { [account()]: -amount }, [to]: { [account()]: amount }, ...reads };
    const transaction = `t${i + 1}`;
    const isBegun = shape.chance(0.3);
    const operation = isBegun
      ? { kind: "begin", transaction, coordinator: shape.pick(leaders), work }
      : { kind: "commit", transaction, work };
    return [
      `c${i + 1}`,
      { operations: [operation], to: isBegun ? from : shape.pick(leaders), from: shape.within([0, 1_000]), timeoutMs: 500, retries: 200, backoff: [0, 200] },
    ] as const;
  });
  return {
    nodes,
    network: { latency, loss, duplication },
    disk: { flush },
    clients: Object.fromEntries(clients) as never,
    nemesis: { until: CALM, ...rates, crashes: { perSecond: crashes, lasts: [2, 100] } },
    freeze: true,
    until: DEADLINE,
    properties: paxosCommitProperties({ acceptors }),
  };
}

/** At the end nobody holds a lock, no money is gone, and every client has its answer. */
export function everythingIsSettled(run: Run<Nodes>): string | null {
  let sum = 0;
  for (const name of managers) {
    const { data } = run.simulation.state(name) as unknown as { readonly data: Accounts };
    if (data.pending.size > 0) return `${name} still holds the locks of ${[...data.pending.keys()].join(", ")}`;
    for (const balance of data.balances.values()) {
      if (balance < 0) return `${name} has an account with ${balance}`;
      sum += balance;
    }
  }
  if (sum !== managers.length * 3 * OPENING) return `there were ${managers.length * 3 * OPENING} in all accounts, and now there are ${sum}`;
  const waiting = run.history.filter(({ returnedAt }) => returnedAt === null).map(({ client }) => client);
  return waiting.length === 0 ? null : `${waiting.join(", ")} got no answer within ${DEADLINE - CALM} ms after the last fault`;
}

const decidedTo = (run: Run<Nodes>, outcome: string): boolean => run.decisions.some((decision) => (decision.outcome as Decided).outcome === outcome);
const sent = (run: Run<Nodes>, kind: string) => only(run.trace, "send").filter(({ message }) => message.kind === kind);
const ballotOf = (message: object): { readonly round: number; readonly proposer: string } => (message as { ballot: { round: number; proposer: string } }).ballot;

/** Cases that make the search worth something. */
const cases: NonNullable<SeedSearch<SeedOptions>["sometimes"]> = {
  "a transaction commits": (run) => decidedTo(run, "commit"),
  "a transaction aborts": (run) => decidedTo(run, "abort"),
  "a leader opens a ballot": (run) => sent(run, "phase1a").length > 0,
  "two leaders open ballots of one transaction": (run) => {
    const owners = new Map<string, Set<string>>();
    for (const { message } of sent(run, "phase1a")) {
      const { transaction } = message as unknown as { transaction: string };
      owners.set(transaction, (owners.get(transaction) ?? new Set()).add(ballotOf(message).proposer));
    }
    return [...owners.values()].some((names) => names.size > 1);
  },
  "a transaction commits in a leader's ballot": (run) =>
    sent(run, "phase2b").some(({ message }) => {
      const values = Object.values((message as unknown as { values: Record<string, string> }).values);
      return ballotOf(message).round > 0 && values.every((value) => value === "prepared");
    }),
  "a leader is refused": (run) => sent(run, "nack").length > 0,
  "a resource manager crashes in doubt, and asks": (run) => {
    const crashed = new Set(only(run.trace, "crash").map(({ node }) => node));
    return sent(run, "inquiry").some(({ from }) => crashed.has(from));
  },
  "a write is lost": (run) => only(run.trace, "crash").some(({ lostWrites }) => lostWrites > 0),
  "a doubled message arrives": (run) => only(run.trace, "deliver").some(({ copy }) => copy > 0),
};

/** The whole search: some clusters in the one form, some in the other. */
export const inTrouble: SeedSearch<SeedOptions> = { run: (seed) => cluster(seed), atEnd: everythingIsSettled, sometimes: cases };

/** The same in one form. */
export const plainInTrouble: SeedSearch<SeedOptions> = { ...inTrouble, run: (seed) => cluster(seed, { form: "plain" }) };
export const fasterInTrouble: SeedSearch<SeedOptions> = { ...inTrouble, run: (seed) => cluster(seed, { form: "faster" }) };
