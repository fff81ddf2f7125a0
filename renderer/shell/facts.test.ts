import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../testing/pictures.fixture.ts';
import { allFactsOf, factsOf } from './facts.ts';

const place = (account: string | null, region: string) => ({ account, region, groups: 1 });
const snapshot = snapshotOf('verified', 'real', {
  hsm: 'ready',
  hsmLabel: 'BYOK-A',
  connections: { connected: 1, all: 2 },
  places: [place('111122223333', 'eu-west-1'), place(null, 'eu-west-2')],
});

const short = (of: typeof snapshot) =>
  Object.fromEntries(factsOf(of, 'off').map((fact) => [fact.id, fact.short]));

describe('the top line', () => {
  it('says in short what must always be in sight', () => {
    expect(short(snapshot)).toEqual({
      control: '',
      hsm: '✓ HSM',
      aws: '! AWS 1 of 2',
      places: '111122223333 · eu-west-1 +1',
      device: 'Rotates here',
    });
  });

  it('leaves out in short what is as it should be, and says what is not', () => {
    const all = { ...snapshot, connections: { connected: 2, all: 2 } };
    expect(short(all)['aws']).toBe('');
    expect(short({ ...snapshot, hsm: 'pin-needed' })['hsm']).toBe('! HSM PIN');
    expect(short({ ...snapshot, designated: false })['device']).toBe('Not designated');
  });

  it('keeps every fact whole where all of it is shown', () => {
    expect(allFactsOf(snapshot, 'off')).toEqual([
      ['Keystore', snapshot.keystore.path],
      ['Who can act alone', 'single control'],
      ['HSM', '✓ HSM BYOK-A ready'],
      ['AWS', 'AWS 1 of 2 connected'],
      ['Accounts and Regions', '111122223333 · eu-west-1'],
      ['', 'account not yet known · eu-west-2'],
      ['This device', 'This device rotates on schedule'],
    ]);
  });

  it('says who can act alone as the rule of a second person has it, of real keys only', () => {
    const told = (...[of, rule]: Parameters<typeof factsOf>) =>
      factsOf(of, rule).find(({ id }) => id === 'control')?.long;
    expect(told(snapshot, 'off')).toBe('single control');
    expect(told(snapshot, 'destructive')).toBe('dual control for what destroys');
    expect(told(snapshot, 'every-deed')).toBe('dual control');
    expect(told(snapshot, null)).toBeUndefined();
    expect(told(snapshotOf('verified', 'practice'), 'every-deed')).toBeUndefined();
  });
});
