import { describe, expect, it } from 'vitest';
import { usualEnd } from './material-end.ts';

const now = Date.parse('2026-11-21T14:31:08Z');
const in30Days = now + 30 * 86_400_000;

describe('the end of material that nobody named', () => {
  it.each([
    [
      'as AWS has it while it is there',
      { state: 'Enabled', validTo: now + 9, importState: null },
      false,
      now + 9,
    ],
    [
      'never where AWS has no date',
      { state: 'Disabled', validTo: null, importState: null },
      false,
      null,
    ],
    [
      'as the group says once it ran out',
      { state: 'Enabled', validTo: now, importState: null },
      false,
      in30Days,
    ],
    [
      'as the group says where it is gone',
      { state: 'PendingImport', validTo: null, importState: null },
      false,
      in30Days,
    ],
    [
      'as the group says for what is put back',
      { state: 'Enabled', validTo: null, importState: null },
      true,
      in30Days,
    ],
    [
      'as AWS has it while it is there and another of its KMS key is not',
      { state: 'PendingImport', validTo: now + 9, importState: 'IMPORTED' },
      false,
      now + 9,
    ],
    [
      'as the group says where it is the one that is not',
      { state: 'PendingImport', validTo: now + 9, importState: 'PENDING_IMPORT' },
      false,
      in30Days,
    ],
    ['as the group says for what was never there', null, false, in30Days],
  ])('is usually %s', (_, remote, deleteMaterial, at) => {
    expect(usualEnd(remote, in30Days, { deleteMaterial }, now)).toBe(at);
    if (at === in30Days) expect(usualEnd(remote, null, { deleteMaterial }, now)).toBeNull();
  });
});
