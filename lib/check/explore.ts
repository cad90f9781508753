import { canonical } from "../core/canonical.js";
import { deepFreeze } from "../core/clone.js";
import { checkInterrupt } from "../core/interrupt.js";
import type { Decision, NodeView, World } from "../core/property.js";
import type { AnyRole } from "../core/role.js";
import type { TraceEvent } from "../trace/event.js";
import type { Action } from "./action.js";
import { Cluster } from "./cluster.js";
import { inevitability } from "./inevitable.js";
import { callOf, NO_RULE_THROWS, planOf, type ExploreOptions, type Plan } from "./options.js";
import { replay } from "./replay.js";
import { renamed, Symmetry, type Renaming } from "./symmetry.js";
import { Column, PairMap, Vectors } from "./vectors.js";

/** What every verdict reports. */
export interface Explored {
  /** Distinct worlds found, the first one included. Exact: worlds are compared in full. */
  readonly worlds: number;
  /** Actions taken, to new worlds and to known ones. */
  readonly transitions: number;
  /** The length of the longest run looked at; in breadth-first order, of the shortest way to the farthest world. */
  readonly depth: number;
  /** Bytes taken by the set of worlds and the way back from each. */
  readonly bytes: number;
  /** For each name of `reach`: a schedule that leads there, the shortest one in breadth-first order; null if none was found. */
  readonly reached: { readonly [name: string]: readonly Action[] | null };
  /** For each name of `eventually`, if that was proved: in how many steps at most, and how many worlds were cut off. */
  readonly inevitable: { readonly [name: string]: { readonly within: number; readonly cutOff: number } };
  /** The verdict in a sentence or two. */
  readonly summary: string;
}

/** What an exploration found. */
export type Verdict =
  /** Every world within the bounds was looked at, and every property holds in each. */
  | (Explored & { readonly kind: "holds" })
  /** A property does not hold in the world to which the schedule leads. */
  | (Explored & {
      readonly kind: "violated";
      /** The name of the property, or in `eventually`; "no rule throws" where a rule threw. */
      readonly property: string;
      readonly problem: string;
      /** How it comes to that. Where something never comes true, the schedule ends where it cannot any more, or after one round. */
      readonly schedule: readonly Action[];
      /** The schedule replayed: `at` is the number of the action, from 1; what happens at 0 are the boots. */
      readonly trace: readonly TraceEvent[];
    })
  /** The search stopped at a limit. Nothing wrong was found so far; that is no proof. */
  | (Explored & { readonly kind: "unfinished"; readonly limit: "maxWorlds" | "maxDepth" | "stopped" });

/**
 * Look at every world that the cluster can reach within the bounds: every order of requests and deliveries,
 * every loss, and as many timers, crashes and duplicates as the options allow.
 *
 * - Messages may arrive in any order. A lost message is one that is never delivered, and needs no action.
 * - A crash loses all but the disk, of which a prefix of the unsynced writes survives. A crash may also come
 *   within a step, at a flush (`Dying`), where that is not the same as one before or after the step.
 * - Maps and sets in states and messages are compared without order, so a rule must not depend on theirs.
 * - Two worlds are the same if all nodes, messages in flight, decisions in their order, memories of
 *   properties, and what is used up of each bound are the same.
 *
 * This is explicit-state model checking of the very code that the simulator runs (Holzmann 2003; Yabandeh and
 * others, CrystalBall, 2009). What it proves is bounded by the options: nothing is said of longer runs.
 *
 * @throws RangeError or TypeError where an option makes no sense, a node sends to a name that is none, or a
 * state or message is not plain data
 */
export function explore<const Nodes extends Readonly<Record<string, AnyRole>>>(
  options: ExploreOptions<Nodes>,
): Verdict {
  return new Explorer(options).verdict();
}

/** A bounded count as a digit of a number in a world's vector; -1 stands for a count without a bound. */
interface Counter {
  readonly word: number;
  readonly unit: number;
  readonly bound: number;
}

/** What `Explorer.take` was asked to do, kept when a schedule is rebuilt. */
interface Taken {
  readonly kind: Action["kind"];
  readonly node: number;
  readonly outcome: number;
  readonly happening: number;
  readonly again: boolean;
}

class Explorer {
  readonly #plan: Plan;
  readonly #options: ExploreOptions<any>;
  readonly #cluster: Cluster;
  readonly #size: number;
  /** Where in a vector the number of the decisions stands, and of the memories, and where the messages begin. */
  readonly #decisionsAt: number;
  readonly #memoryAt: number;
  readonly #head: number;
  readonly #counters: Counter[] = [];
  readonly #timerCounters: readonly (number | null)[];
  readonly #crashCounters: readonly (number | null)[];
  readonly #duplicateCounter: number | null;
  readonly #clientCounters: readonly number[];
  /** Per client, its requests as numbers of inputs. */
  readonly #clientInputs: readonly (readonly number[])[];
  readonly #staysInFlight: boolean;
  readonly #symmetry: Symmetry | null;

  readonly #worlds = new Vectors();
  readonly #parents = new Column();
  readonly #ordinals = new Column();
  readonly #decisionLists: (readonly Decision[])[] = [[]];
  readonly #decisionNumbers = new Map<string, number>([["[]", 0]]);
  readonly #decisionSteps = new PairMap();
  readonly #memories: (readonly unknown[])[] = [];
  readonly #memoryNumbers = new Map<string, number>();
  readonly #memorySteps = new PairMap();
  readonly #remembers: boolean;
  /** What properties see of a world; each sight is judged once. */
  readonly #sights = new Vectors();

  #from = new Int32Array(1 << 12);
  #to = new Int32Array(1 << 12);
  readonly #sight: Int32Array;
  readonly #used: Int32Array;
  #length = 0;
  #index = 0;
  #ordinal = 0;
  #depth = 0;
  #deepest = 0;
  #transitions = 0;
  /** When a schedule is rebuilt: which of the next actions is wanted, and what it was. */
  #wanted = -1;
  #taken: Taken | null = null;
  /** How the world to which it led was renamed. */
  #renaming: Renaming | null = null;
  readonly #unreached: Map<string, (world: World) => boolean>;
  readonly #reached = new Map<string, number>();
  #found: {
    readonly property: string;
    readonly problem: string;
    readonly world: number;
    readonly last: number;
  } | null = null;
  /** While the ways on without faults are collected: where each leads, and which action it is. */
  #ways: { readonly targets: Column; readonly ordinals: Column; count: number } | null = null;
  readonly #inevitable: Record<string, { readonly within: number; readonly cutOff: number }> = {};
  /** The steps of the round that goes on for ever, after the way to its first world. */
  #round: (readonly [world: number, ordinal: number])[] = [];
  #limit: "maxWorlds" | "maxDepth" | "stopped" | null = null;

  constructor(options: ExploreOptions<any>) {
    const plan = planOf(options);
    this.#plan = plan;
    this.#options = options;
    const names = Object.keys(plan.nodes);
    const mayCrash = (name: string): boolean =>
      (typeof plan.crashes === "number" ? plan.crashes : (plan.crashes[name] ?? 0)) > 0;
    this.#remembers = plan.properties.some(({ observe }) => observe !== undefined);
    this.#cluster = new Cluster(plan.nodes, mayCrash, this.#remembers);
    this.#size = names.length;
    this.#decisionsAt = names.length;
    this.#memoryAt = names.length + 1;
    this.#clientInputs = plan.clients.map((client, sequence) =>
      client.map(({ node, request }, position) =>
        this.#cluster.happening({
          kind: "request",
          node: names.indexOf(node),
          call: callOf(sequence, position),
          request,
        }),
      ),
    );
    this.#clientCounters = plan.clients.map((client) => this.#counter(client.length)!);
    this.#timerCounters = this.#countersOf(plan.timers, names);
    this.#crashCounters = this.#countersOf(plan.crashes, names);
    this.#duplicateCounter = this.#counter(plan.duplicates);
    this.#staysInFlight = plan.duplicates === Infinity;
    this.#head = this.#counters.reduce((head, { word }) => Math.max(head, word + 1), this.#memoryAt + 1);
    this.#used = new Int32Array(this.#counters.length);
    this.#sight = new Int32Array(this.#size + 2);
    this.#memory(plan.properties.map(({ memory }) => memory));
    this.#unreached = new Map(Object.entries(plan.reach));
    const tables = {
      decisions: (list: number): unknown => this.#decisionLists[list],
      numberOfDecisions: (decisions: unknown): number => this.#decisionList(decisions as readonly Decision[]),
      memory: (memory: number): unknown => this.#memories[memory],
      numberOfMemory: (memory: unknown): number => this.#memory(memory as readonly unknown[]),
    };
    const layout = { decisionsAt: this.#decisionsAt, memoryAt: this.#memoryAt, head: this.#head };
    this.#symmetry = plan.symmetric.length > 0 ? new Symmetry(plan.symmetric, this.#cluster, tables, layout) : null;
  }

  verdict(): Verdict {
    this.#first();
    if (this.#plan.order === "breadth") this.#breadthFirst();
    else this.#depthFirst();
    if (!this.#found && !this.#limit && Object.keys(this.#plan.eventually).length > 0) this.#lookAhead();
    return this.#report();
  }

  /** Every world has been found: now see whether what must come true does on every way from each. */
  #lookAhead(): void {
    const size = this.#worlds.size;
    const starts = new Uint32Array(size + 1);
    this.#ways = { targets: new Column(), ordinals: new Column(), count: 0 };
    for (let index = 0; index < size; index++) {
      starts[index] = this.#ways.count;
      this.#expand(index);
      if (index % 4096 === 4095) checkInterrupt();
    }
    const { targets, ordinals, count } = this.#ways;
    this.#ways = null;
    starts[size] = count;
    const graph = { starts, targets: targets.first(count) };
    for (const [name, predicate] of Object.entries(this.#plan.eventually)) {
      const goals = new Map<number, boolean>();
      const isGoal = (world: number): boolean => {
        this.#worlds.read(world, this.#to);
        const sight = this.#look(this.#to);
        let isThere = goals.get(sight);
        if (isThere === undefined) {
          isThere = predicate(this.#world(this.#to, null));
          this.#symmetry?.checkWorld(`eventually.${name}`, isThere, (renaming) =>
            predicate(this.#world(this.#to, renaming)),
          );
          goals.set(sight, isThere);
        }
        return isThere;
      };
      const result = inevitability(graph, isGoal, (world) => this.#isCutOff(world));
      switch (result.kind) {
        case "always":
          this.#inevitable[name] = { within: result.within, cutOff: result.cutOff };
          break;
        case "stuck":
          this.#found = {
            property: name,
            problem: "nothing is left to do, and it has not come true",
            world: result.world,
            last: -1,
          };
          return;
        case "round": {
          const { worlds } = result;
          const begin = worlds.indexOf(worlds.at(-1)!);
          const problem = `${worlds.length - 1 - begin} actions can go round for ever, and it never comes true`;
          this.#found = { property: name, problem, world: worlds[0]!, last: -1 };
          this.#round = worlds.slice(0, -1).map((world, i) => {
            const way = graph.targets.subarray(starts[world]!, starts[world + 1]!).indexOf(worlds[i + 1]!);
            return [world, ordinals.get(starts[world]! + way)] as const;
          });
          return;
        }
      }
    }
  }

  /** Whether only the bound on timers keeps something from happening in this world. */
  #isCutOff(world: number): boolean {
    this.#load(world);
    return Array.from({ length: this.#size }, (_, node) => node).some(
      (node) => this.#cluster.locals[this.#from[node]!]!.timers.length > 0 && !this.#isLeft(this.#timerCounters[node]!),
    );
  }

  #breadthFirst(): void {
    let layerEnd = this.#worlds.size;
    for (let index = 0; index < this.#worlds.size && !this.#isOver(); index++) {
      if (index === layerEnd) {
        this.#depth++;
        layerEnd = this.#worlds.size;
      }
      if (index % 4096 === 4095) this.#tell(this.#worlds.size - index);
      if (this.#depth < this.#plan.maxDepth) this.#expand(index);
      else if (this.#canGoOn(index)) this.#limit = "maxDepth";
    }
  }

  #depthFirst(): void {
    const stack = [0];
    const depths = [0];
    for (let turn = 1; stack.length > 0 && !this.#isOver(); turn++) {
      const index = stack.pop()!;
      this.#depth = depths.pop()!;
      if (turn % 4096 === 0) this.#tell(stack.length + 1);
      const known = this.#worlds.size;
      if (this.#depth < this.#plan.maxDepth) this.#expand(index);
      else if (this.#canGoOn(index)) this.#limit = "maxDepth";
      for (let fresh = this.#worlds.size - 1; fresh >= known; fresh--) {
        stack.push(fresh);
        depths.push(this.#depth + 1);
      }
    }
  }

  #isOver(): boolean {
    return this.#found !== null || this.#limit === "maxWorlds" || this.#limit === "stopped";
  }

  #tell(waiting: number): void {
    checkInterrupt();
    const { progress } = this.#plan;
    if (!progress) return;
    const go = progress({ worlds: this.#worlds.size, waiting, transitions: this.#transitions, depth: this.#depth });
    if (go === false) this.#limit = "stopped";
  }

  /** The first world: every node has booted, one after the other. */
  #first(): void {
    const vector = this.#to;
    vector.fill(0, 0, this.#head);
    let length = this.#head;
    for (let node = 0; node < this.#size; node++) {
      const outcome = this.#cluster.first(node);
      if (outcome.error !== null) throw new Error(`at boot, ${outcome.error}`);
      vector[node] = outcome.next;
      const number = this.#cluster.outcomes.push(outcome) - 1;
      vector[this.#decisionsAt] = this.#decide(vector[this.#decisionsAt]!, number);
      if (this.#remembers) vector[this.#memoryAt] = this.#remember(vector[this.#memoryAt]!, number);
      for (const message of outcome.sends) {
        if (length === vector.length) throw new RangeError("more than 4,000 messages are in flight in the first world");
        vector[length++] = message;
      }
    }
    let messages: ArrayLike<number> = vector.subarray(this.#head, length).sort();
    if (this.#staysInFlight) messages = [...new Set(Array.from(messages))];
    for (let i = 0; i < messages.length; i++) vector[this.#head + i] = messages[i]!;
    this.#symmetry?.checkFirst(vector, this.#head + messages.length);
    this.#symmetry?.reduce(vector, this.#head + messages.length);
    this.#worlds.add(vector, this.#head + messages.length);
    this.#judge(0, vector);
  }

  /** Whether any action is possible in a world. */
  #canGoOn(index: number): boolean {
    this.#wanted = Number.MAX_SAFE_INTEGER;
    this.#expand(index);
    this.#wanted = -1;
    return this.#ordinal >= 0;
  }

  /** Take every action that is possible in a world, always in the same order. */
  #expand(index: number): void {
    const cluster = this.#cluster;
    const { locals } = cluster;
    const length = this.#load(index);
    const from = this.#from;
    this.#ordinal = -1;

    for (let client = 0; client < this.#clientInputs.length; client++) {
      const counter = this.#clientCounters[client]!;
      const happening = this.#clientInputs[client]![this.#used[counter]!];
      if (happening === undefined) continue;
      const { node } = cluster.happenings[happening]!;
      if (locals[from[node]!]!.self !== null) this.#step("request", node, happening, -1, counter, false);
    }

    for (let at = this.#head; at < length; at++) {
      const happening = from[at]!;
      if (at > this.#head && happening === from[at - 1]) continue;
      const { node } = cluster.happenings[happening]!;
      if (locals[from[node]!]!.self === null) continue;
      if (this.#plan.reduce && this.#isWithoutEffect(node, happening)) continue;
      this.#step("deliver", node, happening, this.#staysInFlight ? -1 : at, null, false);
      if (!this.#staysInFlight && this.#isLeft(this.#duplicateCounter)) {
        this.#step("deliver", node, happening, -1, this.#duplicateCounter, true);
      }
    }

    for (let node = 0; node < this.#size; node++) {
      const local = locals[from[node]!]!;
      if (local.timers.length === 0 || !this.#isLeft(this.#timerCounters[node]!)) continue;
      for (const happening of local.timers) this.#step("timer", node, happening, -1, this.#timerCounters[node]!, false);
    }

    for (let node = 0; node < this.#size; node++) {
      const local = from[node]!;
      if (locals[local]!.self === null) {
        if (this.#plan.restarts) this.#step("restart", node, node, -1, null, false);
      } else if (this.#isLeft(this.#crashCounters[node]!)) {
        for (const outcome of cluster.crashes(local)) {
          this.#take("crash", node, outcome, -1, -1, null, this.#crashCounters[node]!, false);
        }
      }
    }
  }

  /** Make a world the one from which actions are taken; returns the length of its vector. */
  #load(index: number): number {
    while (this.#worlds.lengthOf(index) + 1024 > this.#from.length) {
      this.#from = new Int32Array(2 * this.#from.length);
      this.#to = new Int32Array(this.#from.length);
    }
    const length = this.#worlds.read(index, this.#from);
    this.#length = length;
    this.#index = index;
    for (let i = 0; i < this.#counters.length; i++) {
      const { word, unit, bound } = this.#counters[i]!;
      this.#used[i] = Math.floor(this.#from[word]! / unit) % (bound + 1);
    }
    return length;
  }

  /** Whether the message would change nothing but that it is gone. */
  #isWithoutEffect(node: number, happening: number): boolean {
    const local = this.#from[node]!;
    const number = this.#cluster.outcome(local, happening);
    const { next, sends, decisions, error } = this.#cluster.outcomes[number]!;
    if (next !== local || sends.length > 0 || decisions.length > 0 || error !== null) return false;
    return !this.#remembers || this.#remember(this.#from[this.#memoryAt]!, number) === this.#from[this.#memoryAt];
  }

  /** One input to one node: with its outcome, and with the crashes that may cut it short. */
  #step(
    kind: Action["kind"],
    node: number,
    happening: number,
    gone: number,
    counter: number | null,
    again: boolean,
  ): void {
    const number = this.#cluster.outcome(this.#from[node]!, happening);
    this.#symmetry?.checkStep(this.#from[node]!, happening, this.#cluster.outcomes[number]!);
    this.#take(kind, node, number, happening, gone, counter, null, again);
    const { cuts } = this.#cluster.outcomes[number]!;
    if (cuts.length === 0) return;
    const crash = this.#crashCounters[node]!;
    if (!this.#isLeft(crash)) return;
    for (const cut of cuts) this.#take(kind, node, cut, happening, gone, counter, crash, again);
  }

  /** Whether a bound has something left. Number -1 is the counter of what has no bound, null of what may never be. */
  #isLeft(counter: number | null): boolean {
    return counter !== null && (counter === UNBOUNDED || this.#used[counter]! < this.#counters[counter]!.bound);
  }

  #take(
    kind: Action["kind"],
    node: number,
    number: number,
    happening: number,
    gone: number,
    counter: number | null,
    crash: number | null,
    again: boolean,
  ): void {
    this.#ordinal++;
    if (this.#wanted >= 0) {
      if (this.#ordinal !== this.#wanted) return;
      this.#taken = { kind, node, outcome: number, happening, again };
      if (!this.#symmetry || this.#cluster.outcomes[number]!.error !== null) return;
    } else if (this.#ways) {
      if (kind === "crash" || crash !== null || again) return;
    } else {
      if (this.#isOver()) return;
      this.#transitions++;
    }
    const outcome = this.#cluster.outcomes[number]!;
    if (outcome.error !== null) {
      this.#found = { property: NO_RULE_THROWS, problem: outcome.error, world: this.#index, last: this.#ordinal };
      return;
    }
    const from = this.#from;
    const to = this.#to;
    const head = this.#head;
    for (let i = 0; i < head; i++) to[i] = from[i]!;
    to[node] = outcome.next;
    if (outcome.decisions.length > 0) to[this.#decisionsAt] = this.#decide(from[this.#decisionsAt]!, number);
    if (this.#remembers) to[this.#memoryAt] = this.#remember(from[this.#memoryAt]!, number);
    if (counter !== null && counter !== UNBOUNDED) to[this.#counters[counter]!.word]! += this.#counters[counter]!.unit;
    if (crash !== null && crash !== UNBOUNDED) to[this.#counters[crash]!.word]! += this.#counters[crash]!.unit;
    const length = this.#merge(gone, outcome.sends);
    const { viewOf } = this.#cluster;
    const isSeen =
      viewOf[from[node]!] !== viewOf[outcome.next] ||
      from[this.#decisionsAt] !== to[this.#decisionsAt] ||
      from[this.#memoryAt] !== to[this.#memoryAt];
    if (this.#symmetry) this.#renaming = this.#symmetry.reduce(to, length);
    if (this.#wanted >= 0) return;
    if (this.#ways) {
      this.#ways.targets.set(this.#ways.count, this.#worlds.add(to, length));
      this.#ways.ordinals.set(this.#ways.count++, this.#ordinal);
      return;
    }

    const known = this.#worlds.size;
    const index = this.#worlds.add(to, length);
    if (index < known) return;
    if (index >= this.#plan.maxWorlds) {
      this.#limit = "maxWorlds";
      return;
    }
    this.#parents.set(index, this.#index);
    this.#ordinals.set(index, this.#ordinal);
    if (this.#depth + 1 > this.#deepest) this.#deepest = this.#depth + 1;
    if (isSeen) this.#judge(index, to);
  }

  /** The messages in flight afterwards, ascending, behind the head; returns the length of the whole. */
  #merge(gone: number, sends: readonly number[]): number {
    const from = this.#from;
    const to = this.#to;
    let length = this.#head;
    let next = 0;
    for (let i = this.#head; i < this.#length; i++) {
      if (i === gone) continue;
      const message = from[i]!;
      while (next < sends.length && sends[next]! <= message) {
        if (!this.#staysInFlight || (sends[next] !== message && sends[next] !== sends[next - 1]))
          to[length++] = sends[next]!;
        next++;
      }
      to[length++] = message;
    }
    for (; next < sends.length; next++) {
      if (!this.#staysInFlight || sends[next] !== sends[next - 1]) to[length++] = sends[next]!;
    }
    return length;
  }

  #decide(list: number, outcome: number): number {
    const { decisions } = this.#cluster.outcomes[outcome]!;
    if (decisions.length === 0) return list;
    const known = this.#decisionSteps.get(list, outcome);
    if (known >= 0) return known;
    const number = this.#decisionList([...this.#decisionLists[list]!, ...decisions]);
    this.#decisionSteps.set(list, outcome, number);
    return number;
  }

  #decisionList(decisions: readonly Decision[]): number {
    const text = canonical(decisions);
    const number = this.#decisionNumbers.get(text) ?? this.#decisionLists.push(deepFreeze(decisions)) - 1;
    this.#decisionNumbers.set(text, number);
    return number;
  }

  #remember(memory: number, outcome: number): number {
    const known = this.#memorySteps.get(memory, outcome);
    if (known >= 0) return known;
    const memories = [...this.#memories[memory]!];
    for (const [i, property] of this.#plan.properties.entries()) {
      if (!property.observe) continue;
      for (const happened of this.#cluster.outcomes[outcome]!.observations) {
        memories[i] = property.observe(memories[i], happened);
      }
    }
    const number = this.#memory(memories);
    this.#memorySteps.set(memory, outcome, number);
    return number;
  }

  #memory(memories: readonly unknown[]): number {
    const text = canonical(memories);
    const number = this.#memoryNumbers.get(text) ?? this.#memories.push(deepFreeze(memories)) - 1;
    this.#memoryNumbers.set(text, number);
    return number;
  }

  /** Ask the properties about a new world, unless they have seen one that looks the same to them. */
  #judge(index: number, vector: Int32Array): void {
    const known = this.#sights.size;
    if (this.#look(vector) < known) return;

    const world = this.#world(vector, null);
    for (const [name, predicate] of this.#unreached) {
      const isThere = predicate(world);
      this.#symmetry?.checkWorld(`reach.${name}`, isThere, (renaming) => predicate(this.#world(vector, renaming)));
      if (!isThere) continue;
      this.#reached.set(name, index);
      this.#unreached.delete(name);
    }
    const memories = this.#memories[vector[this.#memoryAt]!]!;
    for (const [i, { name, check }] of this.#plan.properties.entries()) {
      const problem = check(world, memories[i]);
      this.#symmetry?.checkWorld(
        `the property "${name}"`,
        problem === null,
        (renaming) => check(this.#world(vector, renaming), renamed(memories[i], renaming.names)) === null,
      );
      if (problem === null) continue;
      this.#found = { property: name, problem, world: index, last: -1 };
      return;
    }
  }

  /** The number of what properties see of a world. */
  #look(vector: Int32Array): number {
    const { viewOf } = this.#cluster;
    const sight = this.#sight;
    for (let node = 0; node < this.#size; node++) sight[node] = viewOf[vector[node]!]!;
    sight[this.#size] = vector[this.#decisionsAt]!;
    sight[this.#size + 1] = vector[this.#memoryAt]!;
    return this.#sights.add(sight, this.#size + 2);
  }

  /** A world as properties see it, perhaps with its nodes renamed. */
  #world(vector: Int32Array, renaming: Renaming | null): World {
    const { views } = this.#cluster;
    const nodes: NodeView[] = [];
    for (let node = 0; node < this.#size; node++) {
      const local = vector[renaming ? renaming.back[node]! : node]!;
      nodes.push(views[renaming ? this.#symmetry!.local(local, renaming) : local]!);
    }
    const decisions = this.#decisionLists[vector[this.#decisionsAt]!]!;
    return { nodes, decisions: renaming ? renamed(decisions, renaming.names) : decisions };
  }

  #report(): Verdict {
    const worlds = Math.min(this.#worlds.size, this.#plan.maxWorlds);
    const reached: Record<string, readonly Action[] | null> = {};
    for (const name of Object.keys(this.#plan.reach)) {
      const index = this.#reached.get(name);
      reached[name] = index === undefined ? null : this.#schedule(index, -1);
    }
    const explored = {
      worlds,
      transitions: this.#transitions,
      depth: this.#deepest,
      bytes: this.#worlds.bytes + this.#parents.bytes + this.#ordinals.bytes,
      reached,
      inevitable: this.#inevitable,
    };
    const upTo = this.#symmetry
      ? ` up to the names of ${this.#plan.symmetric.map((group) => group.join(", ")).join("; ")}`
      : "";
    const counts = `${grouped(worlds)} worlds${upTo}, ${grouped(this.#transitions)} transitions, at most ${this.#deepest} actions deep`;
    if (this.#found) {
      const { property, problem, world, last } = this.#found;
      const schedule = this.#schedule(world, last, this.#round);
      const trace = replay(this.#options, schedule);
      const at = schedule.length;
      if (property in this.#plan.eventually) trace.push({ kind: "violation", at, step: at, property, problem });
      if (!trace.some((event) => event.kind === "violation" && event.property === property)) {
        throw new Error(
          `the schedule to "${problem}" does not replay: a rule or property must rest on something outside its state and input, or on the order of a map or set`,
        );
      }
      const summary = `Violated after ${schedule.length} actions: ${property}: ${problem} (${counts})`;
      return { kind: "violated", ...explored, property, problem, schedule, trace, summary };
    }
    const missed = Object.keys(reached).filter((name) => reached[name] === null);
    const vacuous = missed.length > 0 ? ` Never reached: ${missed.join(", ")}.` : "";
    if (this.#limit) {
      const why = {
        maxWorlds: `stopped at the limit maxWorlds of ${grouped(this.#plan.maxWorlds)}`,
        maxDepth: `looked no further than the limit maxDepth of ${this.#plan.maxDepth}`,
        stopped: "stopped on request",
      }[this.#limit];
      const summary = `Unfinished: ${why}. No violation so far, which is no proof (${counts}).${vacuous}`;
      return { kind: "unfinished", ...explored, limit: this.#limit, summary };
    }
    const comes = Object.entries(this.#inevitable).map(([name, { within, cutOff }]) => {
      const but = cutOff > 0 ? `, but for ${grouped(cutOff)} worlds where only the bound on timers stops the run` : "";
      return ` Comes true within ${within} steps once faults stop: ${name}${but}.`;
    });
    return {
      kind: "holds",
      ...explored,
      summary: `Holds in every world within the bounds (${counts}).${comes.join("")}${vacuous}`,
    };
  }

  /** The actions that lead to a world; then, unless it is -1, the one with the number `last`; then the round. */
  #schedule(index: number, last: number, round: readonly (readonly [world: number, ordinal: number])[] = []): Action[] {
    const steps: (readonly [world: number, ordinal: number])[] = last >= 0 ? [[index, last]] : [];
    for (let at = index; at > 0; at = this.#parents.get(at))
      steps.push([this.#parents.get(at), this.#ordinals.get(at)]);
    const actions: Action[] = [];
    // How the nodes of the world kept at this point are called in the run that is being told.
    let names = new Map<string, string>(this.#cluster.names.map((name) => [name, name]));
    for (const [world, ordinal] of [...steps.reverse(), ...round]) {
      const action = this.#action(world, ordinal);
      actions.push(this.#symmetry ? renamed(action, names) : action);
      if (!this.#symmetry) continue;
      const before = names;
      const { back } = this.#renaming!;
      names = new Map(this.#cluster.names.map((name, node) => [name, before.get(this.#cluster.names[back[node]!]!)!]));
    }
    return actions;
  }

  #action(index: number, ordinal: number): Action {
    this.#wanted = ordinal;
    this.#expand(index);
    this.#wanted = -1;
    const { kind, node, outcome, happening, again } = this.#taken!;
    const { names, happenings, outcomes } = this.#cluster;
    const { dies, kept } = outcomes[outcome]!;
    const id = names[node]!;
    const cut = dies ? { dies } : {};
    const what = happenings[happening];
    if (kind === "crash") return { kind, node: id, kept };
    if (kind === "restart") return { kind, node: id, ...cut };
    if (what?.kind === "request") return { kind: "request", node: id, call: what.call, request: what.request, ...cut };
    if (what?.kind === "timer") return { kind: "timer", node: id, timer: what.timer, ...cut };
    if (what?.kind !== "message") throw new Error(`an action without an input: ${kind}`);
    return {
      kind: "deliver",
      from: names[what.from]!,
      to: id,
      message: what.message,
      ...(again ? { again } : {}),
      ...cut,
    };
  }

  #countersOf(bound: number | Readonly<Record<string, number>>, names: readonly string[]): readonly (number | null)[] {
    if (typeof bound === "number") {
      const counter = this.#counter(bound);
      return names.map(() => counter);
    }
    return names.map((name) => this.#counter(bound[name] ?? 0));
  }

  /** Make room for a count up to the bound; several share a word of the vector, as digits do. */
  #counter(bound: number): number | null {
    if (bound === 0) return null;
    if (bound === Infinity) return UNBOUNDED;
    const last = this.#counters.at(-1);
    const unit = last ? last.unit * (last.bound + 1) : 1;
    const fits = last !== undefined && unit * (bound + 1) < 2 ** 30;
    const word = last ? (fits ? last.word : last.word + 1) : this.#memoryAt + 1;
    return this.#counters.push({ word, unit: fits ? unit : 1, bound }) - 1;
  }
}

const UNBOUNDED = -1;

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
