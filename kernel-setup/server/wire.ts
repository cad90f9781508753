import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The version of the Jupyter messaging protocol that this kernel speaks. */
export const PROTOCOL_VERSION = "5.3";

/** The header of a Jupyter message ("Messaging in Jupyter", general message format). */
export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/** A message that came in: its routing prefix, its four dictionaries, its binary buffers. */
export interface Message {
  readonly ids: readonly Uint8Array[];
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

/** A message to be sent. The three dictionaries may be given as JSON text, made where the values live. */
export interface Outgoing {
  readonly type: string;
  readonly content: string;
  readonly parent?: Partial<Header> | undefined;
  readonly metadata?: string | undefined;
  readonly buffers?: readonly Uint8Array[] | undefined;
}

const DELIMITER = Buffer.from("<IDS|MSG>");

/**
 * Packs, signs, checks and reads the frames of Jupyter messages.
 * An empty key means, as the protocol says, that messages are not signed.
 */
export class Wire {
  readonly session = randomUUID();
  readonly #key: string;
  #sent = 0;

  constructor({ key, scheme = "hmac-sha256" }: { key: string; scheme?: string }) {
    if (key !== "" && scheme !== "hmac-sha256") {
      throw new RangeError(`signature_scheme must be "hmac-sha256", got "${scheme}"`);
    }
    this.#key = key;
  }

  /** The frames of a message, without a routing prefix. */
  pack({ type, content, parent = {}, metadata = "{}", buffers = [] }: Outgoing): (string | Uint8Array)[] {
    const header: Header = {
      msg_id: `${this.session}_${++this.#sent}`,
      session: this.session,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: PROTOCOL_VERSION,
    };
    const parts = [JSON.stringify(header), JSON.stringify(parent), metadata, content];
    return [DELIMITER, this.#sign(parts), ...parts, ...buffers];
  }

  /** The message in these frames, or null when it is malformed or its signature is wrong: such a message is dropped. */
  unpack(frames: readonly Uint8Array[]): Message | null {
    const at = frames.findIndex((frame) => DELIMITER.equals(frame));
    if (at < 0 || frames.length < at + 6) return null;
    const [signature, ...parts] = frames.slice(at + 1, at + 6) as [Uint8Array, ...Uint8Array[]];
    if (!this.#isSigned(signature, parts)) return null;
    const dictionaries = parts.map(dictionary);
    const [header, parent, metadata, content] = dictionaries;
    if (!header || !parent || !metadata || !content || !isHeader(header)) return null;
    return { ids: frames.slice(0, at), header, parent, metadata, content, buffers: frames.slice(at + 6) };
  }

  #sign(parts: readonly (string | Uint8Array)[]): string {
    if (this.#key === "") return "";
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  #isSigned(signature: Uint8Array, parts: readonly Uint8Array[]): boolean {
    if (this.#key === "") return true;
    const expected = Buffer.from(this.#sign(parts));
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
}

function dictionary(frame: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(frame).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function isHeader(value: Record<string, unknown>): value is Record<string, unknown> & Header {
  return typeof value["msg_type"] === "string" && typeof value["msg_id"] === "string";
}
