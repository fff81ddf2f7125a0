// @vitest-environment jsdom
import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LockNote } from '../../../shared/contract/session.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { memoryOf, openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

const at = Date.now();
let state: 'verified' | 'locking' | 'locked' = 'verified';
let jobs: number[] = [];
let lock: LockNote | null = null;
let link: ScriptedLink;
let opened: TestWindow | null = null;

beforeEach(() => {
  state = 'verified';
  lock = null;
  jobs = [];
  link = new ScriptedLink({
    'session.snapshot': () =>
      snapshotOf(state, 'real', {
        hsmLabel: state === 'verified' ? 'BYOK-A' : null,
        lock: state === 'verified' ? null : lock,
        locking: state === 'locking' ? { jobs } : null,
      }),
    'keystore.status': () => statusOf(state, 'real'),
    'keystore.lock': () => ({ pausedJobs: 0 }),
    // What is under way when it locks must not hold anything up.
    'folder.list': () => new Promise<never>(() => undefined),
  });
});
afterEach(() => {
  opened?.close();
  opened = null;
  sessionStorage.clear();
});

async function atWork(): Promise<TestWindow> {
  opened = openWindow(link);
  await screen.findByRole('navigation');
  return opened;
}
function becomes(next: typeof state, cause: LockNote['cause'], minutes: number | null = null) {
  state = next;
  lock = { cause, at, minutes };
  act(() => link.change('session'));
}

describe('a lock that was begun elsewhere', () => {
  it('covers keys and dialogs at once, says what it waits for, then how to open', async () => {
    const window = await atWork();
    act(() => useDialogs.getState().show({ kind: 'shortcuts' }));
    await screen.findByRole('dialog');
    jobs = [1003, 1004];
    becomes('locking', 'idle', 10);
    await screen.findByRole('heading', { name: 'Locking the keystore' });
    expect(screen.queryByRole('navigation')).toBeNull();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText(/Jobs 1003 and 1004 stop at their next safe step/)).toBeTruthy();
    expect(memoryOf(window)).not.toContain('BYOK-A');
    jobs = [1004];
    act(() => link.change('job'));
    await screen.findByText(/Job 1004 stops at its next safe step/);
    becomes('locked', 'idle', 10);
    await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
  });

  it.each([
    ['idle', 10, 'Nobody was at work for 10 minutes.'],
    ['idle', 1, 'Nobody was at work for 1 minute.'],
    ['window', null, 'It was locked in another window.'],
    ['command', null, 'It was locked from the command line.'],
    ['suspend', null, 'The computer went to sleep.'],
    ['core-ended', null, /^Locked since .*ended unasked/],
    ['start', null, 'Keyreeve starts with a locked keystore.'],
  ] as const)('says why, with the moment: %s', async (cause, minutes, said) => {
    await atWork();
    becomes('locked', cause, minutes);
    await screen.findByRole('heading', { name: 'Unlock desk.keystore' });
    const line = screen.getByText(/^Locked since/);
    expect(line.textContent).toMatch(typeof said === 'string' ? new RegExp(said) : said);
    expect(line.querySelector('time')?.dateTime).toBe(new Date(at).toISOString());
  });

  it('is told from one that was asked for here, also after the page was loaded again', async () => {
    await atWork();
    await userEvent.click(screen.getByRole('button', { name: 'Lock now' }));
    await waitFor(() => expect(link.made('keystore.lock')).toHaveLength(1));
    becomes('locked', 'window');
    expect((await screen.findByText(/^Locked since/)).textContent).toContain('You locked it here.');
    expect(sessionStorage.getItem('keyreeve-locked-here')).not.toBeNull();
    state = 'verified';
    act(() => link.change('session'));
    await screen.findByRole('navigation');
    expect(sessionStorage.getItem('keyreeve-locked-here')).toBeNull();
  });
});
