import type { NodeView, Property } from "../core/property.js";
import type { NodeId, Tagged } from "../core/role.js";
import { decisionLatencies } from "../measure/latency.js";
import type { ScriptedFault } from "../sim/faults.js";
import type { Run, SimulateOptions } from "../sim/simulate.js";
import type { TraceEvent } from "../trace/event.js";
import { choice, number, type ChoiceKnob, type Knob, type Settings } from "./knob.js";

/** What a protocol brings to a run; network, faults and seed come from the knobs that all have in common. */
export type Cluster = Pick<SimulateOptions<any, any>, "nodes" | "clients" | "properties" | "disk"> & {
  readonly requests?: readonly { readonly at: number; readonly node: NodeId; readonly request: Tagged }[];
  /** What goes wrong whatever the knobs say that all have in common: clocks that are wrong from the first, or crashes that have knobs of their own. */
  readonly faults?: readonly ScriptedFault[];
  /** The nodes that faults strike, in order; others only lose their links. */
  readonly servers: readonly NodeId[];
  /** Whether a node leads at the moment, where somebody does. */
  readonly leads?: (node: NodeView) => boolean;
  /** What the player shows of the states (default: all), where a role has more than one looks at. */
  readonly fields?: readonly string[];
  /** Whether each link delivers in the order of sending, as TCP does. By default, messages overtake each other. */
  readonly fifo?: boolean;
  /** What somebody waits for, where it is neither a client's operation nor a decision after the first request. */
  readonly waits?: (trace: readonly TraceEvent[]) => Waits;
  /** What else is to be said of a run, in sentences. */
  readonly tells?: (run: Run<any>) => readonly string[];
};

/** What somebody waits for, and how long each of these took. */
export interface Waits {
  /** One of them, in a word: "operation". */
  readonly what: string;
  /** From when to when: "from the first call to the answer". */
  readonly label: string;
  /** In virtual ms. */
  readonly rows: readonly { readonly ms: number }[];
}

/** Decisions, where they are what is waited for although there are requests that nobody answers. */
export function decisions(trace: readonly TraceEvent[]): Waits {
  return { what: "decision", label: "from the first request to the decision", rows: decisionLatencies(trace) };
}

/** What can fail in a run. */
const troubles = {
  crash: "a node crashes, and comes back",
  stop: "a node crashes for good",
  pause: "a node stands still for a while",
  isolate: "a node is cut off",
  partition: "the network falls into two halves",
  random: "nodes crash and links fall, at random",
} as const;

/** One of the things that can fail. */
export type Trouble = keyof typeof troubles;

/** One protocol of the playground. */
export interface Protocol {
  /** Its name in an address: "raft". */
  readonly name: string;
  readonly title: string;
  /** What happens in a run of it, in a sentence. */
  readonly about: string;
  /** The chapter that is about it: "3.1.2-raft". */
  readonly chapter: string;
  /** What it alone has. */
  readonly knobs: readonly Knob[];
  /** How long a run lasts unless it comes to rest before, in virtual ms. */
  readonly until: number;
  /**
   * When things fail unless the reader says otherwise, and for how long: while something is under way. Virtual ms. And what fails at
   * first: by default nothing.
   */
  readonly fails: { readonly at: number; readonly for: number; readonly first?: Trouble };
  /** What the protocol is made for, where that is not everything: links that lose nothing, or nodes that fail in some ways only. */
  readonly assumes?: { readonly lossless?: true; readonly fails?: readonly Trouble[] };
  /** What there is to run, once all knobs are within their ranges. */
  cluster(settings: Settings): Cluster;
}

/** What a protocol meets: what all meet, but for that which it assumes not to happen. Times are in virtual ms. */
export function surroundings({ until, fails, assumes = {} }: Pick<Protocol, "until" | "fails" | "assumes">): readonly Knob[] {
  const failures = assumes.fails ?? (Object.keys(troubles) as Trouble[]);
  return [
    number("quickest", "quickest message", { unit: "ms", min: 0, max: 500, value: 5 }),
    number("slowest", "slowest message", { unit: "ms", min: 0, max: 1_000, value: 15 }),
    ...(assumes.lossless === true ? [] : [
      number("loss", "messages lost", { unit: "%", min: 0, max: 80, value: 0 }),
      number("duplication", "messages doubled", { unit: "%", min: 0, max: 80, value: 0 }),
    ]),
    ...(failures.length === 0 ? [] : [
      { ...choice("fault", "what fails", { none: "nothing", ...Object.fromEntries(failures.map((one) => [one, troubles[one]])) }), value: fails.first ?? "none" },
      choice("victim", "which node", { leading: "whoever leads", first: "the first", second: "the second", last: "the last" }),
      number("at", "when it fails", { unit: "ms", min: 0, max: 10_000, value: fails.at }),
      number("for", "for how long", { unit: "ms", min: 1, max: 10_000, value: fails.for }),
    ]),
    number("until", "the run lasts at most", { unit: "ms", min: 10, max: 20_000, value: until }),
    number("seed", "seed of all chance", { min: 0, max: 999_999, value: 1 }),
  ];
}

/** n1, n2 and so on. */
export function numbered(letter: string, count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i + 1}` as NodeId);
}

/** The same role for each of these nodes. */
export function all<Role>(nodes: readonly NodeId[], role: Role): Record<string, Role> {
  return Object.fromEntries(nodes.map((node) => [node, role]));
}

/** Rules of a protocol that can be broken, by their names in an address: what is broken, in words, and what stands in for the sound part. */
export type BrokenRules<Parts> = Readonly<Record<string, { readonly label: string } & Parts>>;

/** The knob that breaks one of these rules; at first, none. */
export function brokenKnob(rules: BrokenRules<unknown>): ChoiceKnob {
  return choice("broken", "what is broken", { none: "nothing", ...Object.fromEntries(Object.entries(rules).map(([name, { label }]) => [name, label])) });
}

/** What stands in for sound parts where the knob says so. */
export function brokenParts<Parts>(rules: BrokenRules<Parts>, { broken }: Settings): Partial<Parts> {
  return rules[String(broken)] ?? {};
}

/**
 * A property that stops looking after so many answers. What is judged anew with every answer takes a time in proportion to their
 * square, and a learner may ask for a run with thousands of them.
 */
export function firstAnswers<Memory>(property: Property<Memory>, most = 200): Property<{ readonly answers: number; readonly memory: Memory }> {
  return {
    name: property.name,
    memory: { answers: 0, memory: property.memory as Memory },
    observe({ answers, memory }, happened) {
      if (answers >= most) return { answers, memory };
      return { answers: answers + (happened.kind === "reply" ? 1 : 0), memory: property.observe?.(memory, happened) ?? memory };
    },
    check: (world, { memory }) => property.check(world, memory),
  };
}
