import { describe, expect, it } from "vitest";
import {
  amdahl, availability, availabilityOf, downMinutesPerYear, erlangC, failuresPerDay, fitUniversal, gustafson, inParallel, inSeries, littlesLaw, md1,
  medianOfSlowest, mg1, mm1, mm1Percentile, mmc, mttfOfYearlyRate, peakOf, quantileOfEach, slowShare, unavailability, unavailabilityWithCommonCause,
  universalThroughput,
} from "../../lib/service.js";

describe("availability", () => {
  it("is the share of time in which a part works", () => {
    expect(availabilityOf({ mttf: 99, mttr: 1 })).toBeCloseTo(0.99, 12);
    expect(downMinutesPerYear(0.999)).toBeCloseTo(525.6, 6);
    expect(failuresPerDay({ count: 10_000, mttfHours: 1_000_000 })).toBeCloseTo(0.24, 12);
    expect(mttfOfYearlyRate(0.04)).toBe(219_000);
  });

  it("multiplies in series and in parallel", () => {
    expect(inSeries([0.9, 0.9, 0.9])).toBeCloseTo(0.729, 12);
    expect(inParallel([0.9, 0.9, 0.9])).toBeCloseTo(0.999, 12);
  });

  it("of k of n is the sum over all sets of replicas that are up", () => {
    for (const n of [1, 2, 3, 5, 8, 12]) {
      for (const down of [0, 0.01, 0.3, 0.5, 0.9, 1]) {
        for (let needed = 1; needed <= n; needed++) {
          let sum = 0;
          for (let set = 0; set < 2 ** n; set++) {
            const up = set.toString(2).replaceAll("0", "").length;
            if (up >= needed) sum += (1 - down) ** up * down ** (n - up);
          }
          expect(availability({ n, needed, down })).toBeCloseTo(sum, 12);
          expect(unavailability({ n, needed, down })).toBeCloseTo(1 - sum, 12);
        }
      }
    }
  });

  it("keeps its digits where a difference from 1 would lose them", () => {
    expect(unavailability({ n: 9, needed: 1, down: 0.001 }) / 1e-27).toBeCloseTo(1, 10);
    expect(unavailability({ n: 1000, needed: 1000, down: 1e-12 }) / 1e-9).toBeCloseTo(1, 6);
    // C(1000, 501) 0.3^501 0.7^499 and what follows it, by sums of logarithms in 50 digits.
    const tail = unavailability({ n: 1000, needed: 500, down: 0.3 });
    expect(tail).toBeGreaterThan(1e-41);
    expect(tail).toBeLessThan(1e-38);
    expect(availability({ n: 1000, needed: 500, down: 0.5 }) + unavailability({ n: 1000, needed: 500, down: 0.5 })).toBeCloseTo(1, 12);
  });

  it("never gets better than the common cause", () => {
    for (const n of [1, 3, 5, 99]) {
      expect(unavailabilityWithCommonCause({ n, needed: Math.floor(n / 2) + 1, down: 0.01, share: 0.1 })).toBeGreaterThanOrEqual(0.001);
    }
    expect(unavailabilityWithCommonCause({ n: 5, needed: 3, down: 0.01, share: 0 })).toBe(unavailability({ n: 5, needed: 3, down: 0.01 }));
    expect(unavailabilityWithCommonCause({ n: 5, needed: 3, down: 0.01, share: 1 })).toBeCloseTo(0.01, 12);
  });

  it("refuses what is no number of replicas", () => {
    expect(() => unavailability({ n: 3, needed: 4, down: 0.1 })).toThrow("needed must be a whole number from 1 to 3, got 4");
    expect(() => unavailability({ n: 3, needed: 2, down: 1.1 })).toThrow("down must be a probability in [0, 1], got 1.1");
    expect(() => inSeries([0.5, 2])).toThrow("availabilities[1] must be a probability in [0, 1], got 2");
  });
});

describe("queues", () => {
  it("follow Little's law", () => {
    expect(littlesLaw({ perSecond: 50, responseMs: 200 })).toBe(10);
    const queue = mmc({ perSecond: 80, serviceMs: 100, servers: 10 });
    expect(queue.present).toBeCloseTo(littlesLaw({ perSecond: 80, responseMs: queue.responseMs }), 12);
  });

  it("know M/M/1, M/D/1 and M/G/1", () => {
    expect(mm1({ perSecond: 80, serviceMs: 10 })).toMatchObject({ utilisation: 0.8 });
    expect(mm1({ perSecond: 80, serviceMs: 10 }).responseMs).toBeCloseTo(50, 10);
    expect(md1({ perSecond: 80, serviceMs: 10 }).waitingMs).toBeCloseTo(20, 10);
    expect(mg1({ perSecond: 80, serviceMs: 10, variation: 5 }).waitingMs).toBeCloseTo(120, 10);
    expect(mm1({ perSecond: 100, serviceMs: 10 }).responseMs).toBe(Infinity);
    expect(mm1Percentile({ perSecond: 50, serviceMs: 10, p: 0.99 })).toBeCloseTo(20 * Math.log(100), 10);
  });

  it("know Erlang C, of one server as of a thousand", () => {
    expect(erlangC({ servers: 1, erlangs: 0.7 })).toBeCloseTo(0.7, 12);
    // By the textbook's sum, which works for small numbers.
    const textbook = (c: number, a: number): number => {
      let term = 1;
      let sum = 1;
      for (let i = 1; i < c; i++) sum += term *= a / i;
      const last = (term * a) / c / (1 - a / c);
      return last / (sum + last);
    };
    for (const [c, a] of [[2, 1], [5, 4.5], [20, 15]] as const) expect(erlangC({ servers: c, erlangs: a })).toBeCloseTo(textbook(c, a), 12);
    expect(erlangC({ servers: 1000, erlangs: 990 })).toBeGreaterThan(0);
    expect(erlangC({ servers: 1000, erlangs: 990 })).toBeLessThan(1);
    expect(erlangC({ servers: 3, erlangs: 3 })).toBe(1);
    expect(mmc({ perSecond: 80, serviceMs: 10, servers: 1 }).responseMs).toBeCloseTo(mm1({ perSecond: 80, serviceMs: 10 }).responseMs, 10);
  });
});

describe("fan-out", () => {
  it("makes the rare common: 63 % of 100-fold requests meet what 1 % of answers have", () => {
    expect(slowShare({ n: 100, slow: 0.01 })).toBeCloseTo(0.634, 3);
    expect(slowShare({ n: 2000, slow: 0.0001 })).toBeCloseTo(0.181, 3);
    expect(slowShare({ n: 3, slow: 1 })).toBe(1);
  });

  it("asks for a higher quantile of each", () => {
    const p = quantileOfEach({ n: 100, p: 0.5 });
    expect(p ** 100).toBeCloseTo(0.5, 12);
    expect(medianOfSlowest({ n: 100, mean: 10 })).toBeCloseTo(-10 * Math.log(1 - p), 10);
    expect(medianOfSlowest({ n: 1, mean: 10 })).toBeCloseTo(10 * Math.LN2, 12);
  });
});

describe("scaling", () => {
  it("is bounded for Amdahl and unbounded for Gustafson", () => {
    expect(amdahl({ n: 20, serial: 0.05 })).toBeCloseTo(10.256, 3);
    expect(amdahl({ n: 1e9, serial: 0.05 })).toBeCloseTo(20, 5);
    expect(gustafson({ n: 20, serial: 0.05 })).toBeCloseTo(19.05, 12);
  });

  it("has a peak where pairs must talk", () => {
    const law = { one: 100, contention: 0.02, coherence: 0.0005 };
    const peak = peakOf(law);
    expect(peak).toBeCloseTo(44.27, 2);
    const at = (n: number): number => universalThroughput({ n, ...law });
    expect(at(peak)).toBeGreaterThan(at(peak - 1));
    expect(at(peak)).toBeGreaterThan(at(peak + 1));
    expect(universalThroughput({ n: 8, one: 1, contention: 0.1, coherence: 0 })).toBeCloseTo(amdahl({ n: 8, serial: 0.1 }), 12);
    expect(peakOf({ contention: 0.1, coherence: 0 })).toBe(Infinity);
  });

  it("is found again from its own points", () => {
    for (const law of [{ one: 100, contention: 0.02, coherence: 0.0005 }, { one: 7, contention: 0, coherence: 0.01 }, { one: 7, contention: 0.2, coherence: 0 }]) {
      const fit = fitUniversal([1, 2, 4, 8, 16, 32, 64].map((n) => ({ n, throughput: universalThroughput({ n, ...law }) })));
      expect(fit.one).toBeCloseTo(law.one, 6);
      expect(fit.contention).toBeCloseTo(law.contention, 8);
      expect(fit.coherence).toBeCloseTo(law.coherence, 8);
    }
  });

  it("has no negative cost, also where workers help each other", () => {
    const fit = fitUniversal([1, 2, 4, 8].map((n) => ({ n, throughput: n * (1 + 0.1 * n) })));
    expect(fit.contention).toBeGreaterThanOrEqual(0);
    expect(fit.coherence).toBeGreaterThanOrEqual(0);
  });

  it("needs three different n", () => {
    expect(() => fitUniversal([{ n: 1, throughput: 1 }, { n: 2, throughput: 2 }])).toThrow("points must have at least 3 different n, got 2");
  });
});
