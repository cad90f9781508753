/**
 * An action of a specification: the variables that it changes, with their values in the next state; null where it
 * is not enabled; a list where there is a choice. Variables that are not named stay as they are (TLA+'s UNCHANGED).
 * The values of the state must not be changed.
 */
export type SpecificationAction<State> = (state: Readonly<State>) => Partial<State> | readonly Partial<State>[] | null;

/**
 * A specification as modules in TLA+ are (Lamport, "Specifying Systems", 2002): variables, where they begin, and what
 * may happen next. It says what an algorithm may do and not who does it when: messages are a set that only grows, and
 * nobody is forced to take a step. `search` of distlab/check looks at every state that it allows.
 */
export interface Specification<State extends object> {
  /** The initial states. All have the same variables. */
  readonly initial: State | readonly State[];
  /** The actions by name; the next-state relation is that one of them happens. */
  readonly next: { readonly [action: string]: SpecificationAction<State> };
  /** What must be true in every state. */
  readonly properties?: { readonly [name: string]: (state: Readonly<State>) => boolean };
}
