import type { DropReason, TraceEvent } from "../../trace/event.js";
import { formatNumber, inWords } from "../format.js";

/** How a message on the diagram ends. */
export type ArrowEnd = "delivered" | DropReason | "under way";

/** One copy of a message, or a client's call or its answer. */
export interface Arrow {
  /** The message's id; null for calls of clients. */
  readonly id: number | null;
  readonly from: string;
  readonly to: string;
  readonly sentAt: number;
  /** When it arrived or was dropped; the end of the trace for one still under way. */
  readonly endsAt: number;
  readonly end: ArrowEnd;
  /** Whether it is the network's second copy. */
  readonly isCopy: boolean;
  /** The kind of message, which gives the colour; null for calls of clients. */
  readonly kind: string | null;
  readonly words: string;
}

/** A thing that happened at one node at one moment. */
export interface Mark {
  readonly kind: "request" | "reply" | "timer" | "decide" | "write" | "change" | "crash" | "restart" | "note";
  readonly node: string;
  readonly at: number;
  readonly words: string;
}

/** A stretch of time at one node. */
export interface Stretch {
  readonly kind: "down" | "paused" | "writing";
  readonly node: string;
  readonly from: number;
  readonly to: number;
  /** Whether it lasted on at the end of the trace. */
  readonly open: boolean;
}

/** A stretch of time in which links were cut. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  readonly words: string;
}

/** A property that failed. */
export interface Broken {
  readonly at: number;
  readonly words: string;
}

/** A run as the things that a diagram draws, in the order in which they began. */
export interface Model {
  readonly clients: readonly string[];
  readonly nodes: readonly string[];
  readonly arrows: readonly Arrow[];
  readonly marks: readonly Mark[];
  readonly stretches: readonly Stretch[];
  readonly cuts: readonly Cut[];
  readonly broken: readonly Broken[];
  /** When the first thing happened, and the last. */
  readonly begin: number;
  readonly end: number;
}

/** What the words on a diagram are. */
export interface Words {
  readonly message: (message: { readonly kind: string }) => string;
  readonly change: (fields: object, node: string) => string;
}

/** Read a trace into what is drawn. */
export function modelOf(trace: readonly TraceEvent[], words: Words): Model {
  const clients = new Set<string>();
  const nodes = new Set<string>();
  const arrows: (Arrow | null)[] = [];
  const marks: Mark[] = [];
  const stretches: Writable<Stretch>[] = [];
  const cuts: (Writable<Cut> & { left: Set<string> })[] = [];
  const broken: Broken[] = [];
  const end = trace.at(-1)?.at ?? 0;

  const sent = new Map<number, { place: number; event: Extract<TraceEvent, { kind: "send" }> }>();
  const calling = new Map<string, { place: number; client: string; at: number; words: string; node: string }[]>();
  const answering = new Map<string, { place: number; at: number; words: string; node: string }[]>();
  const clientOf = new Map<string, string>();
  const open = new Map<string, Writable<Stretch>>();
  const writes = new Map<string, number[]>();
  const booting = new Set<string>();

  for (const event of trace) {
    switch (event.kind) {
      case "send":
        nodes.add(event.from).add(event.to);
        sent.set(event.id, { place: arrows.length, event });
        // Its place in the order of sendings, filled when its end is known.
        arrows.push(null);
        break;
      case "deliver":
      case "drop": {
        nodes.add(event.from).add(event.to);
        const arrow: Arrow = {
          id: event.id,
          from: event.from,
          to: event.to,
          sentAt: event.sentAt,
          endsAt: event.at,
          end: event.kind === "deliver" ? "delivered" : event.reason,
          isCopy: event.copy > 0,
          kind: event.message.kind,
          words: words.message(event.message),
        };
        const place = sent.get(event.id)?.place;
        if (place !== undefined && arrows[place] === null) arrows[place] = arrow;
        else arrows.push(arrow);
        break;
      }
      case "invoke": {
        clients.add(event.client);
        nodes.add(event.node);
        clientOf.set(event.call, event.client);
        const again = event.attempt > 1 ? " again" : "";
        const queue = calling.get(event.call) ?? [];
        queue.push({
          place: arrows.length,
          client: event.client,
          at: event.at,
          words: `${words.message(event.request)}${again}`,
          node: event.node,
        });
        calling.set(event.call, queue);
        arrows.push(null);
        break;
      }
      case "request": {
        nodes.add(event.node);
        const queue = calling.get(event.call);
        const asked = queue?.find(({ node }) => node === event.node);
        if (asked === undefined) {
          marks.push({ kind: "request", node: event.node, at: event.at, words: words.message(event.request) });
        } else {
          queue!.splice(queue!.indexOf(asked), 1);
          arrows[asked.place] = call(asked.client, event.node, asked.at, event.at, "delivered", asked.words);
        }
        break;
      }
      case "reply": {
        nodes.add(event.node);
        const said = inWords(event.result);
        if (clientOf.has(event.call)) {
          const queue = answering.get(event.call) ?? [];
          queue.push({ place: arrows.length, at: event.at, words: said, node: event.node });
          answering.set(event.call, queue);
          arrows.push(null);
        } else marks.push({ kind: "reply", node: event.node, at: event.at, words: `answers ${said}` });
        break;
      }
      case "return": {
        const answer = answering.get(event.call)?.shift();
        if (answer !== undefined)
          arrows[answer.place] = call(answer.node, event.client, answer.at, event.at, "delivered", answer.words);
        break;
      }
      case "call-lost": {
        if (event.leg === "request") {
          const queue = calling.get(event.call);
          const asked = queue?.find(({ node }) => node === event.node);
          if (asked === undefined) break;
          queue!.splice(queue!.indexOf(asked), 1);
          arrows[asked.place] = call(asked.client, asked.node, asked.at, event.at, event.reason, asked.words);
        } else {
          const answer = answering.get(event.call)?.shift();
          if (answer !== undefined)
            arrows[answer.place] = call(answer.node, event.client, answer.at, event.at, event.reason, answer.words);
        }
        break;
      }
      case "give-up":
        marks.push({ kind: "note", node: event.client, at: event.at, words: "gives up" });
        break;
      case "timer":
        nodes.add(event.node);
        marks.push({ kind: "timer", node: event.node, at: event.at, words: words.message(event.timer) });
        break;
      case "decide":
        nodes.add(event.node);
        marks.push({ kind: "decide", node: event.node, at: event.at, words: `decides ${inWords(event.outcome)}` });
        break;
      case "write":
        nodes.add(event.node);
        if (event.flush) writes.set(event.node, [...(writes.get(event.node) ?? []), event.at]);
        break;
      case "flushed": {
        const from = writes.get(event.node)?.shift();
        if (from !== undefined && event.at > from)
          stretches.push({ kind: "writing", node: event.node, from, to: event.at, open: false });
        else marks.push({ kind: "write", node: event.node, at: event.at, words: "" });
        break;
      }
      case "change":
        // A node's first change is all of its state: what it boots with.
        if (!nodes.has(event.node) || booting.delete(event.node)) nodes.add(event.node);
        else
          marks.push({ kind: "change", node: event.node, at: event.at, words: words.change(event.fields, event.node) });
        break;
      case "crash": {
        nodes.add(event.node);
        const gone =
          event.lostWrites === 0 ? "" : `, ${event.lostWrites} ${event.lostWrites === 1 ? "write" : "writes"} lost`;
        marks.push({ kind: "crash", node: event.node, at: event.at, words: `crashes${gone}` });
        for (const from of writes.get(event.node) ?? []) {
          if (event.at > from) stretches.push({ kind: "writing", node: event.node, from, to: event.at, open: false });
        }
        writes.delete(event.node);
        begin("down", event.node, event.at);
        break;
      }
      case "restart":
        finish(event.node, event.at);
        booting.add(event.node);
        marks.push({ kind: "restart", node: event.node, at: event.at, words: "restarts" });
        break;
      case "pause":
        nodes.add(event.node);
        begin("paused", event.node, event.at);
        break;
      case "resume":
        finish(event.node, event.at);
        break;
      case "stall":
        marks.push({
          kind: "note",
          node: event.node,
          at: event.at,
          words: `disk stalls for ${formatNumber(event.forMs)} ms`,
        });
        break;
      case "skew":
        marks.push({ kind: "note", node: event.node, at: event.at, words: skewed(event) });
        break;
      case "slow":
        marks.push({
          kind: "note",
          node: event.node,
          at: event.at,
          words: event.factor === 1 ? "full speed again" : `${formatNumber(event.factor)} times slower`,
        });
        break;
      case "cut":
        cuts.push({
          from: event.at,
          to: end,
          open: true,
          words: cutInWords(event),
          left: new Set(event.links.map(keyOf)),
        });
        break;
      case "heal": {
        const healed = new Set(event.links.map(keyOf));
        for (const cut of cuts) {
          if (!cut.open) continue;
          for (const link of healed) cut.left.delete(link);
          if (cut.left.size > 0 && healed.size > 0) continue;
          cut.open = false;
          cut.to = event.at;
        }
        break;
      }
      case "violation":
        broken.push({ at: event.at, words: `${event.property} is violated: ${event.problem}` });
        break;
    }
  }

  for (const { place, event } of sent.values()) {
    const { id, from, to, at: sentAt, message } = event;
    arrows[place] ??= {
      id,
      from,
      to,
      sentAt,
      endsAt: end,
      end: "under way",
      isCopy: false,
      kind: message.kind,
      words: words.message(message),
    };
  }
  for (const queue of calling.values()) {
    for (const { place, client, at, words, node } of queue)
      arrows[place] = call(client, node, at, end, "under way", words);
  }
  for (const [id, queue] of answering) {
    for (const { place, at, words, node } of queue)
      arrows[place] = call(node, clientOf.get(id)!, at, end, "under way", words);
  }
  for (const [node, waiting] of writes) {
    for (const from of waiting) if (end > from) stretches.push({ kind: "writing", node, from, to: end, open: true });
  }
  return {
    clients: naturally([...clients]),
    nodes: naturally([...nodes].filter((name) => !clients.has(name))),
    arrows: arrows.filter((arrow) => arrow !== null),
    marks,
    stretches,
    cuts,
    broken,
    begin: trace[0]?.at ?? 0,
    end,
  };

  function begin(kind: "down" | "paused", node: string, at: number): void {
    finish(node, at);
    const stretch = { kind, node, from: at, to: end, open: true };
    stretches.push(stretch);
    open.set(node, stretch);
  }

  function finish(node: string, at: number): void {
    const stretch = open.get(node);
    if (stretch === undefined) return;
    stretch.to = at;
    stretch.open = false;
    open.delete(node);
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function call(from: string, to: string, sentAt: number, endsAt: number, end: ArrowEnd, words: string): Arrow {
  return { id: null, from, to, sentAt, endsAt, end, isCopy: false, kind: null, words };
}

/** Names with equal beginnings stand together, in the order of first appearance; a2 comes before a10. */
export function naturally(names: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const stem = name.replace(/\d+$/, "");
    groups.set(stem, [...(groups.get(stem) ?? []), name]);
  }
  const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? -1);
  return [...groups.values()].flatMap((group) => group.sort((a, b) => numberOf(a) - numberOf(b)));
}

function keyOf([from, to]: readonly [string, string]): string {
  return JSON.stringify([from, to]);
}

function skewed({ offsetMs, rate }: { readonly offsetMs: number; readonly rate: number }): string {
  if (offsetMs === 0 && rate === 1) return "clock right again";
  const jump = offsetMs === 0 ? "" : ` ${offsetMs > 0 ? "+" : ""}${formatNumber(offsetMs)} ms`;
  return `clock${jump}${rate === 1 ? "" : ` at ${formatNumber(rate)} times its speed`}`;
}

/** "p1, a1 | a2, a3" where the links are cut both ways between groups, and otherwise the links themselves. */
function cutInWords({ links }: Extract<TraceEvent, { kind: "cut" }>): string {
  const cut = new Set(links.map(keyOf));
  const names = [...new Set(links.flat())] as string[];
  const bothWays = links.every(([from, to]) => cut.has(keyOf([to, from])));
  if (bothWays) {
    const groups: string[][] = [];
    for (const name of names) {
      const home = groups.find((group) => group.every((other) => !cut.has(keyOf([name, other]))));
      if (home === undefined) groups.push([name]);
      else home.push(name);
    }
    const apart = groups.every((group, i) =>
      groups.every((other, j) => i === j || group.every((a) => other.every((b) => cut.has(keyOf([a, b]))))),
    );
    if (apart) return `cut: ${groups.map((group) => naturally(group).join(", ")).join(" | ")}`;
  }
  const shown = links.filter(([from, to]) => !(cut.has(keyOf([to, from])) && from > to));
  const texts = shown
    .slice(0, 6)
    .map(([from, to]) => (cut.has(keyOf([to, from])) ? `${from} – ${to}` : `${from} → ${to}`));
  return `cut: ${texts.join(", ")}${shown.length > 6 ? ` and ${shown.length - 6} more` : ""}`;
}
