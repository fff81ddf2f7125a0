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

test('ends the connection, and says nothing', async () => {
  const storeId = await bench.connectedStore();
  const reply = await call('DisconnectCustomKeyStore', storeId);
  expect([reply.status, reply.text]).toEqual([200, '{}']);
  expect((await bench.describeStore(storeId))['ConnectionState']).toBe('DISCONNECTED');
});

test('a store that is not connected, or not there', async () => {
  const storeId = await bench.makeStore();
  expect(await typeOf('DisconnectCustomKeyStore', storeId)).toBe(
    'CustomKeyStoreInvalidStateException',
  );
  expect(await typeOf('DisconnectCustomKeyStore', 'cks-00000000000000000')).toBe(
    'CustomKeyStoreNotFoundException',
  );
});
