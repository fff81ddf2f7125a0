import { describe, expect, it } from 'vitest';
import type { ExternalStore, XksKey, XksVersion } from '../keystore/xks/rows.ts';
import type { OpenKeystore } from './context.ts';
import { countXksNeeding, groupsNeedingSomebody } from './needing.ts';

const inAws = { state: 'CONNECTED', error: null };
const store = (id: string, more: object = {}) =>
  ({ id, blocked: false, remote: inAws, ...more }) as unknown as ExternalStore;
const key = (id: string, more: object = {}) =>
  ({ id, blocked: false, current: 1, remote: { state: 'Enabled' }, ...more }) as unknown as XksKey;
const usable = [{ number: 1, state: 'usable' }] as unknown as XksVersion[];

function keystore(
  lines: readonly string[],
  stores: readonly ExternalStore[] = [],
  keys: readonly XksKey[] = [],
) {
  return {
    jobs: { groupsNeedingYou: () => new Set(lines) },
    overview: { groupsInTrouble: () => ['g2'] },
    xks: { stores: { list: () => stores }, keys: { list: () => keys, versions: () => usable } },
  } as unknown as OpenKeystore;
}

describe('what needs somebody', () => {
  it('is counted as a group only where it is one', () => {
    expect([...groupsNeedingSomebody(keystore(['g1', 'xks:s1']))]).toEqual(['g1', 'g2']);
  });

  it('is a store that is blocked, in trouble in AWS, or has a job that waits', () => {
    const stores = [
      store('s1'),
      store('s2', { blocked: true }),
      store('s3', { remote: { ...inAws, error: 'XKS_PROXY_TIMED_OUT' } }),
      store('s4', { remote: { ...inAws, state: 'GONE' } }),
      store('s5', { remote: null }),
    ];
    expect(countXksNeeding(keystore([], stores))).toBe(3);
    expect(countXksNeeding(keystore(['xks:s5', 'g1'], stores))).toBe(4);
  });

  it('is an external key that is blocked, not served, or that AWS deletes or has lost', () => {
    const keys = [
      key('k1'),
      key('k2', { blocked: true }),
      key('k3', { current: 2 }),
      key('k4', { remote: { state: 'PendingDeletion' } }),
      key('k5', { remote: null }),
    ];
    expect(countXksNeeding(keystore([], [], keys))).toBe(3);
  });
});
