import { extent, ticks } from "d3-array";
import { formatNumber } from "./format.js";

/**
 * A logarithmic axis whose ticks are numbers that one can read off: 1, 2 and 5 of each power of ten, of many powers the
 * powers only, and round numbers where all values lie within a factor of four. (Plotly's own write bare digits between
 * the powers, and a millionth as 1µ, which is a unit and no number.)
 */
export function logAxis(values: readonly (number | null)[]): object {
  const [least, most] = extent(values.filter((value) => value !== null && value > 0) as number[]);
  if (least === undefined || most === undefined) return { type: "log" };
  const at = ticksBetween(least, most);
  return { type: "log", tickmode: "array", tickvals: at, ticktext: at.map(tickText) };
}

/** Lines may go somewhat beyond what was measured, and the axis with them. */
function ticksBetween(least: number, most: number): number[] {
  if (most / least < 4) return ticks(least / 1.3, most * 1.3, 6).filter((tick) => tick > 0);
  const [first, last] = [Math.floor(Math.log10(least)) - 1, Math.ceil(Math.log10(most)) + 1];
  const powers = last - first - 2;
  const apart = powers <= 3 ? 1 : Math.ceil(powers / 8);
  const within = powers <= 3 ? [1, 2, 5] : [1];
  const ticksAt: number[] = [];
  for (let power = Math.floor(first / apart) * apart; power <= last; power += apart) for (const digit of within) ticksAt.push(Number(`${digit}e${power}`));
  return ticksAt;
}

function tickText(value: number): string {
  if (value >= 1e-3 && value < 1e6) return formatNumber(value);
  const [digit, power] = value.toExponential().split("e");
  const ten = `10<sup>${power!.replace("+", "").replace("-", "−")}</sup>`;
  return digit === "1" ? ten : `${digit}·${ten}`;
}
