import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import { type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import { XksDesk, type DeskParts } from './xks-desk.ts';

let keystore: TestKeystore;
let desk: XksDesk;
let asked: string[];
/** What the device answers for an object instead of giving it up. */
let refusing: Map<string, FailureCode>;
beforeEach(() => {
  keystore = testKeystore();
  asked = [];
  refusing = new Map();
  const { temporary, settings, xks } = keystore;
  const driver = {
    removeServiceKey: async (id: string) => {
      asked.push(id);
      const code = refusing.get(id);
      if (code) throw new OperationError(code);
      return true;
    },
  };
  const { clock, random } = temporary;
  desk = new XksDesk({
    ports: { clock, random, log: { log: () => undefined } },
    config: { keystorePath: temporary.path },
    file: { store: temporary.store },
    domain: { settings, xks },
    token: { ready: async () => ({ driver, master: { id: '6b31' } }) },
  } as unknown as DeskParts);
  temporary.store.change(() => {
    for (const deviceId of ['first', 'second', 'third'])
      xks.keys.leftovers.leave({ deviceId, storage: 'hsm' });
  });
});
afterEach(async () => {
  await desk.close();
  keystore[Symbol.dispose]();
});

const left = () => keystore.xks.keys.leftovers.list().map(({ deviceId }) => deviceId);

it('takes off the device what it gives up, also behind an object that it keeps', async () => {
  refusing.set('first', 'HSM_REFUSED');
  expect(await desk.clearDevice()).toBe(1);
  expect(left()).toEqual(['first']);
  refusing.clear();
  expect(await desk.clearDevice()).toBe(0);
});

it('asks a device that is away once', async () => {
  refusing.set('second', 'HSM_TIMEOUT');
  expect(await desk.clearDevice()).toBe(2);
  expect(asked).toEqual(['first', 'second']);
  expect(left()).toEqual(['second', 'third']);
});
