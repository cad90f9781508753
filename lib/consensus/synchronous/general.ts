import { flag, integer, options } from "../../core/parameters.js";
import type { NodeId, Role } from "../../core/role.js";

/** What a general knows at dawn: how many messengers came. */
export interface General {
  /** Messages received. */
  received: number;
  hasDecided: boolean;
}

export type GeneralSignature = {
  state: General;
  receives: { readonly kind: "messenger"; readonly number: number };
  sends: { readonly kind: "messenger"; readonly number: number };
  timers: { readonly kind: "dawn" };
  decides: "attack" | "wait";
};

export interface GeneralOptions {
  readonly rival: NodeId;
  /** How many messengers the generals send in all, by turns, each after the arrival of the one before. */
  readonly messengers: number;
  /** It attacks at dawn if it has received at least so many. */
  readonly attacksAfter: number;
  /** Whether it sends the first messenger. */
  readonly begins: boolean;
}

/**
 * A general who shall attack at dawn together with another, and whose messengers may be caught (Gray, "Notes on Data
 * Base Operating Systems", 1978, section 5.8.3.3.1). Messenger k+1 says that messenger k has arrived. Whatever each of
 * them waits for, there is a run in which one attacks alone, or none ever attacks.
 */
export function general(given: GeneralOptions): Role<GeneralSignature> {
  options("general", given, ["rival", "messengers", "attacksAfter", "begins"]);
  const { rival, messengers, attacksAfter, begins } = given;
  integer("messengers", messengers);
  integer("attacksAfter", attacksAfter);
  flag("begins", begins);
  return {
    name: "general",
    durable: [],
    init: () => ({ received: 0, hasDecided: false }),
    start(_, out) {
      out.setTimer({ kind: "dawn" }, 1_000);
      if (begins && messengers > 0) out.send(rival, { kind: "messenger", number: 1 });
    },
    request: {},
    receive: {
      messenger(self, { number }, _, out) {
        if (self.hasDecided) return; // after dawn it is too late
        self.received += 1;
        if (number < messengers) out.send(rival, { kind: "messenger", number: number + 1 });
      },
    },
    timeout: {
      dawn(self, _, out) {
        self.hasDecided = true;
        out.decide(self.received >= attacksAfter ? "attack" : "wait");
      },
    },
  };
}
