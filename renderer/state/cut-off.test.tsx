// @vitest-environment jsdom
import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { layOut } from '../testing/laid-out.fixture.ts';
import { snapshotOf, statusOf } from '../testing/pictures.fixture.ts';
import { ScriptedLink } from '../testing/scripted-link.fixture.ts';
import { openWindow, type TestWindow } from '../testing/window.fixture.tsx';
import { noteTyped, sayCutOff, takeCutOff } from './cut-off.ts';
import { useDialogs } from './dialogs.ts';
import { say } from './notices.ts';
import { watchUnsaved } from './unsaved.ts';

beforeAll(layOut);
let opened: TestWindow;
let endWatch: () => void;
let answers: PromiseWithResolvers<never>;
beforeEach(async () => {
  sessionStorage.clear();
  answers = Promise.withResolvers();
  opened = openWindow(
    new ScriptedLink({
      'session.snapshot': () => snapshotOf('verified', 'real'),
      'keystore.status': () => statusOf('verified', 'real'),
      'folder.add': () => answers.promise,
    }),
  );
  endWatch = watchUnsaved(opened.reads, true);
  await screen.findByRole('navigation');
});
afterEach(() => {
  endWatch();
  opened.close();
  sessionStorage.clear();
});

/** Sends a form whose answer does not come yet. */
async function askFor(): Promise<void> {
  act(() => useDialogs.getState().show({ kind: 'add-folder', parent: null }));
  await userEvent.type(await screen.findByLabelText('Name'), 'Payments{Enter}');
}

it('a page that is loaded again in the middle of a deed says so, once, until it is dismissed', async () => {
  await askFor();
  window.dispatchEvent(new Event('pagehide'));
  // The line breaks while the page goes: nobody sees that answer any more.
  answers.reject(new TypeError('gone'));
  await screen.findByRole('alert');
  act(() => useDialogs.getState().closeAll());
  act(() => sayCutOff(takeCutOff()));
  await screen.findAllByText(/What was asked may have been done or not/);
  expect(takeCutOff()).toBeNull();
  // What it began may end right away, and say so.
  act(() => say('ledger-prod rotated.'));
  await screen.findAllByText(/ledger-prod rotated/);
  await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  await screen.findAllByText(/What was asked may have been done or not/);
  await userEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByText(/What was asked may have been done or not/)).toBeNull();
});

it('says nothing when the answer came first', async () => {
  await askFor();
  answers.reject(new TypeError('refused'));
  await screen.findByRole('alert');
  window.dispatchEvent(new Event('pagehide'));
  expect(takeCutOff()).toBeNull();
});

it('a page that ended by itself says that typed text is lost; one that was left with it says nothing', async () => {
  noteTyped(true);
  expect(takeCutOff()).toBe('typed');
  act(() => sayCutOff('typed'));
  await screen.findAllByText(/Nothing of it was sent/);
  noteTyped(true);
  window.dispatchEvent(new Event('pagehide'));
  expect(takeCutOff()).toBeNull();
});
