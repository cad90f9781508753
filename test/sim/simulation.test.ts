import { describe, expect, it } from "vitest";
import { majority } from "../../lib/core/quorum.js";
import { simulate, Simulation, record, only } from "../../lib/sim.js";
import type { NodeId, Role } from "../../lib/core/role.js";

type Ping = { kind: "ping"; n: number };
type Pong = { kind: "pong"; n: number };

/** Sends `n` pings, the next when the pong is there. */
type PingerSignature = {
  state: { got: number };
  sends: Ping;
  receives: Pong;
  requests: { kind: "go"; n: number };
  replies: string;
};
function pinger(to: string): Role<PingerSignature> {
  return {
    name: "pinger",
    durable: [],
    init: () => ({ got: 0 }),
    timeout: {},
    request: {
      go(_, { n }, call, out) {
        out.send(to as NodeId, { kind: "ping", n });
        out.reply(call, "gone");
      },
    },
    receive: {
      pong(self, { n }, from, out) {
        self.got++;
        if (n > 0) out.send(from, { kind: "ping", n: n - 1 });
      },
    },
  };
}
const ponger: Role<{ state: { seen: number }; sends: Pong; receives: Ping }> = {
  name: "ponger",
  durable: [],
  init: () => ({ seen: 0 }),
  timeout: {},
  request: {},
  receive: {
    ping(self, { n }, from, out) {
      self.seen++;
      out.send(from, { kind: "pong", n });
    },
  },
};

describe("a simulation", () => {
  it("runs until nothing is left to do", () => {
    const run = simulate({
      nodes: { a: pinger("b"), b: ponger },
      requests: [{ at: 0, node: "a", request: { kind: "go", n: 2 } }],
    });
    expect(majority(1)).toBe(1);
    expect(only(run.trace, "deliver")).toHaveLength(6);
    expect(run.ended).toMatchObject({ kind: "quiet" });
    expect(run.simulation.state("a")).toEqual({ got: 3 });
  });
});
