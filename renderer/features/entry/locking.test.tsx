// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

let answer = Promise.withResolvers<{ pausedJobs: number }>();
let state: 'verified' | 'locked' = 'verified';
let link: ScriptedLink;
let opened: TestWindow | null = null;

const counts = {
  groups: 1,
  keys: 1,
  running: 2,
  needsYou: 0,
  groupsNeedYou: 0,
  xksNeedYou: 0,
  endingNeedYou: 0,
  due: 0,
  renewals: 0,
};

beforeEach(() => {
  answer = Promise.withResolvers();
  state = 'verified';
  link = new ScriptedLink({
    'session.snapshot': () => snapshotOf(state, 'real', { counts }),
    'keystore.status': () => statusOf(state, 'real'),
    'keystore.lock': () => answer.promise,
    'keystore.unlock': () => {
      state = 'verified';
      link.change('session');
      return statusOf('verified', 'real');
    },
  });
});
afterEach(() => {
  opened?.close();
  opened = null;
});

async function pressLock(): Promise<void> {
  opened = openWindow(link);
  await userEvent.click(await screen.findByRole('button', { name: 'Lock now' }));
}

describe('a lock that waits for jobs', () => {
  it('takes the work off the screen at once, and says what it waits for', async () => {
    await pressLock();
    expect(screen.queryByRole('navigation')).toBeNull();
    expect(screen.getByText(/2 jobs stop at their next safe step/)).toBeTruthy();
    expect(link.made('keystore.lock')).toHaveLength(1);
  });

  it('says afterwards what was paused, until the keystore is open again', async () => {
    await pressLock();
    state = 'locked';
    await act(async () => answer.resolve({ pausedJobs: 2 }));
    act(() => link.change('session'));
    expect(await screen.findByText(/^2 jobs paused; they go on at the next unlock/)).toBeTruthy();
    await userEvent.type(await screen.findByLabelText('Passphrase'), 'a passphrase{Enter}');
    expect(await screen.findByRole('navigation')).toBeTruthy();
    state = 'locked';
    act(() => link.change('session'));
    await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
    expect(screen.queryByText(/paused/)).toBeNull();
  });

  it('shows the work again when it failed, and says so', async () => {
    await pressLock();
    await act(async () => answer.reject(new OperationError('DISK_FULL', {})));
    expect(await screen.findByRole('navigation')).toBeTruthy();
    expect(screen.getByText(/disk/i)).toBeTruthy();
  });
});
