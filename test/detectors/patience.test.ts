import { describe, expect, it } from "vitest";
import {
  accrual, backedOff, deviationsFor, expected, fixed, gapsOf, growing, log10Tail, measured, phi, qualityOn, suspicionsOn, unmeasured, type HeartbeatLog,
} from "../../lib/detectors.js";
import { stream } from "../../lib/core.js";

/** Heartbeats every 100 ms with delays from a stream; the sender stops at `crashedAt`. */
function log(delay: () => number, { end = 60_000, crashedAt = null as number | null, loss = 0, seed = 1 } = {}): HeartbeatLog {
  const lost = stream(seed, "loss");
  const heard = [];
  for (let serial = 1; 100 * serial <= (crashedAt ?? end); serial++) {
    const at = 100 * serial + delay();
    if (!lost.chance(loss) && at <= end) heard.push({ serial, at });
  }
  return { heard: heard.sort((a, b) => a.at - b.at), crashedAt, end };
}

describe("the tail of the normal distribution", () => {
  it.each([[0, 0.5], [1, 0.15865525393], [2, 0.02275013195], [3, 1.3498980316e-3], [6, 9.865876450e-10], [10, 7.619853024e-24], [-1, 0.84134474607], [-3, 0.9986501020]])(
    "at %d deviations is %d", (z, tail) => expect(log10Tail(z)).toBeCloseTo(Math.log10(tail), 6));

  it("does not end where numbers do", () => {
    expect(log10Tail(50)).toBeCloseTo(-544.96634, 3);
    for (const level of [0.5, 1, 3, 8, 100]) expect(-log10Tail(deviationsFor(level))).toBeCloseTo(level, 6);
  });
});

describe("φ", () => {
  it("is the number of nines with which the next heartbeat is overdue", () => {
    expect(phi({ silence: 100, mean: 100, deviation: 10 })).toBeCloseTo(Math.log10(2), 6);
    expect(phi({ silence: 130, mean: 100, deviation: 10 })).toBeCloseTo(2.8697, 3);
  });

  it("grows with silence, and reaches the threshold just when the detector suspects", () => {
    const heard = [0, 95, 205, 300, 401].map((at, i) => ({ serial: i + 1, at }));
    const { mean, deviation } = gapsOf(heard);
    for (const threshold of [1, 3, 8]) {
      const until = accrual({ threshold }).until(heard, 0);
      expect(phi({ silence: until - 401, mean, deviation })).toBeCloseTo(threshold, 5);
    }
    expect(() => gapsOf(heard.slice(0, 1))).toThrow("gaps need at least two heartbeats, got 1");
  });
});

describe("rules of patience", () => {
  it("wait the same, more after each mistake, or from the expected arrival on", () => {
    const heard = [{ serial: 1, at: 110 }, { serial: 2, at: 230 }];
    expect(fixed({ ms: 150 }).until(heard, 9)).toBe(380);
    expect(growing({ ms: 150, step: 20 }).until(heard, 3)).toBe(440);
    // Arrivals are 10 and 30 ms after 100 n: the third is expected at 320.
    expect(expected({ every: 100, alpha: 40 }).until(heard, 0)).toBe(360);
  });

  it("expected arrival: detection takes no longer than a period and alpha, whatever the last delay", () => {
    const chance = stream(7, "delay");
    for (let seed = 0; seed < 30; seed++) {
      const { detection } = qualityOn(log(() => chance.within([10, 50]), { crashedAt: 20_030, end: 25_000, seed }), expected({ every: 100, alpha: 60 }));
      expect(detection).toBeLessThan(100 + 60 + 50);
    }
  });

  it("makes fewer mistakes with more patience, and detects later", () => {
    const delays = () => {
      const chance = stream(3, "delay");
      return () => 10 - 20 * Math.log(1 - chance.double());
    };
    const rows = [1, 2, 4, 8].map((threshold) => {
      const patience = accrual({ threshold });
      return { mistakes: qualityOn(log(delays()), patience).mistakes, detection: qualityOn(log(delays(), { crashedAt: 30_000 }), patience).detection! };
    });
    for (let i = 1; i < rows.length; i++) {
      expect(rows[i]!.mistakes).toBeLessThan(rows[i - 1]!.mistakes);
      expect(rows[i]!.detection).toBeGreaterThan(rows[i - 1]!.detection);
    }
    expect(rows.at(-1)!.detection).toBeLessThan(1_000);
  });

  it("a growing time-out makes only so many mistakes", () => {
    const chance = stream(5, "delay");
    const { heard, ...rest } = log(() => chance.within([0, 200]), { end: 600_000 });
    const patience = growing({ ms: 50, step: 10 });
    expect(qualityOn({ heard, ...rest }, patience).mistakes).toBeLessThanOrEqual(25);
    expect(qualityOn({ heard, ...rest }, fixed({ ms: 50 })).mistakes).toBeGreaterThan(1_000);
  });
});

describe("quality", () => {
  const heard = [100, 200, 500, 600].map((at, i) => ({ serial: i + 1, at }));

  it("tells mistakes from detections", () => {
    expect(suspicionsOn({ heard, crashedAt: 650, end: 2_000 }, fixed({ ms: 200 }))).toEqual([{ from: 400, to: 500 }, { from: 800, to: null }]);
    expect(qualityOn({ heard, crashedAt: 650, end: 2_000 }, fixed({ ms: 200 }))).toEqual({
      detection: 150, mistakes: 1, mistakesPerSecond: 1_000 / 550, mistakeDuration: 100, accuracy: 1 - 100 / 550,
    });
    expect(qualityOn({ heard, crashedAt: null, end: 700 }, fixed({ ms: 200 }))).toMatchObject({ detection: null, mistakes: 1 });
    // Without a crash, a suspicion at the end is a mistake, too.
    expect(qualityOn({ heard, crashedAt: null, end: 1_000 }, fixed({ ms: 200 }))).toMatchObject({ detection: null, mistakes: 2, mistakeDuration: 150 });
  });

  it("takes a late heartbeat for a sign of life and no more", () => {
    const late = [{ serial: 1, at: 100 }, { serial: 3, at: 300 }, { serial: 2, at: 310 }];
    expect(suspicionsOn({ heard: late, crashedAt: null, end: 395 }, fixed({ ms: 100 }))).toEqual([{ from: 200, to: 300 }]);
    expect(suspicionsOn({ heard: late, crashedAt: null, end: 405 }, fixed({ ms: 100 }))).toHaveLength(2);
  });
});

describe("round trips", () => {
  it("follow Jacobson and Karels", () => {
    let trip = measured(unmeasured(), 100);
    expect(trip).toEqual({ smoothed: 100, deviation: 50, timeout: 300 });
    trip = measured(trip, 180);
    expect(trip).toEqual({ smoothed: 110, deviation: 57.5, timeout: 340 });
    for (let i = 0; i < 200; i++) trip = measured(trip, 40, 60);
    expect(trip.smoothed).toBeCloseTo(40, 6);
    expect(trip.timeout).toBe(60);
    expect(backedOff(backedOff(trip)).timeout).toBe(240);
    expect(backedOff(trip, 100).timeout).toBe(100);
    expect(() => measured(trip, -1)).toThrow("ms must be a finite number of at least 0, got -1");
  });
});
