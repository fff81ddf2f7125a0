import type { Base } from '../ports.ts';

/**
 * A version 7 UUID (RFC 9562, section 5.7): 48 bits of wall time, then random bits, so that ids
 * made one after the other lie side by side in an index.
 */
export function uuidv7({ clock, random }: Pick<Base, 'clock' | 'random'>): string {
  const bytes = random(16);
  bytes.writeUIntBE(clock.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
