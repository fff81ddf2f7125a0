import { createHmac } from 'node:crypto';

const stepMs = 30_000;
const digits = 6;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 as authenticator apps take it, without regard to case, spaces and padding. */
export function fromBase32(text: string): Buffer | undefined {
  const clean = text.toUpperCase().replaceAll(/[\s=]/g, '');
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of clean) {
    const digit = alphabet.indexOf(letter);
    if (digit < 0) return undefined;
    value = ((value << 5) | digit) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}

/** The code of a virtual MFA device at a time in milliseconds (RFC 6238, SHA-1, 30 s, 6 digits). */
export function totpAt(seed: Buffer, milliseconds: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(milliseconds / stepMs)));
  const mac = createHmac('sha1', seed).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 0x0f;
  const number = mac.readUInt32BE(at) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** Codes of the step before and after are taken too: clocks differ. */
export const isCodeOf = (seed: Buffer, code: string, milliseconds: number): boolean =>
  [-stepMs, 0, stepMs].some((offset) => totpAt(seed, milliseconds + offset) === code);
