import type { Ballot } from "./ballot.js";

/** What a proposer wants to be chosen. */
export type Value = string;

/** A vote: this value was accepted in this ballot. The paper calls it "an accepted proposal". */
export interface Vote {
  readonly ballot: Ballot;
  readonly value: Value;
}

/** 1a. "Will you join ballot b?" From a proposer to the acceptors. */
export interface Prepare {
  readonly kind: "prepare";
  readonly ballot: Ballot;
}

/** 1b. "I will take part in nothing before b, and this is how I voted last." From an acceptor to the proposer. */
export interface Promised {
  readonly kind: "promised";
  readonly ballot: Ballot;
  /** The vote of the highest ballot in which the acceptor has voted; null if it never did. */
  readonly vote: Vote | null;
}

/** 2a. "Vote for v in ballot b." From a proposer to the acceptors. */
export interface Accept {
  readonly kind: "accept";
  readonly ballot: Ballot;
  readonly value: Value;
}

/** 2b. "I voted for v in ballot b." From an acceptor to those who learn. */
export interface Accepted {
  readonly kind: "accepted";
  readonly ballot: Ballot;
  readonly value: Value;
}

/** "Not b: I have promised a later ballot." Saves the proposer from waiting; no promise and no vote rests on it. */
export interface Nack {
  readonly kind: "nack";
  readonly ballot: Ballot;
  /** What the acceptor has promised instead. */
  readonly promised: Ballot;
}

/** "I have seen the votes: v is chosen." From one who learned it to others who want to know. */
export interface Chosen {
  readonly kind: "chosen";
  readonly value: Value;
}
