/**
 * How the three processes of a job speak to each other: this one, the driver program in Python, and the Node.js processes beside
 * Spark's executors. A message is a few words and some blocks of bytes: the length of the words in 4 bytes (lowest first), the
 * words as JSON, then the blocks, whose lengths stand in the words as `blobs`.
 */
export interface Message {
  readonly words: { readonly kind: string; readonly [name: string]: unknown };
  readonly blobs: readonly Uint8Array[];
}

/** A message as bytes. */
export function packMessage({ words, blobs }: Message): Uint8Array[] {
  const text = new TextEncoder().encode(JSON.stringify({ ...words, blobs: blobs.map(({ length }) => length) }));
  const head = new Uint8Array(4 + text.length);
  new DataView(head.buffer).setUint32(0, text.length, true);
  head.set(text, 4);
  return [head, ...blobs];
}

/** Reads a message from something that gives exactly as many bytes as asked for, or null at its end. */
export function readMessage(read: (bytes: number) => Uint8Array | null): Message | null {
  const head = read(4);
  if (head === null) return null;
  const text = read(new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true));
  if (text === null) return null;
  const words = JSON.parse(new TextDecoder().decode(text)) as { kind: string; blobs: number[] };
  const blobs = words.blobs.map((length) => read(length) ?? new Uint8Array(0));
  return { words, blobs };
}

/** Puts the pieces of a pipe together into messages. */
export class Messages {
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** How many bytes the next message needs at least: until they are there, nothing is looked at. */
  #wanted = 4;

  /** The messages that this piece completes. */
  push(piece: Uint8Array): Message[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const found: Message[] = [];
    while (this.#held >= this.#wanted) {
      const bytes = joined(this.#pieces, this.#held);
      const needed = lengthOf(bytes);
      if (bytes.length < needed) {
        this.#pieces = [bytes];
        this.#wanted = needed;
        break;
      }
      let at = 0;
      found.push(readMessage((count) => bytes.slice(at, (at += count)))!);
      this.#pieces = [bytes.subarray(needed)];
      this.#held = bytes.length - needed;
      this.#wanted = 4;
    }
    return found;
  }
}

/** The length of the message that begins here, as far as it can be told. */
function lengthOf(bytes: Uint8Array): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (bytes.length < 4 + words) return 4 + words;
  const { blobs } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + words))) as { blobs: number[] };
  return blobs.reduce((sum, length) => sum + length, 4 + words);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
