import { expect, it } from 'vitest';
import type { RemoteKey } from '../../keystore/rows.ts';
import { endOfMaterial } from './force-rotate.ts';

const day = 86_400_000;
const now = 100 * day;

const end = (remote: Partial<RemoteKey>, days: number | null) =>
  endOfMaterial(
    { madeBy: 'group', taken: false, validTo: null, ...remote } as RemoteKey,
    days,
    now,
  );

it.each([
  ['is made anew for a new KMS key', { state: 'PendingImport' }, 10, now + 10 * day],
  ['is none where the group has none', { state: 'PendingImport' }, null, null],
  ['stays where AWS has taken it', { state: 'Enabled', validTo: now + day }, 10, now + day],
  ['is kept', { madeBy: 'adopted', state: 'Enabled', validTo: now + day }, 10, now + day],
  ['is kept where it is none', { madeBy: 'adopted', state: 'Enabled' }, 10, null],
  ['has passed', { madeBy: 'adopted', state: 'Enabled', validTo: now - 1 }, 10, now + 10 * day],
  [
    'has passed, and no other is',
    { madeBy: 'adopted', state: 'Enabled', validTo: now },
    null,
    null,
  ],
] as const)('the date of what is imported %s', (_what, remote, days, expected) => {
  expect(end(remote, days)).toBe(expected);
});
