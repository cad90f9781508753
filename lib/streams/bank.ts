import { integer } from "../core/parameters.js";
import type { NodeId, Role } from "../core/role.js";

/** An account whose money travels in messages: what there is in all never changes, but no one place sees it. */
export interface Account {
  readonly id: NodeId;
  balance: number;
}

export interface Transfer {
  readonly kind: "transfer";
  readonly to: NodeId;
  readonly amount: number;
}

export interface Money {
  readonly kind: "money";
  readonly amount: number;
}

export type AccountSignature = { state: Account; receives: Money; sends: Money; requests: Transfer; replies: "sent" | "too little" };

/**
 * A bank account that sends money to others, as in the examples of global states since "Distributed Snapshots" (Chandy & Lamport,
 * 1985, section 1 speaks of a token). Under `withSnapshots` its parts must always add up to the same amount.
 *
 * @throws RangeError if the balance is no whole number of at least 0
 */
export function account(balance: number): Role<AccountSignature> {
  integer("balance", balance);
  return {
    name: "account",
    durable: ["balance"],
    init: (id) => ({ id, balance }),
    timeout: {},
    receive: {
      money(self, { amount }) {
        self.balance += amount;
      },
    },
    request: {
      transfer(self, { to, amount }, call, out) {
        if (amount > self.balance) return out.reply(call, "too little");
        self.balance -= amount;
        out.send(to, { kind: "money", amount });
        out.reply(call, "sent");
      },
    },
  };
}
