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
  /** The offset is wrong by no more than this: half of the round trip, and what the clocks may have drifted since. */
  readonly error: number;
}

/** A sample, and when its question was asked, by the asker's clock in ms. */
export interface DatedSample extends ClockSample {
  readonly asked: number;
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
  samples: readonly DatedSample[];
}

export type TimeClientSignature = {
  state: TimeClient;
  receives: TellTime;
  sends: AskTime;
  timers: { readonly kind: "ask" };
  decides: ClockSample;
};

export interface TimeClientOptions {
  readonly server: NodeId;
  /** How long it waits from one question to the next, in ms (default 1000). */
  readonly everyMs?: number;
  /** How many of its last samples it keeps (default 8). */
  readonly keep?: number;
  /**
   * By how much the two clocks may run apart, as a share (default 0): 0.00001 is ten parts in a million, about a second a
   * day. Old samples get worse by that. (NTP counts with 15 parts in a million.)
   */
  readonly drift?: number;
}

/**
 * Asks a time server now and then. After each answer it announces the best of its last samples: the one with the least
 * error, which is half of its round trip and what may have drifted since it was asked for (NTP's clock filter and its
 * dispersion, RFC 5905, sections 8 and 10: of the last eight).
 *
 * @throws RangeError unless `everyMs` is at least 0, `keep` a whole number of at least 1, and `drift` from 0 to 1
 */
export function timeClient(given: TimeClientOptions): Role<TimeClientSignature> {
  const { server, everyMs = 1000, keep = 8, drift = 0 } = options("timeClient", given, ["server", "everyMs", "keep", "drift"]);
  finite("everyMs", everyMs);
  integer("keep", keep, { min: 1 });
  finite("drift", drift, { max: 1 });

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
        const now = out.clock();
        self.samples = [...self.samples, { ...clockSample(asked, received, sent, now), asked }].slice(-keep);
        const grown = self.samples.map(({ offset, roundTrip, error, asked: since }) => ({ offset, roundTrip, error: error + drift * (now - since) }));
        out.decide(grown.reduce((best, sample) => (sample.error <= best.error ? sample : best)));
      },
    },
  };
}
