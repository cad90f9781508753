import { finite, integer, nodeNames, options, show } from "../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../core/role.js";
import type { Fine, HowAreYou, SetSpeed } from "./server.js";

/** Bring a change to all servers: from now on they work at this speed. (What a change does is only known afterwards.) */
export interface RollOut {
  readonly kind: "roll-out";
  readonly speed: number;
  /** The speed to go back to. */
  readonly before: number;
}

/** What came of it: how many waves were told, and whether all was taken back. */
export interface RolledOut {
  readonly ok: boolean;
  readonly waves: number;
}

/** What a controller of roll-outs knows. */
export interface RolloutState {
  /** The change under way, or null. */
  change: (RollOut & { readonly call: Call }) | null;
  /** The wave that is watched, from 0. */
  wave: number;
  /** Who of those that have the change has not said yet that it is well. */
  unheard: Set<NodeId>;
}

export type RolloutSignature = {
  state: RolloutState;
  receives: Fine;
  requests: RollOut;
  timers: { kind: "look" } | { kind: "judge" };
  sends: SetSpeed | HowAreYou;
  replies: RolledOut;
};

export interface RolloutOptions {
  /** Who gets the change together, wave after wave. A first wave of one server is a canary; a single wave is "to all at once". */
  readonly waves: readonly (readonly NodeId[])[];
  /** How long each wave is watched, in ms. */
  readonly watchMs: number;
  /** How many may wait at a server that is well. */
  readonly waiting: number;
}

/**
 * A roll-out (发布) in waves: tell the first wave, watch it, and go on only if all who have the change are well; else take it back
 * everywhere. How many requests a bad change hurts, its blast radius, is decided by the first wave and by how long it takes
 * to see (Beyer et al. 2016, chapters 8 and 27).
 *
 * @throws RangeError for an option outside its range
 */
export function rollout(given: RolloutOptions): Role<RolloutSignature> {
  const { waves, watchMs, waiting } = options("rollout", given, ["waves", "watchMs", "waiting"]);
  if (!Array.isArray(waves) || waves.length === 0) throw new RangeError(`waves must be a list of at least one list of nodes, got ${show(waves)}`);
  nodeNames("waves", waves.flat());
  finite("watchMs", watchMs);
  integer("waiting", waiting);

  const told = (self: RolloutState): readonly NodeId[] => waves.slice(0, self.wave + 1).flat();

  function tell(self: RolloutState, out: Out<RolloutSignature>): void {
    for (const node of waves[self.wave]!) out.send(node, { kind: "speed", speed: self.change!.speed });
    out.setTimer({ kind: "look" }, watchMs);
  }

  function finish(self: RolloutState, ok: boolean, out: Out<RolloutSignature>): void {
    out.reply(self.change!.call, { ok, waves: self.wave + 1 });
    self.change = null;
  }

  return {
    name: "rollout",
    durable: [],
    init: () => ({ change: null, wave: 0, unheard: new Set() }),

    receive: {
      fine(self, { waiting: now }, from) {
        if (now <= waiting) self.unheard.delete(from);
      },
    },

    request: {
      "roll-out"(self, request, call, out) {
        if (self.change !== null) return out.reply(call, { ok: false, waves: 0 }); // one at a time
        self.change = { ...request, call };
        self.wave = 0;
        tell(self, out);
      },
    },

    timeout: {
      look(self, _timer, out) {
        self.unheard = new Set(told(self));
        for (const node of told(self)) out.send(node, { kind: "how-are-you" });
        out.setTimer({ kind: "judge" }, watchMs / 4);
      },

      judge(self, _timer, out) {
        if (self.unheard.size > 0) {
          for (const node of told(self)) out.send(node, { kind: "speed", speed: self.change!.before });
          return finish(self, false, out);
        }
        if (self.wave === waves.length - 1) return finish(self, true, out);
        self.wave += 1;
        tell(self, out);
      },
    },
  };
}
