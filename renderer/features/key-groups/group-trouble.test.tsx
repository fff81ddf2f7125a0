// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobView } from '../../../shared/contract/job.ts';
import { clientOver } from '../../client/client.ts';
import { Root } from '../../root.tsx';
import { newReads } from '../../state/reads.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { job } from '../jobs/jobs.fixture.ts';
import { GroupTrouble } from './group-trouble.tsx';
import { someGroup, someKey } from './things.fixture.ts';
import type { KeyView } from './tree-lists.ts';

afterEach(cleanup);

const idOf = (n: number): string => `019a0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

async function show(
  keys: readonly KeyView[],
  jobs: readonly JobView[] = [],
  group: Parameters<typeof someGroup>[0] = {},
) {
  const reads = newReads();
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'job.list': () => ({ jobs: [...jobs], next: null }),
    'key.list': () => ({ keys: [...keys], total: keys.length, next: null }),
  });
  render(
    <Root host={{ link, call: clientOver(link) }} reads={reads}>
      <GroupTrouble group={someGroup({ id: idOf(1), needsYou: true, ...group })} />
    </Root>,
  );
  const all = await screen.findAllByRole('button');
  const named = all.map(({ textContent }) => textContent);
  const filled = all
    .filter(({ className }) => className.includes('MuiButton-contained'))
    .map(({ textContent }) => textContent);
  return { named, filled, region: within(screen.getByRole('region', { name: 'Needs you' })) };
}

const keysIn = (state: KeyView['state'], count: number, from = 1): readonly KeyView[] =>
  Array.from({ length: count }, (_, n) =>
    someKey({
      id: idOf(100 + from + n),
      groupId: idOf(1),
      version: from + n,
      state,
    }),
  );

it('lets one deed of two hundred stand out, and says once what their state means', async () => {
  const { named, filled, region } = await show(keysIn('Material gone', 200));
  expect(filled).toEqual(['Synchronize version 1…']);
  expect(named).toHaveLength(5);
  expect(region.getAllByText(/^AWS has no key material for it/)).toHaveLength(1);
  expect(region.getByText(/^200 versions:/)).toBeTruthy();
  expect(
    region.getByText(
      '195 more, in the tree below this group. Synchronize all… brings them in line together.',
    ),
  ).toBeTruthy();
});

it('begins with the key that holds the alias', async () => {
  const [a, b] = keysIn('Material gone', 2);
  if (!a || !b?.remote) throw new Error('two keys in AWS');
  const { filled } = await show([a, { ...b, remote: { ...b.remote, alias: 'alias/payments' } }]);
  expect(filled).toEqual(['Synchronize version 2…']);
});

it('lets a stopped job stand out before the keys', async () => {
  const { filled } = await show(keysIn('Differs', 1), [
    job(7, { state: 'needs-you' }),
    job(6, { state: 'needs-you' }),
  ]);
  expect(filled).toEqual(['Show job 7']);
});

it('keeps apart what Synchronize mends from what has to be enabled', async () => {
  const { named, filled, region } = await show([
    ...keysIn('Off, alias', 1, 9),
    ...keysIn('Differs', 1, 8),
  ]);
  expect(named).toEqual(['Enable version 9 in AWS…', 'Synchronize version 8…']);
  expect(filled).toEqual(['Enable version 9 in AWS…']);
  expect(region.getByText(/^Version 9:/)).toBeTruthy();
  expect(region.queryByText(/more, in the tree/)).toBeNull();
});

it('leads to the version that is gone, not to those that stopped with it in one KMS key', async () => {
  const { named, filled, region } = await show([
    ...keysIn('Stopped', 1, 3).map((key) => ({
      ...key,
      remote: key.remote && { ...key.remote, alias: 'alias/pay' },
    })),
    ...keysIn('Stopped', 1, 2),
    ...keysIn('Material gone', 1, 1),
  ]);
  expect(named).toEqual(['Synchronize version 1…']);
  expect(filled).toEqual(['Synchronize version 1…']);
  expect(region.getByText(/lacks material of another version/)).toBeTruthy();
  expect(region.getByText(/^2 versions:/)).toBeTruthy();
});

describe('an alias that is on no key of its group', () => {
  const theirs = '9f3a0000-0000-4000-8000-00000000c001';
  const place = { keyId: theirs, group: null, adopted: false, readAt: 0 };
  const versions = keysIn('Decrypts only', 2).map((key, n) => ({
    ...key,
    lifecycle: n === 1 ? ('active' as const) : ('deactivated' as const),
  }));

  it('is told before its keys, and leads back to AWS', async () => {
    const keys = [...versions, ...keysIn('Differs', 1, 9)];
    const { named, filled, region } = await show(keys, [], { aliasElsewhere: place });
    expect(filled).toEqual(['Check against AWS']);
    expect(named).toContain('Synchronize version 9…');
    expect(
      region.getByText('alias/payments-prod names KMS key 9f3a…c001, which is none of this group.'),
    ).toBeTruthy();
    expect(region.getByText(/and no copy of it is kept here\.$/)).toBeTruthy();
  });

  it.each([
    ['was deleted', { ...place, keyId: null }],
    ['names a key that the group has adopted', { ...place, adopted: true }],
  ])('and %s goes back to the version in use', async (_what, aliasElsewhere) => {
    const { named, filled } = await show(versions, [], { aliasElsewhere });
    expect(filled).toEqual(['Make version 2 active…']);
    expect(named).toContain('Check against AWS');
  });

  it('stands behind a stopped job', async () => {
    const jobs = [job(7, { state: 'needs-you' })];
    const { filled } = await show(versions, jobs, { aliasElsewhere: place });
    expect(filled).toEqual(['Show job 7']);
  });
});
