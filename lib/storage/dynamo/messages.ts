import type { Call, NodeId } from "../../core/role.js";
import type { Clock, Dot } from "./clock.js";
import type { Siblings, Value } from "./versions.js";

/** Read a key (DeCandia et al. 2007, section 4.1). */
export interface Get {
  readonly kind: "get";
  readonly key: string;
}

/** Write a key. The context of the `get` before it says which versions the value replaces; without one, none. */
export interface Put {
  readonly kind: "put";
  readonly key: string;
  readonly value: Value;
  readonly context?: Clock;
}

/** The answer to `get`: the value; several where writes were concurrent; none where the key was never written. */
export interface Got {
  readonly kind: "got";
  readonly values: readonly Value[];
  /** To be given to the `put` that replaces these values. */
  readonly context: Clock;
}

/** The answer to `put`: W nodes have it on disk. */
export interface Written {
  readonly kind: "written";
  readonly dot: Dot;
}

/** Keep these versions; with a hint, in the place of a node that does not answer (section 4.6). */
export interface Store {
  readonly kind: "store";
  readonly call: Call;
  readonly dot: Dot;
  readonly key: string;
  readonly siblings: Siblings;
  readonly hint: NodeId | null;
}

/** They are on disk. */
export interface Stored {
  readonly kind: "stored";
  readonly call: Call;
  readonly dot: Dot;
  readonly key: string;
  /** In whose place they are kept, if not in the sender's own. */
  readonly hint: NodeId | null;
}

/** What do you have of this key? */
export interface Fetch {
  readonly kind: "fetch";
  readonly call: Call;
  readonly key: string;
}

/** All that the node has of it, its own and what it keeps for others. */
export interface Fetched {
  readonly kind: "fetched";
  readonly call: Call;
  readonly siblings: Siblings;
}

/** Read repair: the reader has newer versions (section 5). Needs no answer: if it is lost, the next read repairs. */
export interface Repair {
  readonly kind: "repair";
  readonly key: string;
  readonly siblings: Siblings;
}

/** What was kept for the node that gets it (section 4.6). */
export interface Handoff {
  readonly kind: "handoff";
  readonly key: string;
  readonly siblings: Siblings;
}

/** It is on disk: the other may forget it "without decreasing the total number of replicas". */
export interface Handed {
  readonly kind: "handed";
  readonly key: string;
  /** What was handed over, for what is kept may have grown since. */
  readonly digest: string;
}

/** A node of a Merkle tree: of the tree of a range, at a path from its root. */
export interface Branch {
  readonly range: string;
  /** The child taken at each level, "" for the root. */
  readonly path: string;
  readonly digest: string;
}

/** Are your trees the same here? (Section 4.7.) */
export interface Compare {
  readonly kind: "compare";
  readonly branches: readonly Branch[];
}

/** What the sender has in leaves that differ, key by key, as digests. */
export interface List {
  readonly kind: "list";
  readonly leaves: readonly (Pick<Branch, "range" | "path"> & { readonly keys: ReadonlyMap<string, string> })[];
}

/** What the sender has of keys that differ, and the keys of which it wants to know what the other one has. */
export interface Exchange {
  readonly kind: "exchange";
  readonly entries: ReadonlyMap<string, Siblings>;
  readonly wanted: readonly string[];
}

/** Add an item to the list under a key, whatever others add at the same time: the shopping cart of section 4.4. */
export interface Add {
  readonly kind: "add";
  readonly key: string;
  readonly item: string;
}

/** The answer to `add`. */
export interface Added {
  readonly kind: "added";
  /** What was there before it, made one list of all siblings, in alphabetical order. */
  readonly found: readonly string[];
  /** How many siblings there were. */
  readonly siblings: number;
}

/** A request by the client library, which is a node of its own. */
export interface Ask {
  readonly kind: "ask";
  readonly call: Call;
  readonly request: Get | Put;
}

/** Its answer, or who may answer. */
export interface Told {
  readonly kind: "told";
  readonly call: Call;
  readonly result: Got | Written | { readonly kind: "redirect"; readonly to: NodeId | null };
}
