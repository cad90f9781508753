import { checkInterrupt } from "../core/interrupt.js";
import { show as shown } from "../core/parameters.js";
import { stream, type Stream } from "../core/random.js";
import { explore } from "../check/explore.js";
import { scheduleText } from "../check/action.js";
import { searchSeeds, type SeedOptions } from "../check/seeds.js";
import type { ExploreOptions } from "../check/options.js";
import type { Run, SimulateOptions } from "../sim/simulate.js";
import { simulate } from "../sim/simulate.js";
import type { Nodes } from "../sim/options.js";
import type { TraceEvent } from "../trace/event.js";

/** One way in which an answer is tried. An exercise has several, the cheapest and most telling first. */
export interface Trial<A> {
  /** What is tried, in words: "every world of two rivals". */
  readonly name: string;
  /** Try the answer; what is drawn takes its seeds from `firstSeed` on (default 1). What its code throws is taken for a finding by the exercise. */
  run(answer: A, firstSeed?: number): Seen | Finding;
}

/** Nothing wrong was found, and this was looked at: "412 worlds". */
export interface Seen {
  readonly kind: "seen";
  readonly what: string;
}

/** What went wrong in a trial. */
export interface Finding {
  readonly kind: "wrong";
  /** What is wrong, in a sentence. */
  readonly problem: string;
  /** What to look at in the run. */
  readonly look: string;
  /** The seed that shows it, or null where no chance was involved. */
  readonly seed: number | null;
  /** The shortest run that shows it; empty where no run is needed. */
  readonly trace: readonly TraceEvent[];
  /** The schedule of that run as text, or null. */
  readonly schedule: string | null;
  /** When it shows, in virtual ms, where only a judge of the whole history finds it; a property that breaks says so itself. */
  readonly shownAt?: number;
}

/** What to look at: the same for every finding, or by the name of the property that does not hold. */
export type Look = string | { readonly [property: string]: string; readonly else: string };

/** Try the answer. What the answer throws is a finding, unless it is the Stop button that ends it. */
export function tried<A>(trial: Trial<A>, answer: A, firstSeed: number = 1): Seen | Finding {
  try {
    return trial.run(answer, firstSeed);
  } catch (error) {
    checkInterrupt();
    const said = error instanceof Error ? `${error.name}: ${error.message}` : shown(error);
    return { kind: "wrong", problem: `your code stopped with ${said}`, look: "The name and the message of the error say what it met; print what you get before that.", seed: null, trace: [], schedule: null };
  }
}

/** Try the answer in every world of a small cluster (`explore`), so that a finding is a shortest schedule. */
export function everyWorld<A>(name: string, about: { readonly options: (answer: A) => ExploreOptions<Nodes>; readonly look: Look }): Trial<A> {
  return {
    name,
    run(answer) {
      const options = about.options(answer);
      const verdict = explore({ maxWorlds: 40_000, ...options });
      switch (verdict.kind) {
        case "violated":
          return {
            kind: "wrong", problem: problemOf(verdict.property, verdict.problem, options), look: lookAt(about.look, verdict.property), seed: null,
            trace: verdict.trace, schedule: scheduleText(verdict.schedule),
          };
        case "unfinished":
          return wrong({
            problem: `the search was stopped after ${count(verdict.worlds, "world")}, which a sound answer does not need`,
            look: "Does your code send more than one answer for each message, or count something that grows for ever?",
          });
        case "holds": {
          const never = Object.entries(verdict.reached).find(([, schedule]) => schedule === null);
          if (never) return wrong({ problem: `in none of ${count(verdict.worlds, "world")} it comes to this: ${never[0]}`, look: lookAt(about.look, never[0]) });
          return { kind: "seen", what: count(verdict.worlds, "world") };
        }
      }
    },
  };
}

/** Try the answer in one run of the simulator. */
export function oneRun<A>(
  name: string,
  about: {
    readonly options: (answer: A) => SimulateOptions<Nodes>;
    /** What must be true of the whole run: null, or what is wrong. */
    readonly atEnd?: (run: Run<Nodes>) => string | null;
    readonly look: Look;
  },
): Trial<A> {
  return {
    name,
    run(answer) {
      const run = simulate(about.options(answer));
      const { violation } = run;
      const problem = violation?.problem ?? about.atEnd?.(run) ?? null;
      if (problem === null) return { kind: "seen", what: "1 run" };
      return wrong({ problem, look: lookAt(about.look, violation?.property ?? "else"), trace: run.trace });
    },
  };
}

/** Try the answer in many runs of the simulator, and shrink the first one that goes wrong. */
export function manySeeds<A>(
  name: string,
  about: {
    /** How many. */
    readonly seeds: number;
    readonly options: (answer: A) => SeedOptions;
    readonly atEnd?: (run: Run<Nodes>) => string | null;
    readonly look: Look;
  },
): Trial<A> {
  return {
    name,
    run(answer, firstSeed = 1) {
      const seeds = Array.from({ length: about.seeds }, (_, i) => firstSeed + i);
      const search = { seeds, run: () => about.options(answer), ...(about.atEnd ? { atEnd: about.atEnd } : {}) };
      const verdict = searchSeeds(search);
      if (verdict.kind !== "failed") return { kind: "seen", what: count(verdict.runs, "run") };
      const { shrunk, seed } = verdict;
      return {
        kind: "wrong", problem: shrunk.problem, look: lookAt(about.look, shrunk.property), seed, trace: shrunk.trace,
        schedule: shrunk.schedule === null ? null : scheduleText(shrunk.schedule),
      };
    },
  };
}

/** Ask a function for its answer in many cases drawn from a seed, and hold each against what is true. */
export function manyCases<A, C>(
  name: string,
  about: {
    readonly cases: number;
    /** One case. */
    readonly draw: (chance: Stream) => C;
    /** Null, or what is wrong with the answer in this case. */
    readonly judge: (answer: A, drawn: C) => string | null;
    readonly look: string;
  },
): Trial<A> {
  return {
    name,
    run(answer, firstSeed = 1) {
      for (let seed = firstSeed; seed < firstSeed + about.cases; seed++) {
        checkInterrupt();
        const problem = about.judge(answer, about.draw(stream(seed, name)));
        if (problem !== null) return { ...wrong({ problem, look: about.look }), seed };
      }
      return { kind: "seen", what: count(about.cases, "case") };
    },
  };
}

/** A finding; what is not said about it is not there. */
export function wrong({ problem, look, trace = [] }: { readonly problem: string; readonly look: string; readonly trace?: readonly TraceEvent[] }): Finding {
  return { kind: "wrong", problem, look, seed: null, trace, schedule: null };
}

/** What does not come true in the end says only by its name what it is. */
function problemOf(property: string, problem: string, { eventually = {} }: ExploreOptions<Nodes>): string {
  return Object.hasOwn(eventually, property) ? `not so: ${property}; ${problem}` : problem;
}

function lookAt(look: Look, property: string): string {
  return typeof look === "string" ? look : (look[property] ?? look.else);
}

/** A number with its noun: "1 world", "12,345 worlds". */
export function count(n: number, noun: string): string {
  return `${String(n).replace(/\B(?=(\d{3})+$)/g, ",")} ${noun}${n === 1 ? "" : "s"}`;
}
