import type { Call, NodeId } from "../../core/role.js";
import { emptyClock, isSameDot } from "./clock.js";
import { digestOf } from "./merkle.js";
import type { Fetched, Get, Got, Put, Stored, Written } from "./messages.js";
import type { Settings } from "./options.js";
import { recordOf } from "./records.js";
import { allOf, type DynamoNode, type DynamoOut, type GetUnderWay, keep, type PutUnderWay, replace } from "./state.js";
import { noVersions, prunedSiblings, type Version } from "./versions.js";

/** How long a node remembers that it has sent a client on, in ms: longer than a client waits before it asks again. */
const SENT_ON = 10_000;

/** A request, and who asked: a client, or the client library's node in a message. */
interface Asked<Request> {
  readonly request: Request;
  readonly call: Call;
  readonly asker: NodeId | null;
}

/**
 * The rules of a coordinator (DeCandia et al. 2007, sections 4.5 and 4.6): it asks the N nodes of the key's preference list
 * and answers when W or R have answered.
 *
 * A node that is not among the N sends the client to the first of them. If the client comes back with the same call, and
 * quorums are sloppy, none of the N could be reached: then the node coordinates in their place.
 *
 * Different from the paper: nodes keep no opinion of which others are up. Whoever does not answer in time is replaced, for
 * this operation.
 */
export function coordinatorRules(settings: Settings): {
  readonly put: (self: DynamoNode, asked: Asked<Put>, out: DynamoOut) => void;
  readonly get: (self: DynamoNode, asked: Asked<Get>, out: DynamoOut) => void;
  readonly stored: (self: DynamoNode, message: Stored, from: NodeId, out: DynamoOut) => void;
  readonly fetched: (self: DynamoNode, message: Fetched, from: NodeId, out: DynamoOut) => void;
  readonly patience: (self: DynamoNode, call: Call, out: DynamoOut) => void;
} {
  const { r, w, versioning, patience } = settings;

  return {
    // "The coordinator generates the vector clock for the new version and writes the new version locally. The coordinator
    // then sends the new version [...] to the N highest-ranked reachable nodes." (Section 4.5.)
    put(self, asked, out) {
      const { request, call, asker } = asked;
      if (self.puts.has(call) || isSentOn(self, asked, out)) return;
      const { key, value, context = emptyClock } = request;
      const isReplica = settings.preferenceOf(key).includes(self.id);
      self.writes += 1;
      // One who is no replica does not remember what it wrote before, so its writes must not be taken for a sequence.
      const actor = isReplica ? self.id : `${self.id}/${self.writes}`;
      const dot = { actor, counter: self.writes };
      const version: Version = { dot, past: context, value, at: out.clock() };
      const written = versioning.write(isReplica ? recordOf(self.stored, key) : noVersions, version);
      const siblings = settings.clockLimit === null ? written : prunedSiblings(written, settings.clockLimit);
      if (isReplica) replace(self, key, siblings, settings);
      out.persist(); // before anybody hears of it: a number that a crash can undo would be given twice
      const put: PutUnderWay = {
        asker, key, dot, siblings, stored: new Set(isReplica ? [self.id] : []), standIns: new Map(), rounds: 1, isAnswered: false,
      };
      self.puts.set(call, put);
      askToStore(call, put, out);
      finishPut(self, call, put, out);
      if (self.puts.has(call)) out.setTimer({ kind: "patience", call }, patience);
    },

    // "The coordinator requests all existing versions of data for that key from the N highest-ranked reachable nodes."
    get(self, asked, out) {
      const { request: { key }, call, asker } = asked;
      if (self.gets.has(call) || isSentOn(self, asked, out)) return;
      const get: GetUnderWay = { asker, key, answers: new Map(), standIns: new Map(), rounds: 1, isAnswered: false };
      if (settings.preferenceOf(key).includes(self.id)) get.answers.set(self.id, allOf(self, key, settings));
      self.gets.set(call, get);
      askToFetch(call, get, out);
      finishGet(self, call, get, out);
      if (self.gets.has(call)) out.setTimer({ kind: "patience", call }, patience);
    },

    stored(self, { call, dot }, from, out) {
      const put = self.puts.get(call);
      // An answer to what it wrote under this call before a crash counts for nothing now.
      if (!put || !isSameDot(put.dot, dot)) return;
      put.stored.add(from);
      finishPut(self, call, put, out);
    },

    fetched(self, { call, siblings }, from, out) {
      const get = self.gets.get(call);
      if (!get) return;
      const before = get.answers.get(from);
      get.answers.set(from, before ? versioning.merge(before, siblings) : siblings);
      finishGet(self, call, get, out);
    },

    // Who has not answered is asked again; with sloppy quorums the next nodes of the ring are asked in their stead.
    patience(self, call, out) {
      const put = self.puts.get(call);
      const get = self.gets.get(call);
      if (put) {
        put.rounds += 1;
        if (put.rounds > settings.rounds) self.puts.delete(call);
        else {
          findStandIns(put.key, put.standIns, new Set(uncovered(put.key, put.stored, put.standIns)));
          askToStore(call, put, out);
        }
      }
      if (get) {
        get.rounds += 1;
        // Once the client has its answer, those that are late have had their time to be repaired.
        if (get.isAnswered || get.rounds > settings.rounds) self.gets.delete(call);
        else {
          findStandIns(get.key, get.standIns, new Set(uncovered(get.key, get.answers, get.standIns)));
          askToFetch(call, get, out);
        }
      }
      if (self.puts.has(call) || self.gets.has(call)) out.setTimer({ kind: "patience", call }, patience);
    },
  };

  /** Whether the client was told to go elsewhere. */
  function isSentOn(self: DynamoNode, { request: { key }, call, asker }: Asked<Get | Put>, out: DynamoOut): boolean {
    const preference = settings.preferenceOf(key);
    if (preference.includes(self.id) || (settings.isSloppy && self.sentOn.has(call))) return false;
    self.sentOn.add(call);
    out.setTimer({ kind: "sentOn", call }, SENT_ON);
    answer({ asker, call, result: { kind: "redirect", to: preference[0]! } }, out);
    return true;
  }

  function askToStore(call: Call, { key, dot, siblings, stored, standIns }: PutUnderWay, out: DynamoOut): void {
    const missing = uncovered(key, stored, standIns);
    for (const node of missing) out.send(node, { kind: "store", call, dot, key, siblings, hint: null });
    for (const [node, hint] of standIns) {
      if (!stored.has(node) && missing.includes(hint)) out.send(node, { kind: "store", call, dot, key, siblings, hint });
    }
  }

  function askToFetch(call: Call, { key, answers, standIns }: GetUnderWay, out: DynamoOut): void {
    for (const node of [...settings.preferenceOf(key), ...standIns.keys()]) {
      if (!answers.has(node)) out.send(node, { kind: "fetch", call, key });
    }
  }

  /** Replicas that have not answered, and for whom nobody has. */
  function uncovered(key: string, answered: { has(node: NodeId): boolean }, standIns: ReadonlyMap<NodeId, NodeId>): readonly NodeId[] {
    const covered = new Set<NodeId>();
    for (const [node, target] of standIns) if (answered.has(node)) covered.add(target);
    return settings.preferenceOf(key).filter((node) => !answered.has(node) && !covered.has(node));
  }

  function findStandIns(key: string, standIns: Map<NodeId, NodeId>, missing: ReadonlySet<NodeId>): void {
    if (!settings.isSloppy) return;
    const others = settings.orderOf(key).slice(settings.n).filter((node) => !standIns.has(node));
    for (const target of missing) {
      const node = others.shift();
      if (node === undefined) return;
      standIns.set(node, target);
    }
  }

  /** "If at least W-1 nodes respond then the write is considered successful." (Section 4.5.) */
  function finishPut(self: DynamoNode, call: Call, put: PutUnderWay, out: DynamoOut): void {
    if (!put.isAnswered && put.stored.size >= w) {
      put.isAnswered = true;
      answer({ asker: put.asker, call, result: { kind: "written", dot: put.dot } }, out);
    }
    if (!put.isAnswered || uncovered(put.key, put.stored, put.standIns).length > 0) return;
    self.puts.delete(call);
    out.cancelTimer({ kind: "patience", call });
  }

  /** It "waits for R responses before returning the result to the client", with all versions of which none replaces another. */
  function finishGet(self: DynamoNode, call: Call, get: GetUnderWay, out: DynamoOut): void {
    if (get.answers.size < r) return;
    const all = [...get.answers.values()].reduce((one, other) => versioning.merge(one, other), noVersions);
    if (!get.isAnswered) {
      get.isAnswered = true;
      const values = all.versions.map(({ value }) => value);
      answer({ asker: get.asker, call, result: { kind: "got", values, context: all.seen } }, out);
    }
    if (settings.readRepair) repair(self, get, out);
    if (settings.preferenceOf(get.key).some((node) => !get.answers.has(node))) return;
    self.gets.delete(call);
    out.cancelTimer({ kind: "patience", call });

    /** "If stale versions were returned in any of the responses, the coordinator updates those nodes." (Section 5.) */
    function repair(self: DynamoNode, { key, answers }: GetUnderWay, out: DynamoOut): void {
      for (const node of settings.preferenceOf(key)) {
        const siblings = answers.get(node);
        if (!siblings || digestOf(siblings) === digestOf(all)) continue;
        answers.set(node, all);
        if (node !== self.id) out.send(node, { kind: "repair", key, siblings: all });
        else if (keep(self, key, all, settings)) out.persist();
      }
    }
  }
}

interface Answer {
  readonly asker: NodeId | null;
  readonly call: Call;
  readonly result: Got | Written | { readonly kind: "redirect"; readonly to: NodeId };
}

/** An answer to a client, or to the client library's node. */
function answer({ asker, call, result }: Answer, out: DynamoOut): void {
  if (asker === null) out.reply(call, result);
  else out.send(asker, { kind: "told", call, result });
}
