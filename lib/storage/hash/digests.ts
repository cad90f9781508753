import { md5, sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** The 16 bytes of a text's MD5 (RFC 1321). */
export function md5Bytes(text: string): Uint8Array {
  return md5(utf8ToBytes(text));
}

/** The 20 bytes of a text's SHA-1 (FIPS 180-1). */
export function sha1Bytes(text: string): Uint8Array {
  return sha1(utf8ToBytes(text));
}

/** The 40 hexadecimal digits of a text's SHA-1, as `hashlib.sha1(text.encode()).hexdigest()` in Python. */
export function sha1Hex(text: string): string {
  return bytesToHex(sha1Bytes(text));
}
