import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { uuidv7 } from './uuid.ts';

const at = (now: number) => ({
  clock: {
    now: () => now,
    monotonic: () => now,
    elapsed: () => now,
    sleep: async () => {},
    yield: async () => {},
  },
  random: (length: number) => randomBytes(length),
});

it('carries the time, the version and the variant', () => {
  const id = uuidv7(at(0x0123456789ab));
  expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('sorts by the time it was made and does not repeat', () => {
  const ids = [1, 2, 3, 70_000].map((now) => uuidv7(at(now * 1000)));
  expect([...ids].sort()).toEqual(ids);
  expect(uuidv7(at(5))).not.toBe(uuidv7(at(5)));
});
