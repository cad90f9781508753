/**
 * A 64-bit fingerprint of a text as 16 hexadecimal digits: two 32-bit FNV-1a lanes (Fowler, Noll, Vo) with
 * different offsets over the UTF-16 code units, each finished by a mixer. For telling runs apart, not for secrets.
 */
export function fingerprint(text: string): string {
  return new Fingerprint().add(text).digest();
}

/** A fingerprint that is taken piece by piece: that of all pieces joined. */
export class Fingerprint {
  #a = 0x811c9dc5;
  #b = 0x9dc5811c;
  #length = 0;

  /** Add a piece of text at the end. */
  add(text: string): this {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = (Math.imul(b ^ code, 0x85ebca6b) + (b >>> 17)) | 0;
    }
    this.#a = a;
    this.#b = b;
    this.#length += text.length;
    return this;
  }

  /** The fingerprint of all that was added so far. */
  digest(): string {
    return hex(mix(this.#a)) + hex(mix(this.#b ^ this.#length));
  }
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}
