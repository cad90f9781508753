import type { Decision, Property } from "../core/property.js";
import type { Account, Money } from "./bank.js";
import type { SnapshotPart } from "./snapshot.js";

/** The parts of each snapshot that are decided, by its name. */
export function snapshotsOf(decisions: readonly Decision[]): ReadonlyMap<string, readonly SnapshotPart[]> {
  const found = new Map<string, SnapshotPart[]>();
  for (const { outcome } of decisions) {
    const part = outcome as SnapshotPart;
    if (part?.kind !== "snapshot") continue;
    found.set(part.snapshot, [...(found.get(part.snapshot) ?? []), part]);
  }
  return found;
}

/**
 * A snapshot is a consistent cut: of no channel has more been received than sent, and the channel's state is exactly what
 * was sent before the sender recorded its state and received after the receiver recorded its own. (Chandy & Lamport 1985,
 * section 3.1: n <= m, and the channel's state has the messages n + 1 to m.) Asked of each pair of parts as soon as both are there.
 */
export const consistentCut: Property = {
  name: "consistent cut",
  check({ decisions }) {
    for (const [snapshot, parts] of snapshotsOf(decisions)) {
      for (const to of parts) {
        for (const from of parts) {
          const sent = from.sent[to.node];
          const received = to.received[from.node];
          if (sent === undefined || received === undefined) continue;
          const channel = to.channels[from.node]?.length ?? 0;
          if (received > sent) return `snapshot ${snapshot}: ${to.node} has received ${count(received)} of ${from.node}, which has sent ${sent}`;
          if (received + channel !== sent) {
            return `snapshot ${snapshot}: ${from.node} has sent ${to.node} ${count(sent)}; received are ${received}, under way ${channel}`;
          }
        }
      }
    }
    return null;
  },
};

/** Money is neither made nor lost: balances and what is under way add up to the total in every snapshot that is whole. */
export function moneyIsKept({ accounts, total }: { readonly accounts: number; readonly total: number }): Property {
  return {
    name: "money is kept",
    check({ decisions }) {
      for (const [snapshot, parts] of snapshotsOf(decisions)) {
        if (parts.length < accounts) continue;
        const counted = moneyIn(parts);
        if (counted !== total) return `snapshot ${snapshot} counts ${counted}, and there is ${total}`;
      }
      return null;
    },
  };
}

/** All the money in a snapshot of accounts: balances, and what is under way. */
export function moneyIn(parts: readonly SnapshotPart[]): number {
  return parts.reduce((all, { state, channels }) => {
    const underWay = Object.values(channels).flat() as unknown as readonly Money[];
    return all + (state as Account).balance + underWay.reduce((sum, { amount }) => sum + amount, 0);
  }, 0);
}

function count(messages: number): string {
  return `${messages} message${messages === 1 ? "" : "s"}`;
}
