import { coordinator, coordinatorWith, place, shard, shardWith, type CoordinatorFlaw, type ShardFlaw } from "../../lib/learn/chapters/project-parts.js";
import type { NodeId } from "../../lib/core/role.js";
import type { CoordinatorMaker, PlaceRule, ShardMaker, StoreParts } from "../../lib/learn.js";
import type { Answers, Wrong } from "./hold-exercises.js";

const placeWrong: readonly Wrong<PlaceRule>[] = [
  { name: "a name of its own", answer: (key) => `shard of ${key}`, trial: /one place/, problem: /is to be in "shard of/, run: false },
  { name: "all in one", answer: (_, shards) => shards[0]!, trial: /share the keys/, problem: /times its share/, run: false },
  { name: "modulo", answer: (key, shards) => shards[[...key].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7) % shards.length]!, trial: /takes its share/, problem: /moves between two old shards/, run: false },
];

const flawedShard = (flaw: ShardFlaw, trial: RegExp, problem: RegExp): Wrong<ShardMaker> => ({ name: flaw, answer: shardWith(flaw), trial, problem, run: true });
const flawedCoordinator = (flaw: CoordinatorFlaw, trial: RegExp, problem: RegExp): Wrong<CoordinatorMaker> => ({ name: flaw, answer: coordinatorWith(flaw), trial, problem, run: true });

/** A shard whose servers all write to the same map, which none of them has in its state. */
const shardOutside: ShardMaker = (values) => {
  const role = shard(values);
  const outside = new Map(Object.entries(values));
  return { ...role, init: (id) => ({ ...role.init(id), values: outside }), receive: { ...role.receive, outcome: (self, message, from, out) => role.receive.outcome({ ...self, values: outside }, message, from, out) } };
};

/** A coordinator that has every shard vote on every transaction. */
const everywhere: CoordinatorMaker = (shardOf) => {
  const role = coordinator(shardOf);
  return {
    ...role,
    request: {
      transact(self, request, call, out) {
        role.request.transact(self, request, call, out);
        for (const node of ["s1", "s2", "s3"] as NodeId[]) out.send(node, { kind: "prepare", transaction: `${call}!`, steps: [] });
      },
    },
  };
};

export const projectAnswers: {
  readonly placeRule: Answers<PlaceRule>;
  readonly participant: Answers<ShardMaker>;
  readonly coordinate: Answers<CoordinatorMaker>;
  readonly wholeStore: Answers<StoreParts>;
} = {
  placeRule: { sound: place, wrong: placeWrong },
  participant: {
    sound: shard,
    wrong: [
      flawedShard("no locks", /two clients/, /Not linearizable/), flawedShard("forgets outcomes", /late and twice/, /given back|never got an answer|explains|committed/), flawedShard("no write to disk", /a shard crashes/, /Not linearizable/), 
      flawedShard("writes at once", /both shards/, /Not linearizable/), flawedShard("never frees", /calm day/, /given back|never got an answer|explains|committed/), flawedShard("reads are not locked", /both shards/, /Not linearizable/), flawedShard("blind to its own writes", /two clients/, /Not linearizable/),
    ],
  },
  coordinate: {
    sound: coordinator,
    wrong: [
      flawedCoordinator("decides at the first yes", /every order/, /Not linearizable/), flawedCoordinator("answers before it writes", /in use for a while/, /Not linearizable/), flawedCoordinator("asks once", /late and twice/, /given back|never got an answer|explains|committed/),
      flawedCoordinator("tells once", /late and twice/, /given back|never got an answer|explains|committed/), flawedCoordinator("does each call anew", /late and twice/, /given back|committed|answer/), flawedCoordinator("forgets at a crash", /coordinator crashes/, /given back|committed|answer/),
      flawedCoordinator("one name for all", /every order/, /Not linearizable/), flawedCoordinator("asks only the first shard", /every order/, /Not linearizable/),
    ],
  },
  wholeStore: {
    sound: { place, shard, coordinator },
    wrong: [
      { name: "no shards", answer: { place: (_, [first]) => first!, shard, coordinator }, trial: /have places/, problem: /times its share/, run: false },
      { name: "asks every shard", answer: { place, shard, coordinator: everywhere }, trial: /leaves the others alone/, problem: /while all transactions are on keys of/, run: true },
      { name: "values outside of the state", answer: { place, shard: shardOutside, coordinator }, trial: /leaves the others alone|calm day/, problem: /explains|committed|given back/, run: true },
      { name: "reads are not locked", answer: { place, shard: shardWith("reads are not locked"), coordinator }, trial: /calm day|four keys|late and twice/, problem: /explains what clients were told|given back/, run: true },
    ],
  },
};
