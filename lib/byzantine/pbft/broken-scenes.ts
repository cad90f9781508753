import { type AnyRole, ids, type NodeId } from "../../core/role.js";
import { type KeyValueCommand, keyValueStore } from "../../consensus/key-value-store.js";
import { digestOf, keyRing } from "../keys.js";
import { puppet, type Say } from "../lying.js";
import { type Ask, client } from "./client.js";
import * as liars from "./liars.js";
import type { Request } from "./messages.js";
import { replicaWith } from "./replica.js";
import type { Rules } from "./rules.js";
import type { ReplicaOptions } from "./settings.js";

/** A cluster with a liar, what is asked of it, and what the network does meanwhile: options for the simulator. */
export interface LiarScene {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly network: {
    readonly latency: number;
    readonly links?: Readonly<Record<string, { readonly latency: number }>>;
    readonly kinds?: Readonly<Record<string, { readonly latency: number }>>;
  };
  readonly requests: readonly { readonly at: number; readonly node: string; readonly request: Ask<KeyValueCommand> | Say }[];
  readonly faults: readonly { readonly at: number; readonly kind: "isolate"; readonly node: string; readonly forMs: number }[];
  readonly until: number;
}

/** A rule that all honest replicas, or the client, break, and a run in which one liar makes use of that. */
export interface BrokenLiarScene {
  /** The broken rule, in words. */
  readonly name: string;
  /** What becomes of it, as a sentence. */
  readonly tells: string;
  /** Who lies. */
  readonly liars: readonly NodeId[];
  /** The property that fails: "same order", or "answers" where a client is told what never was. */
  readonly breaks: "same order" | "answers";
  readonly scene: LiarScene;
  /** The same with the sound rule in its place. */
  readonly sound: LiarScene;
}

const replicas = ids("r0", "r1", "r2", "r3");
const [r0, r1] = replicas as [NodeId, NodeId, NodeId, NodeId];
const append = (value: string): Ask<KeyValueCommand> => ({ kind: "operate", operation: { kind: "append", key: "x", value } });

/** Each rule of PBFT that its safety rests on, and what one liar does where it is missing. */
export const brokenLiarScenes: readonly BrokenLiarScene[] = [
  {
    name: "quorums of 2f",
    tells: "The primary tells two stories, and two quorums share nobody but the primary.",
    liars: [r0], breaks: "same order", ...both(twoStories, liars.shortQuorums),
  },
  {
    name: "takes a second pre-prepare",
    tells: "The primary changes its mind, and a backup helps to commit both.",
    liars: [r0], breaks: "same order", ...both(changeOfMind, liars.takesSecond),
  },
  {
    name: "no prepare phase",
    tells: "The next primary finds two requests at one number, and nothing says which of them was executed.",
    liars: [r0], breaks: "same order", ...both(noTrace, liars.noPrepares),
  },
  {
    name: "a view begins with 2f view changes",
    tells: "The next primary hides what was executed, and asks only one who does not know it.",
    liars: [r1], breaks: "same order", ...both(hiding, liars.fewViewChanges),
  },
  {
    name: "no look at the proofs of a view change",
    tells: "The next primary claims that nothing was prepared, and the claim counts as much as a proof.",
    liars: [r1], breaks: "same order", ...both(inventing, liars.noProofs),
  },
  {
    name: "no look at the new view",
    tells: "The next primary begins its view with something else than was prepared.",
    liars: [r1], breaks: "same order", ...both(dictating, liars.noLookAtNewView),
  },
  {
    name: "a client believes f answers",
    tells: "One replica invents an answer.",
    liars: [r1], breaks: "answers", scene: invention(liars.credulousClient({ replicas })), sound: invention(client({ replicas })),
  },
];

function both(scene: (rules: Partial<Rules>) => LiarScene, rules: Partial<Rules>): Pick<BrokenLiarScene, "scene" | "sound"> {
  return { scene: scene(rules), sound: scene({}) };
}

function optionsOf(): ReplicaOptions<any, KeyValueCommand, any> {
  return { replicas, machine: keyValueStore };
}

function honest(rules: Partial<Rules>): Record<string, AnyRole> {
  const role = replicaWith(rules, optionsOf());
  return { r0: role, r1: role, r2: role, r3: role, c: client({ replicas }) };
}

function twoStories(rules: Partial<Rules>): LiarScene {
  const role = replicaWith(rules, optionsOf());
  return {
    nodes: { ...honest(rules), r0: liars.equivocatingPrimary(optionsOf(), replicas.slice(2), role) },
    network: { latency: 10 }, requests: [{ at: 0, node: "c", request: append("a") }], faults: [], until: 5_000,
  };
}

/** The client's signed request, which a traitor among the replicas has from the client; and what r0 makes of it. */
function stories(): { readonly first: Say["message"][]; readonly second: Say["message"][] } {
  const keys = keyRing();
  const request: Request<KeyValueCommand> = {
    kind: "request", operation: { kind: "append", key: "x", value: "a" }, timestamp: 1, client: "c" as NodeId, readOnly: false,
  };
  const requests = [keys.pen("c" as NodeId).sign(request)];
  const pen = keys.pen(r0);
  const tell = (said: typeof requests): Say["message"][] => {
    const place = { view: 0, n: 1, digest: digestOf(said) };
    return [pen.sign({ kind: "prePrepare" as const, ...place, requests: said }), pen.sign({ kind: "commit" as const, ...place })];
  };
  return { first: tell(requests), second: tell([]) };
}

function say(at: number, to: string, messages: readonly Say["message"][]): LiarScene["requests"] {
  return messages.map((message) => ({ at, node: r0, request: { kind: "say", to: to as NodeId, message } }));
}

function changeOfMind(rules: Partial<Rules>): LiarScene {
  const { first, second } = stories();
  return {
    nodes: { ...honest(rules), r0: puppet() },
    network: { latency: 10 },
    requests: [
      { at: 0, node: "c", request: append("a") },
      ...say(10, "r1", first), ...say(10, "r2", first), ...say(10, "r3", second), ...say(100, "r2", second),
    ],
    faults: [],
    until: 5_000,
  };
}

function noTrace(rules: Partial<Rules>): LiarScene {
  const { first, second } = stories();
  // Leaving for each view, r0 shows the second story.
  const leave = (view: number): Say["message"][] => [
    keyRing().pen(r0).sign({ kind: "viewChange" as const, view, n: 0, checkpoints: [], prepared: [{ prePrepare: second[0], prepares: [] }] } as never),
  ];
  const agree = keyRing().pen(r0).sign({ kind: "commit" as const, view: 2, n: 1, digest: digestOf([]) });
  return {
    nodes: { ...honest(rules), r0: puppet() },
    network: {
      latency: 10,
      // Of the commits in the first view only those to r1 arrive in time.
      links: { "r1>r2": { latency: 40 }, "r1>r3": { latency: 40 } },
    },
    requests: [
      { at: 0, node: "c", request: append("a") },
      ...say(10, "r1", first), ...say(10, "r2", first.slice(0, 1)), ...say(10, "r3", second),
      ...["r2", "r3"].flatMap((to) => [...say(400, to, leave(1)), ...say(1_200, to, leave(2)), ...say(1_250, to, [agree])]),
    ],
    faults: [{ at: 45, kind: "isolate", node: r1, forMs: 10_000 }],
    until: 8_000,
  };
}

/** At number 1, r0, r1 and r2 have executed "a" and r3 has missed it all; then r0 is slow, and r1 begins a view. */
function afterwards(rules: Partial<Rules>, liar: AnyRole, links: NonNullable<LiarScene["network"]["links"]>): LiarScene {
  return {
    nodes: { ...honest(rules), r1: liar },
    network: { latency: 10, links, kinds: { committed: { latency: 20_000 } } },
    requests: [{ at: 0, node: "c", request: append("a") }, { at: 200, node: "c", request: append("b") }],
    faults: [{ at: 0, kind: "isolate", node: "r3", forMs: 150 }, { at: 160, kind: "isolate", node: "r0", forMs: 10_000 }],
    until: 5_000,
  };
}

function hiding(rules: Partial<Rules>): LiarScene {
  const role = replicaWith(rules, optionsOf());
  return afterwards(rules, liars.forgetfulLeaver(optionsOf(), role), { "r2>r1": { latency: 60 } });
}

function inventing(rules: Partial<Rules>): LiarScene {
  return afterwards(rules, liars.inventingLeaver(optionsOf(), replicaWith(rules, optionsOf())), {});
}

function dictating(rules: Partial<Rules>): LiarScene {
  return afterwards(rules, liars.dictatingPrimary(optionsOf(), replicaWith(rules, optionsOf())), {});
}

function invention(asking: AnyRole): LiarScene {
  return {
    nodes: { ...honest({}), r1: liars.lyingReplier(optionsOf(), "never written"), c: asking },
    network: { latency: 10, links: { "r1>c": { latency: 1 } } },
    requests: [{ at: 0, node: "c", request: append("a") }, { at: 200, node: "c", request: { kind: "operate", operation: { kind: "get", key: "x" } } }],
    faults: [],
    until: 5_000,
  };
}
