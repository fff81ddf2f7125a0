// @vitest-environment jsdom
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { useLocking } from '../state/locking.ts';
import { snapshotOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';

let opened: TestWindow | null = null;
afterEach(() => {
  vi.useRealTimers();
  opened?.close();
  opened = null;
  cleanup();
  useLocking.getState().end();
});

const { at } = snapshotOf('verified');
const minute = 60_000;

/** The window with nine minutes left, as the core counts; its own clock says something else. */
async function nineMinutesLeft(): Promise<{
  says: () => string | null;
  after: (ms: number) => void;
}> {
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified', 'real', { locksAt: at + 9 * minute }),
  });
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval', 'clearInterval'] });
  opened = openWindow(link);
  await screen.findByText('Locks in 9:00');
  return {
    says: () => screen.getByRole('timer').textContent,
    after: (ms) => {
      act(() => void vi.advanceTimersByTime(ms));
    },
  };
}

it('counts down from what the core says is left, whatever this clock shows', async () => {
  const { says, after } = await nineMinutesLeft();
  after(2 * minute);
  expect(says()).toBe('Locks in 7:00');
});

it.each([
  ['backwards', -3 * 60 * minute, 'Locks in 7:59'],
  ['forwards', 3 * 60 * minute, 'Locks in 0:00'],
])('stays right when the clock is set %s, and is never below nothing', async (_way, by, said) => {
  const { says, after } = await nineMinutesLeft();
  after(minute);
  vi.setSystemTime(Date.now() + by);
  after(1000);
  expect(says()).toBe(said);
});
