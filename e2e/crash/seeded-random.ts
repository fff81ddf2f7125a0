import { createHash } from 'node:crypto';
import type { RandomBytes } from '../../electron/core/ports.ts';

/** Bytes that follow from `seed` alone. For runs that must make the same choices again. */
export function seededRandom(seed: string): RandomBytes {
  let block = 0;
  return (length) => {
    const parts: Buffer[] = [];
    for (let have = 0; have < length; have += 32) {
      parts.push(createHash('sha256').update(`${seed}\n${block++}`).digest());
    }
    return Buffer.from(Buffer.concat(parts).subarray(0, length));
  };
}
