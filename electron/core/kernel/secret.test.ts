import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Secret } from './secret.ts';

it('never shows its bytes when printed, logged or serialised', () => {
  const secret = Secret.copyOf(Buffer.from('correct horse'));
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret })];
  for (const text of shown) {
    expect(text).toContain('[Secret]');
    expect(text).not.toContain('horse');
  }
});

it('zeroes what it takes over at once and its own memory at its end', () => {
  const bytes = Buffer.from([7, 7, 7, 7]);
  const secret = Secret.adopt(bytes);
  expect([...bytes]).toEqual([0, 0, 0, 0]);
  const own = secret.use((inner) => inner);
  expect([...own]).toEqual([7, 7, 7, 7]);
  secret.dispose();
  expect([...own]).toEqual([0, 0, 0, 0]);
  expect(() => secret.use((b) => b.length)).toThrow(/wiped/);
  secret.dispose();
});

it('copies without sharing memory', () => {
  const bytes = Buffer.from([1, 2, 3]);
  const secret = Secret.copyOf(bytes);
  bytes.fill(9);
  expect(secret.use((b) => [...b])).toEqual([1, 2, 3]);
});
