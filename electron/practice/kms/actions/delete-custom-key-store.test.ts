import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startStoreBench, type StoreBench } from '../testing/store-bench.fixture.ts';

let bench: StoreBench;
beforeAll(async () => {
  bench = await startStoreBench();
});
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const call = (operation: string, storeId: string, more: Record<string, unknown> = {}) =>
  bench.client.call(operation, { CustomKeyStoreId: storeId, ...more });
const typeOf = async (operation: string, storeId: string, more: Record<string, unknown> = {}) =>
  (await call(operation, storeId, more)).type;

test('DeleteCustomKeyStore takes an empty store, and all of it', async () => {
  const storeId = await bench.connectedStore({ CustomKeyStoreName: 'again' });
  const keyId = await bench.keyIn(storeId, 'k1');
  await call('DisconnectCustomKeyStore', storeId);
  expect(await typeOf('DeleteCustomKeyStore', storeId)).toBe('CustomKeyStoreHasCMKsException');
  await bench.client.must('ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 });
  expect(await typeOf('DeleteCustomKeyStore', storeId)).toBe('CustomKeyStoreHasCMKsException');
  await bench.advance(7 * 86_400 + 1);
  const reply = await call('DeleteCustomKeyStore', storeId);
  expect([reply.status, reply.text]).toEqual([200, '{}']);
  expect(await typeOf('ConnectCustomKeyStore', storeId)).toBe('CustomKeyStoreNotFoundException');
  await bench.makeStore({ CustomKeyStoreName: 'again' });
});

test('a store that is connected, or not there', async () => {
  const storeId = await bench.connectedStore();
  expect(await typeOf('DeleteCustomKeyStore', storeId)).toBe('CustomKeyStoreInvalidStateException');
  expect(await typeOf('DeleteCustomKeyStore', 'cks-00000000000000000')).toBe(
    'CustomKeyStoreNotFoundException',
  );
});
