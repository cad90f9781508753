import { clone } from "../core/clone.js";
import { nodeNames, options } from "../core/parameters.js";
import { rulesOf } from "../core/step.js";
import type { AnyRole, Call, Delay, NodeId, Out, Tagged } from "../core/role.js";

/** A message of the algorithm below, or a marker; numbered, because a channel delivers in the order of sending. */
export type Letter =
  | { readonly kind: "letter"; readonly n: number; readonly content: Tagged }
  | { readonly kind: "marker"; readonly n: number; readonly snapshot: string };

/** What one process contributes to a snapshot: its own state, and what was under way to it on each channel. */
export interface SnapshotPart {
  readonly kind: "snapshot";
  readonly snapshot: string;
  readonly node: NodeId;
  readonly state: object;
  readonly channels: Readonly<Record<string, readonly Tagged[]>>;
  /** How many messages it had sent to and received from each of the others when it recorded its state. */
  readonly sent: Readonly<Record<string, number>>;
  readonly received: Readonly<Record<string, number>>;
}

/** The recording of one snapshot at one process. */
interface Recording {
  readonly state: object;
  readonly sent: Readonly<Record<string, number>>;
  readonly received: Readonly<Record<string, number>>;
  /** By channel: what has come in since the state was recorded. */
  readonly channels: Record<string, Tagged[]>;
  /** Channels on which the marker is still to come. */
  readonly open: Set<string>;
}

/** What a process with snapshots knows. */
export interface Recorder {
  readonly id: NodeId;
  /** The state of the algorithm below. */
  inner: object;
  /** Letters sent and taken on each channel, markers among them. */
  readonly lastSent: Record<string, number>;
  readonly lastTaken: Record<string, number>;
  /** Messages of the algorithm below, sent and taken on each channel. */
  readonly sent: Record<string, number>;
  readonly received: Record<string, number>;
  /** Letters that have overtaken others: each channel is put in order again. */
  readonly early: Record<string, Letter[]>;
  readonly recordings: Map<string, Recording>;
}

export interface SnapshotOptions {
  /** Who sends to this process, and to whom it sends: its channels. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** The two rules of the paper, as functions that a broken form replaces. */
export interface SnapshotRules {
  /** Whether markers are sent at once when the state is recorded, or only ahead of the second message after it. */
  readonly markersFirst: boolean;
  /** Whether what comes in between the recording and the marker is recorded as the channel's state. */
  readonly recordsChannels: boolean;
}

/**
 * The algorithm below, on a process that can take part in "Distributed Snapshots: Determining Global States of Distributed Systems" (Chandy
 * & Lamport, ACM TOCS 3(1), 1985), section 3:
 *
 * - Marker-sending rule for p: for each channel away from p, p sends one marker after p records its state and before p sends
 *   further messages along it.
 * - Marker-receiving rule for q: on a marker along channel c, if q has not recorded its state, q records it, and c as the empty
 *   sequence; otherwise q records c as the messages received along c after its state was recorded and before the marker.
 *
 * Request `snapshot` begins one anywhere; each process decides its part once a marker has come on all its inputs. The paper's
 * channels lose nothing and keep the order; here they may overtake, and are put in order by numbers, but a loss stops them.
 * The algorithm below must send to its outputs only; it is asked and timed as ever. A process does not crash.
 *
 * @throws RangeError or TypeError for names that are none
 */
export function withSnapshots(below: AnyRole, given: SnapshotOptions): AnyRole {
  return withSnapshotRules({ markersFirst: true, recordsChannels: true }, below, given);
}

/** The same with rules of your own: see `broken.ts`. */
export function withSnapshotRules({ markersFirst, recordsChannels }: SnapshotRules, below: AnyRole, given: SnapshotOptions): AnyRole {
  const { inputs, outputs } = options("withSnapshots", given, ["inputs", "outputs"]);
  nodeNames("inputs", inputs, { min: 0 });
  nodeNames("outputs", outputs, { min: 0 });
  const zeros = (names: readonly string[]): Record<string, number> => Object.fromEntries(names.map((name) => [name, 0]));
  const { receive: receiveBelow, timeout, request } = rulesOf(below);

  /** What the algorithm below speaks to: what it sends goes out as numbered letters. */
  function outOf(self: Recorder, out: Out<any>): Out<any> {
    return {
      send(to: NodeId, content: Tagged) {
        if (self.sent[to] === undefined) throw new RangeError(`${self.id} has no channel to ${to}`);
        const owed = markersFirst ? [] : owedMarkers(self, to);
        self.sent[to] += 1;
        out.send(to, { kind: "letter", n: number(self, to), content });
        for (const snapshot of owed) out.send(to, { kind: "marker", n: number(self, to), snapshot });
      },
      setTimer: (timer: Tagged, after: Delay) => out.setTimer(timer, after),
      cancelTimer: (timer: Tagged) => out.cancelTimer(timer),
      persist: () => out.persist(),
      write: () => out.write(),
      decide: (outcome: unknown) => out.decide(outcome),
      reply: (call: Call, result: unknown) => out.reply(call, result),
      clock: () => out.clock(),
    };
  }

  const number = (self: Recorder, to: string): number => (self.lastSent[to] = (self.lastSent[to] ?? 0) + 1);

  /** In the broken form: markers that should have gone before this message, and go after it. */
  function owedMarkers(self: Recorder, to: string): readonly string[] {
    return [...self.recordings].filter(([, recording]) => recording.sent[to] === self.sent[to]).map(([snapshot]) => snapshot);
  }

  // Marker-sending rule: record the state, and send markers before anything else.
  function record(self: Recorder, snapshot: string, out: Out<any>): void {
    const open = new Set(inputs);
    const channels: Record<string, Tagged[]> = Object.fromEntries(inputs.map((input) => [input, []]));
    self.recordings.set(snapshot, { state: clone(self.inner), sent: { ...self.sent }, received: { ...self.received }, channels, open });
    if (markersFirst) for (const to of outputs) out.send(to as NodeId, { kind: "marker", n: number(self, to), snapshot });
    finish(self, snapshot, out);
  }

  function finish(self: Recorder, snapshot: string, out: Out<any>): void {
    const { open, ...recorded } = self.recordings.get(snapshot)!;
    if (open.size > 0) return;
    out.decide({ kind: "snapshot", snapshot, node: self.id, ...clone(recorded) } satisfies SnapshotPart);
  }

  function take(self: Recorder, letter: Letter, from: NodeId, out: Out<any>): void {
    if (letter.kind === "letter") {
      self.received[from] = (self.received[from] ?? 0) + 1;
      for (const { open, channels } of self.recordings.values()) if (open.has(from) && recordsChannels) channels[from]!.push(letter.content);
      receiveBelow[letter.content.kind]?.(self.inner, letter.content, from, outOf(self, out));
      return;
    }
    // Marker-receiving rule: the channel is empty if this is the first that is heard of the snapshot; else it is what has been recorded.
    if (!self.recordings.has(letter.snapshot)) record(self, letter.snapshot, out);
    if (self.recordings.get(letter.snapshot)!.open.delete(from)) finish(self, letter.snapshot, out);
  }

  /** Take letters in the order in which they were sent; one that comes twice has no effect. */
  function receive(self: Recorder, letter: Letter, from: NodeId, out: Out<any>): void {
    const waiting = self.early[from];
    if (waiting === undefined || letter.n <= self.lastTaken[from]! || waiting.some(({ n }) => n === letter.n)) return;
    waiting.push(letter);
    for (let next = nextOf(self, from); next; next = nextOf(self, from)) {
      waiting.splice(waiting.indexOf(next), 1);
      self.lastTaken[from] = next.n;
      take(self, next, from, out);
    }
  }

  const nextOf = (self: Recorder, from: string): Letter | undefined => self.early[from]!.find(({ n }) => n === self.lastTaken[from]! + 1);

  return {
    name: below.name,
    durable: [],
    init: (id) => ({
      id, inner: below.init(id), lastSent: zeros(outputs), lastTaken: zeros(inputs), sent: zeros(outputs), received: zeros(inputs),
      early: Object.fromEntries(inputs.map((input) => [input, []])), recordings: new Map(),
    }),
    start: (self: Recorder, out) => below.start?.(self.inner, outOf(self, out)),
    receive: { letter: receive, marker: receive },
    timeout: Object.fromEntries(
      Object.entries(timeout).map(([kind, rule]) => [kind, (self: Recorder, timer: Tagged, out: Out<any>) => rule(self.inner, timer, outOf(self, out))]),
    ),
    request: {
      ...Object.fromEntries(
        Object.entries(request).map(([kind, rule]) => [
          kind,
          (self: Recorder, asked: Tagged, call: Call, out: Out<any>) => rule(self.inner, asked, call, outOf(self, out)),
        ]),
      ),
      snapshot(self: Recorder, { snapshot }: { readonly snapshot: string }, call: Call, out: Out<any>) {
        if (!self.recordings.has(snapshot)) record(self, snapshot, out);
        out.reply(call, "begun");
      },
    },
  };
}
