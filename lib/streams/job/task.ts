import type { NodeId, Out } from "../../core/role.js";
import { accept, credit, credited, newReceiver, newSender, overtake, push, type Receiver, resend, type Sender } from "./channel.js";
import type { Credit, Data, Deploy, Item, Stored, TaskState } from "./messages.js";
import type { TaskOptions } from "./options.js";

/** What a task knows besides its own state: its channels, and the barrier that it is waiting for. */
export interface Channels extends TaskState {
  ins: Record<string, Receiver>;
  outs: Record<string, Sender>;
  /** The checkpoint under way: its barrier has come on these inputs. */
  barrier: { readonly checkpoint: number; readonly seen: Set<string> } | null;
  /** Unaligned: what was stored at the first barrier, and what has come since on inputs without one. */
  underWay: { readonly state: unknown; readonly inputs: Record<string, Item[]>; readonly outputs: Record<string, readonly Item[]> } | null;
  /** The last checkpoint that this task has stored its state for, so that a barrier that is late has no effect. */
  stored: number;
  /** Whose turn it is among the inputs. */
  turn: number;
  /** Whether it is at work on an item, and whether it will look again at what is not acknowledged. */
  isBusy: boolean;
  isResending: boolean;
}

/** A state as a checkpoint holds it: the task's own, and for unaligned barriers what was under way. */
interface Frozen {
  readonly own: unknown;
  readonly inputs: Record<string, readonly Item[]>;
  readonly outputs: Record<string, readonly Item[]>;
}

/** What a kind of task has of its own. */
export interface Body<S extends Channels> {
  /** How long one item takes, in ms: 0 handles it at once. */
  readonly workMs: number;
  /** The state to store, as a copy. */
  freeze(self: S): unknown;
  /** Begin from a stored state, or from nothing. */
  thaw(self: S, own: unknown, deploy: Deploy, out: Out<any>): void;
  handle(self: S, item: Item, from: string, emit: (to: string, item: Item) => void, out: Out<any>): void;
  /** All that comes before the barrier of this checkpoint has been handled. */
  passed?(self: S, checkpoint: number, out: Out<any>): void;
}

/** The rules that all tasks share. Written once: a source has no inputs, a sink no outputs. */
export interface Rules<S extends Channels> {
  init(id: NodeId): Channels;
  start(self: S, out: Out<any>): void;
  hello(self: S, timer: { readonly kind: "hello" }, out: Out<any>): void;
  deploy(self: S, message: Deploy, from: NodeId, out: Out<any>): void;
  data(self: S, message: Data, from: NodeId, out: Out<any>): void;
  credit(self: S, message: Credit, from: NodeId, out: Out<any>): void;
  resend(self: S, timer: { readonly kind: "resend" }, out: Out<any>): void;
  work(self: S, timer: { readonly kind: "work" }, out: Out<any>): void;
  /** Whether all outputs have room: a task that reads without it only fills queues. */
  hasRoom(self: S): boolean;
  emit(self: S, to: string, item: Item, out: Out<any>): void;
  /** Store the state for a checkpoint and send the barrier on: what a source does when it is told to. */
  checkpoint(self: S, checkpoint: number, isAtEnd: boolean, out: Out<any>): void;
}

/** The rules of a task with these inputs and outputs. */
export function taskRules<S extends Channels>(
  { coordinator, credit: room, alignment, resendAfter }: TaskOptions,
  inputs: readonly string[],
  outputs: readonly string[],
  body: Body<S>,
): Rules<S> {
  const hasRoom = (self: S): boolean => outputs.every((to) => self.outs[to]!.queue.length < room);

  function emit(self: S, to: string, item: Item, out: Out<any>): void {
    push(self.outs[to]!, self.epoch, to as NodeId, item, out);
    watch(self, out);
  }

  const isIdle = ({ unacknowledged, queue }: Sender): boolean => unacknowledged.length === 0 && queue.length === 0;

  function watch(self: S, out: Out<any>): void {
    if (self.isResending || outputs.every((to) => isIdle(self.outs[to]!))) return;
    self.isResending = true;
    out.setTimer({ kind: "resend" }, resendAfter);
  }

  function store(self: S, checkpoint: number, state: Frozen, isAtEnd: boolean, out: Out<any>): void {
    self.stored = checkpoint;
    const stored: Stored = { kind: "stored", epoch: self.epoch, checkpoint, state, isAtEnd };
    out.send(coordinator, stored);
  }

  function barrier(checkpoint: number): Item {
    return { kind: "barrier", checkpoint };
  }

  /** The barrier has come on every input. */
  function allHaveCome(self: S, out: Out<any>): void {
    const { checkpoint } = self.barrier!;
    if (alignment === "unaligned") {
      const { state, inputs: held, outputs: overtaken } = self.underWay!;
      self.underWay = null;
      self.barrier = null;
      store(self, checkpoint, { own: state, inputs: held, outputs: overtaken }, false, out);
      return;
    }
    self.barrier = null;
    body.passed?.(self, checkpoint, out);
    store(self, checkpoint, { own: body.freeze(self), inputs: {}, outputs: {} }, false, out);
    for (const to of outputs) emit(self, to, barrier(checkpoint), out);
  }

  /** A barrier, in its turn among the items of its input. A newer one ends the wait for an older one, which will never be whole. */
  function meet(self: S, checkpoint: number, from: string, out: Out<any>): void {
    if (checkpoint <= self.stored || (self.barrier && checkpoint < self.barrier.checkpoint)) return;
    if (!self.barrier || checkpoint > self.barrier.checkpoint) self.barrier = { checkpoint, seen: new Set() };
    self.barrier.seen.add(from);
    if (self.barrier.seen.size === inputs.length) allHaveCome(self, out);
  }

  /** An unaligned barrier is met as soon as it is received, ahead of what waits in the inbox. */
  function meetAhead(self: S, checkpoint: number, from: string, out: Out<any>): void {
    if (checkpoint <= self.stored || (self.barrier && checkpoint < self.barrier.checkpoint)) return;
    if (!self.barrier || checkpoint > self.barrier.checkpoint) {
      self.barrier = { checkpoint, seen: new Set() };
      body.passed?.(self, checkpoint, out);
      const overtaken = Object.fromEntries(outputs.map((to) => [to, overtake(self.outs[to]!, self.epoch, to as NodeId, barrier(checkpoint), out)]));
      const held = Object.fromEntries(inputs.map((input) => [input, self.ins[input]!.inbox.filter(({ kind }) => kind !== "barrier")]));
      self.underWay = { state: body.freeze(self), inputs: held, outputs: overtaken };
      watch(self, out);
    }
    self.barrier.seen.add(from);
    if (self.barrier.seen.size === inputs.length) allHaveCome(self, out);
  }

  /** The next input that has something and is not held back. */
  function next(self: S): string | null {
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[(self.turn + i) % inputs.length]!;
      const isHeld = alignment === "aligned" && self.barrier?.seen.has(input);
      if (isHeld || self.ins[input]!.inbox.length === 0) continue;
      self.turn = (self.turn + i + 1) % inputs.length;
      return input;
    }
    return null;
  }

  /** Handle what there is, as long as the outputs have room: one item at a time where an item takes time. */
  function go(self: S, out: Out<any>): void {
    while (!self.isBusy && hasRoom(self)) {
      const from = next(self);
      if (from === null) return;
      if (body.workMs > 0 && self.ins[from]!.inbox[0]!.kind === "event") {
        self.isBusy = true;
        self.turn = inputs.indexOf(from); // the same one, when the time is over
        out.setTimer({ kind: "work" }, body.workMs);
        return;
      }
      handleOne(self, from, out);
    }
  }

  function handleOne(self: S, from: string, out: Out<any>): void {
    const receiver = self.ins[from]!;
    const item = receiver.inbox.shift()!;
    receiver.handled += 1;
    if (item.kind !== "barrier") body.handle(self, item, from, (to, made) => emit(self, to, made, out), out);
    else if (alignment !== "unaligned") meet(self, item.checkpoint, from, out);
  }

  function tell(self: S, out: Out<any>, again: string | null = null): void {
    for (const input of inputs) credit(self.ins[input]!, self.epoch, input as NodeId, { room, again: input === again }, out);
  }

  return {
    hasRoom,
    emit,

    init: (id) => ({
      id, incarnation: 0, epoch: 0, ins: {}, outs: {}, barrier: null, underWay: null, stored: 0, turn: 0, isBusy: false, isResending: false,
    }),

    start(self, out) {
      self.incarnation += 1;
      out.persist(); // before anybody hears of this life: two with one number could not be told apart
      out.send(coordinator, { kind: "hello", incarnation: self.incarnation });
      out.setTimer({ kind: "hello" }, resendAfter);
    },

    hello(self, _, out) {
      if (self.epoch > 0) return;
      out.send(coordinator, { kind: "hello", incarnation: self.incarnation });
      out.setTimer({ kind: "hello" }, resendAfter);
    },

    // Recovery: all tasks go back to the same checkpoint, and what was under way in older epochs is void (Carbone et al. 2015, section 4).
    deploy(self, message, _, out) {
      if (message.incarnation !== self.incarnation) return;
      if (message.epoch > self.epoch) {
        const state = message.state as Frozen | null;
        self.epoch = message.epoch;
        self.ins = Object.fromEntries(inputs.map((input) => [input, newReceiver()]));
        self.outs = Object.fromEntries(outputs.map((to) => [to, newSender(room)]));
        self.barrier = null;
        self.underWay = null;
        self.stored = message.checkpoint;
        self.isBusy = false;
        self.isResending = false;
        out.cancelTimer({ kind: "work" });
        out.cancelTimer({ kind: "resend" });
        for (const [input, items] of Object.entries(state?.inputs ?? {})) {
          // They have been received in another life: handling them gives no credit in this one.
          self.ins[input]!.inbox.push(...items);
          self.ins[input]!.handled -= items.length;
        }
        for (const [to, items] of Object.entries(state?.outputs ?? {})) for (const item of items) emit(self, to, item, out);
        body.thaw(self, state?.own ?? null, message, out);
      }
      if (message.epoch === self.epoch) out.send(coordinator, { kind: "deployed", epoch: self.epoch });
      if (self.epoch === 0) return;
      go(self, out);
      tell(self, out);
    },

    data(self, message, from, out) {
      if (message.epoch !== self.epoch) return;
      const receiver = self.ins[from]!;
      const inOrder = accept(receiver, message);
      for (const item of inOrder) {
        if (alignment === "unaligned" && item.kind === "barrier") meetAhead(self, item.checkpoint, from, out);
        // What comes ahead of the barrier on an input that is still without is part of the channel's state.
        else if (self.underWay && !self.barrier!.seen.has(from)) self.underWay.inputs[from]!.push(item);
        receiver.inbox.push(item);
      }
      go(self, out);
      tell(self, out, inOrder.length === 0 ? from : null);
    },

    credit(self, message, from, out) {
      if (message.epoch !== self.epoch) return;
      credited(self.outs[from]!, message, self.epoch, from, out);
      watch(self, out);
      go(self, out);
      tell(self, out);
    },

    resend(self, _, out) {
      self.isResending = false;
      for (const to of outputs) {
        resend(self.outs[to]!, self.epoch, to as NodeId, out);
      }
      watch(self, out);
    },

    work(self, _, out) {
      self.isBusy = false;
      const from = next(self);
      if (from !== null) handleOne(self, from, out);
      go(self, out);
      tell(self, out);
    },

    checkpoint(self, checkpoint, isAtEnd, out) {
      if (checkpoint <= self.stored) return;
      const overtaken: Record<string, readonly Item[]> = {};
      for (const to of outputs) {
        if (alignment === "unaligned") overtaken[to] = overtake(self.outs[to]!, self.epoch, to as NodeId, barrier(checkpoint), out);
        else emit(self, to, barrier(checkpoint), out);
      }
      watch(self, out);
      store(self, checkpoint, { own: body.freeze(self), inputs: {}, outputs: overtaken }, isAtEnd, out);
    },
  };
}
