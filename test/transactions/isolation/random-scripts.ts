import type { Stream } from "../../../lib/core.js";

/**
 * Transactions of up to four statements on three rows and two predicates, in random order.
 *
 * @param least how few transactions there are; or one more
 * @param writes what a transaction may write, besides a number: each with # for its number and @ for the row
 */
export function randomScript(chance: Stream, { least, writes }: { readonly least: number; readonly writes: readonly string[] }): string {
  const open = Array.from({ length: least + chance.below(2) }, (_, i) => ({ number: i + 1, left: 1 + chance.below(4) }));
  const script: string[] = [];
  while (open.length > 0) {
    const at = chance.below(open.length);
    const { number, left } = open[at]!;
    const key = chance.pick(["x", "y", "z"]);
    open[at]!.left -= 1;
    if (left === 0) {
      script.push(`${chance.chance(0.1) ? "a" : "c"}${number}`);
      open.splice(at, 1);
      continue;
    }
    const others = writes.map((write) => write.replace("#", String(number)).replaceAll("@", key));
    script.push(
      chance.pick([`r${number}[${key}]`, `r${number}[${key}]`, `r${number}[${chance.pick(["Small", "Big"])}]`, `w${number}[${key}=${chance.below(10)}]`, ...others]),
    );
  }
  return script.join(" ");
}
