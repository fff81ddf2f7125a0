import { expect, it } from 'vitest';
import { sayAbout } from '../../../../../shared/text/plans.ts';
import { signedBefore, storeDeedTakes } from './durations.ts';
import { storeWords } from './store-words.ts';

const told = (deed: Parameters<typeof storeDeedTakes>[0], realm: 'practice' | 'real') =>
  sayAbout(storeDeedTakes(deed, realm) / 1_000);

it('a plan of the exchange of a credential counts the wait for requests of the former pair', () => {
  expect(told('rotate-credential', 'real')).toBe('about 5 minutes');
  expect(storeDeedTakes('rotate-credential', 'real')).toBeGreaterThan(signedBefore.real);
  expect(told('rotate-credential', 'practice')).toBe('about 11 seconds');
  expect(told('update', 'real')).toBe('about 10 seconds');
});

it.each(['connect', 'rotate-credential'] as const)(
  'the sentence of %s tells the five minutes of real AWS as its own, and in practice as not',
  (deed) => {
    const said = (realm: 'practice' | 'real') =>
      storeWords(deed, { realm, seen: null, valid: 1 } as Parameters<typeof storeWords>[1])
        .sentence;
    expect(said('real')).toContain('five minutes');
    expect(said('real')).not.toMatch(/practice|real AWS/);
    expect(said('practice')).toMatch(/five minutes .*with real AWS|real AWS .*five minutes/);
  },
);
