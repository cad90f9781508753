import type { Stream } from "../../core/random.js";
import { ids, type Role } from "../../core/role.js";
import { show } from "../../core/parameters.js";
import { valueAt } from "../../core/table.js";
import { keyValueMap } from "../../history/models.js";
import { linearizableAnswers } from "../../history/property.js";
import { chain, type ChainSignature } from "../../replication/chain/chain.js";
import { localReconstruction } from "../../replication/erasure/codes.js";
import type { VersionVector } from "../../replication/multi-leader/multi-leader.js";
import { Exercise } from "../exercise.js";
import { count, everyWorld, manyCases, wrong, type Trial } from "../trial.js";

const chapter = "2.3";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// ------------------------------------------------------------------------------------------------- what may be acknowledged

/**
 * Up to which update may the primary tell its clients "done"? `last` is the number of its own last update, `acks` how far each backup
 * says that it is, and `needed` how many backups must have an update: "all", or a number (0: none). If there are fewer backups
 * than that, all of them must.
 */
export type AcknowledgeRule = (last: number, acks: readonly number[], needed: "all" | number) => number;

interface AcknowledgeCase {
  readonly last: number;
  readonly acks: readonly number[];
  readonly needed: "all" | number;
}

const acknowledged = ({ last, acks, needed }: AcknowledgeCase): number => {
  const wanted = needed === "all" ? acks.length : Math.min(needed, acks.length);
  return wanted === 0 ? last : [...acks].sort((a, b) => b - a)[wanted - 1]!;
};

const acknowledgeTrial = (name: string, look: string, draw: (chance: Stream) => AcknowledgeCase): Trial<AcknowledgeRule> =>
  manyCases<AcknowledgeRule, AcknowledgeCase>(name, {
    cases: 200,
    draw,
    judge(answer, drawn) {
      const got: unknown = answer(drawn.last, [...drawn.acks], drawn.needed);
      const right = acknowledged(drawn);
      if (got === right) return null;
      const who = drawn.acks.length === 0 ? "there are no backups" : `the backups are at ${drawn.acks.join(", ")}`;
      return `the primary is at ${drawn.last}, ${who}, and needed is ${show(drawn.needed)}: it acknowledges up to ${show(got)}, and may up to ${right}`;
    },
    look,
  });

const drawAcks = (chance: Stream, backups: number): { last: number; acks: number[] } => {
  const last = 5 + chance.below(20);
  return { last, acks: Array.from({ length: backups }, () => chance.below(last + 1)) };
};

const acknowledgeRule: Exercise<AcknowledgeRule> = new Exercise({
  chapter,
  name: "acknowledgeRule",
  task: "Say up to which update a primary may tell its clients that they are done.",
  hints: [
    "An update is acknowledged when enough backups have it, and who has update 7 has all before it. Sort the backups by how far they are.",
    "With the furthest first, the second in the row is as far as at least two backups are. Which place is it for `needed`, and for \"all\"?",
    "wanted = needed === \"all\" ? acks.length : Math.min(needed, acks.length); for 0 the answer is last, otherwise the element at wanted - 1 of the acks sorted downwards.",
  ],
  shape: isFunction,
  trials: [
    acknowledgeTrial("all backups", "The slowest backup decides: an update that it lacks is not at all of them.", (chance) => ({ ...drawAcks(chance, 1 + chance.below(4)), needed: "all" })),
    acknowledgeTrial("some of them", "Two of the backups must have it, whichever they are: not the first two of the list.", (chance) => {
      const drawn = drawAcks(chance, 2 + chance.below(3));
      return { ...drawn, needed: 1 + chance.below(drawn.acks.length) };
    }),
    acknowledgeTrial("none, and nobody left", "Nobody has to be asked: the primary's own log is all there is.", (chance) => ({ ...drawAcks(chance, chance.below(3)), needed: 0 })),
    acknowledgeTrial("fewer backups than are needed", "What was asked for is more than there is. All that are left must have it.", (chance) => ({ ...drawAcks(chance, chance.below(3)), needed: chance.below(2) === 0 ? 3 : "all" })),
  ],
});

// --------------------------------------------------------------------------------------------------------- clean and dirty

/** A write of the key that a node of the chain has: its place in the order of all writes, and the value. */
export interface HeldVersion {
  readonly seq: number;
  readonly value: string;
}

/**
 * What a node of CRAQ does with a read. `versions` are the writes of the key that it has, the oldest first (none: the key was never written);
 * up to `committed` it knows that the tail has everything. It answers a value (null for none), or says "ask" to ask the tail.
 */
export type CleanReadRule = (versions: readonly HeldVersion[], committed: number) => { readonly answer: string | null } | "ask";

const three = ids("r1", "r2", "r3");

/** A chain in which the learner's rule answers reads. */
function ruled(rule: CleanReadRule): Role<ChainSignature> {
  const sound = chain({ members: three, reads: "any" });
  return {
    ...sound,
    request: {
      ...sound.request,
      get(self, { key }, call, out) {
        // The table holds the last committed write; its number is not kept, and is at most `committed`.
        const before = valueAt(self.table, key) ?? null;
        const dirty = self.log.filter((update) => update.key === key && update.seq > self.committed);
        const versions = [...(before === null ? [] : [{ seq: self.committed, value: before }]), ...dirty.map(({ seq, value }) => ({ seq, value }))];
        const said = rule(versions, self.committed);
        if (said === "ask") out.send(three[2]!, { kind: "ask-version", epoch: self.configuration.epoch, call, key });
        else out.reply(call, said.answer);
      },
    },
  };
}

const reads = (node: "r1" | "r2" | "r3") => ({ node, request: { kind: "get", key: "x" } }) as const;
const writes = (value: string) => ({ node: "r1", request: { kind: "put", key: "x", value } }) as const;

const cleanRead: Exercise<CleanReadRule> = new Exercise({
  chapter,
  name: "cleanRead",
  task: "Say when a node of CRAQ may answer a read by itself, and with what.",
  hints: [
    "Two clients read one after the other, at two nodes. The first must not see what the second cannot.",
    "If the node has a write of the key that the tail may not have, it does not know whether somebody was told of it: neither the old value nor the new one is safe.",
    "last = versions[versions.length - 1]; without one the answer is null; if last.seq <= committed answer last.value, otherwise \"ask\".",
  ],
  shape: isFunction,
  trials: [
    {
      name: "keys that are clean",
      run(answer) {
        for (const [versions, right] of [[[], null], [[{ seq: 3, value: "a" }], "a"], [[{ seq: 1, value: "a" }, { seq: 3, value: "b" }], "b"]] as const) {
          const got: unknown = answer(versions, 3);
          if (got === "ask") return wrong({ problem: `of ${show(versions)}, all of it committed up to 3, it asks the tail`, look: "Nothing is dirty here. Asking is never wrong, but then CRAQ reads no faster than a chain." });
          if ((got as { answer?: unknown } | null)?.answer !== right) return wrong({ problem: `of ${show(versions)}, all of it committed, it says ${show(got)}, and the answer is ${show(right)}`, look: "The last of the versions is the newest." });
        }
        return { kind: "seen", what: count(3, "case") };
      },
    },
    everyWorld("every world of a write and three reads along the chain", {
      options: (answer) => {
        const role = ruled(answer);
        return {
          nodes: { r1: role, r2: role, r3: role },
          requests: [writes("a"), [reads("r1"), reads("r3")], reads("r2")],
          properties: [linearizableAnswers(keyValueMap())],
          reduce: true,
        };
      },
      look: "Follow the two reads of one client. What did the first node have that the second one had not, or the other way round? And what had the tail?",
    }),
    everyWorld("every world of two writes and two reads", {
      options: (answer) => {
        const role = ruled(answer);
        return {
          nodes: { r1: role, r2: role, r3: role },
          requests: [[writes("a"), writes("b")], [reads("r1"), reads("r2")]],
          properties: [linearizableAnswers(keyValueMap())],
          reduce: true,
          maxWorlds: 200_000,
        };
      },
      look: "One of the writes is committed and the other is not. Which of them may a reader be told of?",
    }),
  ],
});

// -------------------------------------------------------------------------------------------------------- what replaces what

/** A write as other leaders see it: the nth of its leader, and how many writes of each leader its client had seen. */
export interface SeenWrite {
  readonly leader: string;
  readonly nth: number;
  readonly past: VersionVector;
}

/**
 * Of two writes of one key: does the first replace the second ("first"), the second the first ("second"), or did neither know the
 * other ("conflict")?
 */
export type ConflictRule = (first: SeenWrite, second: SeenWrite) => "first" | "second" | "conflict";

const knew = (write: SeenWrite, other: SeenWrite): boolean => (write.past[other.leader] ?? 0) >= other.nth;

/** A history of writes at three leaders, each with what its leader had seen. */
function drawWrites(chance: Stream): readonly [SeenWrite, SeenWrite] {
  const leaders = ["a", "b", "c"];
  const seen: Record<string, Record<string, number>> = { a: {}, b: {}, c: {} };
  const made: SeenWrite[] = [];
  for (let i = 0; i < 6; i++) {
    const leader = chance.pick(leaders);
    if (chance.chance(0.5)) {
      const from = seen[chance.pick(leaders)]!;
      for (const [name, nth] of Object.entries(from)) seen[leader]![name] = Math.max(nth, seen[leader]![name] ?? 0);
    }
    const past = { ...seen[leader] };
    const nth = (seen[leader]![leader] ?? 0) + 1;
    seen[leader]![leader] = nth;
    made.push({ leader, nth, past });
  }
  const [one, other] = chance.shuffle(made) as [SeenWrite, SeenWrite];
  return [one, other];
}

const conflictRule: Exercise<ConflictRule> = new Exercise({
  chapter,
  name: "conflictRule",
  task: "Say of two writes which replaces which, or that they conflict.",
  hints: [
    "A write replaces what its client had seen. Where is it written what that was?",
    "The first knew the second if its past counts at least `nth` writes of the second's leader. The pasts themselves need not be compared.",
    "knew = (w, o) => (w.past[o.leader] ?? 0) >= o.nth; then knew(first, second) gives \"first\", knew(second, first) gives \"second\", and otherwise \"conflict\".",
  ],
  shape: isFunction,
  trials: [
    manyCases<ConflictRule, readonly [SeenWrite, SeenWrite]>("writes at three leaders", {
      cases: 400,
      draw: drawWrites,
      judge(answer, [first, second]) {
        const got: unknown = answer(first, second);
        const right = knew(first, second) ? "first" : knew(second, first) ? "second" : "conflict";
        return got === right ? null : `of ${show(first)} and ${show(second)} it says ${show(got)}, and it is ${show(right)}`;
      },
      look: "Does the past of the one say that its client had seen the other? A write that is later by its number, or knows more in all, need not know this one.",
    }),
  ],
});

// -------------------------------------------------------------------------------------------------- what a local code survives

/**
 * Is LRC(12, 2, r) data lost? `lost` says how many shards are gone: of each of the two groups (6 data shards and a local parity
 * each), and of the `globals` global parities. Each group's parity mends one loss in its group; each global parity that is left mends one more.
 */
export type LocalRule = (lost: { readonly groups: readonly [number, number]; readonly globals: number }, globals: number) => boolean;

const localTrial = (globals: 1 | 2): Trial<LocalRule> => ({
  name: `every loss of up to five shards, with ${globals} global parit${globals === 1 ? "y" : "ies"}`,
  run(answer) {
    const code = localReconstruction({ data: 12, groups: 2, globals });
    let cases = 0;
    for (let one = 0; one <= 5; one++) {
      for (let two = 0; one + two <= 5; two++) {
        for (let rest = 0; rest <= globals && one + two + rest <= 5; rest++) {
          const shards = [...Array.from({ length: one }, (_, i) => i), ...Array.from({ length: two }, (_, i) => 6 + i), ...Array.from({ length: rest }, (_, i) => 14 + i)];
          const got: unknown = answer({ groups: [one, two], globals: rest }, globals);
          const right = !code.survives(shards);
          cases++;
          if (got !== right) {
            return wrong({
              problem: `with ${one} and ${two} lost in the groups and ${rest} of ${globals} global parities, it says ${show(got)}: the data ${right ? "are lost" : "can be had"}`,
              look: "Let each group mend one of its own first. How many are then still missing, and how many global parities are left?",
            });
          }
        }
      }
    }
    return { kind: "seen", what: count(cases, "case") };
  },
});

const localRule: Exercise<LocalRule> = new Exercise({
  chapter,
  name: "localRule",
  task: "Say whether a loss is more than a local reconstruction code can mend.",
  hints: [
    "Think of equations and unknowns: each parity that is left is one equation, but a local one speaks of its own group only.",
    "A group that has lost n shards mends one by itself, so n - 1 are left to the global parities; a group that has lost none has an equation that helps nobody.",
    "Lost if Math.max(0, groups[0] - 1) + Math.max(0, groups[1] - 1) > globals - lost.globals.",
  ],
  shape: isFunction,
  trials: [localTrial(2), localTrial(1)],
});

/** The exercises of chapter 2.3, by name. */
export const replicationExercises: {
  readonly acknowledgeRule: Exercise<AcknowledgeRule>;
  readonly cleanRead: Exercise<CleanReadRule>;
  readonly conflictRule: Exercise<ConflictRule>;
  readonly localRule: Exercise<LocalRule>;
} = { acknowledgeRule, cleanRead, conflictRule, localRule };
