import fc from "fast-check";
import type { Call, NodeId } from "../../lib/core/role.js";
import type { TraceEvent } from "../../lib/trace/event.js";

/** Names of nodes, for traces written by hand. */
export const id = (name: string): NodeId => name as NodeId;
export const call = (name: string): Call => name as Call;

/** Writes traces line by line, as a runtime would: each input begins a step, effects belong to the latest one. */
export class Scribe {
  readonly trace: TraceEvent[] = [];
  readonly #sends = new Map<number, { from: string; to: string; message: { kind: string }; at: number }>();
  #step = 0;
  #ids = 0;
  at = 0;

  request(node: string, name: string, request: { kind: string } = { kind: "ask" }): this {
    this.trace.push({ kind: "request", at: this.at, step: ++this.#step, node: id(node), call: call(name), request });
    return this;
  }

  timer(node: string, kind = "retry"): this {
    this.trace.push({ kind: "timer", at: this.at, step: ++this.#step, node: id(node), timer: { kind } });
    return this;
  }

  /** Returns the id of the message. */
  send(from: string, to: string, kind: string, fields: object = {}): number {
    const message = { kind, ...fields };
    this.#sends.set(++this.#ids, { from, to, message, at: this.at });
    this.trace.push({
      kind: "send",
      at: this.at,
      step: this.#step,
      id: this.#ids,
      from: id(from),
      to: id(to),
      message,
    });
    return this.#ids;
  }

  deliver(message: number, copy = 0): this {
    const { from, to, message: content, at } = this.#sends.get(message)!;
    this.trace.push({
      kind: "deliver",
      at: this.at,
      step: ++this.#step,
      id: message,
      from: id(from),
      to: id(to),
      message: content,
      sentAt: at,
      copy,
    });
    return this;
  }

  drop(message: number, reason: "lost" | "partitioned" | "crashed" | "unhandled" = "lost", copy = 0): this {
    const { from, to, message: content, at } = this.#sends.get(message)!;
    this.trace.push({
      kind: "drop",
      at: this.at,
      step: reason === "lost" ? this.#step : ++this.#step,
      id: message,
      from: id(from),
      to: id(to),
      message: content,
      sentAt: at,
      copy,
      reason,
    });
    return this;
  }

  decide(node: string, outcome: unknown): this {
    this.trace.push({ kind: "decide", at: this.at, step: this.#step, node: id(node), outcome });
    return this;
  }

  reply(node: string, name: string, result: unknown): this {
    this.trace.push({ kind: "reply", at: this.at, step: this.#step, node: id(node), call: call(name), result });
    return this;
  }

  write(node: string): this {
    this.trace.push({ kind: "write", at: this.at, step: this.#step, node: id(node), flush: true });
    return this;
  }

  flushed(node: string): this {
    this.trace.push({ kind: "flushed", at: this.at, step: ++this.#step, node: id(node) });
    return this;
  }

  fault(kind: "crash" | "restart" | "pause" | "resume", node: string): this {
    const event = { at: this.at, step: ++this.#step, node: id(node) };
    this.trace.push(kind === "crash" ? { kind, ...event, lostWrites: 0 } : { kind, ...event });
    return this;
  }

  cut(...links: readonly (readonly [string, string])[]): this {
    this.trace.push({
      kind: "cut",
      at: this.at,
      step: ++this.#step,
      shape: "partition",
      links: links.map(([from, to]) => [id(from), id(to)]),
    });
    return this;
  }

  heal(...links: readonly (readonly [string, string])[]): this {
    this.trace.push({
      kind: "heal",
      at: this.at,
      step: ++this.#step,
      links: links.map(([from, to]) => [id(from), id(to)]),
    });
    return this;
  }

  invoke(client: string, name: string, node: string, attempt = 1): this {
    this.trace.push({
      kind: "invoke",
      at: this.at,
      step: ++this.#step,
      client: id(client),
      call: call(name),
      node: id(node),
      request: { kind: "ask" },
      attempt,
    });
    return this;
  }

  returns(client: string, name: string, result: unknown = "ok"): this {
    this.trace.push({ kind: "return", at: this.at, step: ++this.#step, client: id(client), call: call(name), result });
    return this;
  }

  givesUp(client: string, name: string): this {
    this.trace.push({ kind: "give-up", at: this.at, step: ++this.#step, client: id(client), call: call(name) });
    return this;
  }

  wait(ms: number): this {
    this.at += ms;
    return this;
  }
}

/**
 * A request to p, a broadcast to three nodes, their answers, and a decision: as one phase of Paxos.
 * Six messages, two message delays.
 */
export function round(): TraceEvent[] {
  const scribe = new Scribe();
  scribe.request("p", "c#1");
  const asked = ["a", "b", "c"].map((to) => scribe.send("p", to, "prepare", { ballot: 1 }));
  const answers = asked.map((message, i) => scribe.wait(2).deliver(message).send(["a", "b", "c"][i]!, "p", "promised"));
  scribe.wait(3).deliver(answers[0]!).wait(1).deliver(answers[1]!).decide("p", "x").reply("p", "c#1", "x");
  scribe.wait(1).deliver(answers[2]!);
  return scribe.trace;
}

/** Any run: inputs in any order, sends to anybody, messages delivered late, twice, or not at all. */
export const anyTrace: fc.Arbitrary<TraceEvent[]> = fc
  .array(fc.record({ what: fc.nat(9), a: fc.nat(3), b: fc.nat(3), n: fc.nat(50), wait: fc.nat(5) }), {
    maxLength: 90,
    size: "max",
  })
  .map((choices) => {
    const scribe = new Scribe();
    const names = ["a", "b", "c", "d"];
    const kinds = ["ask", "tell", "vote"];
    const open: number[] = [];
    let calls = 0;
    scribe.request("a", "c#0");
    for (const { what, a, b, n, wait } of choices) {
      scribe.wait(wait);
      const node = names[a]!;
      const chosen = open[n % Math.max(1, open.length)];
      if (what === 0) scribe.request(node, `c#${++calls}`);
      else if (what === 1) scribe.timer(node);
      else if (what === 2 && chosen !== undefined) scribe.drop(open.splice(open.indexOf(chosen), 1)[0]!);
      else if (what === 3 && chosen !== undefined) scribe.deliver(chosen, 1);
      else if (what === 4 && chosen !== undefined) scribe.decide(names[b]!, n % 3);
      else if (what >= 5 && chosen !== undefined) scribe.deliver(open.splice(open.indexOf(chosen), 1)[0]!);
      // Whoever had the last input may send.
      const last = scribe.trace.at(-1)!;
      const actor =
        last.kind === "deliver" ? last.to : last.kind === "request" || last.kind === "timer" ? last.node : null;
      if (actor !== null)
        for (let i = 0; i < n % 3; i++) open.push(scribe.send(actor, names[(b + i) % 4]!, kinds[(n + i) % 3]!, { n }));
    }
    return scribe.trace;
  });
