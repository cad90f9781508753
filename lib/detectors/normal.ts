/**
 * The logarithm to base 10 of the chance that a normal variable is more than `z` standard deviations above its mean.
 * By the rational fit to erfc of Press and others ("Numerical Recipes", 1992, section 6.2, erfcc), whose relative error is
 * below 1.2e-7 everywhere; taken as a logarithm, so that it stays exact where the chance itself is too small for a number.
 */
export function log10Tail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  let sum = 0.17087277;
  for (const c of [-0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368]) sum = sum * t + c;
  // ln erfc(x); the upper tail of the normal distribution is half of erfc(z / sqrt 2).
  const ln = Math.log(t) - x * x - 1.26551223 + t * sum - Math.LN2;
  return (z >= 0 ? ln : Math.log(1 - Math.exp(ln))) / Math.LN10;
}

/** How many deviations above the mean the tail is 10^-level: the z with `log10Tail(z) = -level`. Levels from 0.001 to 300. */
export function deviationsFor(level: number): number {
  let low = -4;
  let high = 40;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (-log10Tail(middle) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
