import { describe, expect, it } from 'vitest';
import type { Group } from '../../keystore/rows.ts';
import { deactivateOthers, formerHolder, sayClock } from './reading.ts';
import type { DeedServices } from './services.ts';

const group = { id: 'g', alias: 'payments' } as unknown as Group;

/** A key of the group: its id is its KMS key id, too. */
const row = (id: string, alias: string | null, region = 'eu-west-1', lifecycle = 'active') => ({
  key: { id, lifecycle },
  remote: { kmsKeyId: id, region, alias },
});
type Rows = readonly ReturnType<typeof row>[];
const keystore = (rows: Rows, moved: string[] = []) =>
  ({
    keys: { ofGroup: () => rows, setLifecycle: (id: string) => void moved.push(id) },
  }) as unknown as DeedServices;

describe('who gave up the alias, where the step that moved it cannot say', () => {
  const to = { keyId: 'new', region: 'eu-west-1' };
  const rows = [row('new', null), row('seen', null), row('noted', 'alias/payments')];
  const looked = { alias: 'payments', region: 'eu-west-1', holder: 'seen' };

  it.each([
    { what: 'the check of the job looked at that very alias', check: looked, is: 'seen' },
    { what: 'the group has another alias since', check: { ...looked, alias: 'p' }, is: 'noted' },
    { what: 'it is in another Region', check: { ...looked, region: 'us-east-1' }, is: 'noted' },
    { what: 'the job did not look', check: {}, is: 'noted' },
    { what: 'nobody had it', check: { ...looked, holder: null }, is: null },
  ])('$what: $is', ({ check, is }) => {
    const found = formerHolder(keystore(rows), group, to, check);
    expect(found?.key.id ?? null).toBe(is);
  });

  it('is no key of another Region', () => {
    const elsewhere = [row('new', null), row('seen', 'alias/payments', 'us-east-1')];
    expect(formerHolder(keystore(elsewhere), group, to, looked)).toBeNull();
  });
});

it('deactivates what gave up its alias, and leaves what has one', () => {
  const moved: string[] = [];
  const rows = [
    row('new', 'alias/payments'),
    row('former', null),
    row('named', 'alias/before'),
    row('never', null, 'eu-west-1', 'pre-activation'),
  ];
  deactivateOthers(keystore(rows, moved), group, 'new');
  expect(moved).toEqual(['former']);
});

it('makes no seconds of what the whole seconds of AWS cannot tell', () => {
  expect(sayClock(0)).toBe('the clocks agree');
  expect(sayClock(-1000)).toBe('the clocks agree');
  expect(sayClock(2000)).toBe('the clocks agree');
  expect(sayClock(-42_400)).toBe('clock off by 42 s');
});
