import { describe, expect, it } from 'vitest';
import { attempts, type TransportName } from './attempt.ts';
import { growth, mostGrowth } from './campaign.ts';
import { declared } from './declared.ts';
import { Dice } from './dice.ts';
import { controlMessage, operationNames, operationOf } from './messages.ts';
import { valid } from './valid.ts';
import { spoilt, wrongs } from './wrong.ts';

/** A sample of `npm run test:messages`. */
const count = 600;

describe('messages made from the contract', () => {
  it.each(operationNames)('%s: valid ones fit, and no wrong one does', (name) => {
    const { input } = operationOf(name);
    const field = declared(input);
    const dice = new Dice(name);
    for (let round = 0; round < 4; round++) {
      const good = valid(field, dice);
      expect(input.safeParse(good)).toMatchObject({ success: true });
      const taken = wrongs(field, good, { clones: false })
        .filter((wrong) => input.safeParse(spoilt(good, wrong)).success)
        .map(({ at, why }) => `${at.join('.')}: ${why}`);
      expect(taken).toEqual([]);
    }
  });

  it('follow from their seed', () => {
    const some = (seed: string): string => {
      const dice = new Dice(seed);
      const things = { references: ['payments-prod'] };
      return JSON.stringify(Array.from({ length: 20 }, () => controlMessage(dice, things)));
    };
    expect(some('a')).toBe(some('a'));
    expect(some('a')).not.toBe(some('b'));
  });
});

describe('the campaign of messages', () => {
  it.each(Object.keys(attempts) as TransportName[])(
    'over %s: nothing wrong is carried out, nothing breaks, nothing changes',
    async (name) => {
      const { outcome, before, after } = await attempts[name]({ count, seed: 'sample' });
      expect(outcome).toMatchObject({ sent: count, accepted: [], astray: [], crashes: [] });
      expect(outcome.wrong).toBeGreaterThan(count / 2);
      expect(outcome.controls).toBeGreaterThan(count / 5);
      expect(after).toBe(before);
      expect(growth(outcome)).toBeLessThan(mostGrowth);
    },
  );
});
