import { finite, integer, options, probability } from "../core/parameters.js";

/** What a seasonal forecast has learned. Plain data: learning replaces it. */
export interface Forecast {
  /** How many values make a season: 288 steps of five minutes are a day. */
  readonly season: number;
  /** How fast each part learns, from 0 (never) to 1 (only the latest counts). */
  readonly level: number;
  readonly trend: number;
  readonly seasonal: number;
  /** The values seen so far: the first season, until there is one; then null, as the rest is in the parts. */
  readonly first: readonly number[] | null;
  /** How many values were learned. */
  readonly learned: number;
  readonly at: number;
  readonly slope: number;
  /** How much each step of the season lies above the level. */
  readonly shape: readonly number[];
}

/**
 * A forecast that knows nothing yet, for values with a season (Holt 1957; Winters 1960, the additive form): a level, a
 * slope, and a shape that comes again. The first season is only watched.
 *
 * @throws RangeError unless a season has at least 2 steps and the rates are shares from 0 to 1
 */
export function holtWinters(given: { readonly season: number; readonly level?: number; readonly trend?: number; readonly seasonal?: number }): Forecast {
  const { season, level = 0.1, trend = 0.01, seasonal = 0.2 } = options("holtWinters", given, ["season", "level", "trend", "seasonal"]);
  integer("season", season, { min: 2 });
  probability("level", level);
  probability("trend", trend);
  probability("seasonal", seasonal);
  return { season, level, trend, seasonal, first: [], learned: 0, at: 0, slope: 0, shape: [] };
}

/** Learn the next value. */
export function learnValue(known: Forecast, value: number): Forecast {
  finite("value", value, { min: -Number.MAX_VALUE });
  const { season, first, learned } = known;
  if (first !== null) {
    const seen = [...first, value];
    if (seen.length < season) return { ...known, first: seen, learned: learned + 1, at: value };
    const at = seen.reduce((sum, one) => sum + one, 0) / season;
    return { ...known, first: null, learned: learned + 1, at, shape: seen.map((one) => one - at) };
  }
  const step = learned % season;
  const above = known.shape[step]!;
  const at = known.level * (value - above) + (1 - known.level) * (known.at + known.slope);
  const slope = known.trend * (at - known.at) + (1 - known.trend) * known.slope;
  const shape = known.shape.slice();
  shape[step] = known.seasonal * (value - at) + (1 - known.seasonal) * above;
  return { ...known, learned: learned + 1, at, slope, shape };
}

/** What it expects so many steps after the last value learned. In the first season: the last value. */
export function forecast(known: Forecast, ahead: number): number {
  integer("ahead", ahead, { min: 1 });
  if (known.first !== null) return known.at;
  return known.at + ahead * known.slope + known.shape[(known.learned + ahead - 1) % known.season]!;
}
