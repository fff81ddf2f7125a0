import { expect, it } from 'vitest';
import { type LeftBehind, leftoverTexts } from './leftovers.ts';

const key = {
  what: 'kms-key',
  key: 'a81c…40d2',
  state: 'Enabled',
  stateInDoubt: false,
  alias: null,
  aliasInDoubt: null,
} as const;

it.each([
  [{ what: 'nothing' }, 'Cancel now leaves nothing behind.', 'It left nothing behind.'],
  [
    { what: 'version', version: 2, mayHaveMadeKey: false },
    'Cancel now leaves version 2 in the keystore, unused; nothing is in AWS.',
    'Version 2 stays in the keystore, unused; nothing is in AWS.',
  ],
  [
    { what: 'version', version: 2, mayHaveMadeKey: true },
    'Cancel now leaves version 2 in the keystore, unused; AWS may hold one KMS key with the mark of this job.',
    'Version 2 stays in the keystore, unused; AWS may hold one KMS key with the mark of this job.',
  ],
  [
    { what: 'external-key', name: 'payments', mayHaveMadeKey: false },
    'Cancel now leaves external key payments in the keystore, unused; no KMS key stands for it.',
    'External key payments stays in the keystore, unused; no KMS key stands for it.',
  ],
  [
    { what: 'external-key', name: 'payments', mayHaveMadeKey: true },
    'Cancel now leaves external key payments in the keystore, unused; AWS may hold one KMS key with the mark of this job.',
    'External key payments stays in the keystore, unused; AWS may hold one KMS key with the mark of this job.',
  ],
  [
    { what: 'key-store-in-doubt', name: 'ledger' },
    'Nothing is left here; AWS may have key store ledger; it is not connected and holds no key.',
    'AWS may have key store ledger; it is not connected and holds no key.',
  ],
  [
    key,
    'Cancel now leaves KMS key a81c…40d2 in AWS, enabled, without alias.',
    'KMS key a81c…40d2 stays in AWS, enabled, without alias.',
  ],
  [
    { ...key, state: 'PendingDeletion', alias: 'alias/x', aliasInDoubt: 'alias/x' },
    'Cancel now leaves KMS key a81c…40d2 in AWS, PendingDeletion, with alias/x.',
    'KMS key a81c…40d2 stays in AWS, PendingDeletion, with alias/x.',
  ],
  [
    { ...key, aliasInDoubt: 'alias/x' },
    'Cancel now leaves KMS key a81c…40d2 in AWS, enabled, and alias/x may name it already.',
    'KMS key a81c…40d2 stays in AWS, enabled, and alias/x may name it already.',
  ],
  [
    { ...key, state: 'PendingImport', stateInDoubt: true },
    'Cancel now leaves KMS key a81c…40d2 in AWS, empty when last read (a change of that may have been made since), without alias.',
    'KMS key a81c…40d2 stays in AWS, empty when last read (a change of that may have been made since), without alias.',
  ],
  [
    { ...key, state: 'PendingImport', shared: true, alias: 'alias/x' },
    'Cancel now leaves KMS key a81c…40d2 in AWS, stopped for want of material, with alias/x.',
    'KMS key a81c…40d2 stays in AWS, stopped for want of material, with alias/x.',
  ],
  ...(
    [
      ['none', 'nothing of it is in KMS key a81c…40d2, which goes on as before'],
      ['in-doubt', 'KMS key a81c…40d2 may hold its material, unused'],
      [
        'waiting',
        'its material waits unused in KMS key a81c…40d2, and the next Force Rotate takes it',
      ],
      ['rotating', 'AWS may go on and encrypt under it in KMS key a81c…40d2'],
      ['current', 'AWS encrypts under it in KMS key a81c…40d2'],
    ] as const
  ).map(([material, words]): [LeftBehind, string, string] => [
    { what: 'material', version: 3, key: key.key, state: 'Enabled', material },
    `Cancel now leaves version 3 in the keystore; ${words}.`,
    `Version 3 stays in the keystore; ${words}.`,
  ]),
  ...(
    [
      ['none', 'Disabled', 'nothing of it is in KMS key a81c…40d2, which is disabled'],
      [
        'none',
        'PendingImport',
        'nothing of it is in KMS key a81c…40d2, which is stopped for want of material',
      ],
      ['current', 'Disabled', 'it is the current one of KMS key a81c…40d2, which is disabled'],
    ] as const
  ).map(([material, state, words]): [LeftBehind, string, string] => [
    { what: 'material', version: 3, key: key.key, state, material },
    `Cancel now leaves version 3 in the keystore; ${words}.`,
    `Version 3 stays in the keystore; ${words}.`,
  ]),
] satisfies [LeftBehind, string, string][])('%j', (left, now, after) => {
  expect(leftoverTexts(left)).toEqual({ now, after });
});
