import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { InTestCore } from '../in-test-core.fixture.ts';
import { LastWindow } from './last-window.ts';

const minute = 60_000;
let core: InTestCore;
let lastWindow: LastWindow;
let autoLockMinutes: number | null;
const at = { wall: 1_800_000_000_000, steady: 0 };

beforeEach(() => {
  vi.useFakeTimers();
  core = new InTestCore();
  autoLockMinutes = null;
  core.handlers.set('setting.show', () => ({
    autoLockMinutes,
    consoleAllowed: true,
    rotationLimit: 25,
    softwareModuleToAws: false,
  }));
  core.handlers.set('keystore.lock', () => ({ pausedJobs: 0 }));
  lastWindow = new LastWindow({
    core,
    caller: { trusted: true, actor: 'custodian-2', host: 'test', channel: 'scheduler' },
    clock: { now: () => at.wall, monotonic: () => at.steady },
    lookEvery: 1_000,
  });
  lastWindow.begin();
});
afterEach(() => {
  lastWindow.end();
  vi.useRealTimers();
});

const locks = () => core.calls.filter(({ name }) => name === 'keystore.lock').length;
const pass = async (ms: number): Promise<void> => {
  at.steady += ms;
  await vi.advanceTimersByTimeAsync(1_000);
};

it('locks ten minutes after the last window closed, where nothing else is set', async () => {
  lastWindow.opened('one');
  lastWindow.opened('two');
  await pass(60 * minute);
  lastWindow.closed('one');
  await pass(60 * minute);
  expect(locks()).toBe(0);
  lastWindow.closed('two');
  await pass(10 * minute - 1);
  expect(locks()).toBe(0);
  await pass(1);
  expect(locks()).toBe(1);
});

it('takes the idle time of the keystore', async () => {
  autoLockMinutes = 3;
  lastWindow.opened('one');
  lastWindow.closed('one');
  await pass(3 * minute);
  expect(locks()).toBe(1);
});

it('does not lock when a window came back in time', async () => {
  lastWindow.opened('one');
  lastWindow.closed('one');
  await pass(9 * minute);
  lastWindow.opened('two');
  await pass(9 * minute);
  expect(locks()).toBe(0);
});

it('asks nothing of a keystore that is locked', async () => {
  core.handlers.delete('setting.show');
  await pass(60 * minute);
  expect(locks()).toBe(0);
});

it('counts from when the keystore was opened without a window, as by the command line', async () => {
  const shown = core.handlers.get('setting.show');
  core.handlers.delete('setting.show');
  await pass(60 * minute);
  if (shown) core.handlers.set('setting.show', shown);
  await pass(10 * minute - 1);
  expect(locks()).toBe(0);
  await pass(1);
  expect(locks()).toBe(1);
});
