/** One executed cell as history_reply lists it: session, line, input. */
export type HistoryEntry = readonly [session: number, line: number, input: string];

/** What history_request asks for ("Messaging in Jupyter", history). */
export interface HistoryQuery {
  readonly hist_access_type?: unknown;
  readonly n?: unknown;
  readonly start?: unknown;
  readonly stop?: unknown;
  readonly pattern?: unknown;
  readonly unique?: unknown;
  readonly output?: unknown;
}

/** The inputs of this kernel's cells. It lives as long as the kernel: nothing is written to disk. */
export class History {
  readonly #entries: HistoryEntry[] = [];

  add(line: number, input: string): void {
    this.#entries.push([1, line, input]);
  }

  /** The entries that a history_request asks for, the oldest first. */
  find(query: HistoryQuery): unknown[] {
    const found = this.#select(query);
    return query.output === true ? found.map(([session, line, input]) => [session, line, [input, null]]) : found;
  }

  #select({ hist_access_type: type, n, start, stop, pattern, unique }: HistoryQuery): HistoryEntry[] {
    const entries = this.#entries;
    const count = typeof n === "number" && n > 0 ? n : entries.length;
    if (type === "range") {
      const from = typeof start === "number" ? start : 1;
      const to = typeof stop === "number" ? stop : Infinity;
      return entries.filter(([, line]) => line >= from && line < to);
    }
    if (type === "search") {
      const matches = matcher(typeof pattern === "string" ? pattern : "*");
      const found = entries.filter(([, , input]) => matches.test(input));
      return (unique === true ? lastOfEach(found) : found).slice(-count);
    }
    return entries.slice(-count);
  }
}

/** A pattern of the shell: `*` is any text, `?` any character. */
function matcher(pattern: string): RegExp {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

function lastOfEach(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const byInput = new Map(entries.map((entry) => [entry[2], entry]));
  return entries.filter((entry) => byInput.get(entry[2]) === entry);
}
