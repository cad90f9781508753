import { finite, integer, options } from "../../core/parameters.js";
import type { NodeId, Out, Role } from "../../core/role.js";

/** "What time is it?" `asked` is the asker's own clock, in ms. */
export interface AskTime {
  readonly kind: "ask time";
  readonly asked: number;
}

/** The server's clock when the question came and when the answer left, in ms. */
export interface TellTime {
  readonly kind: "tell time";
  readonly asked: number;
  readonly received: number;
  readonly sent: number;
}

/** What one question and its answer tell. All in ms. */
export interface ClockSample {
  /** How far the server's clock is ahead of ours, if both ways took equally long. */
  readonly offset: number;
  /** Time on the way, there and back. */
  readonly roundTrip: number;
  /** The offset is wrong by no more than this: half of the round trip. */
  readonly error: number;
}

/**
 * The offset and the round trip from four readings, two of each clock: θ = ((T2 - T1) + (T3 - T4)) / 2 and
 * δ = (T4 - T1) - (T3 - T2) (Mills and others, RFC 5905, section 8; with T2 = T3 it is Cristian, Probabilistic Clock
 * Synchronization, 1989). The true offset is within δ / 2, whatever way the time on the way is divided, as long as both
 * clocks run at the same rate meanwhile.
 */
export function clockSample(t1: number, t2: number, t3: number, t4: number): ClockSample {
  const roundTrip = t4 - t1 - (t3 - t2);
  return { offset: (t2 - t1 + t3 - t4) / 2, roundTrip, error: roundTrip / 2 };
}

export type TimeServerSignature = { state: { readonly id: NodeId }; receives: AskTime; sends: TellTime };

/** Tells everybody who asks what its clock shows. */
export function timeServer(): Role<TimeServerSignature> {
  return {
    name: "time server",
    durable: [],
    init: (id) => ({ id }),
    timeout: {},
    request: {},
    receive: {
      "ask time": (_, { asked }, from, out) => out.send(from, { kind: "tell time", asked, received: out.clock(), sent: out.clock() }),
    },
  };
}

export interface TimeClient {
  readonly id: NodeId;
  /** The last samples, oldest first. */
  samples: readonly ClockSample[];
}

export type TimeClientSignature = {
  state: TimeClient;
  receives: TellTime;
  sends: AskTime;
  timers: { readonly kind: "ask" };
  decides: ClockSample;
};

/**
 * Asks a time server now and then. After each answer it announces the best of its last samples, which is the one with the
 * shortest round trip, as NTP's clock filter does (RFC 5905, section 10: of the last eight).
 *
 * @throws RangeError unless `everyMs` is at least 0 and `keep` a whole number of at least 1
 */
export function timeClient(given: { readonly server: NodeId; readonly everyMs?: number; readonly keep?: number }): Role<TimeClientSignature> {
  const { server, everyMs = 1000, keep = 8 } = options("timeClient", given, ["server", "everyMs", "keep"]);
  finite("everyMs", everyMs);
  integer("keep", keep, { min: 1 });

  function ask(out: Out<TimeClientSignature>): void {
    out.send(server, { kind: "ask time", asked: out.clock() });
    out.setTimer({ kind: "ask" }, everyMs);
  }

  return {
    name: "time client",
    durable: [],
    init: (id) => ({ id, samples: [] }),
    start: (_, out) => ask(out),
    request: {},
    timeout: { ask: (_, __, out) => ask(out) },
    receive: {
      "tell time"(self, { asked, received, sent }, _, out) {
        self.samples = [...self.samples, clockSample(asked, received, sent, out.clock())].slice(-keep);
        out.decide(self.samples.reduce((best, sample) => (sample.roundTrip <= best.roundTrip ? sample : best)));
      },
    },
  };
}
