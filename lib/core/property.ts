import type { Call, NodeId, Tagged } from "./role.js";

/** A decision that a node announced. */
export interface Decision {
  readonly node: NodeId;
  readonly outcome: unknown;
}

/** One node as an outside observer sees it. */
export interface NodeView {
  readonly id: NodeId;
  /** The name of its role. */
  readonly role: string;
  /** The live state; null while the node is down. To be read, never changed. */
  readonly state: object | null;
}

/** The whole cluster at one instant, seen from outside. No node sees this; only properties do. */
export interface World {
  readonly nodes: readonly NodeView[];
  /** All decisions so far, in order. */
  readonly decisions: readonly Decision[];
}

/** What an observer can notice, in every runtime. */
export type Observation =
  | { readonly kind: "send"; readonly from: NodeId; readonly to: NodeId; readonly message: Tagged }
  | { readonly kind: "deliver"; readonly from: NodeId; readonly to: NodeId; readonly message: Tagged }
  | { readonly kind: "request"; readonly node: NodeId; readonly call: Call; readonly request: Tagged }
  | { readonly kind: "reply"; readonly node: NodeId; readonly call: Call; readonly result: unknown }
  | { readonly kind: "decide"; readonly node: NodeId; readonly outcome: unknown }
  | { readonly kind: "crash"; readonly node: NodeId }
  | { readonly kind: "restart"; readonly node: NodeId };

/**
 * Something that must always hold. Simulator, explorer and tests share it. `check` is asked after every step
 * and answers null, or says what is wrong in a sentence.
 *
 * A property about the past keeps a memory (what the literature calls a history variable): plain data,
 * which `observe` never changes but replaces, because the explorer shares it between worlds.
 */
export interface Property<Memory = any> {
  readonly name: string;
  readonly memory?: Memory;
  observe?(memory: Memory, happened: Observation): Memory;
  check(world: World, memory: Memory): string | null;
}
