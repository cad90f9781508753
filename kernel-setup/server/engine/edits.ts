/** Changes of a text that are made all at once, and through which places can be followed back. */
export class Edits {
  readonly #text: string;
  readonly #edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  #isSorted = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** Puts `text` in place of the characters from `start` to `end`. Edits at one place keep the order in which they were asked for. */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
    this.#isSorted = false;
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** Takes the characters away, but not the ends of lines, so that all line numbers stay. */
  remove(start: number, end: number): void {
    this.replace(start, end, this.#text.slice(start, end).replace(/[^\n]+/g, ""));
  }

  /** The changed text. */
  apply(): string {
    let result = "";
    let at = 0;
    for (const edit of this.#sorted()) {
      result += this.#text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return result + this.#text.slice(at);
  }

  /**
   * Where the character at `offset` of the changed text came from. What stands in place of a name, or directly behind it
   * (where a call through a replaced name is said to happen), came from the beginning of the name.
   */
  origin(offset: number): number {
    let shift = 0;
    for (const edit of this.#sorted()) {
      const start = edit.start + shift;
      if (start > offset) break;
      const end = start + edit.text.length;
      if (offset < end || (offset === end && edit.end > edit.start)) return edit.start;
      shift += edit.text.length - (edit.end - edit.start);
    }
    return offset - shift;
  }

  #sorted(): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
    if (!this.#isSorted) {
      this.#edits.sort((a, b) => a.start - b.start);
      this.#isSorted = true;
    }
    return this.#edits;
  }
}
