import { finite, show } from "../core/parameters.js";
import { stream, type Seed, type Stream } from "../core/random.js";

/** What a swarm may draw for one knob: a number from a range, or one of a list. */
export type Knob = readonly [min: number, max: number] | { readonly oneOf: readonly unknown[] };

/** One seed's mix: about half of the knobs, each with its value. The others are left alone. */
export type Mix<Knobs> = {
  readonly [K in keyof Knobs]?: Knobs[K] extends { readonly oneOf: readonly (infer V)[] } ? V : number;
};

/**
 * Draw for a seed which kinds of trouble there are, and how much of each. Every knob is left out in half of the
 * seeds, because a run with all faults at once hides what two of them would do alone (Groce and others, "Swarm
 * Testing", 2012). One seed in eight has no trouble at all. Each knob draws from its own stream, so that adding
 * one changes nothing for the others.
 *
 *     const mix = swarm(seed, { loss: [0, 0.3], crashes: [1, 20], latency: { oneOf: [5, [1, 100]] } });
 *     simulate({ seed, network: { loss: mix.loss ?? 0 }, ... });
 *
 * @throws RangeError or TypeError for a knob that is neither a range [min, max] nor a list to choose from
 */
export function swarm<const Knobs extends Readonly<Record<string, Knob>>>(seed: Seed, knobs: Knobs): Mix<Knobs> {
  const mix: Record<string, unknown> = {};
  const isQuiet = stream(seed, "swarm: quiet").chance(1 / 8);
  for (const [name, knob] of Object.entries(knobs)) {
    const draw = stream(seed, `swarm: ${name}`);
    const isUsed = draw.chance(0.5) && !isQuiet;
    const value = valueOf(name, knob, draw);
    if (isUsed) mix[name] = value;
  }
  return mix as Mix<Knobs>;
}

function valueOf(name: string, knob: Knob, draw: Stream): unknown {
  if (Array.isArray(knob) && knob.length === 2) {
    const [min, max] = knob as readonly [number, number];
    finite(`${name}[0]`, min, { min: -Number.MAX_VALUE });
    finite(`${name}[1]`, max, { min });
    return draw.within([min, max]);
  }
  if (
    typeof knob === "object" &&
    knob !== null &&
    "oneOf" in knob &&
    Array.isArray(knob.oneOf) &&
    knob.oneOf.length > 0
  )
    return draw.pick(knob.oneOf);
  throw new TypeError(`${name} must be a range [min, max] or { oneOf: [...] }, got ${show(knob)}`);
}
