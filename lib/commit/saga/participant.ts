import { options } from "../../core/parameters.js";
import type { Role } from "../../core/role.js";
import type { TransactionId } from "../transaction.js";
import type { Changes, Found, Perform, Performed } from "./messages.js";

/** What a node of sagas knows; all of it survives a crash. */
export interface SagaParticipant {
  /** What is in each account, and which local transaction has left it there. */
  readonly balances: Map<string, { readonly value: number; readonly version: string | null }>;
  /** What was answered to each attempt at each step of each saga, by their names. */
  readonly done: Map<string, Performed>;
}

export type SagaParticipantSignature = {
  state: SagaParticipant;
  receives: Perform;
  sends: Performed;
};

/** What a node of sagas begins with. */
export interface SagaParticipantOptions {
  /** The accounts and what is in them at first. */
  readonly opening: Changes;
}

/**
 * A node that does local transactions for sagas (Garcia-Molina and Salem, "Sagas", 1987). Each is committed at once, and
 * holds no lock afterwards: everybody sees it, before the saga has come to its end. A step is refused if an account
 * would fall below 0, or is not there; what undoes one is done in any case.
 */
export function sagaParticipant(given: SagaParticipantOptions): Role<SagaParticipantSignature> {
  const { opening } = options("sagaParticipant", given, ["opening"]);
  return {
    name: "saga participant",
    durable: ["balances", "done"],
    init: () => ({
      balances: new Map(Object.entries(opening).map(([account, value]) => [account, { value, version: null }])),
      done: new Map(),
    }),
    timeout: {},
    request: {},

    receive: {
      // A question that comes twice gets the same answer twice, and nothing is done twice.
      perform(self, message, from, out) {
        const { transaction, index, way, attempt, changes } = message;
        const version = versionOf(transaction, index, way);
        const name = `${version}, attempt ${attempt}`;
        let answer = self.done.get(name);
        if (!answer) {
          const isDone = way === "backward" || isPossible(self, changes);
          answer = {
            kind: "performed",
            transaction,
            index,
            way,
            attempt,
            isDone,
            found: isDone ? apply(self, changes, version) : [],
          };
          self.done.set(name, answer);
          out.persist(); // the local commit
        }
        out.send(from, answer);
      },
    },
  };
}

/** The name of a step's local transaction, which is also that of the versions that it leaves. */
export function versionOf(transaction: TransactionId, index: number, way: Perform["way"]): string {
  return `${transaction} ${way === "forward" ? "step" : "undo"} ${index + 1}`;
}

function isPossible({ balances }: SagaParticipant, changes: Changes): boolean {
  return Object.entries(changes).every(([account, change]) => {
    const balance = balances.get(account);
    return balance !== undefined && balance.value + change >= 0;
  });
}

function apply({ balances }: SagaParticipant, changes: Changes, version: string): readonly Found[] {
  return Object.entries(changes).map(([account, change]) => {
    const before = balances.get(account) ?? { value: 0, version: null };
    // A change by nothing is a look.
    if (change !== 0) balances.set(account, { value: before.value + change, version });
    return { account, version: before.version, isChanged: change !== 0 };
  });
}
