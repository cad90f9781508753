import type { NodeId, Out } from "../../core/role.js";
import type { Credit, Data, Item } from "./messages.js";

/*
 * A channel between two tasks: in order, without loss, and never with more under way than its receiver has room for. Items that have no
 * credit wait in the sender's queue; a task whose queue is full stops reading. That is back-pressure (背压): the slowest task sets the
 * pace of all, without a message that says so.
 */

/** The sending end. */
export interface Sender {
  /** Numbers sent so far, and how far the receiver's credit goes. */
  sent: number;
  upTo: number;
  /** What waits for credit. */
  queue: Item[];
  /** What is sent and not known to have come. */
  unacknowledged: Data[];
}

/** The receiving end. */
export interface Receiver {
  /** Numbers received so far, without a gap; what came ahead of its turn; what is received and waits for its turn to be handled. */
  received: number;
  early: Data[];
  inbox: Item[];
  /** How many items were handled: these give credit again. */
  handled: number;
  /** What the sender was told last. */
  told: string;
}

export function newSender(credit: number): Sender {
  return { sent: 0, upTo: credit, queue: [], unacknowledged: [] };
}

export function newReceiver(): Receiver {
  return { received: 0, early: [], inbox: [], handled: 0, told: "" };
}

/** Add an item to a channel's end, and send what has credit. */
export function push(sender: Sender, epoch: number, to: NodeId, item: Item, out: Out<any>): void {
  sender.queue.push(item);
  pump(sender, epoch, to, out);
}

/** A barrier that overtakes what waits for credit, and needs none itself. Returns what it has overtaken. */
export function overtake(sender: Sender, epoch: number, to: NodeId, item: Item, out: Out<any>): readonly Item[] {
  transmit(sender, epoch, to, item, out);
  return [...sender.queue];
}

/** Send what has credit. */
export function pump(sender: Sender, epoch: number, to: NodeId, out: Out<any>): void {
  while (sender.queue.length > 0 && sender.sent < sender.upTo) transmit(sender, epoch, to, sender.queue.shift()!, out);
}

function transmit(sender: Sender, epoch: number, to: NodeId, item: Item, out: Out<any>): void {
  sender.sent += 1;
  const data: Data = { kind: "data", epoch, n: sender.sent, item };
  sender.unacknowledged.push(data);
  out.send(to, data);
}

/** The receiver tells how far it is: forget what has come, and go on with the credit. */
export function credited(sender: Sender, { received, upTo }: Credit, epoch: number, to: NodeId, out: Out<any>): void {
  sender.unacknowledged = sender.unacknowledged.filter(({ n }) => n > received);
  sender.upTo = Math.max(sender.upTo, upTo);
  pump(sender, epoch, to, out);
}

/**
 * Send again what is not known to have come: no item is lost for good. Where only credit is missing, it may have been lost: one item goes without
 * it, and is answered with the credit that there is (as TCP probes a window of zero).
 */
export function resend(sender: Sender, epoch: number, to: NodeId, out: Out<any>): void {
  if (sender.unacknowledged.length === 0 && sender.queue.length > 0) return transmit(sender, epoch, to, sender.queue.shift()!, out);
  for (const data of sender.unacknowledged) out.send(to, data);
}

/** Put an item that has come in its place; returns what is now in order, for the inbox. One that comes twice has no effect. */
export function accept(receiver: Receiver, data: Data): readonly Item[] {
  if (data.n <= receiver.received || receiver.early.some(({ n }) => n === data.n)) return [];
  receiver.early.push(data);
  const inOrder: Item[] = [];
  for (let next = turn(receiver); next; next = turn(receiver)) {
    receiver.early.splice(receiver.early.indexOf(next), 1);
    receiver.received = next.n;
    inOrder.push(next.item);
  }
  return inOrder;
}

const turn = (receiver: Receiver): Data | undefined => receiver.early.find(({ n }) => n === receiver.received + 1);

/** Tell the sender how far the channel is, and how far it may go, unless it has been told; a repetition (`again`) tells in any case. */
export function credit(receiver: Receiver, epoch: number, to: NodeId, { room, again }: { readonly room: number; readonly again: boolean }, out: Out<any>): void {
  const message: Credit = { kind: "credit", epoch, received: receiver.received, upTo: receiver.handled + room };
  const told = `${message.received} ${message.upTo}`;
  if (told === receiver.told && !again) return;
  receiver.told = told;
  out.send(to, message);
}
