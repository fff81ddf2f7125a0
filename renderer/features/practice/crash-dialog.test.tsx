// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LinkLost, NotBegun } from '../../client/link.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { layOut } from '../../testing/laid-out.fixture.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../../testing/window.fixture.tsx';

beforeAll(layOut);
let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
});

/** The question is open, and asking for the crash ends with this. */
async function crashEndsWith(error: Error) {
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'job.list': () => ({ jobs: [], next: null }),
    'practice.crash': () => {
      throw error;
    },
  });
  opened = openWindow(link);
  await screen.findByRole('navigation');
  act(() => useDialogs.getState().show({ kind: 'crash-keyreeve' }));
  const dialog = await screen.findByRole('dialog', { name: 'Crash Keyreeve' });
  const button = within(dialog).getByRole('button', { name: 'Crash Keyreeve now (practice)' });
  await userEvent.setup().click(button);
  return { link, dialog };
}

describe('the question of a rehearsed crash', () => {
  it('goes once the process has gone', async () => {
    await crashEndsWith(new LinkLost());
    await waitFor(() => expect(useDialogs.getState().open).toEqual([]));
  });

  it.each([
    [
      'refused',
      refuse('REALM_MISMATCH', { keystore: 'real', deed: 'practise' }),
      'Only a practice keystore does that',
    ],
    ['never sent', new NotBegun(), 'connection to the keystore broke'],
  ])('stays and says why when the crash was %s', async (_how, error, told) => {
    const { link, dialog } = await crashEndsWith(error);
    expect((await within(dialog).findByRole('alert')).textContent).toContain(told);
    expect(useDialogs.getState().open).toEqual([{ kind: 'crash-keyreeve' }]);
    expect(link.made('practice.crash')).toEqual([{ confirm: true }]);
  });
});
