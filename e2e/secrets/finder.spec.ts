import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Finder } from './finder.ts';
import { spellings } from './spellings.ts';

describe('the search for secrets', () => {
  it('finds every spelling anywhere, and says which and where', () => {
    const secrets = new Map([
      ['a key', randomBytes(32)],
      ['a text', Buffer.from('correct-horse-battery-staple')],
    ]);
    const finder = new Finder(
      new Map([...secrets].map(([name, value]) => [name, spellings(value)])),
    );
    for (const [secret, value] of secrets) {
      for (const { name: spelling, bytes } of spellings(value)) {
        for (const at of [0, 1, randomInt(2, 9000)]) {
          const around = Buffer.concat([randomBytes(at), bytes, Buffer.alloc(at % 7)]);
          expect(finder.find(around)).toContainEqual({ secret, spelling, at });
        }
      }
    }
  });

  it('finds what a plain search finds', () => {
    const near = Buffer.from('abababababac');
    const finder = new Finder(new Map([['near', [{ name: 'raw', bytes: near }]]]));
    const text = Buffer.from('ab'.repeat(50) + 'ac' + 'abababababacabababababac' + 'ab');
    const plain: number[] = [];
    for (let at = text.indexOf(near); at >= 0; at = text.indexOf(near, at + 1)) plain.push(at);
    expect(plain).toHaveLength(3);
    expect(finder.find(text).map((hit) => hit.at)).toEqual(plain);
  });

  it.each([0, 1, 2])('finds a secret inside base64 with %i bytes before it', (shift) => {
    const key = randomBytes(32);
    const finder = new Finder(new Map([['key', spellings(key)]]));
    const whole = Buffer.concat([randomBytes(3 + shift), key, randomBytes(5)]);
    for (const encoding of ['base64', 'base64url'] as const) {
      expect(finder.find(Buffer.from(whole.toString(encoding)))).not.toEqual([]);
      expect(finder.find(Buffer.from(whole.toString(encoding), 'utf16le'))).not.toEqual([]);
    }
  });

  it('finds nothing where nothing is', () => {
    const finder = new Finder(new Map([['key', spellings(randomBytes(32))]]));
    expect(finder.find(randomBytes(1_000_000))).toEqual([]);
    expect(finder.find(Buffer.alloc(1_000_000))).toEqual([]);
  });

  it('refuses a secret so short that it would be found by chance', () => {
    expect(() => new Finder(new Map([['PIN', spellings(Buffer.from('1234'))]]))).toThrow();
  });
});
