import type { ServerOptions } from "../consensus/raft/options.js";
import { server } from "../consensus/raft/server.js";
import type { StateMachine } from "../consensus/state-machine.js";
import { canonical } from "../core/canonical.js";
import { clone } from "../core/clone.js";
import { outWith } from "../core/out.js";
import { integer, options, show } from "../core/parameters.js";
import type { Observation } from "../core/property.js";
import { type AnyRole, type Call, type Delay, ids, type NodeId, type Out, type Tagged } from "../core/role.js";
import { type Effect, type Input, step } from "../core/step.js";

/** How nodes become groups. */
export interface GroupOptions {
  /** How many servers a group has; by default 3, which survive one crash. */
  readonly replicas?: number;
  /** How long a server waits for a leader before it campaigns, in ms; by default [150, 300]. */
  readonly electionTimeout?: Delay;
  /** How often a leader shows itself, in ms; by default 50. */
  readonly heartbeatInterval?: number;
}

/** What groups and others say to each other: from whom it is, whatever server speaks for it. */
interface Between {
  readonly kind: "between";
  /** The node that the group stands for, or the sender itself. */
  readonly from: NodeId;
  /** The server that speaks for it. */
  readonly speaker: NodeId;
  readonly message: Tagged;
  /** Whether a server that does not lead has passed it on. */
  readonly isPassedOn: boolean;
}

/** Which servers stand for which node. */
type Groups = Readonly<Record<string, readonly NodeId[]>>;

/** Who spoke last for a group, and how often it was spoken to since. */
interface Contact {
  readonly speaker: NodeId;
  readonly unanswered: number;
}

/**
 * Nodes that no single crash can stop: each of those named becomes a group of servers that replicate its role by Raft,
 * as participants and coordinators of two-phase commit are in Spanner (Corbett and others, "Spanner: Google's
 * Globally-Distributed Database", 2012, section 4.2.1). The roles stay as they are. What comes to the group is a
 * command in its log; every server takes the role's step, and the leader does what the role asks for: it sends, sets timers and
 * answers. A new leader knows what the old one knew. What the old one did not come to send is lost like any message; its
 * timers are set again.
 *
 *     const { nodes, coordinators } = protocol(resources);
 *     replicated(nodes, ["c", "p1", "p2"]); // servers c.1, c.2, c.3, p1.1, and so on
 *
 * All other nodes stay as they are, except that they know how to speak to groups.
 *
 * @throws RangeError for a node that is none, and for numbers out of their range
 */
export function replicated(
  nodes: Readonly<Record<string, AnyRole>>,
  which: readonly string[],
  given: GroupOptions = {},
): Record<string, AnyRole> {
  const { replicas = 3, ...raft } = options("replicated", given, ["replicas", "electionTimeout", "heartbeatInterval"]);
  integer("replicas", replicas, { min: 1, max: 9 });
  const stray = which.find((name) => !Object.hasOwn(nodes, name));
  if (stray !== undefined)
    throw new RangeError(`no node ${show(stray)} to replicate: ${Object.keys(nodes).join(", ")}`);
  const groups: Groups = Object.fromEntries(which.map((name) => [name, membersOf(name, replicas)]));
  return Object.fromEntries(
    Object.entries(nodes).flatMap(([name, role]): (readonly [string, AnyRole])[] => {
      const members = groups[name];
      if (!members) return [[name, outsider(role, groups)]];
      const one = member(name as NodeId, role, groups, raft);
      return members.map((id) => [id, one]);
    }),
  );
}

/**
 * What is said here, with the group for which a server speaks as its sender: for properties that know the roles, and
 * nothing of groups. Everything else is as it was.
 */
export function spokenIn(happened: Observation): Observation {
  if (happened.kind !== "send" || happened.message.kind !== "between") return happened;
  const { from, message } = happened.message as unknown as Between;
  return { ...happened, from, message };
}

/** The servers that stand for a node: `c.1`, `c.2` and so on. */
export function membersOf(name: string, replicas: number = 3): readonly NodeId[] {
  return ids(...Array.from({ length: replicas }, (_, i) => `${name}.${i + 1}`));
}

/** A role as a state machine: its state, and the timers that its leader has to keep. */
interface Replica {
  readonly self: object;
  /** By their texts; `set` counts, so that a timer that is set anew is known from the one before. */
  readonly timers: ReadonlyMap<string, { readonly timer: Tagged; readonly after: Delay; readonly set: number }>;
  readonly count: number;
}

/** The role's step, as a command of the group's log. Its result is what the leader has to do. */
function machineOf(role: AnyRole, name: NodeId): StateMachine<Replica, Input, readonly Effect[]> {
  function take(state: Replica, input: Input): { readonly state: Replica; readonly result: readonly Effect[] } {
    const self = clone(state.self);
    const timers = new Map(state.timers);
    let { count } = state;
    if (input.kind === "timer") timers.delete(canonical(input.timer));
    const effects = step(role, self, input) ?? [];
    for (const effect of effects) {
      if (effect.kind === "setTimer")
        timers.set(canonical(effect.timer), { timer: effect.timer, after: effect.after, set: ++count });
      if (effect.kind === "cancelTimer") timers.delete(canonical(effect.timer));
    }
    // The group's log is its disk: what is there is on the disks of more than half of the servers.
    return {
      state: { self, timers, count },
      result: effects.filter(({ kind }) => kind === "send" || kind === "decide" || kind === "reply"),
    };
  }
  const first = take({ self: role.init(name), timers: new Map(), count: 0 }, { kind: "start" });
  return { initial: first.state, apply: take };
}

/** What a server of a group has besides Raft's state. */
interface MemberState {
  readonly id: NodeId;
  readonly role: string;
  readonly leaderId: NodeId | null;
  readonly currentTerm: number;
  readonly machine: Replica;
  /** The role's timers that this server has set, because it leads. */
  readonly armed: Map<string, number>;
  readonly contacts: Map<NodeId, Contact>;
  /** How many commands it has proposed since it runs. */
  proposed: number;
}

function member(
  name: NodeId,
  role: AnyRole,
  groups: Groups,
  raft: Pick<ServerOptions, "electionTimeout" | "heartbeatInterval">,
): AnyRole {
  const machine = machineOf(role, name) as StateMachine<any, any, any>;
  const sound: AnyRole = server({ ...raft, servers: groups[name]!, machine, sessions: false });

  /** A rule of Raft, and what its results ask of the leader. */
  const followed =
    (rule: (...args: any[]) => void) =>
    (self: MemberState, ...args: unknown[]): void => {
      const out = args.at(-1) as Out<any>;
      rule(self, ...args.slice(0, -1), outOf(self, out));
      keepTimers(self, out);
    };
  const allFollowed = (table: object): Record<string, any> =>
    Object.fromEntries(Object.entries(table).map(([kind, rule]) => [kind, followed(rule as never)]));

  /** What Raft speaks to: the results of commands are not answers to clients, but things to do. */
  function outOf(self: MemberState, out: Out<any>): Out<any> {
    return outWith(out, {
      decide: () => {}, // that a server has applied an entry is nothing that the role has decided
      reply(call, answer) {
        const { kind, result } = answer as { readonly kind: string; readonly result?: readonly Effect[] };
        if (kind === "result") perform(self, result!, out);
        else if (!isOwn(self, call)) out.reply(call, answer);
      },
    });
  }

  function perform(self: MemberState, effects: readonly Effect[], out: Out<any>): void {
    for (const effect of effects) {
      if (effect.kind === "send") speak(self, { to: effect.to, from: name, message: effect.message }, groups, out);
      else if (effect.kind === "decide") out.decide(effect.outcome);
      else if (effect.kind === "reply") out.reply(effect.call, effect.result);
    }
  }

  function propose(self: MemberState, command: Input, out: Out<any>): void {
    const call = `${self.id}~${self.currentTerm}#${++self.proposed}` as Call;
    (sound.request as Record<string, any>)["command"](self, { kind: "command", command }, call, outOf(self, out));
  }

  /** The leader has the timers that the role has set, and nobody else has. */
  function keepTimers(self: MemberState, out: Out<any>): void {
    const wanted = self.role === "leader" ? self.machine.timers : new Map<string, never>();
    for (const text of [...self.armed.keys()]) {
      if (wanted.has(text)) continue;
      self.armed.delete(text);
      out.cancelTimer({ kind: "of the role", timer: text });
    }
    for (const [text, { after, set }] of wanted) {
      if (self.armed.get(text) === set) continue;
      self.armed.set(text, set);
      out.setTimer({ kind: "of the role", timer: text }, after);
    }
  }

  return {
    name: `server of ${name}`,
    durable: sound.durable,
    init: (id) => ({ ...sound.init(id), armed: new Map(), contacts: new Map(), proposed: 0 }),
    start: followed((self, out) => sound.start?.(self, out)),
    receive: {
      ...allFollowed(sound.receive),
      between(self: MemberState, given: Between, _: NodeId, out: Out<any>) {
        const { from, speaker, message, isPassedOn } = given;
        if (groups[from]) self.contacts.set(from, { speaker, unanswered: 0 });
        if (self.role === "leader") propose(self, { kind: "message", from, message }, out);
        else if (self.leaderId !== null && !isPassedOn) out.send(self.leaderId, { ...given, isPassedOn: true });
        keepTimers(self, out);
      },
    },
    timeout: {
      ...allFollowed(sound.timeout),
      "of the role"(self: MemberState, { timer }: { readonly timer: string }, out: Out<any>) {
        const set = self.machine.timers.get(timer);
        if (set && self.role === "leader") propose(self, { kind: "timer", timer: set.timer }, out);
        keepTimers(self, out);
      },
    },
    request: Object.fromEntries(
      Object.keys(role.request).map((kind) => [
        kind,
        (self: MemberState, request: Tagged, call: Call, out: Out<any>) => {
          const command: Input = { kind: "request", call, request };
          (sound.request as Record<string, any>)["command"](self, { kind: "command", command }, call, outOf(self, out));
          keepTimers(self, out);
        },
      ]),
    ),
  };
}

function isOwn({ id }: MemberState, call: Call): boolean {
  return call.startsWith(`${id}~`);
}

/** A node that is no group, and speaks to some. */
function outsider(role: AnyRole, groups: Groups): AnyRole {
  type Self = { readonly id: NodeId; readonly contacts: Map<NodeId, Contact> };
  const outOf = (self: Self, out: Out<any>): Out<any> => outWith(out, {
    send(to: NodeId, message: Tagged) {
      if (groups[to]) speak(self, { to, from: self.id, message }, groups, out);
      else out.send(to, message);
    },
  });
  const speaking =
    (rule: (...args: any[]) => void) =>
    (self: Self, ...args: unknown[]): void =>
      rule(self, ...args.slice(0, -1), outOf(self, args.at(-1) as Out<any>));
  const allSpeaking = (table: object): Record<string, any> =>
    Object.fromEntries(Object.entries(table).map(([kind, rule]) => [kind, speaking(rule as never)]));
  const receive = allSpeaking(role.receive);
  return {
    ...role,
    init: (id) => ({ id, ...role.init(id), contacts: new Map() }),
    start: speaking((self, out) => role.start?.(self, out)),
    receive: {
      ...receive,
      between(self: Self, { from, speaker, message }: Between, _: NodeId, out: Out<any>) {
        self.contacts.set(from, { speaker, unanswered: 0 });
        receive[message.kind]?.(self, message, from, out);
      },
    },
    timeout: allSpeaking(role.timeout),
    request: allSpeaking(role.request),
  };
}

/** So often a group is spoken to by way of the server that spoke for it last, before all its servers are. */
const TRUST = 3;

/** Say something to a group, or in a group's name to anybody. */
function speak(
  self: { readonly id: NodeId; readonly contacts: Map<NodeId, Contact> },
  { to, from, message }: { readonly to: NodeId; readonly from: NodeId; readonly message: Tagged },
  groups: Groups,
  out: Out<any>,
): void {
  const said: Between = { kind: "between", from, speaker: self.id, message, isPassedOn: false };
  const members = groups[to];
  if (!members) return out.send(to, said);
  const contact = self.contacts.get(to);
  if (contact && contact.unanswered < TRUST) {
    self.contacts.set(to, { ...contact, unanswered: contact.unanswered + 1 });
    out.send(contact.speaker, said);
  } else {
    for (const node of members) out.send(node, said);
  }
}
