import { describe, expect, it } from 'vitest';
import type { Caller } from '../core.ts';
import { TestCore } from './core.fixture.ts';

const snapshot = (test: TestCore, channel: Caller['channel'] = 'console') =>
  test.call('session.snapshot', {}, channel);

describe('a keystore that is being locked', () => {
  it('shows nothing of itself from the first moment, to nobody', async () => {
    await using test = new TestCore({ idleLock: true });
    await test.create();
    await test.call('folder.add', { name: 'a' });
    const told = Promise.withResolvers<void>();
    test.core.onChange(({ what }) => what === 'session' && told.resolve());
    const locked = test.call('keystore.lock', {}, 'cli');
    await told.promise;
    expect(await snapshot(test)).toMatchObject({
      keystore: { state: 'locking' },
      locking: { jobs: [] },
      lock: { cause: 'command', at: test.clock.now() },
      locksAt: null,
      designated: null,
      counts: { groups: 0, keys: 0 },
    });
    await locked;
    expect(await snapshot(test)).toMatchObject({
      keystore: { state: 'locked' },
      locking: null,
      lock: { cause: 'command' },
    });
  });

  it('is not kept open by somebody who comes back too late', async () => {
    await using test = new TestCore({ idleLock: true });
    await test.create();
    const locked = test.call('keystore.lock', {}, 'cli');
    await test.call('session.touch', {});
    await locked;
    expect((await snapshot(test)).keystore.state).toBe('locked');
  });
});

describe('why a keystore is locked', () => {
  it.each([
    ['desktop', 'asked', 'desktop'],
    ['desktop', 'suspend', 'suspend'],
    ['desktop', 'screen', 'screen'],
    ['console', 'asked', 'window'],
    ['cli', 'asked', 'command'],
    ['socket', 'asked', 'command'],
    ['scheduler', 'no-window', 'no-window'],
  ] as const)('asked by %s, %s: %s', async (channel, why, cause) => {
    await using test = new TestCore();
    await test.create();
    await test.call('keystore.lock', { why }, channel);
    expect((await snapshot(test)).lock).toEqual({ cause, at: test.clock.now(), minutes: null });
  });

  it('is known to the process that takes the place of the one that locked', async () => {
    const lock = { cause: 'idle', at: 1_700_000_000_000, minutes: 10 } as const;
    await using replaced = new TestCore({ formerLock: lock });
    expect((await snapshot(replaced)).lock).toEqual(lock);
    await using after = new TestCore({ formerEnd: 'signal SIGKILL' });
    expect((await snapshot(after)).lock).toMatchObject({ cause: 'core-ended' });
    await using fresh = new TestCore();
    expect((await snapshot(fresh)).lock).toMatchObject({ cause: 'start' });
  });

  it('is not told where it is open and only hidden', async () => {
    await using test = new TestCore();
    await test.create('real');
    expect(await snapshot(test)).toMatchObject({ keystore: { state: 'locked' }, lock: null });
  });
});
