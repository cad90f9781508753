import { finite, oneOf, options, show } from "../core/parameters.js";

/**
 * How long something takes, in virtual ms: a number, a pair [min, max] for the uniform distribution, or a
 * distribution by its name. Each takes exactly one draw, so that another distribution for one kind of
 * message shifts no other message's delay.
 */
export type Latency =
  | number
  | readonly [min: number, max: number]
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  /** `min` plus an exponentially distributed rest; `mean` is the mean of the whole. */
  | { readonly kind: "exponential"; readonly mean: number; readonly min?: number }
  /** `min` plus a rest whose logarithm is normal: half of the rests are below `median`; `sigma` from 0 (none) to 3 (wild). */
  | { readonly kind: "log-normal"; readonly median: number; readonly sigma: number; readonly min?: number }
  /** One of the measured values, each as likely as the others. */
  | { readonly kind: "empirical"; readonly samples: readonly number[] };

/** Turns one draw from [0, 1) into a delay in ms. */
export type Sampler = (draw: number) => number;

/**
 * The distribution as a function of one uniform draw (the inverse of its distribution function).
 *
 * @throws RangeError for a negative delay, min > max, an empty list of samples, an unknown name
 */
export function sampler(name: string, latency: Latency): Sampler {
  if (typeof latency === "number") return constant(finite(name, latency));
  if (isPair(latency)) return uniform(name, latency);
  if (typeof latency !== "object" || latency === null) {
    throw new TypeError(`${name} must be a number of ms, a pair [min, max] or a distribution, got ${show(latency)}`);
  }
  switch (latency.kind) {
    case "constant":
      options(name, latency, ["kind", "ms"]);
      return constant(finite(`${name}.ms`, latency.ms));
    case "uniform":
      options(name, latency, ["kind", "min", "max"]);
      return uniform(name, [latency.min, latency.max]);
    case "exponential": {
      options(name, latency, ["kind", "mean", "min"]);
      const min = finite(`${name}.min`, latency.min ?? 0);
      const rest = finite(`${name}.mean`, latency.mean, { min }) - min;
      return (draw) => min - rest * Math.log(1 - draw);
    }
    case "log-normal": {
      options(name, latency, ["kind", "median", "sigma", "min"]);
      const min = finite(`${name}.min`, latency.min ?? 0);
      const median = finite(`${name}.median`, latency.median);
      const sigma = finite(`${name}.sigma`, latency.sigma, { min: 0, max: 10 });
      return (draw) => min + median * Math.exp(sigma * normalQuantile(draw));
    }
    case "empirical": {
      options(name, latency, ["kind", "samples"]);
      const { samples } = latency;
      if (!Array.isArray(samples) || samples.length === 0) {
        throw new RangeError(`${name}.samples must be a list of at least one number of ms, got ${show(samples)}`);
      }
      const values = samples.map((sample: number, i) => finite(`${name}.samples[${i}]`, sample));
      return (draw) => values[Math.floor(draw * values.length)]!;
    }
    default:
      oneOf(`${name}.kind`, (latency as { kind: unknown }).kind, DISTRIBUTIONS);
      throw new TypeError(`${name} is no distribution: ${show(latency)}`);
  }
}

const DISTRIBUTIONS = ["constant", "uniform", "exponential", "log-normal", "empirical"] as const;

function isPair(latency: Latency): latency is readonly [number, number] {
  return Array.isArray(latency);
}

function constant(ms: number): Sampler {
  return () => ms;
}

function uniform(name: string, range: readonly number[]): Sampler {
  if (range.length !== 2) throw new RangeError(`${name} must be a pair [min, max], got ${show(range)}`);
  const min = finite(`${name}[0]`, range[0]);
  const max = finite(`${name}[1]`, range[1]);
  if (min > max) throw new RangeError(`${name} must be a pair [min, max] with min <= max, got ${show(range)}`);
  const width = max - min;
  return (draw) => min + width * draw;
}

/**
 * The standard normal value below which this share of all values lies (Wichura, "Algorithm AS 241: The
 * Percentage Points of the Normal Distribution", 1988). Rational functions, one logarithm and one root: the
 * same on every machine, which the sine and cosine of the usual method are not.
 */
function normalQuantile(draw: number): number {
  // Draws have 32 bits: the middle of the 2^-32 that this draw stands for is neither 0 nor 1.
  const q = draw + 2 ** -33 - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_UP, r)) / polynomial(CENTRE_DOWN, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? 0.5 + q : 0.5 - q));
  const tail =
    r <= 5
      ? polynomial(MIDDLE_UP, r - 1.6) / polynomial(MIDDLE_DOWN, r - 1.6)
      : polynomial(TAIL_UP, r - 5) / polynomial(TAIL_DOWN, r - 5);
  return q < 0 ? -tail : tail;
}

/** Horner's rule; the constant comes first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}

const CENTRE_UP = [
  3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
  4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
];
const CENTRE_DOWN = [
  1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
  3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
];
const MIDDLE_UP = [
  1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
  1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
];
const MIDDLE_DOWN = [
  1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
  1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
];
const TAIL_UP = [
  6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
  2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const TAIL_DOWN = [
  1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
  1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
];
