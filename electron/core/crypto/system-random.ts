import { randomBytes } from 'node:crypto';
import type { RandomBytes } from '../ports.ts';

/** The operating system's generator, as Node and Electron both offer it: the port's real side. */
export const systemRandom: RandomBytes = (length) => {
  const bytes = Buffer.alloc(length);
  // Copied out of the shared pool, so that wiping it wipes nothing else.
  bytes.set(randomBytes(length));
  return bytes;
};
