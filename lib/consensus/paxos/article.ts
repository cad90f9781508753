/*
 * The article's listing 4.1, "Paxos算法实现", line by line in TypeScript, with its faults. It is no Paxos: no number
 * tells one proposal from the next, nobody promises anything, nothing is sent, and who happens to look decides.
 * `null` stands for Python's `None`.
 */

/** The listing's proposer. It is not told of any outcome. */
export interface ListingProposer {
  readonly id: number;
  /** May be changed at any time, also after acceptors have taken note of the proposer. */
  value: number;
  /** Have each of the acceptors vote, one after the other. */
  propose(acceptors: readonly ListingAcceptor[]): void;
}

/** The listing's acceptor. */
export interface ListingAcceptor {
  readonly id: number;
  /** The proposers that it has heard of: themselves, not what they asked for at the time. */
  readonly proposals: ListingProposer[];
  accepted_value: number | null;
  accepted_id: number | null;
  vote(proposer: ListingProposer): void;
}

/** The listing's learner. */
export interface ListingLearner {
  readonly id: number;
  accepted_value: number | null;
  accepted_id: number | null;
  /** Look at each of the acceptors; the last one that has accepted anything is believed. */
  learn(acceptors: readonly ListingAcceptor[]): void;
}

/** The names that the listing's script defines. */
export interface Listing {
  readonly acceptors: readonly ListingAcceptor[];
  readonly Proposer: new (id: number, value: number) => ListingProposer;
  readonly Learner: new (id: number) => ListingLearner;
}

/** Run the listing up to its `acceptors`, of which it has three. Each call is a new script. */
export function listing(): Listing {
  class Proposer implements ListingProposer {
    readonly id: number;
    value: number;

    constructor(id: number, value: number) {
      this.id = id;
      this.value = value;
    }

    propose(acceptors: readonly ListingAcceptor[]): void {
      for (const acceptor of acceptors) acceptor.vote(this);
    }
  }

  class Acceptor implements ListingAcceptor {
    readonly id: number;
    readonly proposals: ListingProposer[] = [];
    accepted_value: number | null = null;
    accepted_id: number | null = null;

    constructor(id: number) {
      this.id = id;
    }

    vote(proposer: ListingProposer): void {
      this.proposals.push(proposer);
      // `acceptors` is the script's variable; the class was never given it.
      if (this.proposals.length > acceptors.length) {
        this.accepted_value = Math.max(...this.proposals.map(({ value }) => value));
        this.accepted_id = this.proposals[0]!.id;
      }
    }
  }

  class Learner implements ListingLearner {
    readonly id: number;
    accepted_value: number | null = null;
    accepted_id: number | null = null;

    constructor(id: number) {
      this.id = id;
    }

    learn(acceptors: readonly ListingAcceptor[]): void {
      for (const acceptor of acceptors) {
        if (acceptor.accepted_id !== null) {
          this.accepted_value = acceptor.accepted_value;
          this.accepted_id = acceptor.accepted_id;
        }
      }
    }
  }

  const acceptors: readonly ListingAcceptor[] = [0, 1, 2].map((id) => new Acceptor(id));
  return { acceptors, Proposer, Learner };
}

/** The listing's example, as it stands: what it prints. */
export function listingExample(): number | null {
  const { acceptors, Proposer, Learner } = listing();
  const proposer = new Proposer(0, 10);
  proposer.propose(acceptors);
  const learner = new Learner(0);
  learner.learn(acceptors);
  return learner.accepted_value;
}
