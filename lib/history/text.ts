import { show } from "../core/parameters.js";
import type { HistoryOperation } from "./operation.js";

/** A read or a write of a history that was written by hand. */
export interface WrittenOperation extends HistoryOperation {
  readonly request:
    | { readonly kind: "read"; readonly key: string }
    | { readonly kind: "write"; readonly key: string; readonly value: string | number };
}

/**
 * A small history as papers print it: a line for each client, `w(x)1` writes 1 to x, `r(x)1` reads x and gets 1. Time
 * runs with the columns of the text, and dashes make an operation longer. An operation with `>` behind it has no answer.
 *
 *     historyOfText(`
 *       a: --w(x)1--          r(x)2
 *       b:      ----w(x)2----
 *     `)
 *
 * Values of digits are numbers. Times are columns, in ms.
 *
 * @throws RangeError for a line without a client, for what is no operation, and for a text without any
 */
export function historyOfText(text: string): WrittenOperation[] {
  const operations: WrittenOperation[] = [];
  const lines = String(text).split("\n");
  lines.forEach((line, number) => {
    if (line.trim() === "") return;
    const head = /^\s*([\w ]*\w)\s*:/.exec(line);
    if (!head) throw new RangeError(`line ${number + 1} must begin with a client and a colon, as "a: w(x)1", got ${show(line)}`);
    const client = head[1]!.trim();
    const rest = line.slice(head[0].length);
    for (const found of rest.matchAll(/\S+/g)) {
      const token = /^-*([wr])\((\w+)\)([\w–]+)-*(>?)$/.exec(found[0]);
      if (!token) throw new RangeError(`line ${number + 1}: an operation must be w(key)value or r(key)value, got ${show(found[0])}`);
      const [, kind, key, written, open] = token as unknown as [string, string, string, string, string];
      const value = /^\d+$/.test(written) ? Number(written) : written === "–" ? null : written;
      const invokedAt = head[0].length + found.index;
      const returnedAt = open === "" ? invokedAt + found[0].length : null;
      operations.push(
        kind === "w"
          ? { client, request: { kind: "write", key, value: value as string | number }, invokedAt, returnedAt }
          : { client, request: { kind: "read", key }, result: returnedAt === null ? undefined : value, invokedAt, returnedAt },
      );
    }
  });
  if (operations.length === 0) throw new RangeError('text must have at least one line such as "a: w(x)1", got none');
  return operations.sort((a, b) => a.invokedAt - b.invokedAt);
}
