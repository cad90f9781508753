import { describe, expect, test } from "vitest";
import type { NodeId, Out, Tagged } from "../../lib/core.js";
import { accept, credit, credited, newReceiver, newSender, overtake, push, resend } from "../../lib/streams/job/channel.js";
import type { Data, Item } from "../../lib/streams.js";

const to = "b" as NodeId;
const item = (at: number): Item => ({ kind: "watermark", at });

/** What is sent, and nothing else. */
function collecting(): { readonly out: Out<any>; readonly sent: Tagged[] } {
  const sent: Tagged[] = [];
  return { sent, out: { send: (_: NodeId, message: Tagged) => void sent.push(message) } as unknown as Out<any> };
}

const numbers = (sent: readonly Tagged[]): readonly number[] => sent.map((message) => (message as Data).n);

describe("a channel", () => {
  test("sends no more than it has credit for, and goes on when there is more", () => {
    const { out, sent } = collecting();
    const sender = newSender(2);
    for (const at of [1, 2, 3, 4]) push(sender, 1, to, item(at), out);
    expect(numbers(sent)).toEqual([1, 2]);
    credited(sender, { kind: "credit", epoch: 1, received: 1, upTo: 3 }, 1, to, out);
    expect(numbers(sent)).toEqual([1, 2, 3]);
    expect(sender.unacknowledged.map(({ n }) => n)).toEqual([2, 3]);
    expect(sender.queue).toEqual([item(4)]);
  });
  test("takes items in the order of sending, each once", () => {
    const receiver = newReceiver();
    const data = (n: number): Data => ({ kind: "data", epoch: 1, n, item: item(n) });
    expect(accept(receiver, data(2))).toEqual([]);
    expect(accept(receiver, data(2))).toEqual([]);
    expect(accept(receiver, data(1))).toEqual([item(1), item(2)]);
    expect(accept(receiver, data(1))).toEqual([]);
    expect(receiver.early).toEqual([]);
  });
  test("sends again what is not acknowledged, and tries one item where only credit is missing", () => {
    const { out, sent } = collecting();
    const sender = newSender(1);
    push(sender, 1, to, item(1), out);
    push(sender, 1, to, item(2), out);
    resend(sender, 1, to, out);
    expect(numbers(sent)).toEqual([1, 1]);
    credited(sender, { kind: "credit", epoch: 1, received: 1, upTo: 1 }, 1, to, out); // handled, but the news of it was lost
    resend(sender, 1, to, out);
    expect(numbers(sent)).toEqual([1, 1, 2]);
  });
  test("tells its sender each state once, and again where the sender repeats itself", () => {
    const { out, sent } = collecting();
    const receiver = newReceiver();
    const room = { room: 4, again: false };
    credit(receiver, 1, to, room, out);
    credit(receiver, 1, to, room, out);
    expect(sent).toEqual([{ kind: "credit", epoch: 1, received: 0, upTo: 4 }]);
    credit(receiver, 1, to, { room: 4, again: true }, out);
    expect(sent).toHaveLength(2);
  });
  test("lets a barrier overtake what waits, and says what that was", () => {
    const { out, sent } = collecting();
    const sender = newSender(1);
    for (const at of [1, 2, 3]) push(sender, 1, to, item(at), out);
    expect(overtake(sender, 1, to, { kind: "barrier", checkpoint: 7 }, out)).toEqual([item(2), item(3)]);
    expect((sent[1] as Data).item).toEqual({ kind: "barrier", checkpoint: 7 });
    expect(sender.queue).toHaveLength(2);
  });
});
