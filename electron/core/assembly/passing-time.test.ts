import { afterEach, beforeEach, expect, it } from 'vitest';
import { testBlob, type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import { transportLife } from '../keystore/transport-keys.ts';
import { PassingTime, type PassingTimeParts } from './passing-time.ts';

const minute = 60_000;
const day = 86_400_000;

interface Noted {
  readonly action: string;
  readonly objects: readonly string[];
}

let keystore: TestKeystore;
let time: PassingTime;
let told: string[];
let audited: string[][];
let counts: { due: number; renewals: number };
beforeEach(async () => {
  keystore = testKeystore();
  told = [];
  counts = { due: 0, renewals: 0 };
  const { clock, endings, transportKeys } = keystore;
  const due = { counts: () => counts };
  const changed = (what: string): void => void told.push(what);
  audited = [];
  const audit = { append: ({ action, objects }: Noted) => void audited.push([action, ...objects]) };
  const of = { clock, endings, transportKeys, audit, host: 'here' } as unknown as PassingTimeParts;
  time = new PassingTime({ ...of, due, changed });
  await time.start();
});
afterEach(async () => {
  await time.stop();
  keystore[Symbol.dispose]();
});

/** A key in use whose planned life ends in so many milliseconds. */
function endsIn(ms: number): void {
  const { id } = keystore.addGroup({ rotate: false });
  const key = keystore.addKey(id, { plannedEnd: keystore.clock.now() + ms });
  keystore.addRemote(key.id, { alias: 'alias/payments' });
}

it.each([30, 90, 365])('tells of a key once it ends in %s days', async (days) => {
  endsIn(days * day + 3 * minute);
  await keystore.clock.advance(minute);
  // this one is new, and was not known of as it began
  told.length = 0;
  await keystore.clock.advance(minute);
  expect(told).toEqual([]);
  await keystore.clock.advance(2 * minute);
  expect(told).toEqual(['key']);
  await keystore.clock.advance(10 * minute);
  expect(told).toEqual(['key']);
});

it('tells of what begins to wait for a person', async () => {
  await keystore.clock.advance(minute);
  counts = { due: 21, renewals: 0 };
  await keystore.clock.advance(minute);
  expect(told).toEqual(['job']);
});

it('ends a transport key once its days are over, and tells of it', async () => {
  const { id } = keystore.addGroup();
  const blob = testBlob({ spec: 'RSA_4096', publicKey: Buffer.alloc(550) });
  const made = { blob, algorithm: 'RSAES_OAEP_SHA_256' } as const;
  keystore.transportKeys.add(id, { storage: 'software', tokenSerial: null }, made);
  keystore.clock.jumpWall(transportLife - 2 * minute);
  await keystore.clock.advance(minute);
  expect([told, audited]).toEqual([[], []]);
  await keystore.clock.advance(2 * minute);
  expect([told, audited]).toEqual([['group'], [['group.transportKeyOver', id]]]);
});

it('says nothing after its end', async () => {
  endsIn(30 * day + minute);
  await time.stop();
  await keystore.clock.advance(10 * minute);
  expect(told).toEqual([]);
});
