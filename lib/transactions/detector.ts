import type { NodeId, Role } from "../core/role.js";
import { circleOf } from "./locks.js";
import type { Known, Wait, Waits, Wounded } from "./messages.js";
import { youngest } from "./shard.js";

/** What a deadlock detector knows: all waits, as far as it was told. */
export interface Detector {
  readonly waits: Map<NodeId, readonly Wait[]>;
}

export type DetectorSignature = {
  state: Detector;
  receives: Waits;
  sends: Wounded;
};

/**
 * A deadlock detector (死锁检测器) for all shards. What it is told is of different moments, so it may see a circle that
 * never was; then a transaction gives up for nothing. A circle that is there stays, and is seen.
 */
export function detector(): Role<DetectorSignature> {
  return {
    name: "detector",
    durable: [],
    init: () => ({ waits: new Map() }),
    timeout: {},
    request: {},
    receive: {
      waits(self, { waits }, shard, out) {
        self.waits.set(shard, waits);
        const all = [...self.waits.values()].flat();
        const known = new Map<string, Known>(
          all.flatMap(
            ({ waiter, blocker }) =>
              [
                [waiter.transaction, waiter],
                [blocker.transaction, blocker],
              ] as const,
          ),
        );
        const circle = circleOf(
          all.map(({ waiter, blocker }) => ({ waiter: waiter.transaction, blocker: blocker.transaction })),
        );
        if (!circle) return;
        const victim = youngest(circle.map((transaction) => known.get(transaction)!));
        out.send(victim.manager, { kind: "wounded", transaction: victim.transaction });
      },
    },
  };
}
