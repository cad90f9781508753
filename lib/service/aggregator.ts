import { finite, flag, integer, nodeNames, options, show } from "../core/parameters.js";
import type { Call, NodeId, Out, Role } from "../core/role.js";
import type { Answer, Ask, Cancel } from "./messages.js";

/** A client asks a question that every shard must answer. */
export interface Query {
  readonly kind: "query";
  /** How long each shard takes, in ms; a shard with replicas may have a time for each attempt. */
  readonly works: readonly (number | readonly number[])[];
}

/** What the client is told: how many of the shards have contributed. */
export interface Aggregate {
  readonly ok: true;
  readonly shards: number;
  readonly of: number;
}

/** A query that is under way. */
export interface OpenQuery {
  readonly works: readonly (readonly number[])[];
  /** Which shards have answered. */
  answered: Set<number>;
  /** Whom each shard's part was asked of, in order. */
  asked: NodeId[][];
}

/** What an aggregator knows. A crash loses all of it. */
export interface Aggregator {
  open: Map<Call, OpenQuery>;
  /** How many queries there were, and how many second copies were sent for them. */
  queries: number;
  copies: number;
}

export type AggregatorSignature = {
  state: Aggregator;
  receives: Answer;
  requests: Query;
  timers: { kind: "hedge"; call: Call };
  sends: Ask | Cancel;
  replies: Aggregate;
};

export interface AggregatorOptions {
  /** The servers of each shard: its replicas. */
  readonly shards: readonly (readonly NodeId[])[];
  /**
   * Ask a second replica for what is not there after so many ms (a hedged request, Dean and Barroso 2013). The 95th
   * percentile is the paper's choice: then 5 % of the requests are sent twice. Default: never.
   */
  readonly hedgeAfterMs?: number;
  /** Ask two replicas of each shard at once; whoever begins first tells the other one to drop it (a tied request). Default false. */
  readonly tied?: boolean;
  /** Cancel what is not needed any more. Default true. */
  readonly cancels?: boolean;
  /** Answer when so many shards have answered: a result that is good enough. Default: all of them. */
  readonly enough?: number;
}

/**
 * An aggregator (聚合节点): it asks all shards at once and waits for the slowest, as the root of a search engine does. Its
 * means against the slowest one are those of Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.
 *
 * @throws RangeError for an option outside its range
 */
export function aggregator(given: AggregatorOptions): Role<AggregatorSignature> {
  options("aggregator", given, ["shards", "hedgeAfterMs", "tied", "cancels", "enough"]);
  const { shards, hedgeAfterMs, tied = false, cancels = true } = given;
  if (!Array.isArray(shards) || shards.length === 0) throw new RangeError(`shards must be a list of at least one list of nodes, got ${show(shards)}`);
  const least = hedgeAfterMs !== undefined || tied ? 2 : 1;
  shards.forEach((replicas, i) => nodeNames(`shards[${i}]`, replicas, { min: least }));
  const enough = given.enough ?? shards.length;
  integer("enough", enough, { min: 1, max: shards.length });
  if (hedgeAfterMs !== undefined) finite("hedgeAfterMs", hedgeAfterMs);
  flag("tied", tied);
  flag("cancels", cancels);

  /** Ask the next replica of a shard. A shard's replicas take turns at being first. */
  function ask(self: Aggregator, call: Call, shard: number, twin: NodeId | null, out: Out<AggregatorSignature>): void {
    const query = self.open.get(call)!;
    const asked = query.asked[shard]!;
    const node = replica(self, shard, asked.length);
    asked.push(node);
    const works = query.works[shard]!;
    const work = works[Math.min(asked.length, works.length) - 1]!;
    out.send(node, { kind: "ask", call: partOf(call, shard), attempt: asked.length, work, patience: null, twin });
  }

  function replica(self: Aggregator, shard: number, nth: number): NodeId {
    const replicas = shards[shard]!;
    return replicas[(self.queries + shard + nth) % replicas.length]!;
  }

  return {
    name: "aggregator",
    durable: [],
    init: () => ({ open: new Map(), queries: 0, copies: 0 }),

    receive: {
      answer(self, { call: part }, from, out) {
        const { call, shard } = splitPart(part);
        const query = self.open.get(call);
        if (query === undefined || query.answered.has(shard)) return;
        query.answered.add(shard);
        if (cancels) for (const node of query.asked[shard]!) if (node !== from) out.send(node, { kind: "cancel", call: part });
        if (query.answered.size < enough) return;
        self.open.delete(call);
        out.cancelTimer({ kind: "hedge", call });
        out.reply(call, { ok: true, shards: query.answered.size, of: shards.length });
        if (!cancels) return;
        for (const [other, asked] of query.asked.entries()) {
          if (query.answered.has(other)) continue;
          for (const node of asked) out.send(node, { kind: "cancel", call: partOf(call, other) });
        }
      },
    },

    request: {
      query(self, { works }, call, out) {
        if (self.open.has(call)) return;
        if (works.length !== shards.length) throw new RangeError(`works must have a time for each of ${shards.length} shards, got ${works.length}`);
        self.queries += 1;
        self.open.set(call, {
          works: works.map((work) => (typeof work === "number" ? [work] : work)), answered: new Set(), asked: shards.map(() => []),
        });
        for (const shard of shards.keys()) {
          if (!tied) ask(self, call, shard, null, out);
          else {
            const [one, other] = [replica(self, shard, 0), replica(self, shard, 1)];
            ask(self, call, shard, other, out);
            ask(self, call, shard, one, out);
            self.copies += 1;
          }
        }
        if (hedgeAfterMs !== undefined) out.setTimer({ kind: "hedge", call }, hedgeAfterMs);
      },
    },

    timeout: {
      hedge(self, { call }, out) {
        const { answered } = self.open.get(call)!;
        for (const shard of shards.keys()) {
          if (answered.has(shard)) continue;
          self.copies += 1;
          ask(self, call, shard, null, out);
        }
      },
    },
  };
}

/** The call of one shard's part of a query. */
function partOf(call: Call, shard: number): Call {
  return `${call}/${shard}` as Call;
}

function splitPart(part: Call): { readonly call: Call; readonly shard: number } {
  const end = part.lastIndexOf("/");
  return { call: part.slice(0, end) as Call, shard: Number(part.slice(end + 1)) };
}
