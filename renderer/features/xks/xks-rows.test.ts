import { describe, expect, it } from 'vitest';
import { rowsOf } from './xks-rows.ts';
import { storeShown, xksKeyShown } from './xks.fixture.ts';
import { keyNext, storeNext } from './xks-words.ts';

const stores = [
  storeShown({ id: 's10', name: 'ledger-10' }),
  storeShown({ id: 's2', name: 'ledger-2' }),
  storeShown({ id: 's3', name: 'ledger-3', needsYou: true, blocked: true }),
];
const keys = [
  xksKeyShown({ id: 'k1', storeId: 's2', name: 'cards' }),
  xksKeyShown({ id: 'k2', storeId: 's2', name: 'payments', needsYou: true, served: false }),
  xksKeyShown({ id: 'k3', storeId: 's3', blocked: true }),
];
const open = new Set<string>();
const ids = (needsMe: boolean) => rowsOf(stores, keys, open, needsMe).map(({ id }) => id);

describe('external key stores', () => {
  it('stand in the order of names, numbers by their value', () => {
    expect(ids(false)).toEqual(['s2', 'k1', 'k2', 's3', 'k3', 's10']);
  });

  it('show only what needs somebody, below the store it is in', () => {
    expect(ids(true)).toEqual(['s2', 'k2', 's3']);
  });

  it('say what is to be done about each thing that needs somebody', () => {
    const needing = [
      storeNext(storeShown({ needsYou: true })),
      storeNext(storeShown({ needsYou: true, inAws: null })),
      storeNext(storeShown({ needsYou: true, blocked: true })),
      keyNext(xksKeyShown({ needsYou: true, blocked: true })),
      keyNext(xksKeyShown({ needsYou: true, kmsKeyState: 'Gone' })),
      keyNext(xksKeyShown({ needsYou: true, enabled: false, kmsKeyState: 'PendingDeletion' })),
    ];
    expect(needing.map((next) => next?.urgent)).toEqual(needing.map(() => true));
  });

  it('leave a block of the whole store to the store', () => {
    expect(keyNext(xksKeyShown({ blocked: true }))?.urgent).toBe(false);
  });
});
