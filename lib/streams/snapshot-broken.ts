import type { Property } from "../core/property.js";
import type { AnyRole } from "../core/role.js";
import { account } from "./bank.js";
import { type SnapshotOptions, withSnapshotRules, withSnapshots } from "./snapshot.js";
import { consistentCut } from "./snapshot-properties.js";

/** Sends its markers after the next message instead of before it. Breaks the marker-sending rule (Chandy & Lamport 1985, section 3.2). */
export function tardyMarkers(below: AnyRole, options: SnapshotOptions): AnyRole {
  return withSnapshotRules({ markersFirst: false, recordsChannels: true }, below, options);
}

/** Records every channel as empty. Breaks the marker-receiving rule (Chandy & Lamport 1985, section 3.2). */
export function emptyChannels(below: AnyRole, options: SnapshotOptions): AnyRole {
  return withSnapshotRules({ markersFirst: true, recordsChannels: false }, below, options);
}

/** A world of two accounts for the explorer: each may send money, and one begins a snapshot. */
export interface SnapshotWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly any[];
  readonly properties: readonly Property[];
  readonly maxWorlds: number;
}

/** Two accounts of 10 with channels both ways, `transfers` from each, and one snapshot, begun by the first at any time. */
export function snapshotWorld(wrap: typeof withSnapshots = withSnapshots, transfers: number = 2): SnapshotWorld {
  const node = (other: string): AnyRole => wrap(account(10), { inputs: [other], outputs: [other] });
  const sends = (from: string, to: string): readonly object[] =>
    Array.from({ length: transfers }, (_, i) => ({ node: from, request: { kind: "transfer", to, amount: i + 1 } }));
  return {
    nodes: { p: node("q"), q: node("p") },
    requests: [sends("p", "q"), sends("q", "p"), { node: "p", request: { kind: "snapshot", snapshot: "s" } }],
    properties: [consistentCut],
    maxWorlds: 1_000_000,
  };
}

/** Each broken rule of snapshots, with the world that shows it: `explore(world)` finds a shortest schedule, and none with the sound rule. */
export const brokenSnapshots: readonly { readonly name: string; readonly does: string; readonly world: SnapshotWorld }[] = [
  { name: "tardy markers", does: "sends its markers after the next message", world: snapshotWorld(tardyMarkers) },
  { name: "empty channels", does: "records nothing that is under way", world: snapshotWorld(emptyChannels) },
];
