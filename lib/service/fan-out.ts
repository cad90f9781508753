import { finite, integer, options, probability } from "../core/parameters.js";

/**
 * The probability that at least one of n independent answers is slow, where one is with probability `slow`:
 * 1 - (1 - slow)^n. With one slow answer in 100 and 100 servers it is 63 % (Dean and Barroso 2013).
 */
export function slowShare(given: { readonly n: number; readonly slow: number }): number {
  const { n, slow } = options("slowShare", given, ["n", "slow"]);
  integer("n", n, { min: 1 });
  return probability("slow", slow) === 1 ? 1 : -Math.expm1(n * Math.log1p(-slow));
}

/**
 * Which quantile of one server's latency the wish for all of n servers comes to: who waits for n answers, and wants a
 * share p of the waits to be short, must look at the share p^(1/n) of each server's answers.
 */
export function quantileOfEach(given: { readonly n: number; readonly p: number }): number {
  const { n, p } = options("quantileOfEach", given, ["n", "p"]);
  integer("n", n, { min: 1 });
  return probability("p", p) === 0 ? 0 : Math.exp(Math.log(p) / n);
}

/**
 * The median of the slowest of n independent exponential times: -mean ln(1 - 2^(-1/n)), which grows as mean x ln n.
 */
export function medianOfSlowest(given: { readonly n: number; readonly mean: number }): number {
  const { n, mean } = options("medianOfSlowest", given, ["n", "mean"]);
  finite("mean", mean);
  return -mean * Math.log(-Math.expm1(-Math.LN2 / integer("n", n, { min: 1 })));
}
