import { finite, integer, nodeNames, options } from "../core/parameters.js";
import { stream } from "../core/random.js";
import type { NodeId, Out, Role } from "../core/role.js";

/** What is said of a member. A later incarnation beats an earlier one; of equal ones "suspect" beats "alive"; "dead" beats all. */
export interface Rumour {
  readonly member: NodeId;
  readonly status: "alive" | "suspect" | "dead";
  /** Only the member itself raises it, to deny a suspicion. */
  readonly incarnation: number;
}

interface Carrier {
  /** What the sender has to tell; it rides on every message. */
  readonly rumours: readonly Rumour[];
}

/** "Are you there?" `for` names who wants to know, where one asks for another. */
export interface SwimPing extends Carrier {
  readonly kind: "ping";
  readonly serial: number;
  readonly for: NodeId | null;
}

/** "I am." `of` names who answers, where one passes an answer on. */
export interface SwimAck extends Carrier {
  readonly kind: "ack";
  readonly serial: number;
  readonly of: NodeId;
  readonly for: NodeId | null;
}

/** "Ask it for me: perhaps only my link is broken." */
export interface PingReq extends Carrier {
  readonly kind: "ping-req";
  readonly serial: number;
  readonly member: NodeId;
}

/** What a member of the group knows. */
export interface Member {
  readonly id: NodeId;
  incarnation: number;
  serial: number;
  /** The member under test in this period, and whether it has answered. */
  target: NodeId | null;
  isAnswered: boolean;
  /** The order of this lap through the members, and how many laps are over. */
  lap: readonly NodeId[];
  laps: number;
  /** What it last heard of each other member. */
  known: Map<NodeId, Rumour>;
  /** How often each piece of news has been told on. */
  told: Map<NodeId, number>;
  /** Who is suspected or dead, for those who watch the run. */
  suspects: Set<NodeId>;
}

export type SwimSignature = {
  state: Member;
  receives: SwimPing | SwimAck | PingReq;
  sends: SwimPing | SwimAck | PingReq;
  timers: { readonly kind: "period" } | { readonly kind: "late" } | { readonly kind: "confirm"; readonly member: NodeId };
};

export interface SwimOptions {
  /** All members at the beginning; the same list at each. */
  readonly members: readonly NodeId[];
  /** The protocol period T', in ms (default 1,000): one member is tested in each. */
  readonly period?: number;
  /** How long to wait for a direct answer before others are asked, in ms (default 300): more than a round trip. */
  readonly timeout?: number;
  /** How many others are asked to try (default 3). 0: a member is suspected at once. */
  readonly helpers?: number;
  /** How long a suspected member has to deny it, in periods (default 5). 0: it is declared dead at once. */
  readonly suspicion?: number;
  /** How many rumours a message carries (default 6). */
  readonly carries?: number;
}

/**
 * A member of a group that watches itself: SWIM (Das, Gupta and Motivala, "SWIM: Scalable Weakly-consistent Infection-style
 * Process Group Membership Protocol", DSN 2002). In each period a member tests one other, by a ping and, if no answer
 * comes, through k helpers (section 3.1). Joins, suspicions and deaths ride on these messages as an infection (4.1); a
 * suspicion can be denied (4.2); and members are tested in laps, each in a new order, so that everybody is tested soon (4.3).
 *
 * The load of a member does not grow with the group. The orders of laps are drawn from a stream by the member's name and
 * the number of the lap: they are chance to all others, and the same in every run.
 */
export function swim(given: SwimOptions): Role<SwimSignature> {
  const { members, period = 1_000, timeout = 300, helpers = 3, suspicion = 5, carries = 6 } = options("swim", given, [
    "members", "period", "timeout", "helpers", "suspicion", "carries",
  ]);
  nodeNames("members", members);
  finite("period", period, { min: 1e-3 });
  finite("timeout", timeout, { max: period });
  integer("helpers", helpers);
  finite("suspicion", suspicion);
  integer("carries", carries, { min: 1 });
  // "λ log n" times is enough for an infection to reach all with high probability (section 4.1); λ = 3.
  const tellings = 3 * Math.ceil(Math.log2(members.length + 1));
  type O = Out<SwimSignature>;

  const isDead = (self: Member, member: NodeId): boolean => self.known.get(member)?.status === "dead";

  /** The youngest news first: what was told least often. */
  function rumours(self: Member): readonly Rumour[] {
    const fresh = [...self.told].filter(([, times]) => times < tellings).sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    return fresh.slice(0, carries).map(([member, times]) => {
      self.told.set(member, times + 1);
      return self.known.get(member)!;
    });
  }

  function hear(self: Member, news: readonly Rumour[], out: O): void {
    for (const rumour of news) {
      const { member, status, incarnation } = rumour;
      if (member === self.id) {
        // Deny it: a later incarnation of mine is alive.
        if (status === "alive" || incarnation < self.incarnation) continue;
        self.incarnation = incarnation + 1;
        note(self, { member, status: "alive", incarnation: self.incarnation });
      } else if (isNews(self.known.get(member), rumour)) {
        note(self, rumour);
        if (status === "suspect") out.setTimer({ kind: "confirm", member }, suspicion * period);
        else out.cancelTimer({ kind: "confirm", member });
      }
    }
  }

  function note(self: Member, rumour: Rumour): void {
    self.known.set(rumour.member, rumour);
    self.told.set(rumour.member, 0);
    if (rumour.status === "alive") self.suspects.delete(rumour.member);
    else self.suspects.add(rumour.member);
  }

  function test(self: Member, out: O): void {
    self.serial += 1;
    self.target = next(self);
    self.isAnswered = false;
    out.setTimer({ kind: "period" }, period);
    if (self.target === null) return;
    out.send(self.target, { kind: "ping", serial: self.serial, for: null, rumours: rumours(self) });
    out.setTimer({ kind: "late" }, timeout);
  }

  function next(self: Member): NodeId | null {
    const others = members.filter((member) => member !== self.id && !isDead(self, member));
    if (others.length === 0) return null;
    while (true) {
      const [first, ...rest] = self.lap;
      if (first === undefined) {
        self.laps += 1;
        self.lap = stream(self.id, `lap ${self.laps}`).shuffle(others);
        continue;
      }
      self.lap = rest;
      if (!isDead(self, first)) return first;
    }
  }

  function suspect(self: Member, member: NodeId, out: O): void {
    const incarnation = self.known.get(member)?.incarnation ?? 0;
    hear(self, [{ member, status: suspicion === 0 ? "dead" : "suspect", incarnation }], out);
  }

  return {
    name: "member",
    durable: [],
    init: (id) => ({
      id, incarnation: 0, serial: 0, target: null, isAnswered: false, lap: [], laps: 0, known: new Map(), told: new Map(), suspects: new Set(),
    }),
    start: test,
    request: {},
    receive: {
      ping(self, { serial, for: asker, rumours: news }, from, out) {
        hear(self, news, out);
        out.send(from, { kind: "ack", serial, of: self.id, for: asker, rumours: rumours(self) });
      },
      ack(self, { serial, of, for: asker, rumours: news }, _, out) {
        hear(self, news, out);
        if (asker !== null && asker !== self.id) return out.send(asker, { kind: "ack", serial, of, for: asker, rumours: rumours(self) });
        if (of !== self.target || serial !== self.serial) return;
        self.isAnswered = true;
        out.cancelTimer({ kind: "late" });
      },
      "ping-req"(self, { serial, member, rumours: news }, from, out) {
        hear(self, news, out);
        out.send(member, { kind: "ping", serial, for: from, rumours: rumours(self) });
      },
    },
    timeout: {
      // The period is over: who has answered neither me nor a helper is suspected.
      period(self, _, out) {
        if (self.target !== null && !self.isAnswered) suspect(self, self.target, out);
        test(self, out);
      },
      late(self, _, out) {
        const { target, serial } = self;
        if (target === null || self.isAnswered) return;
        const others = members.filter((member) => member !== self.id && member !== target && !isDead(self, member));
        const asked = stream(self.id, `helpers ${serial}`).shuffle(others).slice(0, helpers);
        for (const helper of asked) out.send(helper, { kind: "ping-req", serial, member: target, rumours: rumours(self) });
      },
      confirm(self, { member }, out) {
        const known = self.known.get(member);
        if (known?.status === "suspect") hear(self, [{ ...known, status: "dead" }], out);
      },
    },
  };
}

/** Whether a rumour says more than what is known (section 4.2). */
function isNews(known: Rumour | undefined, { status, incarnation }: Rumour): boolean {
  if (known === undefined) return status !== "alive" || incarnation > 0;
  if (known.status === "dead") return false;
  if (status === "dead") return true;
  if (incarnation !== known.incarnation) return incarnation > known.incarnation;
  return status === "suspect" && known.status === "alive";
}
