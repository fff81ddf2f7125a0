import { afterEach, beforeEach, expect, it } from 'vitest';
import { testKeystore, type TestKeystore } from './keystore.fixture.ts';

let keystore: TestKeystore;
beforeEach(() => {
  keystore = testKeystore();
});
afterEach(() => keystore[Symbol.dispose]());

const day = 86_400_000;

it('lists what ends until a time, soonest first, and only where somebody would feel it', () => {
  const now = keystore.clock.now();
  const group = keystore.addGroup().id;
  const key = (plannedEnd: number, remote: Parameters<TestKeystore['addRemote']>[1] | null) => {
    const { id } = keystore.addKey(group, { plannedEnd });
    if (remote) keystore.addRemote(id, remote);
    return id;
  };
  const far = now + 900 * day;
  const over = key(now - day, { alias: 'alias/payments' });
  const deleted = key(far, { validTo: now + 3 * day });
  const both = key(now + 20 * day, { alias: 'alias/other', validTo: now + 10 * day });
  key(now - day, { alias: null });
  key(now - day, { alias: 'alias/off', state: 'Disabled' });
  key(far, { validTo: now + day, state: 'PendingImport' });
  key(far, { validTo: now + 100 * day });
  key(now - day, null);
  const { endings, total } = keystore.endings.until(now + 90 * day, 100);
  expect(endings.map(({ keyId, what, at }) => [keyId, what, (at - now) / day])).toEqual([
    [over, 'life', -1],
    [deleted, 'material', 3],
    [both, 'material', 10],
    [both, 'life', 20],
  ]);
  expect(total).toBe(4);
  expect(keystore.endings.until(now + 90 * day, 1)).toMatchObject({
    endings: [{ keyId: over }],
    total: 4,
  });
});
