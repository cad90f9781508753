import type { NodeId, Role } from "../../core/role.js";
import { type Machine, writeReplicatedMs } from "../cluster/machine.js";
import type { Beat, Made, Make } from "./boss.js";

/** What a machine knows: which life it is in. What it holds in memory is noted by the boss, and gone with a crash. */
export interface Hand {
  life: number;
}

export type HandSignature = {
  state: Hand;
  receives: Make;
  sends: Made | Beat;
  timers: { readonly kind: "beat" } | { readonly kind: "finish"; readonly round: number; readonly partition: number };
};

/** A machine that makes partitions: it takes the time that reading, computing, writing and copying take, one after the other. */
export function hand({ boss, bytes, computeMs, costs, beatMs }: {
  readonly boss: NodeId;
  readonly bytes: number;
  readonly computeMs: number;
  readonly costs: Machine;
  readonly beatMs: number;
}): Role<HandSignature> {
  return {
    name: "machine",
    durable: ["life"],
    init: () => ({ life: 0 }),
    start(self, out) {
      self.life += 1;
      out.persist();
      out.send(boss, { kind: "beat", life: self.life });
      out.setTimer({ kind: "beat" }, beatMs);
    },
    request: {},
    receive: {
      make(_, { round, partition, fetched, read, writes, copyTo }, __, out) {
        const ms =
          costs.taskMs + computeMs +
          fetched / Math.min(costs.rackNetwork, costs.crossNetwork) +
          read / costs.diskRead +
          (writes ? writeReplicatedMs(costs, bytes, 2) : 0) +
          (copyTo === null ? 0 : bytes / Math.min(costs.rackNetwork, costs.crossNetwork));
        out.setTimer({ kind: "finish", round, partition }, ms * costs.slowness);
      },
    },
    timeout: {
      beat(self, _, out) {
        out.send(boss, { kind: "beat", life: self.life });
        out.setTimer({ kind: "beat" }, beatMs);
      },
      finish(self, { round, partition }, out) {
        out.send(boss, { kind: "made", life: self.life, round, partition });
      },
    },
  };
}
