import { canonical } from "../core/canonical.js";
import { fingerprint } from "../core/hash.js";
import type { Seed } from "../core/random.js";
import type { NodeId } from "../core/role.js";

/** A statement and the name and mark of whoever stands for it. It can be shown to others, who can check it, too. */
export type Signed<B extends object> = B & { readonly signer: NodeId; readonly signature: string };

/** What signs in one node's name, and in no other. */
export interface Pen {
  readonly id: NodeId;
  sign<B extends object>(statement: B): Signed<B>;
}

/**
 * Digital signatures (数字签名) as the model of Dolev and Yao has them ("On the Security of Public Key Protocols", 1983):
 * perfect. Whoever holds a pen signs with it; everybody can check; nobody makes the mark of another, and a changed
 * statement does not fit its mark.
 *
 * The mark is a fingerprint of the statement and of a secret that stays in the ring. That is no cryptography: 64 bits,
 * and a reader of this file can compute it. A role that lies is given its own pen and no other, which is the assumption.
 */
export interface KeyRing {
  /** The pen of a node. A role uses that of the node on which it runs. */
  pen(id: NodeId): Pen;
  /** Whether the statement was signed with the pen of the node that it names, and was not changed since. */
  verify(statement: Signed<object>): boolean;
  /**
   * A threshold signature ((k, n) 门限签名) of one statement, from marks of at least `k` of these nodes: one mark of the same
   * size whatever their number, checked once (Shoup, "Practical Threshold Signatures", 2000). Null if there are too few.
   */
  combine<B extends object>(statement: B, from: { readonly k: number; readonly members: readonly NodeId[]; readonly shares: readonly Signed<B>[] }): Combined<B> | null;
  /** Whether at least `k` of these nodes have put their marks under the statement. */
  verifyCombined(statement: Combined<object>, from: { readonly k: number; readonly members: readonly NodeId[] }): boolean;
}

/** A statement and one mark that stands for many. */
export type Combined<B extends object> = B & { readonly combined: string };

/** A ring with a pen for every name. Rings of one seed are the same ring. */
export function keyRing(seed: Seed = 1): KeyRing {
  const mark = (name: string, text: string): string => fingerprint(`${canonical([seed, name])} ${text}`).slice(0, 8);
  const verified = new WeakMap<object, boolean>();
  const groupOf = (k: number, members: readonly NodeId[]): string => `any ${k} of ${members.join()}`;

  function verify(statement: Signed<object>): boolean {
    let known = verified.get(statement);
    if (known === undefined) {
      const { signature, ...rest } = statement;
      known = typeof rest.signer === "string" && signature === mark(rest.signer, canonical(rest));
      verified.set(statement, known);
    }
    return known;
  }

  return {
    pen: (id) => ({
      id,
      sign: (statement) => {
        const named = { ...statement, signer: id };
        return { ...named, signature: mark(id, canonical(named)) };
      },
    }),
    verify,
    combine(statement, { k, members, shares }) {
      const text = canonical(statement);
      const signers = new Set<NodeId>();
      for (const share of shares) {
        const { signer, signature, ...body } = share;
        if (members.includes(signer) && canonical(body) === text && verify(share)) signers.add(signer);
      }
      return signers.size < k ? null : { ...statement, combined: mark(groupOf(k, members), text) };
    },
    verifyCombined({ combined, ...statement }, { k, members }) {
      return combined === mark(groupOf(k, members), canonical(statement));
    },
  };
}

/** A short name of a value: equal values have equal digests (摘要). In the model no two values share one. */
export function digestOf(value: unknown): string {
  return fingerprint(canonical(value)).slice(0, 8);
}
