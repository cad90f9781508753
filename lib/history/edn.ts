import { show } from "../core/parameters.js";

/**
 * Clojure's notation for data (github.com/edn-format/edn), as far as histories use it: a keyword becomes the text ":name",
 * a map with keywords for keys an object without the colons, any other map a Map, a vector or list an array, nil null.
 */
export interface Form {
  readonly value: unknown;
  /** The line where it begins, from 1. */
  readonly line: number;
}

/**
 * All forms of a text, one after the other.
 *
 * @throws SyntaxError with the line, where the text is no EDN
 */
export function readEdn(text: string, firstLine: number = 1): Form[] {
  return new Reader(text, firstLine).all();
}

/** The same, where the whole text may also be one vector or list of the forms. */
export function readEdnItems(text: string): readonly Form[] {
  const reader = new Reader(text, 1);
  const forms = reader.all();
  return forms.length === 1 && Array.isArray(forms[0]!.value) ? reader.items : forms;
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const letters: Readonly<Record<string, string>> = { newline: "\n", return: "\r", space: " ", tab: "\t" };
const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", '"': '"', "\\": "\\" };

class Reader {
  /** What is in the last list that was read at the top, with lines. */
  items: readonly Form[] = [];
  readonly #text: string;
  #at = 0;
  #line: number;
  #depth = 0;

  constructor(text: string, firstLine: number) {
    this.#text = text;
    this.#line = firstLine;
  }

  all(): Form[] {
    const forms: Form[] = [];
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      const line = this.#line;
      forms.push({ value: this.#form(), line });
    }
    return forms;
  }

  #form(): unknown {
    const text = this.#text;
    const first = text[this.#at]!;
    switch (first) {
      case "(":
      case "[": {
        const forms = this.#until(closing[first]!);
        if (this.#depth === 0) this.items = forms;
        return forms.map(({ value }) => value);
      }
      case "{": {
        const line = this.#line;
        return mapOf(this.#until("}"), line);
      }
      case '"':
        return this.#string();
      case "\\": {
        const name = /^\\(u[0-9A-Fa-f]{4}|[a-z]+|[^])/u.exec(text.slice(this.#at, this.#at + 12))?.[1] ?? "";
        this.#at += name.length + 1;
        return letters[name] ?? (name.length === 5 ? String.fromCharCode(Number.parseInt(name.slice(1), 16)) : name);
      }
      case "#":
        return this.#dispatch();
      case "^":
        this.#at++;
        this.#next();
        return this.#next();
      case ")":
      case "]":
      case "}":
        throw this.#error(`"${first}" closes nothing`);
      default:
        return this.#atom();
    }
  }

  /** The form that must come here. */
  #next(): unknown {
    this.#skip();
    if (this.#at >= this.#text.length) throw this.#error("the text ends where a form should begin");
    return this.#form();
  }

  #until(end: string): Form[] {
    const opened = this.#line;
    const open = this.#text[this.#at++]!;
    this.#depth++;
    const forms: Form[] = [];
    for (;;) {
      this.#skip();
      const here = this.#text[this.#at];
      if (here === undefined) throw new SyntaxError(`line ${opened}: "${open}" is never closed`);
      if (here === end) break;
      const line = this.#line;
      forms.push({ value: this.#form(), line });
    }
    this.#at++;
    this.#depth--;
    return forms;
  }

  #string(): string {
    const opened = this.#line;
    let value = "";
    for (this.#at++; ; this.#at++) {
      const letter = this.#text[this.#at];
      if (letter === undefined) throw new SyntaxError(`line ${opened}: the text in quotes is never closed`);
      if (letter === '"') break;
      if (letter === "\n") this.#line++;
      if (letter !== "\\") value += letter;
      else {
        const escaped = this.#text[++this.#at] ?? "";
        if (escaped === "u") {
          value += String.fromCharCode(Number.parseInt(this.#text.slice(this.#at + 1, this.#at + 5), 16));
          this.#at += 4;
        } else if (escaped in escapes) value += escapes[escaped];
        else throw this.#error(`"\\${escaped}" is no letter`);
      }
    }
    this.#at++;
    return value;
  }

  /** What begins with a hash: a set, or a value with a tag, of which the value is enough. */
  #dispatch(): unknown {
    if (this.#text[++this.#at] === "{") return new Set(this.#until("}").map(({ value }) => value));
    const name = /^[\w.*+!?$%&=<>/-]*/.exec(this.#text.slice(this.#at, this.#at + 200))![0];
    if (name === "") throw this.#error("a hash that tags nothing");
    this.#at += name.length;
    return this.#next();
  }

  #atom(): unknown {
    const pattern = /[^\s,()[\]{}";]+/y;
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#text)?.[0] ?? "";
    if (word === "") throw this.#error(`nothing begins with ${show(this.#text[this.#at])}`);
    this.#at += word.length;
    if (word === "nil") return null;
    if (word === "true") return true;
    if (word === "false") return false;
    if (/^[+-]?\d+N?$/.test(word)) {
      const digits = word.replace(/N$/, "");
      return Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits);
    }
    if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$/.test(word)) return Number(word.replace(/M$/, ""));
    if (/^[+-]?\d/.test(word)) throw this.#error(`${show(word)} is no number`);
    return word;
  }

  /** Spaces, commas, comments, and forms after "#_". */
  #skip(): void {
    const text = this.#text;
    for (;;) {
      const letter = text[this.#at];
      if (letter === "\n") this.#line++;
      if (letter === ";") {
        const end = text.indexOf("\n", this.#at);
        this.#at = end < 0 ? text.length : end;
      } else if (letter === "#" && text[this.#at + 1] === "_") {
        this.#at += 2;
        this.#next();
      } else if (letter !== undefined && /[\s,]/.test(letter)) this.#at++;
      else return;
    }
  }

  #error(problem: string): SyntaxError {
    return new SyntaxError(`line ${this.#line}: ${problem}`);
  }
}

function mapOf(forms: readonly Form[], line: number): unknown {
  if (forms.length % 2 === 1)
    throw new SyntaxError(`line ${line}: a map has a key without a value: ${show(forms.at(-1)!.value)}`);
  const entries: [unknown, unknown][] = [];
  for (let i = 0; i < forms.length; i += 2) entries.push([forms[i]!.value, forms[i + 1]!.value]);
  const isRecord = entries.every(([key]) => typeof key === "string" && key.startsWith(":"));
  return isRecord
    ? Object.fromEntries(entries.map(([key, value]) => [(key as string).slice(1), value]))
    : new Map(entries);
}
