import { utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * CRC-16/XMODEM of a text's UTF-8 bytes (polynomial 0x1021, from 0), as the Redis Cluster specification names it: a
 * number from 0 to 65,535. `crc16("123456789")` is 0x31c3.
 */
export function crc16(text: string): number {
  let crc = 0;
  for (const byte of utf8ToBytes(text)) crc = ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ byte]!;
  return crc;
}

/** What each byte does to a register of zeros. */
const table: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});
