import { describe, expect, it } from 'vitest';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { TestCore } from './core.fixture.ts';
import { IdleLock } from './idle-lock.ts';

const minute = 60_000;

function lockAfter(minutes: { now: number | null }) {
  const clock = new TestClock();
  const seen = { locked: 0, moved: 0 };
  const idle = new IdleLock({
    clock,
    minutes: () => minutes.now,
    lock: () => void (seen.locked += 1),
    moved: () => void (seen.moved += 1),
  });
  return { clock, idle, seen };
}

describe('the time until it locks by itself', () => {
  it('runs from the last sign of a person, and ends once', async () => {
    const { clock, idle, seen } = lockAfter({ now: 10 });
    idle.touch();
    expect(idle.locksAt).toBe(clock.now() + 10 * minute);
    await clock.advance(9 * minute);
    idle.touch();
    await clock.advance(10 * minute - 1);
    expect(seen.locked).toBe(0);
    await clock.advance(1);
    expect(seen.locked).toBe(1);
    await clock.advance(100 * minute);
    expect(seen.locked).toBe(1);
    expect(idle.locksAt).toBeNull();
  });

  it('is a whole number of milliseconds, whatever the steady clock counts in', () => {
    const clock = new TestClock(undefined, { tick: 0.3 });
    const idle = new IdleLock({ clock, minutes: () => 10, lock: () => {}, moved: () => {} });
    idle.touch();
    expect(Number.isInteger(idle.locksAt)).toBe(true);
  });

  it('counts the time in which the computer slept, and is not fooled by a clock set back', async () => {
    const slept = lockAfter({ now: 10 });
    slept.idle.touch();
    slept.clock.jumpWall(11 * minute);
    await slept.clock.advance(30_000);
    expect(slept.seen.locked).toBe(1);

    const back = lockAfter({ now: 10 });
    back.idle.touch();
    back.clock.jumpWall(-600 * minute);
    await back.clock.advance(10 * minute);
    expect(back.seen.locked).toBe(1);
  });

  it('does not run without minutes, and follows them when they are set', async () => {
    const minutes = { now: null as number | null };
    const { clock, idle, seen } = lockAfter(minutes);
    idle.touch();
    expect(idle.locksAt).toBeNull();
    await clock.advance(1_000 * minute);
    minutes.now = 5;
    idle.touch();
    expect(idle.locksAt).toBe(clock.now() + 5 * minute);
    minutes.now = 30;
    idle.set();
    await clock.advance(29 * minute);
    expect(seen.locked).toBe(0);
  });

  it('tells when it moved noticeably, not at every key that is pressed', async () => {
    const { clock, idle, seen } = lockAfter({ now: 10 });
    idle.touch();
    for (let i = 0; i < 4; i++) {
      await clock.advance(1_000);
      idle.touch();
    }
    expect(seen.moved).toBe(1);
    await clock.advance(10_000);
    idle.touch();
    expect(seen.moved).toBe(2);
  });
});

describe('an open keystore that nobody uses', () => {
  it('locks, and the audit log says why', async () => {
    await using test = new TestCore({ idleLock: true });
    await test.create();
    const { locksAt } = await test.call('session.snapshot', {});
    expect(locksAt).toBe(test.clock.now() + 10 * minute);
    await test.clock.advance(10 * minute);
    await test.until('locked');
    expect(await test.call('session.snapshot', {})).toMatchObject({
      locksAt: null,
      lock: { cause: 'idle', at: test.clock.now(), minutes: 10 },
    });
    await test.unlock();
    expect((await test.call('session.snapshot', {})).lock).toBeNull();
    const { records } = await test.call('audit.list', { action: 'keystore.lock' });
    expect(records[0]).toMatchObject({
      actor: 'idle-lock',
      details: { cause: 'idle' },
    });
  });

  it('is kept open by a touch and by changes from a window, by nothing else', async () => {
    await using test = new TestCore({ idleLock: true });
    await test.create();
    const left = async () =>
      ((await test.call('session.snapshot', {})).locksAt ?? 0) - test.clock.now();
    await test.clock.advance(4 * minute);
    await test.call('group.list', {});
    await test.call('folder.add', { name: 'by a script' }, 'cli');
    await test.call('folder.add', { name: 'by another' }, 'socket');
    expect(await left()).toBe(6 * minute);
    await test.call('folder.add', { name: 'by a person' }, 'console');
    expect(await left()).toBe(10 * minute);
    await test.clock.advance(minute);
    expect((await test.call('session.touch', {})).locksAt).toBe(test.clock.now() + 10 * minute);
    expect(test.changes.filter(({ what }) => what === 'session').length).toBeGreaterThan(2);
  });

  it('takes over other minutes at once, whoever sets them, and none for never', async () => {
    await using test = new TestCore({ idleLock: true });
    await test.create();
    await test.call('setting.change', { autoLockMinutes: 1 }, 'cli');
    await test.clock.advance(minute);
    await test.until('locked');
    await test.unlock();
    await test.call('setting.change', { autoLockMinutes: null });
    expect((await test.call('session.snapshot', {})).locksAt).toBeNull();
    await test.clock.advance(1_000 * minute);
    expect(await test.state()).toBe('verified');
  });

  it('stays open where its host says that nobody sits there', async () => {
    await using test = new TestCore();
    await test.create();
    expect((await test.call('session.touch', {})).locksAt).toBeNull();
    await test.clock.advance(1_000 * minute);
    expect(await test.state()).toBe('verified');
  });
});
