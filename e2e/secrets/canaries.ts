import { randomBytes } from 'node:crypto';

const unique = (bytes: number): string => randomBytes(bytes).toString('hex');

/**
 * Secrets of one run, by the name of the file they are given in. Each is a value that occurs nowhere
 * else in the world: a single hit anywhere is a leak, and its name says of what.
 */
export const newCanaries = () => ({
  passphrase: `first passphrase ${unique(12)}`,
  'new-passphrase': `second passphrase ${unique(12)}`,
  'wrong-passphrase': `wrong passphrase ${unique(12)}`,
  pin: `pin-${unique(8)}`,
  'wrong-pin': `not-the-pin-${unique(8)}`,
  'so-pin': `so-${unique(8)}`,
  // 40 characters, as AWS's are
  'secret-key': `Sec/${unique(18)}`,
  'wrong-secret-key': `Bad/${unique(18)}`,
  'approver-passphrase': `passphrase of an approver ${unique(12)}`,
  'key-passphrase': `passphrase of a key ${unique(12)}`,
});
export type Canaries = ReturnType<typeof newCanaries>;

/** Typed where a name or a command belongs. */
export const newMistyped = (): string => `a-secret-in-the-wrong-place-${unique(12)}`;
