import { expect, test } from 'vitest';
import type { KeyRecord } from '../model/records.ts';
import { openState } from './state.ts';

const place = { account: '123456789012', region: 'eu-central-1' };
const keyIn = (state: KeyRecord['state'], keyId: string): KeyRecord => ({
  ...place,
  keyId,
  arn: keyId,
  createdAt: 0,
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
  origin: 'AWS_KMS',
  multiRegion: false,
  state,
  description: '',
  policy: '{}',
  tags: [],
  deleteAt: null,
  visibleAt: 0,
  role: null,
  settlesAt: null,
  settlesTo: null,
  windowDays: null,
  storeId: null,
  xksKeyId: null,
});

test('a rotation falls due once its key is usable, and what is due behind it does at its time', () => {
  const state = openState(null);
  const rotationOf = (keyId: string, nextAt: number) =>
    state.rotations.put({
      ...place,
      keyId,
      days: 90,
      nextAt,
      startedAt: null,
      endsAt: null,
      onDemand: 0,
    });
  try {
    state.keys.put(keyIn('Disabled', 'off'));
    rotationOf('off', 10);
    expect(state.nextDue(9)).toBe(10);
    expect(state.nextDue(10)).toBe(Number.POSITIVE_INFINITY);
    state.keys.put(keyIn('Enabled', 'on'));
    rotationOf('on', 20);
    expect(state.nextDue(30)).toBe(20);
    state.keys.put(keyIn('Enabled', 'off'));
    expect(state.nextDue(30)).toBe(10);
  } finally {
    state.close();
  }
});
